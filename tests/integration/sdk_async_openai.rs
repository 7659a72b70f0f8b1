//! A real client of OpenAI's API.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::types::chat::{
    ChatCompletionRequestUserMessageArgs, CreateChatCompletionRequest,
    CreateChatCompletionRequestArgs, FinishReason, Role,
};
use futures_util::StreamExt;

use crate::support::nginx::{Conf, Nginx};
use crate::tls::{block_on, choose_cryptography};

const TEXT: &str = "Hello there, 世界! \\\"quoted\\\" and more.";
const SAID: &str = "Hello there, 世界! \"quoted\" and more.";

fn start() -> Nginx {
    Nginx::start(&format!("llm_mock_reply \"{TEXT}\"; llm_mock_delay 5ms;"))
}

pub fn client(nginx: &Nginx, base: &str) -> Client<OpenAIConfig> {
    choose_cryptography();
    let base = format!("http://{}{base}", nginx.address());
    Client::with_config(
        OpenAIConfig::new()
            .with_api_base(base)
            .with_api_key("sk-test"),
    )
}

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
fn async_openai_reads_the_stream() {
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
        assert_eq!(text, SAID);
        assert_eq!(roles, [Role::Assistant]);
        assert_eq!(ends, [FinishReason::Stop]);
    });
}

#[test]
fn async_openai_reads_the_plain_reply() {
    let nginx = start();
    let client = client(&nginx, "/v1");
    let reply = block_on(client.chat().create(hello())).unwrap();
    assert_eq!(reply.model, "gpt-4o");
    let choice = &reply.choices[0];
    assert_eq!(choice.message.content.as_deref(), Some(SAID));
    assert_eq!(choice.finish_reason, Some(FinishReason::Stop));
    let usage = reply.usage.unwrap();
    assert_eq!(
        usage.total_tokens,
        usage.prompt_tokens + usage.completion_tokens
    );
    assert_eq!(usage.completion_tokens as usize, SAID.split(' ').count());
}

#[test]
fn what_nginx_refuses_is_an_error_of_the_api() {
    let nginx = Nginx::with(&Conf {
        server: "error_page 401 /refused;
            location / { return 401; }
            location /refused { internal; llm_mock on; }",
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
