//! The crowd over TLS: HTTP/1.1, or HTTP/2 or 3 with many streams on a
//! connection.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::plan::Plan;
use super::timing::Timing;
use crate::clock::{Micros, now};
use crate::protocol::Protocol;
use crate::reply::Reply;
use crate::tally::Tally;

/// The name in the certificate of the server.
pub(super) const NAME: &str = "localhost";

/// Streams that share a connection of HTTP/2 or 3: nginx allows 128.
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
    let mut tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = protocol.alpn().map(<[u8]>::to_vec).into_iter().collect();
    let crowd = Rc::new(Crowd {
        plan,
        tls: Arc::new(tls),
        tally: RefCell::default(),
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    LocalSet::new().block_on(&runtime, Rc::clone(&crowd).play(protocol));
    let tally = crowd.tally.borrow().clone();
    Ok(tally)
}

pub(super) struct Crowd {
    pub(super) plan: Plan,
    pub(super) tls: Arc<ClientConfig>,
    pub(super) tally: RefCell<Tally>,
}

impl Crowd {
    async fn play(self: Rc<Self>, protocol: Protocol) {
        let mut tasks = JoinSet::new();
        let streams = self.plan.connections;
        let shared_by = match protocol {
            Protocol::Http1 | Protocol::Tls => 1,
            Protocol::Http2 | Protocol::Http3 => SHARED_BY,
        };
        for first in (0..streams).step_by(shared_by) {
            let count = shared_by.min(streams - first);
            tasks.spawn_local(Rc::clone(&self).connection(protocol, first, count));
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

    /// `count` streams, of which this is the first, on a connection of their own.
    async fn connection(
        self: Rc<Self>,
        protocol: Protocol,
        first: usize,
        count: usize,
    ) -> Result<()> {
        self.opens(first).await;
        match protocol {
            Protocol::Http1 | Protocol::Tls => self.http1().await,
            Protocol::Http2 => self.http2(first, count).await,
            Protocol::Http3 => self.http3(first, count).await,
        }
    }

    pub(super) async fn opens(&self, index: usize) {
        let at = self.plan.start + self.plan.opening * index as Micros;
        tokio::time::sleep(Duration::from_micros(at.saturating_sub(now()))).await;
    }

    pub(super) async fn connect(&self) -> Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.plan.address).await?;
        stream.set_nodelay(true)?;
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        Ok(connector
            .connect(ServerName::try_from(NAME)?, stream)
            .await?)
    }

    async fn http1(&self) -> Result<()> {
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
                timing.begin(&self.plan, moment, &mut tally);
                timing.chunks(arrived.chunks, &self.plan, moment, &mut tally);
                if arrived.complete {
                    timing.end(&self.plan, moment, &mut tally);
                    break;
                }
            }
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
