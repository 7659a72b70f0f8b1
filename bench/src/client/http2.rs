//! Streams of HTTP/2.

use std::rc::Rc;

use anyhow::Result;
use bytes::Bytes;
use h2::client::SendRequest;
use tokio::task::{JoinSet, spawn_local};

use super::message::{Message, request};
use super::secure::Crowd;
use crate::clock::now;

impl Crowd {
    pub async fn http2(self: Rc<Self>, first: usize, count: usize) -> Result<()> {
        let (sender, connection) = h2::client::handshake(self.connect().await?).await?;
        spawn_local(connection);
        let mut tasks = JoinSet::new();
        for index in first..first + count {
            tasks.spawn_local(Rc::clone(&self).http2_stream(index, sender.clone()));
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        Ok(())
    }

    async fn http2_stream(self: Rc<Self>, index: usize, sender: SendRequest<Bytes>) -> Result<()> {
        self.opens(index).await;
        while now() < self.plan.last_request {
            let mut message = Message::start(Rc::clone(&self));
            let mut sender = sender.clone().ready().await?;
            let (reply, mut prompt) = sender.send_request(request(&self)?, false)?;
            prompt.send_data(self.plan.body.clone().into(), true)?;
            let reply = reply.await?;
            message.head(&reply)?;
            let mut parts = reply.into_body();
            while let Some(data) = parts.data().await {
                let data = data?;
                message.feed(&data)?;
                parts.flow_control().release_capacity(data.len())?;
            }
            message.end()?;
        }
        Ok(())
    }
}
