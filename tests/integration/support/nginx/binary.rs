//! The nginx binary under test, the module built for it, and what the binary
//! supports.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;

/// The modules of this list are built unless `configure` has `--without-MODULE`;
/// all others need `--with-MODULE`. <https://nginx.org/en/docs/configure.html>
const BUILT_BY_DEFAULT: [&str; 11] = [
    "http_access_module",
    "http_auth_basic_module",
    "http_fastcgi_module",
    "http_gzip_module",
    "http_limit_conn_module",
    "http_limit_req_module",
    "http_mirror_module",
    "http_proxy_module",
    "http_scgi_module",
    "http_ssi_module",
    "http_uwsgi_module",
];

/// Whether the binary has all these modules, such as `http_v3_module`. If not, a
/// line on standard error names the test and what is missing, and the test must
/// return.
#[must_use]
pub fn require(modules: &[&str]) -> bool {
    let Some(missing) = modules.iter().find(|module| !has_module(module)) else {
        return true;
    };
    let reason = match BUILT_BY_DEFAULT.contains(missing) {
        true => format!("nginx was built --without-{missing}"),
        false => format!("nginx has no --with-{missing}"),
    };
    let current = thread::current();
    let test = current.name().unwrap_or("a test");
    // Written directly: the test harness captures what eprintln! prints.
    let _ = writeln!(std::io::stderr(), "left out: {test} ({reason})");
    false
}

/// Whether the binary was built with this module, statically: the tests load no
/// other dynamic module.
pub fn has_module(name: &str) -> bool {
    static ARGUMENTS: OnceLock<String> = OnceLock::new();
    let arguments = ARGUMENTS.get_or_init(|| version_output("-V"));
    let has = |argument: String| arguments.split_whitespace().any(|it| it == argument);
    match BUILT_BY_DEFAULT.contains(&name) {
        true => !has(format!("--without-{name}")),
        false => has(format!("--with-{name}")),
    }
}

/// Whether the version of the binary is at least `wanted`.
pub fn version_at_least(wanted: [u32; 3]) -> bool {
    static VERSION: OnceLock<Vec<u32>> = OnceLock::new();
    let version = VERSION.get_or_init(|| {
        let text = version_output("-v");
        let version = text.split_once('/').unwrap().1;
        version
            .split(|c: char| !c.is_ascii_digit())
            .take(3)
            .map(|part| part.parse().unwrap())
            .collect()
    });
    version.as_slice() >= wanted.as_slice()
}

/// What `nginx -v` or `nginx -V` prints.
fn version_output(option: &str) -> String {
    let output = Command::new(binary()).arg(option).output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

/// The path of the binary.
pub fn binary() -> PathBuf {
    match std::env::var_os("LLM_MOCK_TEST_NGINX") {
        Some(path) => path.into(),
        None => Path::new(env!("LLM_MOCK_NGINX_BUILD_DIR")).join("nginx"),
    }
}

/// The path of the module that was built for the binary.
pub fn module() -> PathBuf {
    if let Some(path) = std::env::var_os("LLM_MOCK_TEST_MODULE") {
        return path.into();
    }
    // Cargo puts it beside the test program, under a name without a hash.
    let program = std::env::current_exe().unwrap();
    let module = program.with_file_name(format!(
        "{}ngx_http_llm_mock_module{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    ));
    // Cargo builds a library along with integration tests only if they could
    // link it.
    let hint = "Cargo.toml needs crate-type = [\"cdylib\", \"rlib\"]";
    assert!(module.exists(), "no {}: {hint}", module.display());
    module
}

/// A command that runs the binary with `folder` as its prefix.
pub fn command(folder: &Path) -> Command {
    arguments(Command::new(binary()), folder)
}

/// Adds the arguments that make `folder` the prefix.
pub fn arguments(mut command: Command, folder: &Path) -> Command {
    command
        .arg("-p")
        .arg(folder)
        .args(["-c", "nginx.conf", "-e", "error.log"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        // The error log has everything that nginx prints.
        .stderr(Stdio::null());
    command
}
