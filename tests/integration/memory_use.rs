//! Memory and open files of a worker during streams and after them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::client::{Client, chat, request};
use crate::support::nginx::{Conf, Nginx, deadline, until};
use crate::support::stream::stream;
use crate::support::worker::{MEMORY_NOISE, Worker, allow_many_files, memory_of};

#[test]
fn million_word_stream_takes_constant_memory() {
    // All words are due within a second.
    let nginx = Nginx::with(&Conf {
        http: &format!(
            "map $host $k {{ default \"{}\"; }} map $host $million {{ default \"{}\"; }}",
            "x ".repeat(1_000),
            "$k".repeat(1_000)
        ),
        server: "llm_mock_delay 1us; llm_mock_reply \"x $million\"; location / { llm_mock on; }",
        ..Conf::default()
    });
    let worker = Worker::of(&nginx);
    let mut socket = TcpStream::connect(nginx.address()).unwrap();
    socket.set_read_timeout(Some(deadline())).unwrap();
    // HTTP/1.0 has no chunks: only events follow the headers.
    let request = b"POST /v1/chat/completions HTTP/1.0\r\n\r\n";
    socket.write_all(request).unwrap();
    let mut reader = BufReader::with_capacity(256 * 1024, socket);
    read_through(&mut reader, b"\r\n\r\n");
    read_through(&mut reader, b"\n\n");
    let word = read_through(&mut reader, b"\n\n");
    // All following events are byte-identical.
    let thousand = word.repeat(1_000);
    let mut bytes = vec![0; thousand.len()];
    let mut memory = Vec::new();
    for _ in 0..1_000 {
        reader.read_exact(&mut bytes).unwrap();
        assert!(bytes == thousand, "{}", String::from_utf8_lossy(&bytes));
        memory.push(worker.memory());
    }
    let mut end = String::new();
    reader.read_to_string(&mut end).unwrap();
    assert!(end.ends_with("data: [DONE]\n\n"), "{end}");
    let (early, late) = (memory[99], memory[899]);
    println!("memory of the worker: {early} bytes after 100,000 words, {late} after 900,000");
    assert!(late <= early + MEMORY_NOISE);
}

/// Reads until what was read ends with `end`.
fn read_through(reader: &mut impl BufRead, end: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(end) {
        assert!(reader.read_until(b'\n', &mut bytes).unwrap() > 0, "closed");
    }
    bytes
}

#[test]
fn disconnected_clients_leave_no_files_and_no_memory() {
    const CLIENTS: usize = 1_000;
    allow_many_files();
    let nginx = Nginx::exclusive(&Conf {
        listen: "backlog=2048",
        server: "llm_mock_delay 1h; location / { llm_mock on; }",
        ..Conf::default()
    });
    let worker = Worker::of(&nginx);
    // A worker that has answered has opened the files it needs itself. It may not
    // have closed the connection yet.
    nginx.send(request("GET", "/health", &[]));
    let base = worker.open_files();
    let mut with_clients = Vec::new();
    let mut without = Vec::new();
    for end in ["FIN", "RST", "half-close"].repeat(2) {
        let mut clients: Vec<Client> = (0..CLIENTS).map(|_| Client::connect(&nginx)).collect();
        for client in &mut clients {
            client.send(chat(&[], ""));
        }
        if end != "RST" {
            for client in &mut clients {
                client.wait_for("powered ");
            }
        }
        until("all have been accepted", || {
            (worker.open_files() >= base - 1 + CLIENTS).then_some(())
        });
        with_clients.push(worker.memory());
        let log_before = nginx.error_log().len();
        let (closed, before) = (Instant::now(), worker.cpu_time());
        if end == "half-close" {
            clients.iter().for_each(Client::close_sending_side);
        } else {
            // A close with unread received data sends a RST.
            clients.clear();
        }
        until("all files are closed", || {
            (worker.open_files() <= base).then_some(())
        });
        let (took, worked) = (closed.elapsed(), worker.cpu_time() - before);
        let busy = worker.cpu_time_during(Duration::from_millis(500));
        without.push(worker.memory());
        println!(
            "{CLIENTS} clients disconnected with {end}: files closed in {took:?} and {worked:?} of work, then busy for {busy:?} of 500 ms"
        );
        // At most one second of CPU time; a busy machine may delay it.
        assert!(worked < Duration::from_secs(1), "{end}: {worked:?}");
        assert!(took < Duration::from_secs(5), "{end}: {took:?}");
        assert!(busy <= Duration::from_millis(20), "{end}: {busy:?}");
        for line in nginx.error_log()[log_before..].lines() {
            assert!(line.contains("[info]"), "{end}: {line}");
        }
    }
    println!("memory of the worker with {CLIENTS} clients: {with_clients:?}, without: {without:?}");
    // malloc may keep freed memory, but the fifth round needs no more than the first.
    assert!(
        with_clients[4] <= with_clients[0] + 256 * 1024,
        "{with_clients:?}"
    );
    // A round takes 10 MB. How much of it malloc keeps varies.
    assert!(without[5] <= without[0] + 5 * 1024 * 1024, "{without:?}");
}

/// Servers share an inherited reply: neither its text nor its chunks are copied.
#[test]
fn servers_share_an_inherited_reply() {
    const SERVERS: usize = 1_000;
    let servers: String = (0..SERVERS)
        .map(|n| {
            format!("server {{ listen 127.0.0.1:@port2@; server_name s{n}; location / {{ llm_mock on; }} }}\n")
        })
        .collect();
    let memory = |reply: &str| {
        let nginx = Nginx::with(&Conf {
            http: &format!(
                "server_names_hash_max_size 4096; llm_mock_delay 0; llm_mock_tokenizer auto;
                 llm_mock_chunk token; llm_mock_reply \"{reply}\"; {servers}"
            ),
            ..Conf::default()
        });
        assert_eq!(stream(&nginx.chat("")).text(), reply);
        memory_of(nginx.pid())
    };
    // nginx limits a parameter to 4 KB.
    let long: String = (0..500).map(|n| format!("word{n:03} ")).collect();
    let (short, long) = (memory("short"), memory(&long));
    println!("memory of the master: {short} bytes with a short reply, {long} with 4 KB");
    // Copies of the text alone would be 4 MB.
    assert!(long < short + 2 * 1024 * 1024, "{short} {long}");
}
