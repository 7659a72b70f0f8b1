#!/usr/bin/env python3
"""Requests a streamed chat completion from the mock, prints the words as they arrive, and checks the format.

The server is the one of ../nginx.conf, by its first `listen`, unless --url names another.
Exit code 0: the stream is correct; 1: it is not, and the last line has the reason.
"""

import argparse
import http.client
import json
import pathlib
import re
import ssl
import statistics
import sys
import time
import urllib.parse

NGINX_CONF = pathlib.Path(__file__).resolve().parent.parent / "nginx.conf"

HEADERS = {
    "content-type": "text/event-stream",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
    "access-control-allow-origin": "*",
}

STRING = r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"'

# A chunk, byte for byte: this key order, no spaces.
CHUNK = re.compile(
    r'data: \{"id":"(?P<id>chatcmpl-[A-Za-z0-9]{29})","object":"chat\.completion\.chunk",'
    r'"created":(?P<created>[0-9]{10}),"model":(?P<model>' + STRING + r'),'
    r'"choices":\[\{"index":0,"delta":(?P<delta>\{"role":"assistant"\}|\{"content":(?P<content>' + STRING + r')\}|\{\}),'
    r'"finish_reason":(?P<finish>null|"stop")\}\]\}'
)


class Wrong(Exception):
    """What is wrong with the reply."""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", help="the server, or the full URL of its chat completions (default: the first `listen` of nginx.conf)")
    parser.add_argument("--model", default="gpt-4o-mini", help="the requested model")
    parser.add_argument("--prompt", default="Say something.", help="the user's message")
    parser.add_argument("--expect", metavar="TEXT", help="the text of the whole reply")
    parser.add_argument("--timeout", type=float, default=30, metavar="SECONDS", help="longest time without data")
    return parser.parse_args()


def configured_url():
    """The URL of the first `listen` in nginx.conf."""
    try:
        text = NGINX_CONF.read_text(encoding="utf-8")
    except OSError as error:
        raise Wrong(f"cannot read {NGINX_CONF}, use --url: {error.strerror}") from None
    listen = re.search(r"(?:^|[;{}])\s*listen\s+([^;]+);", re.sub(r"#.*", "", text))
    if not listen or listen[1].startswith("unix:"):
        raise Wrong(f"{NGINX_CONF} has no `listen` with a port: use --url")
    address, *options = listen[1].split()
    if address.isdigit():
        host, port = "", address
    elif ":" not in address or address.endswith("]"):
        host, port = address, "80"
    else:
        host, _, port = address.rpartition(":")
    # A wildcard is no address to connect to.
    host = {"": "127.0.0.1", "*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)
    return f"{'https' if 'ssl' in options else 'http'}://{host}:{port}"


def connect(url, timeout):
    """The connection and the path of the request."""
    parts = urllib.parse.urlsplit(url if "://" in url else "http://" + url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Wrong(f"--url {url}: not an http or https address")
    path = parts.path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path += "/chat/completions" if path.endswith("/v1") else "/v1/chat/completions"
    if parts.scheme == "https":
        # The certificate of a mock is usually self-signed.
        context = ssl._create_unverified_context()
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout, context=context), path
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout), path


def check_head(response):
    if response.status != 200:
        raise Wrong(f"status {response.status}, not 200: {response.read(500).decode('utf-8', 'replace')}")
    for name, wanted in HEADERS.items():
        found = response.headers.get_all(name) or []
        if name == "x-accel-buffering" and not found:
            continue  # A proxy in front has consumed it.
        if found != [wanted]:
            raise Wrong(f"header {name} is {found or 'missing'}, not {wanted!r}")
    if not response.headers.get("x-request-id"):
        raise Wrong("header x-request-id is missing")


def events(response):
    """The lines before each blank line, with their time of arrival."""
    while True:
        line = response.readline()
        now = time.perf_counter()
        if not line:
            return
        blank = response.readline()
        if not line.endswith(b"\n") or blank != b"\n":
            raise Wrong(f"the stream is cut off, or an event is not one line and a blank line: {line + blank!r}")
        try:
            yield line[:-1].decode("utf-8"), now
        except UnicodeDecodeError:
            raise Wrong(f"not UTF-8: {line!r}") from None


def read_stream(response, start, model):
    """Checks the stream; returns its words and their times of arrival."""
    words, times = [], []
    first = None
    state = "role"
    for line, now in events(response):
        shown = f"{(now - start) * 1000:9.1f} ms  "
        if state == "end":
            raise Wrong(f"data after [DONE]: {line!r}")
        if line == "data: [DONE]":
            if state != "done":
                raise Wrong("[DONE] before the finish chunk")
            print(shown + "[DONE]", flush=True)
            state = "end"
            continue
        chunk = CHUNK.fullmatch(line)
        if not chunk:
            raise Wrong(f"malformed chunk: {line!r}")
        head = chunk["id"], chunk["created"], json.loads(chunk["model"])
        first = first or head
        if head != first:
            raise Wrong(f"id, created or model change within the stream: {head} after {first}")
        if head[2] != model:
            raise Wrong(f"the model is {head[2]!r}, not {model!r}")
        if chunk["content"] is not None:
            if state != "words" or chunk["finish"] != "null":
                raise Wrong(f"unexpected word chunk: {line!r}")
            words.append(json.loads(chunk["content"]))
            times.append(now)
            print(shown + json.dumps(words[-1], ensure_ascii=False), flush=True)
        elif chunk["delta"] == "{}":
            if state != "words" or chunk["finish"] != '"stop"':
                raise Wrong(f"unexpected finish chunk: {line!r}")
            print(shown + "finish_reason: stop", flush=True)
            state = "done"
        else:
            if state != "role" or chunk["finish"] != "null":
                raise Wrong(f"unexpected role chunk: {line!r}")
            print(shown + "role: assistant", flush=True)
            state = "words"
    if state != "end":
        raise Wrong("the stream ended without [DONE]")
    return words, times


def run(options):
    options.url = options.url or configured_url()
    connection, path = connect(options.url, options.timeout)
    body = {"model": options.model, "messages": [{"role": "user", "content": options.prompt}], "stream": True}
    start = time.perf_counter()
    try:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        check_head(response)
        words, times = read_stream(response, start, options.model)
    finally:
        connection.close()
    text = "".join(words)
    if options.expect is not None and text != options.expect:
        raise Wrong(f"the text is {text!r}, not {options.expect!r}")
    gaps = [(later - earlier) * 1000 for earlier, later in zip(times, times[1:])]
    pace = f", median gap {statistics.median(gaps):.1f} ms" if gaps else ""
    print(f"OK: {text!r}, {len(words)} word{'s' * (len(words) != 1)}{pace}")


def main():
    options = arguments()
    try:
        run(options)
    except Wrong as wrong:
        print(f"FAILED: {wrong}", file=sys.stderr)
    except ConnectionRefusedError:
        print(f"FAILED: nothing listens at {options.url}: start it with ./start.sh", file=sys.stderr)
    except TimeoutError:
        print(f"FAILED: no data for {options.timeout:g} seconds", file=sys.stderr)
    except (OSError, http.client.HTTPException, ValueError) as error:
        print(f"FAILED: {options.url}: {type(error).__name__} {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("FAILED: interrupted", file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
