//! An nginx process with its own prefix, ports and configuration. When it is
//! dropped, it is stopped and its error log is checked.

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
pub use self::binary::{has_module, require, version_at_least};
pub use self::conf::{Conf, long_text};
use self::conf::{prepare, write_conf};
use crate::support::memcheck;
use crate::support::process::{self, is_running};

/// The longest time that a test waits for one event, on a busy machine too.
pub fn deadline() -> Duration {
    Duration::from_secs(if memcheck::is_on() { 200 } else { 20 })
}

/// Tests that measure time hold it exclusively.
static TURN: RwLock<()> = RwLock::new(());

/// A guard of [`TURN`].
enum Turn {
    Shared {
        _guard: RwLockReadGuard<'static, ()>,
    },
    Exclusive {
        _guard: RwLockWriteGuard<'static, ()>,
    },
}

pub struct Nginx {
    folder: TempDir,
    child: Child,
    /// The ids of the master processes, the newest last: the child (or the daemon
    /// that it started), and one for each binary upgrade.
    masters: Vec<u32>,
    ports: [u16; 2],
    expected: Mutex<Vec<String>>,
    tolerated: Mutex<Vec<String>>,
    out_of_memory: AtomicBool,
    _turn: Turn,
}

impl Nginx {
    /// Starts nginx with `llm_mock on` for all paths and with these directives.
    pub fn start(directives: &str) -> Self {
        Self::with(&Conf {
            server: &format!("{directives} location / {{ llm_mock on; }}"),
            ..Conf::default()
        })
    }

    /// Starts nginx with this configuration.
    pub fn with(conf: &Conf) -> Self {
        let guard = TURN.read().unwrap_or_else(|poison| poison.into_inner());
        Self::run(conf, Turn::Shared { _guard: guard })
    }

    /// Like `with`, for tests that measure time: no other test's nginx runs
    /// meanwhile.
    pub fn exclusive(conf: &Conf) -> Self {
        let guard = TURN.write().unwrap_or_else(|poison| poison.into_inner());
        Self::run(conf, Turn::Exclusive { _guard: guard })
    }

    fn run(conf: &Conf, turn: Turn) -> Self {
        // Another process can take a port between its choice and nginx's bind.
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
            // nginx writes its pid file once it listens. A daemon's parent exits
            // with status 0; the daemon ignores USR2 while the parent runs.
            let master = until("nginx is up", || {
                let status = child.try_wait().unwrap();
                let failed = status.is_some_and(|status| !status.success());
                let parent_done = status.is_some() || !conf.daemon;
                let pid = pid_in(folder.path(), "nginx.pid").filter(|_| parent_done);
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
            assert!(
                log.contains("ddress already in use"),
                "nginx did not start:\n{log}"
            );
        }
        panic!("no free port");
    }

    /// The address of the first port.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.ports[0]).into()
    }

    /// The id of the newest master process.
    pub fn pid(&self) -> u32 {
        self.masters[self.masters.len() - 1]
    }

    /// Starts a new master with USR2, as a binary upgrade does. The workers of both
    /// masters serve until one master quits. nginx supports it only as a daemon.
    /// <https://nginx.org/en/docs/control.html#upgrade>
    pub fn upgrade(&mut self) {
        let old = self.pid();
        process::signal(old, process::Signal::USR2);
        let new = until("the new master is up", || {
            pid_in(self.folder.path(), "nginx.pid").filter(|&pid| pid != old)
        });
        self.masters.push(new);
    }

    /// Reverts the last upgrade: its master quits.
    pub fn roll_back(&mut self) {
        let new = self.masters.pop().unwrap();
        process::signal(new, process::Signal::QUIT);
        until("the new master has exited", || {
            (!is_running(new)).then_some(())
        });
    }

    /// The second port, which the configuration can use.
    pub fn port2(&self) -> u16 {
        self.ports[1]
    }

    /// Runs `nginx -s signal`.
    pub fn signal(&self, signal: &str) {
        let done = command(self.folder.path())
            .args(["-s", signal])
            .status()
            .unwrap();
        assert!(done.success(), "nginx -s {signal}");
    }

    /// Replaces the configuration and reloads it.
    pub fn reload(&self, conf: &Conf) {
        write_conf(self.folder.path(), conf, self.ports);
        self.signal("reload");
    }

    /// Whether all master processes have exited.
    pub fn has_exited(&mut self) -> bool {
        let child = self.child.try_wait().unwrap();
        child.is_some() && !self.masters.iter().any(|&master| is_running(master))
    }

    pub fn error_log(&self) -> String {
        read(&self.folder.path().join("error.log"))
    }

    /// One line for each request that is finished:
    /// `status bytes seconds request-line`.
    pub fn access_log(&self) -> Vec<String> {
        self.lines_of("access.log")
    }

    /// The lines of a file in nginx's prefix.
    pub fn lines_of(&self, file: &str) -> Vec<String> {
        let log = read(&self.folder.path().join(file));
        log.lines().map(str::to_owned).collect()
    }

    /// Allows [error] lines with `text` in the error log.
    pub fn tolerate_error(&self, text: &str) {
        self.tolerated.lock().unwrap().push(text.to_owned());
    }

    /// Allows lines of any level about failed allocations in the error log, and about
    /// workers that such an allocation has ended.
    pub fn tolerate_out_of_memory(&self) {
        self.out_of_memory.store(true, Ordering::Relaxed);
    }

    /// Requires at least one [error] line with `text` in the error log.
    pub fn expect_error(&self, text: &str) {
        self.expected.lock().unwrap().push(text.to_owned());
    }

    fn stop(&mut self) {
        if self.has_exited() {
            return;
        }
        // Fails if nginx is already exiting. No panic: the test can be panicking.
        let _ = command(self.folder.path()).args(["-s", "quit"]).status();
        if let Some(old) = pid_in(self.folder.path(), "nginx.pid.oldbin") {
            process::signal(old, process::Signal::QUIT);
        }
        let start = Instant::now();
        while !self.has_exited() {
            if start.elapsed() > deadline() {
                // Workers outlive a killed master.
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
            let no_memory = [
                "Cannot allocate memory",
                "no memory for",
                "exited on signal 6",
            ]
            .iter()
            .any(|why| line.contains(why));
            let known = line.contains("[error]") && known.any(|e| line.contains(e))
                || no_memory && self.out_of_memory.load(Ordering::Relaxed);
            assert!(known, "unexpected line in the error log: {line}");
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

/// Runs `nginx -t`. Returns whether it accepts the configuration, and its output.
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

/// Polls until there is a value. Panics after [`deadline`].
pub fn until<T>(what: &str, mut poll: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = poll() {
            return value;
        }
        assert!(start.elapsed() < deadline(), "not in time: {what}");
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
