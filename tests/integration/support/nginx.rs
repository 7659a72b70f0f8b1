//! An nginx of a test's own: its folder, its port, its configuration; and what
//! its error log must not hold when the test is over.

mod binary;
mod conf;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use self::binary::{arguments, binary, command};
pub use self::binary::{has_module, version_at_least};
pub use self::conf::{Conf, long_text};
use self::conf::{prepare, write_conf};
use crate::support::memcheck;
use crate::support::process::{self, is_running};

/// Nothing that a test waits for takes longer, on a busy machine too.
pub fn deadline() -> Duration {
    Duration::from_secs(if memcheck::is_on() { 200 } else { 20 })
}

/// Tests that measure time run while no other test does.
static TURN: RwLock<()> = RwLock::new(());

/// Held, never read.
enum Turn {
    Shared {
        _guard: RwLockReadGuard<'static, ()>,
    },
    Alone {
        _guard: RwLockWriteGuard<'static, ()>,
    },
}

pub struct Nginx {
    folder: TempDir,
    child: Child,
    /// The master processes, the newest last: the child or what became of it,
    /// and those of its upgrades.
    masters: Vec<u32>,
    ports: [u16; 2],
    expected: Mutex<Vec<String>>,
    tolerated: Mutex<Vec<String>>,
    out_of_memory: AtomicBool,
    _turn: Turn,
}

impl Nginx {
    /// A server that mocks everywhere, with these directives.
    pub fn start(directives: &str) -> Self {
        Self::with(&Conf {
            server: &format!("{directives} location / {{ llm_mock on; }}"),
            ..Conf::default()
        })
    }

    pub fn with(conf: &Conf) -> Self {
        let guard = TURN.read().unwrap_or_else(|poison| poison.into_inner());
        Self::run(conf, Turn::Shared { _guard: guard })
    }

    /// For tests that measure time: no other test's nginx runs meanwhile.
    pub fn alone(conf: &Conf) -> Self {
        let guard = TURN.write().unwrap_or_else(|poison| poison.into_inner());
        Self::run(conf, Turn::Alone { _guard: guard })
    }

