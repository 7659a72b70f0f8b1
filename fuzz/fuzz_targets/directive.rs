//! The values of directives: a time, and a text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use llm_mock_core::script::Script;
use llm_mock_core::time;

fuzz_target!(|value: &[u8]| {
    if let Ok(micros) = time::parse(value) {
        assert!(micros <= time::LONGEST);
        assert_eq!(time::parse(format!("{micros}us").as_bytes()), Ok(micros));
    }
    let script = Script::new(value);
    let text = String::from_utf8_lossy(value);
    let mut joined = String::new();
    for index in 0..script.len() {
        let (start, end) = (script.start_of(index), script.start_of(index + 1));
        let quoted = [b"\"", &script.text().as_bytes()[start..end], b"\""].concat();
        let piece: String = serde_json::from_slice(&quoted).expect("a JSON string");
        assert!(!piece.is_empty());
        joined += &piece;
    }
    assert_eq!(joined, text);
});
