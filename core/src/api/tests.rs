//! What holds for every endpoint that generates text.

use super::routes::ROUTES;
use super::*;
use proptest::prelude::*;
use serde::de::IgnoredAny;

fn dialects() -> impl Iterator<Item = &'static dyn Dialect> {
    ROUTES.iter().filter_map(|route| match route.endpoint {
        Endpoint::Generate(dialect) => Some(dialect),
        _ => None,
    })
}

/// Reads a body as each endpoint does, and answers it.
fn answer(body: &[u8]) {
    assert!(Encoding::O200kBase.load());
    for dialect in dialects() {
        let ask = dialect.ask(body);
        dialect.prompt_tokens(body, Encoding::O200kBase);
        testing::said(dialect, "m", "said", &ask, |said| {
            let whole = dialect.whole(said);
            serde_json::from_slice::<IgnoredAny>(&whole).unwrap();
            testing::steps(&dialect.stream(said));
        });
    }
}

/// Names that a reader looks for.
fn field() -> impl Strategy<Value = &'static str> {
    const MORE: [&str; 12] = [
        "echo",
        "generationConfig",
        "max_tokens",
        "model",
        "n",
        "output_config",
        "parallel_tool_calls",
        "response_format",
        "stop",
        "stream",
        "stream_options",
        "tool_choice",
    ];
    let read = dialects().flat_map(|dialect| dialect.prompt_fields());
    prop::sample::select(read.chain(&MORE).copied().collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn no_bytes_are_a_danger(body: Vec<u8>) {
        answer(&body);
    }

    #[test]
    fn almost_json_is_no_danger(
        field in field(),
        inner in field(),
        value in "[{}\\[\\]\":,\\\\ a-u0-9]{0,60}",
    ) {
        answer(value.as_bytes());
        answer(format!("{{\"{field}\":{value}}}").as_bytes());
        answer(format!("{{\"{field}\":{{\"{inner}\":{value}}}}}").as_bytes());
    }

    #[test]
    fn any_value_is_no_danger(
        field in field(),
        inner in field(),
        value in "-?[0-9]{1,22}(e[0-9]{1,3})?|\"[^\"\\\\\\p{Cc}]{0,5}\"|true|null|[\\[]{1,3}",
    ) {
        let ends = value.replace('[', "]");
        let value = if value.starts_with('[') { value + &ends } else { value };
        answer(format!("{{\"{field}\":{value}}}").as_bytes());
        answer(format!("{{\"{field}\":[{{\"{inner}\":{value}}}]}}").as_bytes());
    }
}
