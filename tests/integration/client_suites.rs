//! The test suites of clients in other languages. `tests/clients/run` installs what
//! they need and passes the command that runs them.

use std::env;
use std::process::Command;

use crate::support::nginx::{Conf, Nginx};

const COMMAND: &str = "LLM_MOCK_TEST_COMMAND";

/// The mode of `llm_mock_validate`; `lenient` if it is not set.
const VALIDATE: &str = "LLM_MOCK_TEST_VALIDATE";

/// The configuration that the suites expect: each location prefixes the paths of
/// the APIs.
const SERVER: &str = r#"
    llm_mock_reply "Hello there, 世界! \"quoted\" and more.";
    llm_mock_delay 5ms;

    location / { llm_mock on; }

    # The second word is never sent in time.
    location /slow/ { llm_mock on; llm_mock_delay 60s; }

    location /mine/ { llm_mock on; llm_mock_model my-model; llm_mock_models my-model my-other; }

    # Rejects the first attempt of OpenAI's SDKs, but not their retries.
    location /once/ {
        if ($http_x_stainless_retry_count = 0) { return 429; }
        llm_mock on;
    }

    location /denied/ { return 401; }
    location /forbidden/ { return 403; }
    location /busy/ { return 429; }
    location /broken/ { return 500; }

    error_page 401 403 429 500 /llm_mock_error;
    location = /llm_mock_error { internal; llm_mock on; }
"#;

#[test]
#[ignore = "run by tests/clients/run"]
fn client_suites_pass() {
    let command = env::var(COMMAND).unwrap_or_else(|_| panic!("{COMMAND} is not set"));
    let mode = env::var(VALIDATE).unwrap_or_else(|_| "lenient".to_owned());
    let nginx = Nginx::with(&Conf {
        http: &format!("llm_mock_validate {mode};"),
        server: SERVER,
        ..Conf::default()
    });
    let status = Command::new("sh")
        .args(["-c", &command])
        .env("LLM_MOCK_URL", format!("http://{}", nginx.address()))
        .env("NO_PROXY", "127.0.0.1")
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
}
