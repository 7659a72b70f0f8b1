from openai import pydantic_function_tool

from server import HI, Weather

NAMES = ["get_weather", "get_climate"]
TOOLS = [pydantic_function_tool(Weather, name=name) for name in NAMES]


def test_two_calls_at_once(client):
    reply = client.chat.completions.parse(model="gpt-4o", messages=HI, tools=TOOLS, parallel_tool_calls=True)
    calls = reply.choices[0].message.tool_calls
    assert [call.function.name for call in calls] == NAMES
    assert len({call.id for call in calls}) == 2
    assert all(isinstance(call.function.parsed_arguments, Weather) for call in calls)


def test_two_calls_in_a_stream(client):
    with client.chat.completions.stream(
        model="gpt-4o", messages=HI, tools=TOOLS, parallel_tool_calls=True
    ) as stream:
        done = [event for event in stream if event.type == "tool_calls.function.arguments.done"]
        final = stream.get_final_completion()
    assert [(event.index, event.name) for event in done] == list(enumerate(NAMES))
    assert [call.function.name for call in final.choices[0].message.tool_calls] == NAMES


def test_two_calls_of_a_response(client):
    tools = [{"type": "function", **tool["function"]} for tool in TOOLS]
    ask = {"model": "gpt-4o", "input": "Hi!", "tools": tools, "parallel_tool_calls": True}
    response = client.responses.create(**ask)
    assert [item.name for item in response.output] == NAMES
    *_, last = client.responses.create(**ask, stream=True)
    assert [item.name for item in last.response.output] == NAMES
