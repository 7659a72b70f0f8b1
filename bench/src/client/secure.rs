//! The crowd over TLS: HTTP/1.1, or HTTP/2 with many streams on a connection.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use bytes::Bytes;
use h2::client::SendRequest;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet, spawn_local};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::Plan;
use super::timing::Timing;
use crate::clock::{Micros, now};
use crate::expect::Matcher;
use crate::protocol::Protocol;
use crate::reply::Reply;
use crate::tally::Tally;

/// The name in the certificate of the server.
const NAME: &str = "localhost";

/// HTTP/2 streams that share a connection: nginx allows 128.
const SHARED_BY: usize = 100;

/// Plays a plan to its end.
///
/// # Errors
///
/// The certificate can't be read. What goes wrong with a connection is counted.
pub fn run(plan: Plan, protocol: Protocol, certificate: &Path) -> Result<Tally> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate)?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    if protocol == Protocol::Http2 {
        config.alpn_protocols = vec![b"h2".to_vec()];
    }
    let crowd = Rc::new(Crowd {
        plan,
        connector: TlsConnector::from(Arc::new(config)),
        tally: RefCell::default(),
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    LocalSet::new().block_on(&runtime, Rc::clone(&crowd).play(protocol));
    let tally = crowd.tally.borrow().clone();
    Ok(tally)
}

struct Crowd {
    plan: Plan,
    connector: TlsConnector,
    tally: RefCell<Tally>,
}

impl Crowd {
    async fn play(self: Rc<Self>, protocol: Protocol) {
        let mut tasks = JoinSet::new();
        let streams = self.plan.connections;
        match protocol {
            Protocol::Http2 => {
                for first in (0..streams).step_by(SHARED_BY) {
                    let count = SHARED_BY.min(streams - first);
                    tasks.spawn_local(Rc::clone(&self).http2(first, count));
                }
            }
            _ => {
                for index in 0..streams {
                    tasks.spawn_local(Rc::clone(&self).http1(index));
                }
            }
        }
        let time = Duration::from_micros(self.plan.give_up.saturating_sub(now()));
        let all = async {
            while let Some(done) = tasks.join_next().await {
                if let Err(error) = done.map_err(anyhow::Error::from).and_then(|done| done) {
                    self.tally.borrow_mut().error(format!("{error:#}"));
                }
            }
        };
        if tokio::time::timeout(time, all).await.is_err() {
            self.tally.borrow_mut().unfinished += tasks.len() as u64;
        }
    }

    async fn opens(&self, index: usize) {
        let at = self.plan.start + self.plan.opening * index as Micros;
        tokio::time::sleep(Duration::from_micros(at.saturating_sub(now()))).await;
    }

    async fn connect(&self) -> Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.plan.address).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from(NAME)?;
        Ok(self.connector.connect(name, stream).await?)
    }

    async fn http1(self: Rc<Self>, index: usize) -> Result<()> {
        self.opens(index).await;
        let mut stream = self.connect().await?;
        let mut reply = Reply::default();
        let mut buffer = vec![0; 16 * 1024];
        while now() < self.plan.last_request {
            let mut timing = Timing::start(now());
            reply.reset();
            stream.write_all(&self.plan.request).await?;
            loop {
                let count = stream.read(&mut buffer).await?;
                ensure!(count > 0, "closed before the end of the reply");
                let moment = now();
                let bytes = buffer.get(..count).unwrap_or_default();
                let arrived = reply
                    .feed(&self.plan.expected, bytes)
                    .map_err(|w| anyhow!("{w}"))?;
                let mut tally = self.tally.borrow_mut();
                timing.chunks(arrived.chunks, &self.plan, moment, &mut tally);
                if arrived.complete {
                    timing.end(&self.plan, moment, &mut tally);
                    break;
                }
            }
        }
        Ok(())
    }

    async fn http2(self: Rc<Self>, first: usize, count: usize) -> Result<()> {
        self.opens(first).await;
        let (sender, connection) = h2::client::handshake(self.connect().await?).await?;
        spawn_local(connection);
        let mut tasks = JoinSet::new();
        for index in first..first + count {
            tasks.spawn_local(Rc::clone(&self).stream(index, sender.clone()));
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        Ok(())
    }

    async fn stream(self: Rc<Self>, index: usize, sender: SendRequest<Bytes>) -> Result<()> {
        self.opens(index).await;
        while now() < self.plan.last_request {
            let mut timing = Timing::start(now());
            let request = http::Request::post(format!("https://{NAME}{}", self.plan.path))
                .header("content-type", "application/json")
                .body(())?;
            let (reply, mut body) = sender.clone().ready().await?.send_request(request, false)?;
            body.send_data(self.plan.body.clone().into(), true)?;
            let reply = reply.await?;
            ensure!(reply.status() == 200, "it answers {}", reply.status());
            let mut body = reply.into_body();
            let mut matcher = Matcher::default();
            let mut complete = false;
            while let Some(data) = body.data().await {
                let data = data?;
                let moment = now();
                let fed = matcher
                    .feed(&self.plan.expected.body, &data)
                    .map_err(|m| anyhow!("body: {m}"))?;
                ensure!(fed.bytes == data.len(), "more than the reply");
                complete = fed.complete;
                timing.chunks(fed.marks, &self.plan, moment, &mut self.tally.borrow_mut());
                body.flow_control().release_capacity(data.len())?;
            }
            ensure!(complete, "the body ends too early");
            timing.end(&self.plan, now(), &mut self.tally.borrow_mut());
        }
        Ok(())
    }
}

/// Makes a certificate for the server and writes it, with its key, to files.
///
/// # Errors
///
/// They can't be written.
pub fn make_certificate(certificate: &Path, key: &Path) -> Result<()> {
    let made = rcgen::generate_simple_self_signed([NAME.to_owned()])?;
    std::fs::write(certificate, made.cert.pem()).context("certificate")?;
    std::fs::write(key, made.signing_key.serialize_pem()).context("key")?;
    Ok(())
}
