import asyncio

import anthropic
import pytest

from server import HI, SAID, URL, WORDS

ASK = {"model": "claude-mock", "max_tokens": 100, "messages": HI}


def connect(base="", cls=anthropic.Anthropic):
    return cls(base_url=URL + base, api_key="any", max_retries=0, timeout=20)


@pytest.fixture(scope="module")
def client():
    return connect()


def test_the_plain_reply(client):
    message = client.messages.create(**ASK)
    [block] = message.content
    assert (block.type, block.text) == ("text", SAID)
    assert (message.stop_reason, message.model) == ("end_turn", "claude-mock")
    assert message.id.startswith("msg_")
    assert message._request_id.startswith("req_")
    assert message.usage.output_tokens == len(WORDS)


def test_the_stream(client):
    events = list(client.messages.create(**ASK, stream=True))
    assert [event.delta.text for event in events if event.type == "content_block_delta"] == WORDS
    assert (events[0].type, events[-1].type) == ("message_start", "message_stop")


def test_the_stream_helper(client):
    with client.messages.stream(**ASK) as stream:
        assert list(stream.text_stream) == WORDS
        final = stream.get_final_message()
    assert (final.content[0].text, final.stop_reason) == (SAID, "end_turn")
    assert final.usage.output_tokens == len(WORDS)


def test_a_word_does_not_wait_for_the_next():
    with connect("/slow").messages.stream(**ASK) as stream:
        assert next(stream.text_stream) == WORDS[0]


def test_asynchronously():
    async def work():
        async with connect(cls=anthropic.AsyncAnthropic) as client, client.messages.stream(**ASK) as stream:
            return [text async for text in stream.text_stream]

    assert asyncio.run(work()) == WORDS


def test_it_says_why_it_stopped(client):
    cut = client.messages.create(**{**ASK, "max_tokens": 2})
    assert (cut.stop_reason, cut.content[0].text) == ("max_tokens", "Hello there, ")
    stopped = client.messages.create(**ASK, stop_sequences=["never", "and"])
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", "and")


def test_tokens_are_counted_beforehand(client):
    counted = client.messages.count_tokens(model=ASK["model"], messages=HI)
    assert counted.input_tokens == client.messages.create(**ASK).usage.input_tokens > 0


@pytest.mark.parametrize(
    ("base", "error", "kind"),
    [
        ("/denied", anthropic.AuthenticationError, "authentication_error"),
        ("/busy", anthropic.RateLimitError, "rate_limit_error"),
        ("/broken", anthropic.InternalServerError, "api_error"),
    ],
)
def test_errors_are_typed(base, error, kind):
    with pytest.raises(error) as raised:
        connect(base).messages.create(**ASK)
    assert raised.value.body["error"]["type"] == kind
    assert raised.value.request_id.startswith("req_")


def test_a_path_that_is_not_there(client):
    with pytest.raises(anthropic.NotFoundError):
        client.messages.batches.retrieve("batch_1")


def test_the_models():
    client = connect("/mine")
    listed = list(client.models.list())
    assert [model.id for model in listed] == ["my-model", "my-other"]
    assert client.models.retrieve("my-other") == listed[1]
    assert (listed[0].type, listed[0].lifecycle) == ("model", "active")
    with pytest.raises(anthropic.NotFoundError, match="model: none"):
        client.models.retrieve("none")


def test_vertex():
    """Google Cloud's form of the API, with a token instead of Google's credentials."""
    client = anthropic.AnthropicVertex(
        base_url=f"{URL}/v1", project_id="p", region="global", access_token="any", max_retries=0, timeout=20
    )
    ask = {**ASK, "model": "claude-sonnet-4-5@20250929"}
    message = client.messages.create(**ask)
    assert (message.content[0].text, message.model) == (SAID, "claude-sonnet-4-5")
    with client.messages.stream(**ask) as stream:
        assert list(stream.text_stream) == WORDS
    counted = client.messages.count_tokens(model=ask["model"], messages=HI)
    assert counted.input_tokens == message.usage.input_tokens


def test_a_compressed_body_is_refused(client):
    with pytest.raises(anthropic.BadRequestError) as caught:
        client.messages.create(**ASK, extra_headers={"Content-Encoding": "gzip"})
    assert caught.value.body["error"]["details"]["error_code"] == "request_body_encoding_unsupported"
