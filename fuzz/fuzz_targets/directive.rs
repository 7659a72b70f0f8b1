//! The values of directives: a time, and a text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use llm_mock_core::completion::chunked_text::ChunkedText;
use llm_mock_core::util::time;

fuzz_target!(|value: &[u8]| {
    if let Ok(micros) = time::parse(value) {
        assert!(micros <= time::LONGEST);
        assert_eq!(time::parse(format!("{micros}us").as_bytes()), Ok(micros));
    }
    let chunked = ChunkedText::new(value);
    let text = String::from_utf8_lossy(value);
    let mut joined = String::new();
    for index in 0..chunked.len() {
        let (start, end) = (chunked.start_of(index), chunked.start_of(index + 1));
        let quoted = [b"\"", &chunked.text().as_bytes()[start..end], b"\""].concat();
        let chunk: String = serde_json::from_slice(&quoted).expect("a JSON string");
        assert!(!chunk.is_empty());
        joined += &chunk;
    }
    assert_eq!(joined, text);
});
