//! Directive values that `nginx -t` accepts and rejects.

use crate::support::nginx::{Conf, check};

/// Runs `nginx -t` with these directives in the server block.
fn check_server(server: &str) -> (bool, String) {
    check(&Conf {
        server,
        ..Conf::default()
    })
}

/// Asserts that `nginx -t` rejects the directives with one [emerg] line that contains
/// all of `expected`.
fn assert_rejected(directives: &str, expected: &[&str]) {
    let (accepted, output) = check_server(directives);
    assert!(!accepted, "accepted: {directives}");
    let lines: Vec<&str> = output.lines().filter(|l| l.contains("[emerg]")).collect();
    assert_eq!(lines.len(), 1, "{directives}\n{output}");
    for text in expected {
        assert!(
            lines[0].contains(text),
            "{directives}: no {text:?} in {output}"
        );
    }
}

/// All directives, each with a valid value.
const DIRECTIVES: [(&str, &str); 11] = [
    ("llm_mock", "on"),
    ("llm_mock_reply", "text"),
    ("llm_mock_delay", "1ms"),
    ("llm_mock_first_delay", "1ms"),
    ("llm_mock_model", "name"),
    ("llm_mock_models", "name"),
    ("llm_mock_stream", "always"),
    ("llm_mock_validate", "strict"),
    ("llm_mock_tokenizer", "auto"),
    ("llm_mock_chunk", "word"),
    ("llm_mock_ignore_client_abort", "on"),
];

#[test]
fn wrong_number_of_arguments_is_rejected() {
    for (name, value) in DIRECTIVES {
        let expected = format!("invalid number of arguments in \"{name}\" directive");
        assert_rejected(&format!("{name};"), &[&expected]);
        if name == "llm_mock_chunk" {
            assert_rejected(&format!("{name} {value} 1 1;"), &[&expected]);
        } else if name != "llm_mock_models" {
            assert_rejected(&format!("{name} {value} {value};"), &[&expected]);
        }
    }
}

#[test]
fn duplicate_directive_is_rejected() {
    for (name, value) in DIRECTIVES {
        let expected = format!("\"{name}\" directive is duplicate");
        assert_rejected(&format!("{name} {value}; {name} {value};"), &[&expected]);
        let in_location = format!("location / {{ {name} {value}; {name} {value}; }}");
        assert_rejected(&in_location, &[&expected]);
    }
    // The same holds for values with variables.
    for (name, value) in DIRECTIVES.iter().filter(|(name, _)| takes_variables(name)) {
        let expected = format!("\"{name}\" directive is duplicate");
        assert_rejected(&format!("{name} $arg_x; {name} {value};"), &[&expected]);
    }
}

/// Whether the value of a directive may contain variables.
fn takes_variables(name: &str) -> bool {
    !["llm_mock", "llm_mock_ignore_client_abort"].contains(&name)
}

#[test]
fn invalid_times_are_rejected() {
    for name in ["llm_mock_delay", "llm_mock_first_delay"] {
        for value in [
            "fast", "\"\"", "-1ms", "+1ms", "\"1 ms\"", "1x", "ms", "1.5.5s", ".5s", "5.s",
            "1ms1s", "1e3ms", "0x10ms", "50MS", "1,5ms", "٣ms",
        ] {
            let bare = value.trim_matches('"');
            let shown = format!("invalid value \"{bare}\" in \"{name}\"");
            assert_rejected(
                &format!("{name} {value};"),
                &[&shown, "expected a time such as 50ms"],
            );
        }
        for value in ["366d", "53w", "99999999999999999999s"] {
            let shown = format!("invalid value \"{value}\" in \"{name}\"");
            assert_rejected(&format!("{name} {value};"), &[&shown, "at most 365d"]);
        }
    }
}

#[test]
fn unknown_keywords_are_rejected() {
    for value in ["yes", "1", "ON", "\"\"", "$on"] {
        let bare = value.trim_matches('"');
        for name in ["llm_mock", "llm_mock_ignore_client_abort"] {
            let shown = format!("invalid value \"{bare}\" in \"{name}\"");
            let directive = format!("{name} {value};");
            assert_rejected(&directive, &[&shown, "expected \"on\" or \"off\""]);
        }
    }
    for value in ["on", "true", "Auto", "\"\""] {
        let bare = value.trim_matches('"');
        let shown = format!("invalid value \"{bare}\" in \"llm_mock_stream\"");
        let expected = "expected \"auto\", \"always\" or \"never\"";
        assert_rejected(&format!("llm_mock_stream {value};"), &[&shown, expected]);
        let shown = format!("invalid value \"{bare}\" in \"llm_mock_validate\"");
        let expected = "expected \"lenient\" or \"strict\"";
        assert_rejected(&format!("llm_mock_validate {value};"), &[&shown, expected]);
    }
}

#[test]
fn unknown_tokenizers_are_rejected() {
    for value in ["on", "p50k_base", "gpt-4o", "\"\""] {
        let bare = value.trim_matches('"');
        assert_rejected(
            &format!("llm_mock_tokenizer {value};"),
            &[
                &format!("invalid value \"{bare}\" in \"llm_mock_tokenizer\""),
                "expected \"off\", \"auto\", \"cl100k_base\" or \"o200k_base\"",
            ],
        );
    }
}

