//! What streams take of a worker's memory and files, and give back.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::client::{Client, chat, request};
use crate::nginx::{DEADLINE, Nginx, until};
use crate::pressure;
use crate::worker::Worker;

/// Ten pages: what the worker may need for anything else meanwhile.
const NOTHING: usize = 40 * 1024;

#[test]
fn a_stream_takes_no_more_memory_as_it_goes() {
    // 100,000 words within a second.
    let (nginx, _) = pressure::start("llm_mock_delay 10us;");
    let worker = Worker::of(&nginx);
    let mut socket = TcpStream::connect(nginx.address()).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket.write_all(&chat(&[], "")).unwrap();
    let mut bytes = vec![0; 256 * 1024];
    let mut read_up_to = |wanted: usize| {
        let mut read = 0;
        while read < wanted {
            read += socket.read(&mut bytes).unwrap();
        }
    };
    read_up_to(2_000_000);
    let early = worker.memory();
    // Of some 19 MB.
    read_up_to(15_000_000);
    let late = worker.memory();
    println!("memory of the worker: {early} bytes after 2 MB, {late} after 17 MB");
    assert!(late <= early + NOTHING);
}

#[test]
fn clients_that_do_not_read_cost_no_more_memory_as_time_passes() {
    const CLIENTS: usize = 50;
    // At this pace 1.9 MB a second and client.
    let (nginx, _) = pressure::start("llm_mock_delay 100us;");
    let worker = Worker::of(&nginx);
    let clients: Vec<Client> = (0..CLIENTS)
        .map(|_| {
            let mut client = Client::connect(&nginx);
            client.send(chat(&[], ""));
            client
        })
        .collect();
    // Once sockets are full nothing moves: the memory stays as it is.
    let mut memory = worker.memory();
    let mut since = Instant::now();
    until("the memory stays the same for a second", || {
        let now = worker.memory();
        if now != memory {
            memory = now;
            since = Instant::now();
        }
        (since.elapsed() > Duration::from_secs(1)).then_some(())
    });
    drop(clients);
}

#[test]
fn clients_that_leave_by_the_hundred_give_all_back() {
    // At a time: the usual limit of open files is enough.
    const CROWD: usize = 500;
    let nginx = Nginx::start("llm_mock_delay 1h;");
    let worker = Worker::of(&nginx);
    // After its first request a worker has opened what it needs itself, and
    // perhaps not yet closed that connection.
    nginx.ask(request("GET", "/health", &[]));
    let base = worker.open_files();
    let mut open = Vec::new();
    for ends in ["FIN", "RST"].repeat(3) {
        let mut clients: Vec<Client> = (0..CROWD).map(|_| Client::connect(&nginx)).collect();
        for client in &mut clients {
            client.send(chat(&[], ""));
        }
        if ends == "FIN" {
            for client in &mut clients {
                client.wait_for("powered ");
            }
        }
        until("all have been accepted", || {
            (worker.open_files() >= base - 1 + CROWD).then_some(())
        });
        open.push(worker.memory());
        let left = Instant::now();
        // What was received and not read makes a RST of the close.
        drop(clients);
        until("all files are given back", || {
            (worker.open_files() <= base).then_some(())
        });
        let took = left.elapsed();
        println!("{CROWD} clients left with {ends}: files back in {took:?}");
    }
    // malloc may keep what it had, but of 2,000 streams nothing stays behind
    // when the fifth crowd is as far as the first.
    println!("memory of the worker with each {CROWD} open: {open:?}");
    assert!(open[4] <= open[0] + 256 * 1024, "{open:?}");
}
