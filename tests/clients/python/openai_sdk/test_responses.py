import openai
import pytest

from server import SAID, WORDS, lenient


def test_the_plain_reply(client):
    response = client.responses.create(
        model="gpt-4o", input="Hi!", instructions="Be brief.", metadata={"user": "me"}
    )
    assert response.output_text == SAID
    assert (response.status, response.model) == ("completed", "gpt-4o")
    assert (response.instructions, response.metadata) == ("Be brief.", {"user": "me"})
    assert response.usage.output_tokens == len(WORDS)
    assert response.usage.total_tokens == response.usage.input_tokens + len(WORDS)


def test_the_stream(client):
    events = list(client.responses.create(model="gpt-4o", input="Hi!", stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.delta for event in events if event.type == "response.output_text.delta"] == WORDS
    assert (events[0].type, events[-1].type) == ("response.created", "response.completed")
    assert events[-1].response.output_text == SAID


def test_a_word_does_not_wait_for_the_next(connect):
    with connect("/slow/v1").responses.create(model="gpt-4o", input="Hi!", stream=True) as stream:
        word = next(event for event in stream if event.type == "response.output_text.delta")
    assert word.delta == WORDS[0]


def test_the_stream_helper(client):
    with client.responses.stream(model="gpt-4o", input="Hi!") as stream:
        pieces = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()
    assert pieces == WORDS
    assert final.output_text == SAID
    assert final.usage.output_tokens == len(WORDS)


@lenient
def test_a_reply_that_is_cut(client):
    response = client.responses.create(model="gpt-4o", input="Hi!", max_output_tokens=2)
    assert (response.status, response.output_text) == ("incomplete", "Hello there, ")
    assert response.incomplete_details.reason == "max_output_tokens"


def test_tokens_are_counted_beforehand(client):
    counted = client.responses.input_tokens.count(model="gpt-4o", input="Hi there!")
    response = client.responses.create(model="gpt-4o", input="Hi there!")
    assert counted.input_tokens == response.usage.input_tokens > 0


def test_nothing_is_stored(client):
    response = client.responses.create(model="gpt-4o", input="Hi!")
    with pytest.raises(openai.NotFoundError, match=response.id):
        client.responses.retrieve(response.id)
    client.responses.delete(response.id)
