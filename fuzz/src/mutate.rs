//! Mutations of a request that keep its structure, beside those of libFuzzer.

use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::Value;

use crate::case::{SETTINGS, path};
use crate::json;
use crate::words::word;

const PREFIXES: &[&str] = &[
    "",
    "",
    "",
    "/x",
    "/openai/deployments/mine",
    "/v1/projects/p",
];

const ARGS: &[&str] = &["", "", "?alt=sse", "?beta=true", "?api-version=1&key=x"];

/// Changes the input in `data[..len]`; returns its new length, at most `room`.
pub fn mutate(data: &mut [u8], len: usize, room: usize, seed: u32) -> usize {
    let mut rng = SmallRng::seed_from_u64(seed.into());
    if rng.random_ratio(1, 3) {
        return libfuzzer_sys::fuzzer_mutate(data, len, room);
    }
    let Some(changed) = changed(&data[..len], &mut rng) else {
        return libfuzzer_sys::fuzzer_mutate(data, len, room);
    };
    if changed.len() > room {
        return libfuzzer_sys::fuzzer_mutate(data, len, room);
    }
    data[..changed.len()].copy_from_slice(&changed);
    changed.len()
}

fn changed(input: &[u8], rng: &mut SmallRng) -> Option<Vec<u8>> {
    let default = [0, u8::MAX, 0, 0, 0, 0, 0, 0, 0];
    let (mut settings, rest) = match input.split_first_chunk::<SETTINGS>() {
        Some((settings, rest)) => (*settings, rest),
        None => (default, input),
    };
    let end = rest.iter().position(|&byte| byte == b'\n');
    let (target, body) = rest.split_at(end.unwrap_or(rest.len()));
    let (mut target, mut body) = (target.to_vec(), body.get(1..).unwrap_or_default().to_vec());
    let choice = rng.random_range(0..17);
    if choice == 0 || target.is_empty() {
        let name = ["gpt-4o", "resp_1", "a/b", word(rng)][rng.random_range(0..4)];
        let route = path(rng.random_range(0..1024), name);
        let prefix = PREFIXES.choose(rng)?;
        let route = match rng.random_ratio(1, 4) {
            true => route.strip_prefix("/v1").unwrap_or(&route),
            false => &route,
        };
        target = [prefix, route, ARGS.choose(rng)?].concat().into_bytes();
    }
    if choice == 1 {
        let at = rng.random_range(0..SETTINGS);
        settings[at] = match rng.random_ratio(1, 4) {
            true => default[at],
            false => rng.random(),
        };
    }
    if choice == 2 {
        settings[0] ^= 1 << rng.random_range(0..7);
    }
    if choice == 16 {
        settings[6] = rng.random_range(0..64);
    }
    if choice > 2 && choice < 16 || rng.random() {
        let mut root: Value = match serde_json::from_slice(&body) {
            Ok(root) => root,
            Err(_) => json::value(rng, 3),
        };
        for _ in 0..rng.random_range(1..4) {
            json::edit(&mut root, rng);
        }
        body = serde_json::to_vec(&root).ok()?;
    }
    Some([&settings, target.as_slice(), b"\n", &body].concat())
}
