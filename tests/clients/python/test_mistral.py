import pytest
from mistralai.client import Mistral

from server import SAID, URL, WORDS

ASK = {"model": "codestral-latest", "prompt": "def f(a, b):", "suffix": "return c"}


@pytest.fixture(scope="module")
def client():
    return Mistral(api_key="any", server_url=URL, timeout_ms=20_000)


def test_the_middle_is_a_message(client):
    reply = client.fim.complete(**ASK)
    [choice] = reply.choices
    assert (choice.message.content, choice.finish_reason) == (SAID, "stop")
    assert (reply.model, reply.usage.completion_tokens) == ("codestral-latest", len(WORDS))
    cut = client.fim.complete(**ASK, max_tokens=2).choices[0]
    assert (cut.message.content, cut.finish_reason) == ("Hello there, ", "length")


def test_the_middle_is_streamed(client):
    chunks = [event.data for event in client.fim.stream(**ASK)]
    assert [chunk.choices[0].delta.content for chunk in chunks if chunk.choices[0].delta.content] == WORDS
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.completion_tokens == len(WORDS)
