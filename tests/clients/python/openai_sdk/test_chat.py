import openai
import pytest

from server import HI, SAID, WEATHER_TOOL, WORDS, lenient


def test_the_plain_reply(client):
    reply = client.chat.completions.create(model="gpt-4o", messages=HI)
    [choice] = reply.choices
    assert (choice.message.role, choice.message.content) == ("assistant", SAID)
    assert choice.finish_reason == "stop"
    assert reply.model == "gpt-4o"
    assert reply.id.startswith("chatcmpl-")
    assert reply._request_id.startswith("req_")
    assert reply.usage.completion_tokens == len(WORDS)
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + len(WORDS)


def test_the_stream(client):
    stream = client.chat.completions.create(model="gpt-4o", messages=HI, stream=True)
    choices = [chunk.choices[0] for chunk in stream]
    assert [choice.delta.content for choice in choices if choice.delta.content] == WORDS
    assert choices[0].delta.role == "assistant"
    assert [choice.finish_reason for choice in choices if choice.finish_reason] == ["stop"]


def test_a_word_does_not_wait_for_the_next(connect):
    client = connect("/slow/v1")
    with client.chat.completions.create(model="gpt-4o", messages=HI, stream=True) as stream:
        word = next(chunk for chunk in stream if chunk.choices[0].delta.content)
    assert word.choices[0].delta.content == WORDS[0]


def test_usage_in_a_stream(client):
    stream = client.chat.completions.create(
        model="gpt-4o", messages=HI, stream=True, stream_options={"include_usage": True}
    )
    *before, last = stream
    assert all(chunk.usage is None for chunk in before)
    assert last.choices == []
    assert last.usage.completion_tokens == len(WORDS)


def test_a_prediction_is_counted(client):
    predicted = "".join(WORDS[:2]) + "somebody else"
    reply = client.chat.completions.create(
        model="gpt-4o", messages=HI, prediction={"type": "content", "content": predicted}
    )
    details = reply.usage.completion_tokens_details
    assert details.accepted_prediction_tokens == 2
    assert details.rejected_prediction_tokens > 0
    assert reply.usage.completion_tokens == len(WORDS) + details.rejected_prediction_tokens


def test_limits_and_choices(client):
    reply = client.chat.completions.create(model="gpt-4o", messages=HI, max_completion_tokens=2, n=3)
    assert [choice.index for choice in reply.choices] == [0, 1, 2]
    assert {choice.finish_reason for choice in reply.choices} == {"length"}
    assert {choice.message.content for choice in reply.choices} == {"Hello there, "}
    stopped = client.chat.completions.create(model="gpt-4o", messages=HI, stop="and")
    assert stopped.choices[0].message.content == "".join(WORDS[:4])


def test_probabilities(client):
    reply = client.chat.completions.create(model="gpt-4o", messages=HI, logprobs=True, top_logprobs=2)
    tokens = reply.choices[0].logprobs.content
    assert [token.token for token in tokens] == WORDS
    assert all(token.logprob <= 0 and len(token.top_logprobs) == 2 for token in tokens)


def test_the_stream_helper(client):
    with client.chat.completions.stream(model="gpt-4o", messages=HI) as stream:
        events = list(stream)
        final = stream.get_final_completion()
    assert [event.delta for event in events if event.type == "content.delta"] == WORDS
    [done] = [event for event in events if event.type == "content.done"]
    assert done.content == SAID
    assert final.choices[0].message.content == SAID
    assert final.choices[0].finish_reason == "stop"


def test_headers_and_raw_bytes(client):
    raw = client.chat.completions.with_raw_response.create(model="gpt-4o", messages=HI)
    assert raw.headers["x-request-id"].startswith("req_")
    assert raw.parse().choices[0].message.content == SAID
    with client.chat.completions.with_streaming_response.create(model="gpt-4o", messages=HI, stream=True) as response:
        lines = [line for line in response.iter_lines() if line]
    assert response.headers["content-type"] == "text/event-stream"
    assert lines[-1] == "data: [DONE]"


def test_a_tool_is_called_and_its_result_answered(client):
    called = client.chat.completions.create(model="gpt-4o", messages=HI, tools=[WEATHER_TOOL])
    message = called.choices[0].message
    assert called.choices[0].finish_reason == "tool_calls"
    [call] = message.tool_calls
    assert call.function.name == "get_weather"
    result = {"role": "tool", "tool_call_id": call.id, "content": "sun"}
    answered = client.chat.completions.create(
        model="gpt-4o", messages=[*HI, message, result], tools=[WEATHER_TOOL]
    )
    assert answered.choices[0].message.content == SAID


@lenient
def test_the_model_that_is_not_named(connect):
    reply = connect("/mine/v1").chat.completions.create(model="", messages=HI)
    assert reply.model == ""
    nameless = connect("/mine/v1").chat.completions.create(model=openai.omit, messages=HI)
    assert nameless.model == "my-model"


@pytest.mark.parametrize("role", ["system", "developer", "user"])
def test_content_of_parts(client, role):
    parts = [{"type": "text", "text": "Hi!"}]
    if role == "user":
        parts.append({"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}})
    reply = client.chat.completions.create(model="gpt-4o", messages=[{"role": role, "content": parts}])
    assert reply.choices[0].message.content == SAID
