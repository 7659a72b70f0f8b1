//! Any request, to any route, through `respond`.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use llm_mock_fuzz::case::Case;
use llm_mock_fuzz::{check, mutate};

fuzz_target!(|input: &[u8]| {
    if let Some(case) = Case::new(input) {
        check::check(&case);
    }
});

fuzz_mutator!(|data: &mut [u8], len: usize, room: usize, seed: u32| {
    mutate::mutate(data, len, room, seed)
});
