import json

import openai
import pytest

from server import HI, Weather


def test_a_reply_is_parsed(client):
    reply = client.chat.completions.parse(model="gpt-4o", messages=HI, response_format=Weather)
    message = reply.choices[0].message
    assert isinstance(message.parsed, Weather)
    assert message.parsed == Weather.model_validate_json(message.content)
    assert message.refusal is None


def test_a_stream_is_parsed(client):
    with client.chat.completions.stream(model="gpt-4o", messages=HI, response_format=Weather) as stream:
        events = list(stream)
        final = stream.get_final_completion()
    pieces = [event.delta for event in events if event.type == "content.delta"]
    assert len(pieces) > 3
    [done] = [event for event in events if event.type == "content.done"]
    assert isinstance(done.parsed, Weather)
    assert final.choices[0].message.parsed == done.parsed == Weather.model_validate_json("".join(pieces))


def test_arguments_are_parsed(client):
    tools = [openai.pydantic_function_tool(Weather, name="get_weather")]
    reply = client.chat.completions.parse(model="gpt-4o", messages=HI, tools=tools)
    [call] = reply.choices[0].message.tool_calls
    assert call.function.name == "get_weather"
    assert isinstance(call.function.parsed_arguments, Weather)


def test_streamed_arguments_are_parsed(client):
    tools = [openai.pydantic_function_tool(Weather, name="get_weather")]
    with client.chat.completions.stream(model="gpt-4o", messages=HI, tools=tools) as stream:
        events = list(stream)
    deltas = [event for event in events if event.type == "tool_calls.function.arguments.delta"]
    assert len(deltas) > 3
    [done] = [event for event in events if event.type == "tool_calls.function.arguments.done"]
    assert isinstance(done.parsed_arguments, Weather)
    assert done.arguments == "".join(delta.arguments_delta for delta in deltas)


def test_a_reply_that_is_cut_is_an_error(client):
    with pytest.raises(openai.LengthFinishReasonError):
        client.chat.completions.parse(model="gpt-4o", messages=HI, response_format=Weather, max_tokens=2)


def test_an_object_of_any_form(client):
    reply = client.chat.completions.create(
        model="gpt-4o", messages=HI, response_format={"type": "json_object"}
    )
    assert isinstance(json.loads(reply.choices[0].message.content), dict)
