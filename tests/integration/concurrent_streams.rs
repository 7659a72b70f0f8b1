//! Many streams at once.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::support::client::chat;
use crate::support::http::{Incoming, Reply};
use crate::support::nginx::{Conf, Nginx, deadline};
use crate::support::stream::stream;
use crate::timing::{gaps, median};

const STREAMS: usize = 500;
const TEXT: &str = "one two three four five six seven eight nine ten \
                    eleven twelve thirteen fourteen fifteen sixteen";

#[test]
fn five_hundred_streams_are_all_whole() {
    let nginx = Nginx::alone(&Conf {
        server: &format!("llm_mock_reply \"{TEXT}\"; location / {{ llm_mock on; }}"),
        ..Conf::default()
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let begun = Instant::now();
    let replies = runtime.block_on(async {
        let mut tasks = JoinSet::new();
        for n in 0..STREAMS {
            let request = chat(&[], format!(r#"{{"model":"model-{n}"}}"#));
            let address = nginx.address();
            tasks.spawn(timeout(deadline(), async move {
                let mut socket = TcpStream::connect(address).await.unwrap();
                socket.write_all(&request).await.unwrap();
                (n, read(&mut socket).await)
            }));
        }
        tasks.join_all().await
    });
    let took = begun.elapsed();
    let mut all_gaps = Vec::new();
    for reply in replies {
        let (n, reply) = reply.expect("a stream did not end");
        let said = stream(&reply);
        assert_eq!(
            (said.text(), said.model),
            (TEXT.to_owned(), format!("model-{n}"))
        );
        all_gaps.extend(gaps(&reply));
    }
    let nominal = Duration::from_millis(50) * (TEXT.split(' ').count() - 1) as u32;
    println!(
        "{STREAMS} streams of {nominal:?}: {took:?} in all, median gap {:.2} ms",
        median(all_gaps)
    );
    assert!(
        took < nominal * 5,
        "they did not run at the same time: {took:?}"
    );
}

async fn read(socket: &mut TcpStream) -> Reply {
    let mut incoming = Incoming::new();
    let mut bytes = vec![0; 16 * 1024];
    loop {
        if let Some(reply) = incoming.take(false) {
            return reply;
        }
        let read = socket.read(&mut bytes).await.unwrap();
        assert!(read > 0, "closed within the stream");
        incoming.feed(&bytes[..read]);
    }
}
