//! The values of directives, and how a text is cut.
//!
//! The first two bytes choose the chunk and the tokenizer, the rest is the value.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use llm_mock_core::completion::{ChunkSize, ChunkedText, ChunkingMode, Models, StreamMode, Unit};
use llm_mock_core::json::Escaped;
use llm_mock_core::tokens::{Encoding, TokenizerMode};
use llm_mock_core::util::time;
use llm_mock_core::validate;
use llm_mock_fuzz::{budget, case};

static LOADED: LazyLock<bool> = LazyLock::new(|| Encoding::ALL.into_iter().all(Encoding::load));

fuzz_target!(|input: &[u8]| {
    let Some((&[chunk, tokenizer], value)) = input.split_first_chunk::<2>() else {
        return;
    };
    assert!(*LOADED);
    budget::within(value.len(), || check_values(value));
    let mode = ChunkingMode::new(case::chunk_size(chunk), case::tokenizer(tokenizer));
    let chunking = mode.of(mode.tokenizer.encodings().last());
    let chunked = budget::within(value.len(), || ChunkedText::new(value, chunking));
    assert_eq!(chunked.chunking(), chunking);
    check_chunks(&chunked, &String::from_utf8_lossy(value));
    if let Ok(text) = std::str::from_utf8(value) {
        let chunked = budget::within(value.len(), || ChunkedText::of_json(text, chunking));
        check_chunks(&chunked, text);
    }
});

/// What is accepted reads back as the same value.
fn check_values(value: &[u8]) {
    if let Ok(micros) = time::parse(value) {
        assert!(micros <= time::LONGEST);
        assert_eq!(time::parse(format!("{micros}us").as_bytes()), Ok(micros));
    }
    if let Ok(text) = std::str::from_utf8(value)
        && let Some(size) = ChunkSize::parse(text)
    {
        let unit = match size.unit {
            Unit::Word => "word",
            Unit::Token => "token",
            Unit::Char => "char",
        };
        assert_eq!(Unit::from_name(unit.as_bytes()), Some(size.unit));
        let written = format!("{unit} {}", size.count);
        assert_eq!(ChunkSize::parse(&written), Some(size));
    }
    if let Some(mode) = TokenizerMode::from_name(value) {
        assert!(mode.load());
    }
    let known = [
        StreamMode::from_name(value).is_some(),
        validate::Mode::from_name(value).is_some(),
        TokenizerMode::from_name(value).is_some(),
    ];
    assert!(value.is_ascii() || known == [false; 3]);
    let names = || value.split(|&byte| byte == b'\n');
    let models = Models::only(names());
    for name in names() {
        assert!(models.has(&Escaped::new(name)));
    }
}

/// The chunks, and the tokens, are the text, and none of the chunks is empty.
fn check_chunks(chunked: &ChunkedText, text: &str) {
    let escaped = chunked.text().as_bytes();
    let mut joined = String::new();
    for index in 0..chunked.len() {
        let (start, end) = (chunked.start_of(index), chunked.start_of(index + 1));
        assert_eq!(chunked.chunks_before(end), index + 1);
        let quoted = [b"\"", &escaped[start..end], b"\""].concat();
        let chunk: String = serde_json::from_slice(&quoted).expect("a JSON string");
        assert!(!chunk.is_empty());
        joined += &chunk;
    }
    assert_eq!(joined, text);
    assert_eq!(chunked.is_empty(), text.is_empty());
    assert_eq!(chunked.start_of(usize::MAX), escaped.len());
    let mut end = 0;
    for index in 0..chunked.tokens() {
        assert_eq!(chunked.start_of_token(index), end);
        let next = chunked.start_of_token(index + 1);
        assert!(next >= end, "tokens go back");
        let quoted = [b"\"", &escaped[end..next], b"\""].concat();
        serde_json::from_slice::<String>(&quoted).expect("a JSON string");
        end = next;
    }
    assert_eq!(end, escaped.len());
}
