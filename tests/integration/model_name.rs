//! The model name of a request is repeated in the response.

use serde_json::json;

use crate::support::client::{Client, chat};
use crate::support::nginx::Nginx;
use crate::support::stream::stream;

#[test]
fn model_is_echoed() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let mut client = Client::connect(&nginx);
    let long = "模型abc🦀".repeat(850);
    for model in [
        "gpt-4o",
        "",
        r#"say "hi""#,
        r"back\slash \n \u0041",
        "line\nbreak\r\nand\ttab",
        "control \u{1}\u{8}\u{c}\u{1b}\u{1f}\u{7f}",
        "nul \0 nul",
        "🦀 模型 مدل",
        "line separators \u{85}\u{2028}\u{2029}",
        "</script><!--",
        "data: [DONE]\n\n",
        &long,
    ] {
        for stream_field in [true, false] {
            let body = json!({"messages": [], "model": model, "stream": stream_field});
            client.send(chat(&[], body.to_string()));
            let response = client.response();
            if stream_field {
                assert_eq!(stream(&response).model, model);
                // Some clients split events at any Unicode line break.
                assert!(!response.text().contains(['\u{85}', '\u{2028}', '\u{2029}']));
            } else {
                assert_eq!(response.json()["model"], model);
            }
        }
    }
}

#[test]
fn escapes_in_a_model_are_decoded() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let response = nginx.chat(r#"{"mod\u0065l":"\u0061\ud83e\udd80\/\u0000"}"#);
    assert_eq!(stream(&response).model, "a🦀/\0");
}

#[test]
fn lone_surrogates_are_replaced() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    for (model, begin) in [
        (r"x\ud83e", "x\u{fffd}"),
        (r"x\udd80y", "x\u{fffd}"),
        (r"\ud83e\ud83e\udd80", "\u{fffd}"),
    ] {
        let completion = stream(&nginx.chat(format!(r#"{{"\udd80":1,"model":"{model}"}}"#)));
        assert!(
            completion.model.starts_with(begin),
            "{model}: {:?}",
            completion.model
        );
    }
}

#[test]
fn missing_model_is_the_configured_one() {
    let nginx = Nginx::start(r#"llm_mock_delay 0; llm_mock_model "mine \"quoted\" 模型";"#);
    for body in [
        "",
        "{}",
        r#"{"model":1}"#,
        r#"{"messages":[{"model":"inner"}]}"#,
    ] {
        assert_eq!(
            stream(&nginx.chat(body)).model,
            "mine \"quoted\" 模型",
            "{body}"
        );
    }
    assert_eq!(stream(&nginx.chat(r#"{"model":"theirs"}"#)).model, "theirs");
    let plain = nginx.chat(r#"{"stream":false}"#).json();
    assert_eq!(plain["model"], "mine \"quoted\" 模型");
}
