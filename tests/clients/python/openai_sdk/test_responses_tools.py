import openai
import pytest

from server import SAID, Weather

TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "The forecast.",
    "parameters": Weather.model_json_schema(),
    "strict": False,
}


def test_a_tool_is_called_and_its_result_answered(client):
    question = {"role": "user", "content": "Hi!"}
    called = client.responses.create(model="gpt-4o", input=[question], tools=[TOOL])
    [call] = called.output
    assert (call.type, call.name, call.status) == ("function_call", "get_weather", "completed")
    Weather.model_validate_json(call.arguments)
    assert called.tools[0].name == "get_weather"
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "sun"}
    answered = client.responses.create(model="gpt-4o", input=[question, call, result], tools=[TOOL])
    assert answered.output_text == SAID


@pytest.mark.parametrize(("choice", "kind"), [("none", "message"), ("required", "function_call")])
def test_who_decides_about_the_call(client, choice, kind):
    response = client.responses.create(model="gpt-4o", input="Hi!", tools=[TOOL], tool_choice=choice)
    assert [item.type for item in response.output] == [kind]


def test_arguments_are_streamed(client):
    events = list(client.responses.create(model="gpt-4o", input="Hi!", tools=[TOOL], stream=True))
    pieces = [event.delta for event in events if event.type == "response.function_call_arguments.delta"]
    assert len(pieces) > 3
    [done] = [event for event in events if event.type == "response.function_call_arguments.done"]
    assert done.arguments == "".join(pieces)
    [call] = events[-1].response.output
    assert call.arguments == done.arguments


def test_the_stream_helper_parses_arguments(client):
    tools = [openai.pydantic_function_tool(Weather, name="get_weather")]
    tools = [{"type": "function", **tool["function"]} for tool in tools]
    with client.responses.stream(model="gpt-4o", input="Hi!", tools=tools) as stream:
        deltas = [event.delta for event in stream if event.type == "response.function_call_arguments.delta"]
        final = stream.get_final_response()
    assert len(deltas) > 3
    Weather.model_validate(final.output[0].parsed_arguments)


def test_a_reply_is_parsed(client):
    response = client.responses.parse(model="gpt-4o", input="Hi!", text_format=Weather)
    assert response.output_parsed == Weather.model_validate_json(response.output_text)


def test_a_stream_is_parsed(client):
    with client.responses.stream(model="gpt-4o", input="Hi!", text_format=Weather) as stream:
        pieces = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()
    assert len(pieces) > 3
    assert final.output_parsed == Weather.model_validate_json("".join(pieces))


def test_an_object_of_any_form(client):
    response = client.responses.create(model="gpt-4o", input="Hi!", text={"format": {"type": "json_object"}})
    assert response.output_text.startswith("{")
    assert response.text.format.type == "json_object"
