import asyncio

import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import AzureChatOpenAI, ChatOpenAI, OpenAIEmbeddings
from openai import RateLimitError

from server import SAID, URL, WORDS, Weather


def chat(base="/v1", **options):
    return ChatOpenAI(
        model="gpt-4o", base_url=URL + base, api_key="any", max_retries=0, timeout=20, **options
    )


@tool
def get_weather(city: str, days: int) -> str:
    """The forecast."""
    return f"{days} days of sun in {city}"


def pieces(chunks):
    """The text of each chunk that has some, whichever API it came by."""
    return [text for chunk in chunks if (text := chunk.text)]


@pytest.mark.parametrize("responses", [False, True])
def test_invoke(responses):
    message = chat(use_responses_api=responses).invoke("Hi!")
    assert message.text == SAID
    assert message.response_metadata["model_name"] == "gpt-4o"
    assert message.usage_metadata["output_tokens"] == len(WORDS)


@pytest.mark.parametrize("responses", [False, True])
def test_stream(responses):
    chunks = list(chat(use_responses_api=responses, stream_usage=True).stream("Hi!"))
    assert pieces(chunks) == WORDS
    whole = sum(chunks[1:], chunks[0])
    assert whole.usage_metadata["output_tokens"] == len(WORDS)


def test_a_word_does_not_wait_for_the_next():
    stream = chat("/slow/v1").stream("Hi!")
    assert next(text for chunk in stream if (text := chunk.text)) == WORDS[0]
    stream.close()


def test_asynchronously():
    async def work():
        return [chunk async for chunk in chat().astream("Hi!")]

    assert pieces(asyncio.run(work())) == WORDS


@pytest.mark.parametrize("responses", [False, True])
def test_a_tool_is_called_and_its_result_answered(responses):
    model = chat(use_responses_api=responses).bind_tools([get_weather])
    question = HumanMessage("How is the weather?")
    called = model.invoke([question])
    [call] = called.tool_calls
    result = get_weather.invoke(call)
    assert isinstance(result, ToolMessage)
    assert model.invoke([question, called, result]).text == SAID


@pytest.mark.parametrize("responses", [False, True])
def test_arguments_are_streamed(responses):
    chunks = list(chat(use_responses_api=responses).bind_tools([get_weather]).stream("Hi!"))
    assert len([chunk for chunk in chunks if chunk.tool_call_chunks]) > 3
    [call] = sum(chunks[1:], chunks[0]).tool_calls
    assert (call["name"], set(call["args"])) == ("get_weather", {"city", "days"})


@pytest.mark.parametrize("responses", [False, True])
@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_structured_output(method, responses):
    model = chat(use_responses_api=responses).with_structured_output(Weather, method=method)
    assert isinstance(model.invoke("Hi!"), Weather)


def test_azure():
    model = AzureChatOpenAI(
        azure_endpoint=URL, azure_deployment="mine", api_version="2024-10-21", api_key="any", max_retries=0, timeout=20
    )
    assert model.invoke("Hi!").text == SAID


def test_embeddings():
    # To check lengths it would fetch a tokenizer from the network.
    embeddings = OpenAIEmbeddings(
        model="text-embedding-3-small", base_url=URL + "/v1", api_key="any", check_embedding_ctx_length=False
    )
    one, two = embeddings.embed_documents(["one", "two"])
    assert len(one) == len(two) == 1536
    assert embeddings.embed_query("one") == pytest.approx(one)


def test_an_error_is_openais():
    with pytest.raises(RateLimitError):
        chat("/busy/v1").invoke("Hi!")
