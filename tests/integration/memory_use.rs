//! What streams take of a worker's memory and files, and give back.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::client::{Client, chat, request};
use crate::support::nginx::{Conf, Nginx, deadline, until};
use crate::support::worker::{Worker, allow_many_files};

/// Ten pages: what the worker may need for anything else meanwhile.
pub const NOTHING: usize = 40 * 1024;

#[test]
fn a_stream_of_a_million_words_takes_no_more_memory_as_it_goes() {
    // Due within a second.
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
    // HTTP/1.0 has no chunks: after the head there is nothing but events.
    let request = b"POST /v1/chat/completions HTTP/1.0\r\n\r\n";
    socket.write_all(request).unwrap();
    let mut reader = BufReader::with_capacity(256 * 1024, socket);
    read_through(&mut reader, b"\r\n\r\n");
    read_through(&mut reader, b"\n\n");
    let word = read_through(&mut reader, b"\n\n");
    // All the others are the same, byte for byte.
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
    assert!(late <= early + NOTHING);
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
fn clients_that_leave_by_the_thousand_give_all_back() {
    const CROWD: usize = 1_000;
    allow_many_files();
    let nginx = Nginx::alone(&Conf {
        listen: "backlog=2048",
        server: "llm_mock_delay 1h; location / { llm_mock on; }",
        ..Conf::default()
    });
    let worker = Worker::of(&nginx);
    // After its first request a worker has opened what it needs itself, and
    // perhaps not yet closed that connection.
    nginx.ask(request("GET", "/health", &[]));
    let base = worker.open_files();
    let mut open = Vec::new();
    let mut gone = Vec::new();
    for ends in ["FIN", "RST", "half-close"].repeat(2) {
        let mut clients: Vec<Client> = (0..CROWD).map(|_| Client::connect(&nginx)).collect();
        for client in &mut clients {
            client.send(chat(&[], ""));
        }
        if ends != "RST" {
            for client in &mut clients {
                client.wait_for("powered ");
            }
        }
        until("all have been accepted", || {
            (worker.open_files() >= base - 1 + CROWD).then_some(())
        });
        open.push(worker.memory());
        let log_before = nginx.error_log().len();
        let (left, before) = (Instant::now(), worker.cpu_time());
        if ends == "half-close" {
            clients.iter().for_each(Client::close_sending_side);
        } else {
            // What was received and not read makes a RST of the close.
            clients.clear();
        }
        until("all files are given back", || {
            (worker.open_files() <= base).then_some(())
        });
        let (took, worked) = (left.elapsed(), worker.cpu_time() - before);
        let busy = worker.cpu_time_within(Duration::from_millis(500));
        gone.push(worker.memory());
        println!(
            "{CROWD} clients left with {ends}: files back in {took:?} and {worked:?} of work, then busy for {busy:?} of 500 ms"
        );
        // The work of one second at most, and the waits of a busy machine.
        assert!(worked < Duration::from_secs(1), "{ends}: {worked:?}");
        assert!(took < Duration::from_secs(5), "{ends}: {took:?}");
        assert!(busy <= Duration::from_millis(20), "{ends}: {busy:?}");
        for line in nginx.error_log()[log_before..].lines() {
            assert!(line.contains("[info]"), "{ends}: {line}");
        }
    }
    // malloc may keep what it had, but of 4,000 streams nothing stays behind
    // when the fifth crowd is as far as the first.
    println!("memory of the worker with each {CROWD} open: {open:?}, when they had left: {gone:?}");
    assert!(open[4] <= open[0] + 256 * 1024, "{open:?}");
    // A crowd takes 10 MB. What malloc keeps of that differs.
    assert!(gone[5] <= gone[0] + 5 * 1024 * 1024, "{gone:?}");
}
