//! The model that a request names comes back as it was.

use serde_json::json;

use crate::support::client::{Client, chat};
use crate::support::nginx::Nginx;
use crate::support::stream::stream;

#[test]
fn a_model_comes_back_as_it_was() {
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
            let reply = client.reply();
            if stream_field {
                assert_eq!(stream(&reply).model, model);
                // A client that splits at any line break must not see one.
                assert!(!reply.text().contains(['\u{85}', '\u{2028}', '\u{2029}']));
            } else {
                assert_eq!(reply.json()["model"], model);
            }
        }
    }
}

#[test]
fn escapes_in_a_model_are_read() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    let reply = nginx.chat(r#"{"mod\u0065l":"\u0061\ud83e\udd80\/\u0000"}"#);
    assert_eq!(stream(&reply).model, "a🦀/\0");
}

#[test]
fn half_a_surrogate_pair_breaks_nothing() {
    let nginx = Nginx::start("llm_mock_delay 0;");
    for (model, begin) in [
        (r"x\ud83e", "x\u{fffd}"),
        (r"x\udd80y", "x\u{fffd}"),
        (r"\ud83e\ud83e\udd80", "\u{fffd}"),
    ] {
        let said = stream(&nginx.chat(format!(r#"{{"\udd80":1,"model":"{model}"}}"#)));
        assert!(said.model.starts_with(begin), "{model}: {:?}", said.model);
    }
}

#[test]
fn without_a_model_the_configured_one_answers() {
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
