//! Many concurrent clients, each with one stream on its own connection.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::support::client::chat;
use crate::support::http::{Response, ResponseParser};
use crate::support::memcheck;
use crate::support::nginx::{Nginx, deadline, until};
use crate::support::stream::stream;
use crate::support::worker::allow_many_files;

/// A stream of 10 words that takes 2 s.
pub const PACED: &str = "llm_mock_reply \"a b c d e f g h i j\"; llm_mock_delay 200ms;";
const TEXT: &str = "a b c d e f g h i j";

/// A complete response, or what arrived before the connection was closed.
pub type StreamResult = Result<Response, ResponseParser>;

pub struct StreamClients {
    runtime: Runtime,
    tasks: JoinSet<Vec<StreamResult>>,
    over: Arc<AtomicBool>,
}

impl StreamClients {
    /// Opens `count` streams and waits for the first bytes of each.
    pub fn open(nginx: &Nginx, count: usize) -> Self {
        Self::start(nginx, count, true)
    }

    /// Keeps `count` streams open: each client starts a new stream when one ends.
    pub fn keep_open(nginx: &Nginx, count: usize) -> Self {
        Self::start(nginx, count, false)
    }

    fn start(nginx: &Nginx, count: usize, over: bool) -> Self {
        allow_many_files();
        let over = Arc::new(AtomicBool::new(over));
        let started = Arc::new(AtomicUsize::new(0));
        let runtime = Runtime::new().unwrap();
        let mut tasks = JoinSet::new();
        for _ in 0..count {
            let one = run_streams(nginx.address(), Arc::clone(&started), Arc::clone(&over));
            tasks.spawn_on(one, runtime.handle());
        }
        until("all streams have started", || {
            (started.load(Ordering::Relaxed) >= count).then_some(())
        });
        Self {
            runtime,
            tasks,
            over,
        }
    }

    /// Starts no more streams and waits for the open ones to end.
    pub fn join(self) -> Vec<StreamResult> {
        self.over.store(true, Ordering::Relaxed);
        let results = self.runtime.block_on(self.tasks.join_all());
        results.into_iter().flatten().collect()
    }
}

/// Runs one stream after another until `over` is set.
async fn run_streams(
    address: SocketAddr,
    started: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
) -> Vec<StreamResult> {
    let mut results = Vec::new();
    loop {
        let result = timeout(deadline(), run_stream(address, &started)).await;
        results.push(result.expect("a stream did not end"));
        if over.load(Ordering::Relaxed) {
            return results;
        }
    }
}

async fn run_stream(address: SocketAddr, started: &AtomicUsize) -> StreamResult {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(&chat(&[], "")).await.unwrap();
    let mut parser = ResponseParser::new();
    let mut bytes = vec![0; 4 * 1024];
    let mut is_new = true;
    loop {
        let read = socket.read(&mut bytes).await.unwrap_or(0);
        parser.feed(&bytes[..read]);
        let response = parser.take(false);
        let is_over = read == 0 || response.is_some();
        if is_new && (is_over || !parser.body().is_empty()) {
            started.fetch_add(1, Ordering::Relaxed);
            is_new = false;
        }
        if is_over {
            return response.ok_or(parser);
        }
    }
}

/// 1,000 streams; fewer under memcheck, which is about 30 times slower.
pub fn stream_count() -> usize {
    if memcheck::is_on() { 30 } else { 1_000 }
}

/// Asserts that all streams of [`PACED`] are complete and byte-identical except
/// for their ids, and that ids are unique.
pub fn assert_complete(results: &[StreamResult]) {
    let mut ids = HashSet::new();
    let mut golden = None;
    for result in results {
        let response = match result {
            Ok(response) => response,
            Err(parser) => panic!("truncated: {}", String::from_utf8_lossy(parser.body())),
        };
        let (id, bytes) = without_id(response);
        assert!(ids.insert(id.to_owned()), "duplicate id {id}");
        let golden = golden.get_or_insert_with(|| {
            assert_eq!(stream(response).text(), TEXT);
            bytes.clone()
        });
        assert_eq!(&bytes, golden);
    }
}

/// The id of a stream, and its text with id and timestamp replaced.
fn without_id(response: &Response) -> (&str, String) {
    let text = response.text();
    let value = |name: &str, end| {
        let (_, rest) = text.split_once(name).unwrap();
        rest.split_once(end).unwrap().0
    };
    let id = value("\"id\":\"", '"');
    let created = value("\"created\":", ',');
    (id, text.replace(id, "ID").replace(created, "NOW"))
}

/// Asserts that each request was logged once, with status 200.
pub fn assert_logged(nginx: &Nginx, requests: usize) {
    until("each request is logged", || {
        (nginx.access_log().len() >= requests).then_some(())
    });
    let lines = nginx.access_log();
    assert_eq!(lines.len(), requests);
    let failed = lines.iter().find(|line| !line.starts_with("200 "));
    assert_eq!(failed, None);
}