#[test]
fn invalid_chunk_units_and_sizes_are_rejected() {
    for value in ["line", "words", "3", "\"\""] {
        let bare = value.trim_matches('"');
        assert_rejected(
            &format!("llm_mock_chunk {value};"),
            &[
                &format!("invalid value \"{bare}\" in \"llm_mock_chunk\""),
                "expected \"word\", \"token\" or \"char\"",
            ],
        );
    }
    for value in ["0", "-1", "1.5", "x", "\"\"", "4294967296"] {
        let bare = value.trim_matches('"');
        assert_rejected(
            &format!("llm_mock_chunk char {value};"),
            &[
                &format!("invalid value \"char {bare}\" in \"llm_mock_chunk\""),
                "a whole number from 1",
            ],
        );
    }
}

#[test]
fn empty_model_names_are_rejected() {
    let shown = "invalid value \"\" in \"llm_mock_model\"";
    assert_rejected(
        "llm_mock_model \"\";",
        &[shown, "expected the name of a model"],
    );
    for names in ["\"\"", "a \"\" b", "a \"\"", "\"\" $arg_x"] {
        assert_rejected(
            &format!("llm_mock_models {names};"),
            &[
                "invalid value \"\" in \"llm_mock_models\"",
                "expected the name of a model",
            ],
        );
    }
}

#[test]
fn unknown_variables_are_rejected_by_name() {
    for (name, _) in DIRECTIVES.iter().filter(|(name, _)| takes_variables(name)) {
        let directive = format!("{name} \"x $no_such_variable\";");
        assert_rejected(&directive, &["unknown \"no_such_variable\" variable"]);
    }
}

#[test]
fn directives_outside_http_are_rejected() {
    for (name, value) in DIRECTIVES {
        let (accepted, output) = check(&Conf {
            http: &format!("}} {name} {value}; events {{"),
            ..Conf::default()
        });
        assert!(!accepted);
        let expected = format!("\"{name}\" directive is not allowed here");
        assert!(output.contains(&expected), "{output}");
        let in_upstream = format!("upstream u {{ server 127.0.0.1:1; {name} {value}; }}");
        let (accepted, output) = check(&Conf {
            http: &in_upstream,
            ..Conf::default()
        });
        assert!(!accepted);
        assert!(output.contains(&expected), "{output}");
    }
}

#[test]
fn valid_values_are_accepted() {
    let times = [
        "0",
        "0ms",
        "50ms",
        "2.5ms",
        "0.5ms",
        "250us",
        "1s",
        "1",
        "1.5s",
        "1m",
        "\"1m 30s\"",
        "1m30s",
        "1h",
        "1d",
        "1w",
        "365d",
        "$arg_x",
        "${arg_x}ms",
        "\"${arg_x}s 5ms\"",
    ];
    let texts = [
        "word",
        "\"two words\"",
        "\"\"",
        "'single \"double\"'",
        "\"$arg_x\"",
        "\"a ${uri} b\"",
    ];
    let values = [
        ("llm_mock", ["on", "off"].as_slice()),
        ("llm_mock_reply", &texts),
    ]
    .into_iter()
    .chain([
        ("llm_mock_delay", times.as_slice()),
        ("llm_mock_first_delay", &times),
    ])
    .chain([
        (
            "llm_mock_model",
            ["gpt-4o", "\"a name\"", "'org/model:tag'", "$arg_x"].as_slice(),
        ),
        (
            "llm_mock_models",
            &[
                "one",
                "one two three",
                "'org/model:tag' \"a name\"",
                "$arg_x",
                "one $arg_x \"${arg_x}-mini\"",
            ],
        ),
        ("llm_mock_stream", &["auto", "always", "never", "$arg_x"]),
        ("llm_mock_validate", &["lenient", "strict", "$arg_x"]),
        (
            "llm_mock_tokenizer",
            &["off", "auto", "cl100k_base", "o200k_base", "$arg_x"],
        ),
        (
            "llm_mock_chunk",
            &[
                "word",
                "token",
                "char",
                "word 3",
                "token 1",
                "char 4294967295",
                "$arg_x",
                "word $arg_x",
                "$arg_x $arg_y",
            ],
        ),
        ("llm_mock_ignore_client_abort", &["on", "off"]),
    ]);
    let mut locations = String::new();
    for (name, values) in values {
        for (n, value) in values.iter().enumerate() {
            locations += &format!("location /{name}/{n}/ {{ {name} {value}; }}\n");
        }
    }
    let (accepted, output) = check_server(&locations);
    assert!(accepted, "{output}");
    assert!(!output.contains("[warn]"), "{output}");
    // All directives on all levels.
    let all: String = DIRECTIVES
        .iter()
        .map(|(name, value)| format!("{name} {value};"))
        .collect();
    let (accepted, output) = check(&Conf {
        http: &all,
        server: &format!("{all} location / {{ {all} if ($arg_x) {{ set $y 1; }} }}"),
        ..Conf::default()
    });
    assert!(accepted, "{output}");
}
