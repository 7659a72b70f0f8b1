//! Streams that run at the same time.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::support::client::chat;
use crate::support::http::{Response, ResponseParser};
use crate::support::median;
use crate::support::nginx::{Conf, Nginx, deadline};
use crate::support::stream::stream;

const STREAMS: usize = 500;
const TEXT: &str = "one two three four five six seven eight nine ten \
                    eleven twelve thirteen fourteen fifteen sixteen";

#[test]
fn five_hundred_streams_run_concurrently() {
    let nginx = Nginx::exclusive(&Conf {
        server: &format!("llm_mock_reply \"{TEXT}\"; location / {{ llm_mock on; }}"),
        ..Conf::default()
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let start = Instant::now();
    let responses = runtime.block_on(async {
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
    let took = start.elapsed();
    let mut all_gaps = Vec::new();
    for response in responses {
        let (n, response) = response.expect("a stream did not end");
        let completion = stream(&response);
        assert_eq!(
            (completion.text(), completion.model),
            (TEXT.to_owned(), format!("model-{n}"))
        );
        all_gaps.extend(response.gaps_ms());
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

/// Reads one response.
async fn read(socket: &mut TcpStream) -> Response {
    let mut parser = ResponseParser::new();
    let mut bytes = vec![0; 16 * 1024];
    loop {
        if let Some(response) = parser.take(false) {
            return response;
        }
        let read = socket.read(&mut bytes).await.unwrap();
        assert!(read > 0, "closed within the stream");
        parser.feed(&bytes[..read]);
    }
}
