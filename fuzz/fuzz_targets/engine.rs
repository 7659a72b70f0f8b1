//! Streams and the timing wheel under any sequence of times.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use llm_mock_core::engine::{Body, Buffer, FULL, Poll, SPAN, Schedule, Stream, TimerWheel};

#[derive(Arbitrary, Debug)]
enum Case {
    Stream(StreamCase),
    Wheel { start: u32, turns: Vec<WheelTurn> },
}

#[derive(Arbitrary, Debug)]
struct StreamCase {
    start: u64,
    first_delay: Span,
    gap: Span,
    /// The length of each step.
    steps: Vec<Length>,
    turns: Vec<StreamTurn>,
}

/// Short times are as likely as times at the end of the clock.
#[derive(Arbitrary, Debug, Clone, Copy)]
enum Span {
    Zero,
    Short(u8),
    Long(u64),
}

#[derive(Arbitrary, Debug, Clone, Copy)]
enum Length {
    Short(u8),
    Long(u16),
}

#[derive(Arbitrary, Debug)]
enum StreamTurn {
    /// So much later the client can take what is due.
    Writable(Span),
    /// So much later it still can't.
    Blocked(Span),
    /// At the time that the stream asked for.
    Due,
}

#[derive(Arbitrary, Debug)]
enum WheelTurn {
    Insert(u16),
    Remove(u8),
    /// So much later, in milliseconds.
    Turn(u16),
}

impl Span {
    fn micros(self) -> u64 {
        match self {
            Self::Zero => 0,
            Self::Short(micros) => micros.into(),
            Self::Long(micros) => micros,
        }
    }
}

impl Length {
    fn bytes(self) -> usize {
        match self {
            Self::Short(bytes) => bytes.into(),
            Self::Long(bytes) => bytes.into(),
        }
    }
}

/// Step `n` is so many bytes, each the last digits of `n`.
struct Numbered(Vec<Length>);

impl Body for Numbered {
    fn steps(&self) -> usize {
        self.0.len().max(1)
    }

    fn render(&self, step: usize, out: &mut Buffer) {
        let len = self.0.get(step).map_or(0, |len| len.bytes());
        out.put(&vec![step as u8; len]);
    }
}

fuzz_target!(|case: Case| match case {
    Case::Stream(case) => stream(&case),
    Case::Wheel { start, turns } => wheel(start.into(), &turns),
});

/// Every step comes once, in order and never early, in bounded batches.
fn stream(case: &StreamCase) {
    let schedule = Schedule::new(case.start, case.first_delay.micros(), case.gap.micros());
    let body = Numbered(case.steps.clone());
    let mut whole = Buffer::new();
    // Where each step ends in the whole.
    let mut ends = Vec::new();
    for step in 0..body.steps() {
        body.render(step, &mut whole);
        ends.push(whole.as_bytes().len());
    }
    let whole = whole.as_bytes();
    let mut stream = Stream::of(body, schedule);
    let mut out = Buffer::new();
    let (mut now, mut due, mut got) = (case.start, case.start, 0);
    for turn in &case.turns {
        match *turn {
            StreamTurn::Blocked(later) => {
                now = now.saturating_add(later.micros());
                continue;
            }
            StreamTurn::Writable(later) => now = now.saturating_add(later.micros()),
            StreamTurn::Due => now = now.max(due),
        }
        let lag = stream.facts().lag_max;
        out.clear();
        let polled = stream.poll(now, &mut out);
        let sent = out.as_bytes();
        assert!(sent.len() < FULL + usize::from(u16::MAX));
        assert!(whole[got..].starts_with(sent), "in order, once");
        if !sent.is_empty() {
            let last = ends.partition_point(|&end| end < got + sent.len());
            assert!(schedule.after(last).next_due() <= now, "never early");
        }
        got += sent.len();
        let facts = stream.facts();
        assert!(facts.lag_max >= lag);
        assert!(facts.last.is_none_or(|last| last <= now));
        assert!(facts.first <= facts.last);
        match polled {
            Poll::Done => {
                assert_eq!(got, whole.len());
                assert!(facts.is_complete);
            }
            Poll::Wait(next) => {
                assert!(next > now || out.is_full());
                assert!(!facts.is_complete);
                due = next;
            }
            Poll::OutOfMemory => unreachable!("there is enough memory"),
        }
    }
}

/// Nobody is lost or woken early, and the wheel knows who is next.
fn wheel(start: u64, turns: &[WheelTurn]) {
    let mut wheel = TimerWheel::new();
    let mut lists = vec![0_usize; SPAN];
    // When each sleeper wakes, and its list.
    let mut model: Vec<(u64, usize)> = Vec::new();
    let (mut now, mut turned) = (start, start);
    for turn in turns {
        match *turn {
            WheelTurn::Insert(ahead) => {
                if model.is_empty() {
                    turned = now;
                }
                let due = now + u64::from(ahead);
                let list = wheel.insert(now, due);
                lists[list] += 1;
                model.push((due.clamp(turned + 1, turned + SPAN as u64), list));
            }
            WheelTurn::Remove(_) if model.is_empty() => {}
            WheelTurn::Remove(index) => {
                let (_, list) = model.swap_remove(usize::from(index) % model.len());
                lists[list] -= 1;
                if lists[list] == 0 {
                    wheel.vacate(list);
                }
            }
            WheelTurn::Turn(later) => {
                now += u64::from(later);
                turned = now;
                let mut woken = Vec::new();
                while let Some(list) = wheel.pop(now) {
                    assert!(lists[list] > 0, "an empty list");
                    woken.extend(model.extract_if(.., |it| it.1 == list).map(|it| it.0));
                    lists[list] = 0;
                }
                assert!(woken.is_sorted(), "in order");
                assert!(woken.iter().all(|&due| due <= now), "never early");
                assert!(model.iter().all(|&(due, _)| due > now), "nobody is lost");
            }
        }
        assert_eq!(wheel.is_empty(), model.is_empty());
        assert_eq!(wheel.next_due(), model.iter().map(|it| it.0).min());
    }
}
