//! Many clients at once, each with a stream on a connection of its own.

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
use crate::support::http::{Incoming, Reply};
use crate::support::memcheck;
use crate::support::nginx::{Nginx, deadline, until};
use crate::support::stream::stream;
use crate::support::worker::allow_many_files;

/// 10 words that take 2 s.
pub const PACED: &str = "llm_mock_reply \"a b c d e f g h i j\"; llm_mock_delay 200ms;";
const TEXT: &str = "a b c d e f g h i j";

/// How a stream ended: whole, or closed within.
pub type End = Result<Reply, Incoming>;

pub struct Clients {
    runtime: Runtime,
    tasks: JoinSet<Vec<End>>,
    over: Arc<AtomicBool>,
}

impl Clients {
    /// So many streams, all of which have begun.
    pub fn open(nginx: &Nginx, count: usize) -> Self {
        Self::begin(nginx, count, true)
    }

    /// As many streams at any time: where one has ended the next begins.
    pub fn keep_open(nginx: &Nginx, count: usize) -> Self {
        Self::begin(nginx, count, false)
    }

    fn begin(nginx: &Nginx, count: usize, over: bool) -> Self {
        allow_many_files();
        let over = Arc::new(AtomicBool::new(over));
        let begun = Arc::new(AtomicUsize::new(0));
        let runtime = Runtime::new().unwrap();
        let mut tasks = JoinSet::new();
        for _ in 0..count {
            let one = visits(nginx.address(), Arc::clone(&begun), Arc::clone(&over));
            tasks.spawn_on(one, runtime.handle());
        }
        until("all have begun", || {
            (begun.load(Ordering::Relaxed) >= count).then_some(())
        });
        Self {
            runtime,
            tasks,
            over,
        }
    }

    /// Waits for the streams that are open to end; no more begin.
    pub fn ends(self) -> Vec<End> {
        self.over.store(true, Ordering::Relaxed);
        let ends = self.runtime.block_on(self.tasks.join_all());
        ends.into_iter().flatten().collect()
    }
}

/// One stream after another until it is over.
async fn visits(address: SocketAddr, begun: Arc<AtomicUsize>, over: Arc<AtomicBool>) -> Vec<End> {
    let mut ends = Vec::new();
    loop {
        let end = timeout(deadline(), visit(address, &begun)).await;
        ends.push(end.expect("a stream did not end"));
        if over.load(Ordering::Relaxed) {
            return ends;
        }
    }
}

async fn visit(address: SocketAddr, begun: &AtomicUsize) -> End {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(&chat(&[], "")).await.unwrap();
    let mut incoming = Incoming::new();
    let mut bytes = vec![0; 4 * 1024];
    let mut is_new = true;
    loop {
        let read = socket.read(&mut bytes).await.unwrap_or(0);
        incoming.feed(&bytes[..read]);
        let reply = incoming.take(false);
        let is_over = read == 0 || reply.is_some();
        if is_new && (is_over || !incoming.body().is_empty()) {
            begun.fetch_add(1, Ordering::Relaxed);
            is_new = false;
        }
        if is_over {
            return reply.ok_or(incoming);
        }
    }
}

/// memcheck gets fewer, else it would not be done in time.
pub fn a_thousand() -> usize {
    if memcheck::is_on() { 30 } else { 1_000 }
}

/// Asserts that all streams of [`PACED`] are whole and the same byte for byte,
/// and that no two have one id.
pub fn assert_whole(ends: &[End]) {
    let mut ids = HashSet::new();
    let mut golden = None;
    for end in ends {
        let reply = match end {
            Ok(reply) => reply,
            Err(cut) => panic!("cut: {}", String::from_utf8_lossy(cut.body())),
        };
        let (id, bytes) = without_id(reply);
        assert!(ids.insert(id.to_owned()), "{id} comes twice");
        let golden = golden.get_or_insert_with(|| {
            assert_eq!(stream(reply).text(), TEXT);
            bytes.clone()
        });
        assert_eq!(&bytes, golden);
    }
}

/// The id of a stream, and its bytes without what differs from one to the next.
fn without_id(reply: &Reply) -> (&str, String) {
    let text = reply.text();
    let value = |name: &str, end| {
        let (_, rest) = text.split_once(name).unwrap();
        rest.split_once(end).unwrap().0
    };
    let id = value("\"id\":\"", '"');
    let created = value("\"created\":", ',');
    (id, text.replace(id, "ID").replace(created, "NOW"))
}
