//! Runs nginx under valgrind's memcheck if `LLM_MOCK_TEST_MEMCHECK` is set. nginx
//! is then about 30 times slower, so tests must not judge times.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Whether nginx runs under memcheck.
pub fn is_on() -> bool {
    std::env::var_os("LLM_MOCK_TEST_MEMCHECK").is_some()
}

/// The command that runs `binary` under memcheck. Each process writes its own
/// report into `folder`.
pub fn command(binary: &Path, folder: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command
        .args(["--leak-check=full", "--show-leak-kinds=definite"])
        // Includes the processes of a binary upgrade.
        .arg("--trace-children=yes")
        .args(["--errors-for-leak-kinds=definite", "--num-callers=30"])
        // nginx unmaps the module before memcheck searches for leaks.
        .arg("--keep-debuginfo=yes")
        .arg(concat!(
            "--suppressions=",
            env!("CARGO_MANIFEST_DIR"),
            "/tests/memcheck.supp"
        ))
        .arg(format!("--log-file={}/memcheck.%p", folder.display()))
        .arg(binary);
    command
}

/// Asserts that memcheck reports no error for any process of nginx that ended.
pub fn check(folder: &Path) {
    let mut reports = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("memcheck.") {
            continue;
        }
        let report = fs::read_to_string(&path).unwrap();
        let clean = report.contains("ERROR SUMMARY: 0 errors");
        assert!(clean, "memcheck reports errors:\n{report}");
        reports += 1;
    }
    assert!(reports >= 1, "no memcheck report");
}
