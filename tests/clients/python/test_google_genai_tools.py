import json

import pytest
from google import genai
from google.genai import types

from server import SAID, URL, Weather

MODEL = "gemini-2.5-flash"
TOOL = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(
            name="get_weather",
            description="The forecast.",
            parameters=types.Schema(
                type=types.Type.OBJECT,
                properties={"city": types.Schema(type=types.Type.STRING), "days": types.Schema(type=types.Type.INTEGER)},
                required=["city", "days"],
            ),
        )
    ]
)


@pytest.fixture(scope="module")
def client():
    return genai.Client(api_key="any", http_options=types.HttpOptions(base_url=URL, timeout=20_000))


def test_a_function_is_called_and_its_result_answered(client):
    config = types.GenerateContentConfig(tools=[TOOL])
    question = types.Content(role="user", parts=[types.Part(text="Hi!")])
    called = client.models.generate_content(model=MODEL, contents=[question], config=config)
    [call] = called.function_calls
    assert call.name == "get_weather"
    assert (type(call.args["city"]), type(call.args["days"])) == (str, int)
    result = types.Part.from_function_response(name=call.name, response={"result": "sun"})
    contents = [question, called.candidates[0].content, types.Content(role="user", parts=[result])]
    answered = client.models.generate_content(model=MODEL, contents=contents, config=config)
    assert answered.text == SAID


def test_a_function_of_pythons_is_run(client):
    asked = []

    def get_weather(city: str, days: int) -> str:
        """The forecast."""
        asked.append((city, days))
        return "sun"

    config = types.GenerateContentConfig(tools=[get_weather])
    reply = client.models.generate_content(model=MODEL, contents="Hi!", config=config)
    assert reply.text == SAID
    assert len(asked) == 1


def test_a_call_in_a_stream(client):
    config = types.GenerateContentConfig(tools=[TOOL])
    chunks = client.models.generate_content_stream(model=MODEL, contents="Hi!", config=config)
    [call] = [call for chunk in chunks for call in chunk.function_calls or []]
    assert set(call.args) == {"city", "days"}


def test_a_reply_is_parsed(client):
    config = types.GenerateContentConfig(response_mime_type="application/json", response_schema=Weather)
    reply = client.models.generate_content(model=MODEL, contents="Hi!", config=config)
    assert isinstance(reply.parsed, Weather)


def test_a_reply_under_a_json_schema(client):
    config = types.GenerateContentConfig(
        response_mime_type="application/json", response_json_schema=Weather.model_json_schema()
    )
    chunks = list(client.models.generate_content_stream(model=MODEL, contents="Hi!", config=config))
    assert len(chunks) > 3
    Weather.model_validate(json.loads("".join(chunk.text or "" for chunk in chunks)))
