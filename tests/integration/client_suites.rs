//! The suites of clients in other languages. `tests/clients/run` installs what
//! they need and says by which command they run.

use std::env;
use std::process::Command;

use crate::support::nginx::{Conf, Nginx};

const COMMAND: &str = "LLM_MOCK_TEST_COMMAND";

/// What the suites ask for: each of these places stands before the path of an
/// API.
const SERVER: &str = r#"
    llm_mock_reply "Hello there, 世界! \"quoted\" and more.";
    llm_mock_delay 5ms;

    location / { llm_mock on; }

    # Who waits for the second word waits in vain.
    location /slow/ { llm_mock on; llm_mock_delay 60s; }

    location /mine/ { llm_mock on; llm_mock_model my-model; llm_mock_models my-model my-other; }

    # Refuses what OpenAI's SDKs try first, and not what they try again.
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
#[ignore = "tests/clients/run says what to run"]
fn the_clients_get_what_they_expect() {
    let command = env::var(COMMAND).unwrap_or_else(|_| panic!("{COMMAND} is not set"));
    let nginx = Nginx::with(&Conf {
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
