import asyncio
import os

import pytest

# Else it would ask the network for prices.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm

from server import HI, SAID, URL, WEATHER_TOOL, WORDS, Weather

OPENAI = {"model": "openai/gpt-4o", "api_base": URL + "/v1"}
SERVICES = [
    OPENAI,
    {"model": "anthropic/claude-mock", "api_base": URL},
    {"model": "ollama_chat/llama3.2", "api_base": URL},
    {"model": "ollama/llama3.2", "api_base": URL},
    {"model": "azure/my-deployment", "api_base": URL, "api_version": "2024-10-21"},
]
ASK = {"api_key": "any", "messages": HI, "num_retries": 0, "timeout": 20}


def pieces(chunks):
    return [text for chunk in chunks if (text := chunk.choices[0].delta.content)]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service["model"])
def test_completion(service):
    reply = litellm.completion(**ASK, **service)
    assert reply.choices[0].message.content == SAID
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage.completion_tokens == len(WORDS)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service["model"])
def test_stream(service):
    chunks = list(litellm.completion(**ASK, **service, stream=True))
    assert pieces(chunks) == WORDS
    assert [end for chunk in chunks if (end := chunk.choices[0].finish_reason)] == ["stop"]


def test_acompletion():
    async def work():
        stream = await litellm.acompletion(**ASK, **OPENAI, stream=True)
        whole = await litellm.acompletion(**ASK, **OPENAI)
        return [chunk async for chunk in stream], whole

    chunks, whole = asyncio.run(work())
    assert pieces(chunks) == WORDS
    assert whole.choices[0].message.content == SAID


def test_a_word_does_not_wait_for_the_next():
    stream = litellm.completion(**{**ASK, **OPENAI, "api_base": URL + "/slow/v1"}, stream=True)
    assert next(text for chunk in stream if (text := chunk.choices[0].delta.content)) == WORDS[0]


def test_tools_and_structured_output():
    called = litellm.completion(**ASK, **OPENAI, tools=[WEATHER_TOOL])
    [call] = called.choices[0].message.tool_calls
    Weather.model_validate_json(call.function.arguments)
    formed = litellm.completion(**ASK, **OPENAI, response_format=Weather)
    Weather.model_validate_json(formed.choices[0].message.content)


@pytest.mark.parametrize("stream", [False, True])
def test_tools_and_structured_output_of_ollama(stream):
    service = {**ASK, "model": "ollama_chat/llama3.2", "api_base": URL, "stream": stream}
    called = litellm.completion(**service, tools=[WEATHER_TOOL])
    [call] = whole(called, stream).choices[0].message.tool_calls
    assert call.function.name == "get_weather"
    Weather.model_validate_json(call.function.arguments)
    formed = litellm.completion(**service, response_format=Weather)
    Weather.model_validate_json(whole(formed, stream).choices[0].message.content)


def whole(reply, stream):
    return litellm.stream_chunk_builder(list(reply)) if stream else reply


def test_embedding_of_ollama():
    reply = litellm.embedding(model="ollama/nomic-embed-text", api_base=URL, input=["one", "two"])
    assert [len(item["embedding"]) for item in reply.data] == [768, 768]


def test_embedding():
    reply = litellm.embedding(
        model="openai/text-embedding-3-small", api_base=URL + "/v1", api_key="any", input=["one", "two"]
    )
    assert [len(item["embedding"]) for item in reply.data] == [1536, 1536]


def test_errors_are_typed():
    with pytest.raises(litellm.RateLimitError):
        litellm.completion(**{**ASK, **OPENAI, "api_base": URL + "/busy/v1"})
    with pytest.raises(litellm.AuthenticationError):
        litellm.completion(**ASK, model="anthropic/claude-mock", api_base=URL + "/denied")
