//! A reply of HTTP/2 or 3: status and body, the framing is a library's.

use std::rc::Rc;

use anyhow::{Result, anyhow, ensure};
use http::{Request, Response};

use super::secure::{Crowd, NAME};
use super::timing::Timing;
use crate::clock::now;
use crate::expect::Matcher;

/// A reply that is arriving.
pub struct Message {
    crowd: Rc<Crowd>,
    timing: Timing,
    matcher: Matcher,
    is_complete: bool,
}

impl Message {
    /// Of the reply to a request that is being sent.
    pub fn start(crowd: Rc<Crowd>) -> Self {
        Self {
            crowd,
            timing: Timing::start(now()),
            matcher: Matcher::default(),
            is_complete: false,
        }
    }

    /// Checks the head.
    pub fn head<T>(&mut self, reply: &Response<T>) -> Result<()> {
        ensure!(reply.status() == 200, "it answers {}", reply.status());
        let mut tally = self.crowd.tally.borrow_mut();
        self.timing.begin(&self.crowd.plan, now(), &mut tally);
        Ok(())
    }

    /// Checks and counts what has come.
    pub fn feed(&mut self, data: &[u8]) -> Result<()> {
        let plan = &self.crowd.plan;
        let moment = now();
        let fed = self
            .matcher
            .feed(&plan.expected.body, data)
            .map_err(|mismatch| anyhow!("body: {mismatch}"))?;
        ensure!(fed.bytes == data.len(), "more than the reply");
        self.is_complete = fed.complete;
        let mut tally = self.crowd.tally.borrow_mut();
        self.timing.chunks(fed.marks, plan, moment, &mut tally);
        Ok(())
    }

    /// The stream ends.
    pub fn end(self) -> Result<()> {
        ensure!(self.is_complete, "the body ends too early");
        let mut tally = self.crowd.tally.borrow_mut();
        self.timing.end(&self.crowd.plan, now(), &mut tally);
        Ok(())
    }
}

/// The head of a request.
pub fn request(crowd: &Crowd) -> Result<Request<()>> {
    let request = Request::post(format!("https://{NAME}{}", crowd.plan.path));
    Ok(request
        .header("content-type", "application/json")
        .body(())?)
}
