//! The Rust SDK async-openai.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::types::chat::{
    ChatCompletionRequestUserMessageArgs, CreateChatCompletionRequest,
    CreateChatCompletionRequestArgs, FinishReason, Role,
};
use futures_util::StreamExt;

use crate::support::nginx::{Conf, Nginx};
use crate::support::runtime::block_on;
use crate::support::tls::install_crypto_provider;

const TEXT: &str = "Hello there, 世界! \\\"quoted\\\" and more.";
const RECEIVED: &str = "Hello there, 世界! \"quoted\" and more.";

/// Starts a server that streams [`TEXT`].
fn start() -> Nginx {
    Nginx::start(&format!("llm_mock_reply \"{TEXT}\"; llm_mock_delay 5ms;"))
}

/// A client with this base path.
fn client(nginx: &Nginx, base: &str) -> Client<OpenAIConfig> {
    install_crypto_provider();
    let base = format!("http://{}{base}", nginx.address());
    Client::with_config(
        OpenAIConfig::new()
            .with_api_base(base)
            .with_api_key("sk-test"),
    )
}

/// A chat request.
fn hello() -> CreateChatCompletionRequest {
    let hello = ChatCompletionRequestUserMessageArgs::default()
        .content("Hello!")
        .build()
        .unwrap();
    CreateChatCompletionRequestArgs::default()
        .model("gpt-4o")
        .messages([hello.into()])
        .build()
        .unwrap()
}

#[test]
fn parses_a_stream() {
    let nginx = start();
    let client = client(&nginx, "/v1");
    block_on(async {
        let mut stream = client.chat().create_stream(hello()).await.unwrap();
        let mut text = String::new();
        let mut roles = Vec::new();
        let mut ends = Vec::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.unwrap();
            assert_eq!(chunk.model, "gpt-4o");
            let choice = &chunk.choices[0];
            roles.extend(choice.delta.role);
            ends.extend(choice.finish_reason);
            text += choice.delta.content.as_deref().unwrap_or_default();
        }
        assert_eq!(text, RECEIVED);
        assert_eq!(roles, [Role::Assistant]);
        assert_eq!(ends, [FinishReason::Stop]);
    });
}

#[test]
fn parses_a_plain_response() {
    let nginx = start();
    let client = client(&nginx, "/v1");
    let response = block_on(client.chat().create(hello())).unwrap();
    assert_eq!(response.model, "gpt-4o");
    let choice = &response.choices[0];
    assert_eq!(choice.message.content.as_deref(), Some(RECEIVED));
    assert_eq!(choice.finish_reason, Some(FinishReason::Stop));
    let usage = response.usage.unwrap();
    assert_eq!(
        usage.total_tokens,
        usage.prompt_tokens + usage.completion_tokens
    );
    assert_eq!(
        usage.completion_tokens as usize,
        RECEIVED.split(' ').count()
    );
}

#[test]
fn status_401_from_nginx_is_an_api_error() {
    let nginx = Nginx::with(&Conf {
        server: "error_page 401 /error;
            location / { return 401; }
            location /error { internal; llm_mock on; }",
        ..Conf::default()
    });
    let client = client(&nginx, "/v1");
    match block_on(client.chat().create(hello())) {
        Err(OpenAIError::ApiError(error)) => {
            let error = format!("{error:?}");
            assert!(error.contains("invalid_api_key"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn strict_validation_failure_is_an_api_error() {
    let nginx = Nginx::start("llm_mock_delay 0; llm_mock_validate strict;");
    let client = client(&nginx, "/v1");
    let chat = |temperature: f32| -> CreateChatCompletionRequest {
        let hello = ChatCompletionRequestUserMessageArgs::default()
            .content("Hello!")
            .build()
            .unwrap();
        CreateChatCompletionRequestArgs::default()
            .model("gpt-4o")
            .messages([hello.into()])
            .temperature(temperature)
            .build()
            .unwrap()
    };
    match block_on(client.chat().create(chat(3.0))) {
        Err(OpenAIError::ApiError(error)) => {
            let error = format!("{error:?}");
            for part in [
                "invalid_request_error",
                "\"temperature\"",
                "decimal_above_max_value",
            ] {
                assert!(error.contains(part), "{error}");
            }
        }
        other => panic!("{other:?}"),
    }
    assert!(block_on(client.chat().create(chat(2.0))).is_ok());
}
