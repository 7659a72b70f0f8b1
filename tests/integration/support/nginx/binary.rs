//! Which nginx is tested, with which build of the module.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

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

/// The server.
pub fn binary() -> PathBuf {
    match std::env::var_os("LLM_MOCK_TEST_NGINX") {
        Some(path) => path.into(),
        None => Path::new(env!("LLM_MOCK_NGINX_BUILD_DIR")).join("nginx"),
    }
}

/// The module that was built for it.
pub fn module() -> PathBuf {
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

/// The server, to be run in this folder.
pub fn command(folder: &Path) -> Command {
    arguments(Command::new(binary()), folder)
}

/// The same, run by another program.
pub fn arguments(mut command: Command, folder: &Path) -> Command {
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
