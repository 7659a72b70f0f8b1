"""The endpoints beside chat and responses."""

import math

import pytest

from server import SAID, WORDS


def test_completions(client):
    reply = client.completions.create(model="gpt-3.5-turbo-instruct", prompt="Hi!")
    assert (reply.choices[0].text, reply.choices[0].finish_reason) == (SAID, "stop")
    assert reply.usage.completion_tokens == len(WORDS)


def test_completions_streamed(client):
    stream = client.completions.create(model="m", prompt=["a", "b"], stream=True, max_tokens=3)
    texts = {0: [], 1: []}
    ends = {}
    for chunk in stream:
        for choice in chunk.choices:
            texts[choice.index] += [choice.text] if choice.text else []
            ends[choice.index] = choice.finish_reason or ends.get(choice.index)
    assert texts == {0: WORDS[:3], 1: WORDS[:3]}
    assert ends == {0: "length", 1: "length"}


def test_embeddings_are_unit_vectors(client):
    reply = client.embeddings.create(model="text-embedding-3-small", input=["one", "two", "one"])
    vectors = [item.embedding for item in reply.data]
    assert [item.index for item in reply.data] == [0, 1, 2]
    assert [len(vector) for vector in vectors] == [1536] * 3
    assert vectors[0] == vectors[2] != vectors[1]
    assert math.isclose(math.hypot(*vectors[0]), 1, rel_tol=1e-3)
    assert reply.usage.prompt_tokens == reply.usage.total_tokens > 0


def test_embeddings_of_a_size_as_numbers(client):
    ask = {"model": "text-embedding-3-large", "input": "one", "dimensions": 8}
    numbers = client.embeddings.create(**ask, encoding_format="float").data[0].embedding
    packed = client.embeddings.create(**ask).data[0].embedding
    assert numbers == pytest.approx(packed, abs=1e-6)
    assert len(numbers) == 8


def test_moderations(client):
    reply = client.moderations.create(model="omni-moderation-latest", input=["What a nice day", "Such violence!"])
    nice, bad = reply.results
    assert (nice.flagged, bad.flagged) == (False, True)
    assert bad.categories.violence and not bad.categories.hate
    assert bad.category_scores.violence > 0.5 > nice.category_scores.violence


def test_models(client, connect):
    names = [model.id for model in client.models.list()]
    assert {"gpt-4o", "text-embedding-3-small"} <= set(names)
    assert client.models.retrieve("any/name:tag").id == "any/name:tag"
    assert [model.id for model in connect("/mine/v1").models.list()] == ["my-model", "my-other"]