    fn run(conf: &Conf, turn: Turn) -> Self {
        // Between the choice of a port and nginx's bind another may take it.
        for _ in 0..5 {
            let ports = free_ports();
            let folder = prepare(conf, ports);
            let mut launch = match memcheck::is_on() {
                true => arguments(memcheck::command(&binary(), folder.path()), folder.path()),
                false => command(folder.path()),
            };
            if !conf.daemon {
                launch.args(["-g", "daemon off;"]);
            }
            let mut child = launch.process_group(0).spawn().unwrap();
            // nginx writes its pid once it listens. The parent of a daemon
            // ends well, and the daemon ignores USR2 until it has.
            let master = until("nginx is up", || {
                let status = child.try_wait().unwrap();
                let failed = status.is_some_and(|status| !status.success());
                let is_alone = status.is_some() || !conf.daemon;
                let pid = pid_in(folder.path(), "nginx.pid").filter(|_| is_alone);
                (pid.is_some() || failed).then_some(pid)
            });
            if let Some(master) = master {
                return Self {
                    folder,
                    child,
                    masters: vec![master],
                    ports,
                    expected: Mutex::default(),
                    tolerated: Mutex::default(),
                    out_of_memory: AtomicBool::default(),
                    _turn: turn,
                };
            }
            let log = read(&folder.path().join("error.log"));
            assert!(log.contains("ddress already in use"), "no start:\n{log}");
        }
        panic!("no free port");
    }

    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.ports[0]).into()
    }

    /// The newest master process.
    pub fn pid(&self) -> u32 {
        self.masters[self.masters.len() - 1]
    }

    /// Starts the binary anew beside what runs of it, as for an upgrade: both
    /// masters have workers that serve, until one is told to quit. nginx does
    /// that as a daemon only.
    pub fn upgrade(&mut self) {
        let old = self.pid();
        process::signal(old, process::Signal::USR2);
        let new = until("the new master is up", || {
            pid_in(self.folder.path(), "nginx.pid").filter(|&pid| pid != old)
        });
        self.masters.push(new);
    }

    /// Gives up the last upgrade: its master quits.
    pub fn roll_back(&mut self) {
        let new = self.masters.pop().unwrap();
        process::signal(new, process::Signal::QUIT);
        until("the new master has ended", || {
            (!is_running(new)).then_some(())
        });
    }

    pub fn port2(&self) -> u16 {
        self.ports[1]
    }

    /// `nginx -s signal`, as a user would.
    pub fn signal(&self, signal: &str) {
        let done = command(self.folder.path())
            .args(["-s", signal])
            .status()
            .unwrap();
        assert!(done.success(), "nginx -s {signal}");
    }

    /// Changes the configuration while nginx runs.
    pub fn reload(&self, conf: &Conf) {
        write_conf(self.folder.path(), conf, self.ports);
        self.signal("reload");
    }

    /// Whether nginx has ended.
    pub fn has_exited(&mut self) -> bool {
        let child = self.child.try_wait().unwrap();
        child.is_some() && !self.masters.iter().any(|&master| is_running(master))
    }

    pub fn error_log(&self) -> String {
        read(&self.folder.path().join("error.log"))
    }

    /// A line for each request that nginx has done with:
    /// `status bytes seconds request-line`.
    pub fn access_log(&self) -> Vec<String> {
        let log = read(&self.folder.path().join("access.log"));
        log.lines().map(str::to_owned).collect()
    }

    /// The error log may hold [error] lines with `text`.
    pub fn tolerate_error(&self, text: &str) {
        self.tolerated.lock().unwrap().push(text.to_owned());
    }

    /// The error log may say that there was no memory, at whatever level.
    pub fn tolerate_out_of_memory(&self) {
        self.out_of_memory.store(true, Ordering::Relaxed);
    }

    /// The error log must hold an [error] line with `text`, and may.
    pub fn expect_error(&self, text: &str) {
        self.expected.lock().unwrap().push(text.to_owned());
    }

    fn stop(&mut self) {
        if self.has_exited() {
            return;
        }
        // It fails if nginx is about to end already. No panic: the test may be
        // in one.
        let _ = command(self.folder.path()).args(["-s", "quit"]).status();
        if let Some(old) = pid_in(self.folder.path(), "nginx.pid.oldbin") {
            process::signal(old, process::Signal::QUIT);
        }
        let asked = Instant::now();
        while !self.has_exited() {
            if asked.elapsed() > deadline() {
                // Workers outlive a master that is killed.
                process::kill_group(self.masters[0]);
                let _ = self.child.wait();
                eprintln!("nginx did not stop\n{}", self.error_log());
                assert!(thread::panicking(), "nginx did not stop");
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn check_log(&self) {
        let log = self.error_log();
        let mut expected = self.expected.lock().unwrap().clone();
        let severe = ["[emerg]", "[alert]", "[crit]", "[error]"];
        for line in log
            .lines()
            .filter(|line| severe.iter().any(|level| line.contains(level)))
        {
            let (expected_once, tolerated) = (
                self.expected.lock().unwrap(),
                self.tolerated.lock().unwrap(),
            );
            let mut known = expected_once.iter().chain(tolerated.iter());
            let no_memory = ["Cannot allocate memory", "no memory for"]
                .iter()
                .any(|why| line.contains(why));
            let known = line.contains("[error]") && known.any(|e| line.contains(e))
                || no_memory && self.out_of_memory.load(Ordering::Relaxed);
            assert!(known, "the error log says: {line}");
            expected.retain(|e| !line.contains(e));
        }
        assert!(
            expected.is_empty(),
            "the error log lacks {expected:?}:\n{log}"
        );
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        self.stop();
        if thread::panicking() {
            eprintln!("error log of nginx:\n{}", self.error_log());
        } else {
            self.check_log();
            if memcheck::is_on() {
                memcheck::check(self.folder.path());
            }
        }
    }
}

/// What `nginx -t` says of a configuration, and whether it accepts it.
pub fn check(conf: &Conf) -> (bool, String) {
    let folder = prepare(conf, free_ports());
    let output = command(folder.path())
        .arg("-t")
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    (
        output.status.success(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// Asks again and again until there is an answer.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < deadline(), "not in time: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}

fn pid_in(folder: &Path, file: &str) -> Option<u32> {
    let pid = fs::read_to_string(folder.join(file)).ok()?;
    pid.trim().parse().ok()
}

fn free_ports() -> [u16; 2] {
    let listeners = [(); 2].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}
