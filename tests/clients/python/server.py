"""The server that tests/integration/client_suites.rs starts, and what it says."""

import os
from typing import Literal

import pytest
from pydantic import BaseModel

URL = os.environ.get("LLM_MOCK_URL", "")

# Requests that llm_mock_validate strict refuses, as the services do.
lenient = pytest.mark.skipif(os.environ.get("LLM_MOCK_TEST_VALIDATE") == "strict", reason="refused in strict mode")

WORDS = ["Hello ", "there, ", "世界! ", '"quoted" ', "and ", "more."]
SAID = "".join(WORDS)

HI = [{"role": "user", "content": "Hi!"}]


class Weather(BaseModel):
    """What a reply in a form of the client's holds."""

    city: str
    days: int
    unit: Literal["C", "F"]
    notes: list[str]


WEATHER_TOOL = {
    "type": "function",
    "function": {"name": "get_weather", "description": "The forecast.", "parameters": Weather.model_json_schema()},
}
