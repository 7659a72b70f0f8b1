//! An nginx of a test's own: its folder, its port, its configuration; and what
//! its error log must not hold when the test is over.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::memcheck;
use crate::process::{self, is_running};

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

/// What a test has in its configuration. `@port@` and `@port2@` stand for two
/// free ports; the server listens on the first.
#[derive(Clone)]
pub struct Conf<'a> {
    /// Directives outside of all blocks.
    pub main: &'a str,
    pub events: &'a str,
    /// nginx leaves its parent alone, and with it this program.
    pub daemon: bool,
    pub workers: u32,
    /// More words for the line `listen`.
    pub listen: &'a str,
    pub http: &'a str,
    pub server: &'a str,
    /// Name and content of more files in nginx's folder.
    pub files: &'a [(&'a str, &'a str)],
}

impl Default for Conf<'_> {
    fn default() -> Self {
        Self {
            main: "",
            events: "",
            daemon: false,
            workers: 1,
            listen: "",
            http: "",
            server: "location / { llm_mock on; }",
            files: &[],
        }
    }
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

/// A text longer than the 4 KB of one parameter: directives for the http block,
/// and the variables that together hold it.
pub fn long_text(text: &str) -> (String, String) {
    let mut http = String::new();
    let mut variables = String::new();
    let chars: Vec<char> = text.chars().collect();
    for (n, part) in chars.chunks(1_000).enumerate() {
        let part: String = part.iter().collect();
        http += &format!("map $host $part{n} {{ default \"{part}\"; }}\n");
        variables += &format!("${{part{n}}}");
    }
    (http, variables)
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

/// Whether the server's version is at least this.
pub fn version_at_least(wanted: [u32; 3]) -> bool {
    static VERSION: OnceLock<Vec<u32>> = OnceLock::new();
    let version = VERSION.get_or_init(|| {
        let output = Command::new(binary()).arg("-v").output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        let version = text.split_once('/').unwrap().1;
        version
            .split(|c: char| !c.is_ascii_digit())
            .take(3)
            .map(|part| part.parse().unwrap())
            .collect()
    });
    version.as_slice() >= wanted.as_slice()
}

/// Whether the server was built with this module, such as `http_v3_module`.
pub fn has_module(name: &str) -> bool {
    let output = Command::new(binary()).arg("-V").output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    text.contains(&format!("--with-{name}"))
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

fn binary() -> PathBuf {
    match std::env::var_os("LLM_MOCK_TEST_NGINX") {
        Some(path) => path.into(),
        None => Path::new(env!("LLM_MOCK_NGINX_BUILD_DIR")).join("nginx"),
    }
}

fn module() -> PathBuf {
    if let Some(path) = std::env::var_os("LLM_MOCK_TEST_MODULE") {
        return path.into();
    }
    // cargo puts it beside this program, under a name without a hash.
    let program = std::env::current_exe().unwrap();
    let module = program.with_file_name(format!(
        "{}ngx_http_llm_mock_module{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    ));
    // cargo builds a library along with integration tests only if they could
    // link it.
    let hint = "Cargo.toml needs crate-type = [\"cdylib\", \"rlib\"]";
    assert!(module.exists(), "no {}: {hint}", module.display());
    module
}

fn command(folder: &Path) -> Command {
    arguments(Command::new(binary()), folder)
}

fn arguments(mut command: Command, folder: &Path) -> Command {
    command
        .arg("-p")
        .arg(folder)
        .args(["-c", "nginx.conf", "-e", "error.log"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        // All of it stands in the error log.
        .stderr(Stdio::null());
    command
}

fn prepare(conf: &Conf, ports: [u16; 2]) -> TempDir {
    let folder = tempfile::Builder::new()
        .prefix("llm-mock-")
        .tempdir()
        .unwrap();
    for (name, content) in conf.files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    write_conf(folder.path(), conf, ports);
    folder
}

fn write_conf(folder: &Path, conf: &Conf, ports: [u16; 2]) {
    let is_root = fs::metadata(folder).unwrap().uid() == 0;
    // Else workers could not write below a folder of root's.
    let user = if is_root { "user root;" } else { "" };
    let text = format!(
        "load_module {module};
         {user}
         {main}
         worker_processes {workers};
         pid nginx.pid;
         error_log error.log info;
         events {{ worker_connections 2048; multi_accept on; {events} }}
         http {{
             log_format short '$status $body_bytes_sent $request_time $request';
             access_log access.log short;
             client_body_temp_path client_body;
             proxy_temp_path proxy;
             fastcgi_temp_path fastcgi;
             uwsgi_temp_path uwsgi;
             scgi_temp_path scgi;
             {http}
             server {{
                 listen 127.0.0.1:@port@ {listen};
                 {server}
             }}
         }}",
        module = module().display(),
        main = conf.main,
        events = conf.events,
        workers = conf.workers,
        http = conf.http,
        listen = conf.listen,
        server = conf.server,
    )
    .replace("@port@", &ports[0].to_string())
    .replace("@port2@", &ports[1].to_string());
    fs::write(folder.join("nginx.conf"), text).unwrap();
}
