//! The engine under any sequence of time, blocked clients and an early end.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use llm_mock_core::engine::buffer::{Buffer, FULL};
use llm_mock_core::engine::schedule::Schedule;
use llm_mock_core::engine::stream::{Body, Poll, Stream};

#[derive(Arbitrary, Debug)]
struct Case {
    start: u64,
    first_delay: u64,
    gap: u64,
    /// The length of each step's frame.
    body: Vec<u16>,
    turns: Vec<Turn>,
}

#[derive(Arbitrary, Debug)]
enum Turn {
    /// So much later the client can take what is due.
    Writable(u64),
    /// So much later it still can't.
    Blocked(u64),
    Abort,
}

/// Step `n` is so many bytes, each the last digits of `n`.
struct Numbered(Vec<u16>);

impl Body for Numbered {
    fn steps(&self) -> usize {
        self.0.len().max(1)
    }

    fn render(&self, step: usize, out: &mut Buffer) {
        let len = self.0.get(step).copied().unwrap_or(0);
        out.put(&vec![step as u8; usize::from(len)]);
    }
}

fuzz_target!(|case: Case| {
    let schedule = Schedule::new(case.start, case.first_delay, case.gap);
    let mut whole = Vec::new();
    let body = Numbered(case.body.clone());
    // Where each step ends in the whole.
    let ends: Vec<usize> = (0..body.steps())
        .map(|step| {
            let mut frame = Buffer::new();
            body.render(step, &mut frame);
            whole.extend_from_slice(frame.as_bytes());
            whole.len()
        })
        .collect();
    let mut stream = Stream::new(body, schedule);
    let mut now = case.start;
    let mut got = Vec::new();
    for turn in case.turns {
        match turn {
            Turn::Abort => return,
            Turn::Blocked(later) => now = now.saturating_add(later),
            Turn::Writable(later) => {
                now = now.saturating_add(later);
                let mut out = Buffer::new();
                let polled = stream.poll(now, &mut out);
                assert!(out.as_bytes().len() < FULL + usize::from(u16::MAX));
                got.extend_from_slice(out.as_bytes());
                assert!(whole.starts_with(&got), "in order, once");
                // The last step that is there in full, and is not empty, was due.
                let sent = ends.iter().filter(|&&end| end <= got.len()).count();
                let begun = ends.iter().position(|&end| end == got.len());
                if let Some(step) = begun.filter(|_| !out.as_bytes().is_empty()) {
                    assert!(schedule.due(step) <= now, "never early");
                }
                match polled {
                    Poll::Done => assert_eq!(got.len(), whole.len()),
                    Poll::NoMemory => unreachable!("there is plenty"),
                    Poll::Wait(due) => {
                        assert!(due > now || out.is_full());
                        assert!(sent <= ends.len());
                    }
                }
            }
        }
    }
});
