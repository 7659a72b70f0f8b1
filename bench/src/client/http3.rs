//! Streams of HTTP/3.

use std::net::Ipv4Addr;
use std::rc::Rc;
use std::sync::Arc;

use anyhow::Result;
use bytes::{Buf, Bytes};
use h3::client::SendRequest;
use h3_quinn::OpenStreams;
use quinn::crypto::rustls::QuicClientConfig;
use quinn::{ClientConfig, Endpoint};
use tokio::task::{JoinSet, spawn_local};

use super::message::{Message, request};
use super::secure::{Crowd, NAME};
use crate::clock::now;

impl Crowd {
    /// Each connection has a socket, so that each has the whole of its buffer.
    pub async fn http3(self: Rc<Self>, first: usize, count: usize) -> Result<()> {
        let endpoint = Endpoint::client((Ipv4Addr::LOCALHOST, 0).into())?;
        let tls = QuicClientConfig::try_from(Arc::clone(&self.tls))?;
        let config = ClientConfig::new(Arc::new(tls));
        let connecting = endpoint.connect_with(config, self.plan.address, NAME)?;
        let (mut driver, sender) = h3::client::builder()
            // nginx 1.28 takes a request that ends with such a frame for a cut one.
            .send_grease(false)
            .build(h3_quinn::Connection::new(connecting.await?))
            .await?;
        spawn_local(async move { driver.wait_idle().await });
        let mut tasks = JoinSet::new();
        for index in first..first + count {
            tasks.spawn_local(Rc::clone(&self).http3_stream(index, sender.clone()));
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        Ok(())
    }

    async fn http3_stream(
        self: Rc<Self>,
        index: usize,
        mut sender: SendRequest<OpenStreams, Bytes>,
    ) -> Result<()> {
        self.opens(index).await;
        while now() < self.plan.last_request {
            let mut message = Message::start(Rc::clone(&self));
            let mut stream = sender.send_request(request(&self)?).await?;
            stream.send_data(self.plan.body.clone().into()).await?;
            stream.finish().await?;
            message.head(&stream.recv_response().await?)?;
            while let Some(mut part) = stream.recv_data().await? {
                while part.has_remaining() {
                    let len = part.chunk().len();
                    message.feed(part.chunk())?;
                    part.advance(len);
                }
            }
            message.end()?;
        }
        Ok(())
    }
}
