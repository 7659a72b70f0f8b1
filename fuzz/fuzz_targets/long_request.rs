//! Requests as in `request`, with one value of the body 256 KB long: work that is
//! not linear in the length of the body exceeds the time limit. The inputs have the
//! same format.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use llm_mock_fuzz::case::Case;
use llm_mock_fuzz::{check, mutate};

const LEN: usize = 256 * 1024;

fuzz_target!(|input: &[u8]| {
    if let Some(mut case) = Case::new(input) {
        case.lengthen(LEN);
        check::check(&case);
    }
});

fuzz_mutator!(|data: &mut [u8], len: usize, room: usize, seed: u32| {
    mutate::mutate(data, len, room, seed)
});
