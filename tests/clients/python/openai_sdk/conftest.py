import openai
import pytest

from server import URL


def connect(base="/v1", cls=openai.OpenAI, **options):
    """A client of what the server has at this path. It gives up soon, and at once where it is refused."""
    return cls(base_url=URL + base, api_key="any", **{"max_retries": 0, "timeout": 20, **options})


@pytest.fixture(scope="session", name="connect")
def connect_fixture():
    return connect


@pytest.fixture(scope="session")
def client():
    return connect()
