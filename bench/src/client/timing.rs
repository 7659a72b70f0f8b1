//! When the chunks of a reply came.

use super::plan::Plan;
use crate::clock::Micros;
use crate::tally::Tally;

/// The times of one reply.
#[derive(Debug, Default)]
pub struct Timing {
    /// When the request was begun.
    sent: Micros,
    /// When the last chunk came.
    arrived: Micros,
    /// How many have come.
    chunks: u64,
    /// Whether anything has.
    has_begun: bool,
}

impl Timing {
    /// A request is being sent.
    pub fn start(moment: Micros) -> Self {
        Self {
            sent: moment,
            ..Self::default()
        }
    }

    /// Something of the reply has come.
    pub fn begin(&mut self, plan: &Plan, moment: Micros, tally: &mut Tally) {
        if !self.has_begun && moment < plan.measure_to {
            tally.begun += 1;
        }
        self.has_begun = true;
    }

    /// Chunks have become complete.
    pub fn chunks(&mut self, count: usize, plan: &Plan, moment: Micros, tally: &mut Tally) {
        for _ in 0..count {
            self.chunk(plan, moment, tally);
        }
    }

    fn chunk(&mut self, plan: &Plan, moment: Micros, tally: &mut Tally) {
        if self.chunks == 0 && moment < plan.measure_to {
            // While connections are opened too: then long streams begin.
            tally.first_chunk.add(moment - self.sent);
        }
        if plan.measures(moment) {
            tally.chunks += 1;
            if self.chunks > 0 {
                tally.gap.add(moment - self.arrived);
            }
            let due = self.sent + plan.delay * self.chunks;
            match moment.checked_sub(due) {
                Some(late) => tally.late.add(late),
                None => tally.early += 1,
            }
        }
        self.chunks += 1;
        self.arrived = moment;
    }

    /// The reply is complete.
    pub fn end(&self, plan: &Plan, moment: Micros, tally: &mut Tally) {
        if plan.measures(moment) {
            tally.replies += 1;
            tally.whole.add(moment - self.sent);
        }
    }
}
