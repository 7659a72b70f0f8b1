//! nginx under valgrind's memcheck, when `LLM_MOCK_TEST_MEMCHECK` is set. It
//! then runs some thirty times slower, and what a test would say about times
//! says nothing.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Whether nginx runs under memcheck.
pub fn is_on() -> bool {
    std::env::var_os("LLM_MOCK_TEST_MEMCHECK").is_some()
}

/// The command that runs `binary` under memcheck, each of its processes with a
/// report of its own in `folder`.
pub fn command(binary: &Path, folder: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command
        .args(["--leak-check=full", "--show-leak-kinds=definite"])
        // Also what an upgrade starts.
        .arg("--trace-children=yes")
        .args(["--errors-for-leak-kinds=definite", "--num-callers=30"])
        // nginx unmaps the module before memcheck looks for leaks.
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

/// Asserts that no process of nginx that ended has a report of an error.
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
        assert!(clean, "memcheck says:\n{report}");
        reports += 1;
    }
    assert!(reports >= 1, "no report");
}
