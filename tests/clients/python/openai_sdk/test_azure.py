import openai
import pytest

from server import HI, SAID, URL, WORDS


@pytest.fixture(scope="module")
def azure():
    return openai.AzureOpenAI(
        azure_endpoint=URL, api_key="any", api_version="2024-10-21", max_retries=0, timeout=20
    )


def test_the_deployment_is_the_model(azure):
    reply = azure.chat.completions.create(model="my-deployment", messages=HI)
    assert (reply.model, reply.choices[0].message.content) == ("my-deployment", SAID)


def test_the_stream(azure):
    stream = azure.chat.completions.create(model="my-deployment", messages=HI, stream=True)
    assert [chunk.choices[0].delta.content for chunk in stream if chunk.choices[0].delta.content] == WORDS


def test_embeddings(azure):
    reply = azure.embeddings.create(model="text-embedding-3-small", input="Hi!")
    assert len(reply.data[0].embedding) == 1536


def test_a_response(azure):
    assert azure.responses.create(model="my-deployment", input="Hi!").output_text == SAID
