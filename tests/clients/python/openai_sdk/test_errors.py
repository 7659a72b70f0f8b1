import openai
import pytest

from server import HI, SAID


def ask(client, **more):
    return client.chat.completions.create(model="gpt-4o", messages=HI, **more)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("base", "error", "status", "code"),
    [
        ("/denied/v1", openai.AuthenticationError, 401, "invalid_api_key"),
        ("/forbidden/v1", openai.PermissionDeniedError, 403, None),
        ("/busy/v1", openai.RateLimitError, 429, "rate_limit_exceeded"),
        ("/broken/v1", openai.InternalServerError, 500, None),
    ],
)
def test_what_nginx_refuses_is_a_typed_error(connect, base, error, status, code, stream):
    with pytest.raises(error) as raised:
        ask(connect(base), stream=stream)
    assert (raised.value.status_code, raised.value.code) == (status, code)
    assert raised.value.body["message"]
    assert raised.value.request_id.startswith("req_")


def test_a_model_that_is_not_there(connect):
    with pytest.raises(openai.NotFoundError, match="no-such-model") as raised:
        connect("/mine/v1").models.retrieve("no-such-model")
    assert (raised.value.code, raised.value.param) == ("model_not_found", "model")


def test_a_path_that_is_not_there(client):
    with pytest.raises(openai.NotFoundError) as raised:
        client.files.list()
    assert raised.value.code == "unknown_url"


def test_too_many_inputs(client):
    with pytest.raises(openai.BadRequestError) as raised:
        client.embeddings.create(model="text-embedding-3-small", input=["a"] * 2049)
    assert raised.value.param == "input"


def test_the_client_tries_again(connect):
    client = connect("/once/v1", max_retries=1)
    assert ask(client).choices[0].message.content == SAID


def test_the_client_does_not_wait_for_ever(connect):
    with pytest.raises(openai.APITimeoutError):
        ask(connect("/slow/v1", timeout=0.2))
