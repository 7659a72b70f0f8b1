import asyncio

import pytest
from google import genai
from google.genai import errors, types

from server import SAID, URL, WORDS

ASK = {"model": "gemini-2.5-flash", "contents": "Hi!"}


def connect(base=""):
    return genai.Client(api_key="any", http_options=types.HttpOptions(base_url=URL + base, timeout=20_000))


@pytest.fixture(scope="module")
def client():
    return connect()


def test_the_plain_reply(client):
    reply = client.models.generate_content(**ASK)
    assert reply.text == SAID
    assert reply.model_version == "gemini-2.5-flash"
    assert reply.candidates[0].finish_reason == types.FinishReason.STOP
    assert reply.usage_metadata.candidates_token_count == len(WORDS)


def test_the_stream(client):
    chunks = list(client.models.generate_content_stream(**ASK))
    assert [chunk.text for chunk in chunks if chunk.text] == WORDS
    assert chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP


def test_a_word_does_not_wait_for_the_next():
    client = connect("/slow")
    stream = client.models.generate_content_stream(**ASK)
    assert next(stream).text == WORDS[0]
    stream.close()


def test_asynchronously():
    async def work():
        client = connect().aio
        stream = await client.models.generate_content_stream(**ASK)
        return [chunk.text async for chunk in stream if chunk.text]

    assert asyncio.run(work()) == WORDS


def test_limits(client):
    config = types.GenerateContentConfig(max_output_tokens=2)
    cut = client.models.generate_content(**ASK, config=config)
    assert (cut.text, cut.candidates[0].finish_reason) == ("Hello there, ", types.FinishReason.MAX_TOKENS)


def test_a_chat_remembers(client):
    chat = client.chats.create(model="gemini-2.5-flash")
    assert chat.send_message("Hi!").text == SAID
    assert [turn.role for turn in chat.get_history()] == ["user", "model"]
    assert [chunk.text for chunk in chat.send_message_stream("Again!") if chunk.text] == WORDS


def test_tokens_are_counted_beforehand(client):
    counted = client.models.count_tokens(**ASK)
    assert counted.total_tokens == client.models.generate_content(**ASK).usage_metadata.prompt_token_count > 0


def test_errors_are_typed():
    busy, broken = connect("/busy"), connect("/broken")
    with pytest.raises(errors.ClientError) as raised:
        busy.models.generate_content(**ASK)
    assert (raised.value.code, raised.value.status) == (429, "RESOURCE_EXHAUSTED")
    with pytest.raises(errors.ServerError):
        broken.models.generate_content(**ASK)


def test_the_models():
    client = connect("/mine")
    listed = list(client.models.list())
    assert [model.name for model in listed] == ["models/my-model", "models/my-other"]
    assert client.models.get(model="my-other") == listed[1]
    assert "generateContent" in listed[0].supported_actions
    with pytest.raises(errors.ClientError, match="models/none is not found"):
        client.models.get(model="none")


def test_version_1():
    options = types.HttpOptions(base_url=URL + "/mine", api_version="v1", timeout=20_000)
    client = genai.Client(api_key="any", http_options=options)
    assert client.models.get(model="my-model").name == "models/my-model"
    assert client.models.generate_content(**ASK).text == SAID
