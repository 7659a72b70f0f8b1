import anthropic
import pytest

from server import HI, SAID, URL, Weather

TOOL = {"name": "get_weather", "description": "The forecast.", "input_schema": Weather.model_json_schema()}
ASK = {"model": "claude-mock", "max_tokens": 1000, "messages": HI, "tools": [TOOL]}


@pytest.fixture(scope="module")
def client():
    return anthropic.Anthropic(base_url=URL, api_key="any", max_retries=0, timeout=20)


def test_a_tool_is_used_and_its_result_answered(client):
    used = client.messages.create(**ASK)
    assert used.stop_reason == "tool_use"
    [block] = used.content
    assert (block.type, block.name) == ("tool_use", "get_weather")
    assert block.id.startswith("toolu_")
    Weather.model_validate(block.input)
    result = {"type": "tool_result", "tool_use_id": block.id, "content": "sun"}
    messages = [*HI, {"role": "assistant", "content": used.content}, {"role": "user", "content": [result]}]
    answered = client.messages.create(**{**ASK, "messages": messages})
    assert (answered.stop_reason, answered.content[0].text) == ("end_turn", SAID)


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        ({"type": "auto"}, "tool_use"),
        ({"type": "any"}, "tool_use"),
        ({"type": "tool", "name": "get_weather"}, "tool_use"),
        ({"type": "none"}, "end_turn"),
    ],
)
def test_who_decides_about_the_use(client, choice, reason):
    assert client.messages.create(**ASK, tool_choice=choice).stop_reason == reason


def test_the_input_is_streamed(client):
    with client.messages.stream(**ASK) as stream:
        pieces = [event.partial_json for event in stream if event.type == "input_json"]
        final = stream.get_final_message()
    assert len(pieces) > 3
    assert Weather.model_validate(final.content[0].input) == Weather.model_validate_json("".join(pieces))
    assert final.stop_reason == "tool_use"


def test_the_tool_runner_of_the_beta(client):
    """It continues a thread of messages, which is not stored: it then sends all of them."""
    calls = []

    @anthropic.beta_tool
    def get_weather(city: str) -> str:
        """The forecast."""
        calls.append(city)
        return "sun"

    runner = client.beta.messages.tool_runner(
        model="claude-mock", max_tokens=1000, messages=HI, tools=[get_weather]
    )
    final = runner.until_done()
    assert (final.stop_reason, final.content[0].text) == ("end_turn", SAID)
    assert len(calls) == 1
