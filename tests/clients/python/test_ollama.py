import asyncio
from datetime import datetime, timezone

import ollama
import pytest

from server import HI, SAID, URL, WEATHER_TOOL, WORDS, Weather

ASK = {"model": "llama3.2", "messages": HI}


def connect(base=""):
    return ollama.Client(host=URL + base, timeout=20)


@pytest.fixture(scope="module")
def client():
    return connect()


def test_chat(client):
    reply = client.chat(**ASK)
    assert (reply.message.role, reply.message.content) == ("assistant", SAID)
    assert (reply.model, reply.done, reply.done_reason) == ("llama3.2", True, "stop")
    assert reply.eval_count == len(WORDS)
    assert reply.prompt_eval_count > 0
    assert reply.total_duration == reply.prompt_eval_duration + reply.eval_duration
    made = datetime.fromisoformat(reply.created_at.replace("Z", "+00:00"))
    assert abs((datetime.now(timezone.utc) - made).total_seconds()) < 60


def test_chat_stream(client):
    *chunks, last = client.chat(**ASK, stream=True)
    assert [chunk.message.content for chunk in chunks] == WORDS
    assert not any(chunk.done for chunk in chunks)
    assert (last.message.content, last.done, last.eval_count) == ("", True, len(WORDS))


def test_generate(client):
    reply = client.generate(model="llama3.2", prompt="Hi!")
    assert (reply.response, reply.done_reason) == (SAID, "stop")
    *chunks, last = client.generate(model="llama3.2", prompt="Hi!", stream=True)
    assert [chunk.response for chunk in chunks] == WORDS
    assert last.eval_count == len(WORDS)


def test_loading_a_model(client):
    assert client.generate(model="llama3.2").done_reason == "load"
    assert client.chat(model="llama3.2").done_reason == "load"


def test_a_word_does_not_wait_for_the_next():
    stream = connect("/slow").chat(**ASK, stream=True)
    assert next(stream).message.content == WORDS[0]
    stream.close()


def test_asynchronously():
    async def work():
        client = ollama.AsyncClient(host=URL, timeout=20)
        return [chunk.message.content async for chunk in await client.chat(**ASK, stream=True)]

    assert asyncio.run(work()) == [*WORDS, ""]


def test_options(client):
    cut = client.chat(**ASK, options={"num_predict": 2})
    assert (cut.message.content, cut.done_reason, cut.eval_count) == ("Hello there, ", "length", 2)
    stopped = client.generate(model="m", prompt="Hi!", options=ollama.Options(stop=["there"]))
    assert (stopped.response, stopped.done_reason) == ("Hello ", "stop")


@pytest.mark.parametrize("stream", [False, True])
def test_tools(client, stream):
    replies = client.chat(**ASK, tools=[WEATHER_TOOL], stream=stream)
    replies = list(replies) if stream else [replies]
    [call] = [call for reply in replies for call in reply.message.tool_calls or []]
    assert call.function.name == "get_weather"
    Weather.model_validate(call.function.arguments)
    result = {"role": "tool", "tool_name": "get_weather", "content": "rain"}
    answer = client.chat(model="m", messages=[*HI, replies[0].message, result], tools=[WEATHER_TOOL])
    assert answer.message.content == SAID


def test_a_python_function_is_a_tool(client):
    def add(a: int, b: int) -> int:
        """
        Add two numbers.

        Args:
            a: One.
            b: The other.
        """
        return a + b

    [call] = client.chat(**ASK, tools=[add]).message.tool_calls
    assert isinstance(add(**call.function.arguments), int)


def test_format(client):
    reply = client.chat(**ASK, format=Weather.model_json_schema())
    Weather.model_validate_json(reply.message.content)
    reply = client.generate(model="m", prompt="Hi!", format="json")
    assert reply.response.startswith("{")


def test_embed(client):
    reply = client.embed(model="nomic-embed-text", input=["one", "two"], dimensions=64)
    assert [len(vector) for vector in reply.embeddings] == [64, 64]
    assert [sum(value * value for value in vector) for vector in reply.embeddings] == pytest.approx([1, 1])
    assert len(client.embed(model="nomic-embed-text", input="one").embeddings) == 1


def test_models():
    client = connect("/mine")
    listed = client.list().models
    assert [model.model for model in listed] == ["my-model:latest", "my-other:latest"]
    assert all(model.size > 0 and model.modified_at and len(model.digest) == 64 for model in listed)
    shown = client.show("my-model")
    assert shown.modelinfo["general.architecture"] == "llama"
    assert "tools" in shown.capabilities
    with pytest.raises(ollama.ResponseError) as error:
        client.show("nobodys")
    assert (error.value.status_code, error.value.error) == (404, "model 'nobodys' not found")


@pytest.mark.parametrize("base, status", [("/busy", 429), ("/broken", 500), ("/denied", 401)])
@pytest.mark.parametrize("stream", [False, True])
def test_errors_are_typed(base, status, stream):
    with pytest.raises(ollama.ResponseError) as error:
        list(connect(base).chat(**ASK, stream=stream))
    assert error.value.status_code == status
    assert error.value.error and "{" not in error.value.error
