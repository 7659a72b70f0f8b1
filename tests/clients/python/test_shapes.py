"""Replies of the services that publish no schemas, held against the classes that
their SDKs make of what the services know of themselves. The SDKs themselves
take whatever comes."""

import json

import anthropic.types
import httpx
import pytest
from google.genai import types
from pydantic import BaseModel, TypeAdapter

from server import HI, URL, Weather

CLAUDE = {"model": "claude-mock", "max_tokens": 1000, "messages": HI}
TOOL = {"name": "get_weather", "input_schema": Weather.model_json_schema()}
CLAUDE_ASKS = [
    CLAUDE,
    {**CLAUDE, "max_tokens": 2},
    {**CLAUDE, "stop_sequences": ["and"]},
    {**CLAUDE, "tools": [TOOL]},
]

GEMINI = {"contents": [{"role": "user", "parts": [{"text": "Hi!"}]}]}
FUNCTION = {"name": "get_weather", "parametersJsonSchema": Weather.model_json_schema()}
GEMINI_ASKS = [
    GEMINI,
    {**GEMINI, "generationConfig": {"maxOutputTokens": 2, "candidateCount": 2}},
    {**GEMINI, "tools": [{"functionDeclarations": [FUNCTION]}]},
    {**GEMINI, "generationConfig": {"responseMimeType": "application/json", "responseSchema": {"type": "OBJECT"}}},
]


def post(path, body, status=200):
    reply = httpx.post(URL + path, json=body, timeout=60)
    assert reply.status_code == status
    return reply.text


def events(text):
    for event in text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in event.splitlines())
        yield lines.get("event"), lines["data"]


def strangers(value, path="$"):
    """The fields that the class of a value does not know."""
    if isinstance(value, BaseModel):
        yield from (f"{path}.{name}" for name in value.model_extra or {})
        for name in type(value).model_fields:
            yield from strangers(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strangers(item, f"{path}[{index}]")


def check(kind, text):
    value = TypeAdapter(kind).validate_json(text, strict=True)
    assert list(strangers(value)) == []
    return value


@pytest.mark.parametrize("ask", CLAUDE_ASKS)
def test_a_message(ask):
    check(anthropic.types.Message, post("/v1/messages", ask))


@pytest.mark.parametrize("ask", CLAUDE_ASKS)
def test_the_events_of_a_message(ask):
    kinds = []
    for name, data in events(post("/v1/messages", {**ask, "stream": True})):
        if name == "ping":
            continue
        event = check(anthropic.types.RawMessageStreamEvent, data)
        assert event.type == name
        kinds.append(name)
    assert (kinds[0], kinds[-1]) == ("message_start", "message_stop")


def test_the_count_of_a_messages_tokens():
    counted = {name: value for name, value in CLAUDE.items() if name != "max_tokens"}
    check(anthropic.types.MessageTokensCount, post("/v1/messages/count_tokens", counted))


def test_an_error_of_anthropics():
    check(anthropic.types.ErrorResponse, post("/busy/v1/messages", CLAUDE, 429))


@pytest.mark.parametrize("ask", GEMINI_ASKS)
def test_content(ask):
    check(types.GenerateContentResponse, post("/v1beta/models/gemini-mock:generateContent", ask))


@pytest.mark.parametrize("ask", GEMINI_ASKS)
def test_streamed_content(ask):
    stream = "/v1beta/models/gemini-mock:streamGenerateContent"
    [*of_events] = (data for _, data in events(post(stream + "?alt=sse", ask)))
    of_array = [json.dumps(item) for item in json.loads(post(stream, ask))]
    for chunks in of_events, of_array:
        last = [check(types.GenerateContentResponse, chunk) for chunk in chunks][-1]
        assert last.candidates[0].finish_reason and last.usage_metadata


def test_the_count_of_contents_tokens():
    check(types.CountTokensResponse, post("/v1beta/models/gemini-mock:countTokens", GEMINI))
