//! An nginx with the settings that the project ships, or without those that
//! size its pools and buffers.

use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use rustix::process::geteuid;

use super::{Case, Server, free_address};
use crate::lab::Lab;
use crate::protocol::Protocol;

/// The sizes of nginx's pools and buffers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sizes {
    /// Those of the project's nginx.conf.
    Shipped,
    /// nginx's own.
    Default,
}

/// What is in the configuration besides what is shipped.
#[derive(Debug, Clone)]
pub struct Conf {
    /// The modules to load.
    pub modules: Vec<PathBuf>,
    /// Pools and buffers.
    pub sizes: Sizes,
    /// Directives of the block `http`.
    pub http: String,
    /// Directives of the block `server`.
    pub server: String,
}

/// Starts the nginx at `program`.
///
/// # Errors
///
/// It does not start.
pub fn start(lab: &Lab, program: Command, conf: &Conf, case: &Case) -> Result<Server> {
    let folder = tempfile::Builder::new()
        .prefix("llm-mock-bench-")
        .tempdir()?;
    let address = free_address()?;
    for name in ["logs", "temp"] {
        fs::create_dir(folder.path().join(name))?;
    }
    let listen = listen(lab, address, case.protocol)?;
    let text = render(&lab.shipped_conf()?, conf, case.workers, &listen)?;
    fs::write(folder.path().join("nginx.conf"), text)?;
    let mut command = program;
    command
        .arg("-p")
        .arg(folder.path())
        .args(["-c", "nginx.conf", "-e", "logs/error.log"])
        .args(["-g", "daemon off;"])
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    Server::start(lab, command, address, case, true, Some(folder))
}

/// What makes the server listen. With HTTP/3 it also does to HTTP/1.1, by which
/// is seen that it has started.
fn listen(lab: &Lab, address: SocketAddr, protocol: Protocol) -> Result<String> {
    let tcp = format!("listen {address} backlog=65535");
    if protocol == Protocol::Http1 {
        return Ok(tcp + ";");
    }
    let (certificate, key) = lab.certificate()?;
    let rest = match protocol {
        Protocol::Http1 | Protocol::Tls => String::new(),
        Protocol::Http2 => "http2 on;".to_owned(),
        Protocol::Http3 => format!("listen {address} quic;"),
    };
    Ok(format!(
        "{tcp} ssl; {rest} ssl_certificate {}; ssl_certificate_key {};",
        certificate.display(),
        key.display()
    ))
}

/// The shipped configuration with another server.
fn render(shipped: &str, conf: &Conf, workers: usize, listen: &str) -> Result<String> {
    let (settings, _) = shipped
        .split_once("\n    server {")
        .context("nginx.conf has no server")?;
    let mut out = String::new();
    for line in settings.lines() {
        let directive = line.split_whitespace().next().unwrap_or_default();
        let is_size = directive.ends_with("_pool_size")
            || directive.ends_with("_buffer_size")
            || directive.ends_with("_header_buffers");
        match directive {
            "load_module" => conf.modules.iter().for_each(|m| load(m, &mut out)),
            "worker_processes" => writeln!(out, "worker_processes {workers};")?,
            _ if is_size && conf.sizes == Sizes::Default => {}
            _ => writeln!(out, "{line}")?,
        }
    }
    // Else the workers of root's nginx could not write below a folder of root's.
    let user = if geteuid().is_root() {
        "user root;"
    } else {
        ""
    };
    let Conf { http, server, .. } = conf;
    write!(
        out,
        "{http}\n    server {{\n{listen}\n{server}\n    }}\n}}\n{user}\n"
    )?;
    Ok(out)
}

fn load(module: &Path, out: &mut String) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "load_module {};", module.display());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_settings_stay_and_their_sizes_can_go() {
        let shipped = "load_module m.so;\nworker_processes auto; # all\nhttp {\n    \
                       request_pool_size 2k;\n    tcp_nodelay on;\n\n    server {\n  listen 1;\n}}";
        let mut conf = Conf {
            modules: vec!["a.so".into(), "b.so".into()],
            sizes: Sizes::Shipped,
            http: String::new(),
            server: "location / {}".to_owned(),
        };
        let text = render(shipped, &conf, 2, "listen 2;").unwrap();
        for part in [
            "load_module a.so;",
            "load_module b.so;",
            "worker_processes 2;",
            "listen 2;",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert!(text.contains("request_pool_size 2k;") && text.contains("tcp_nodelay on;"));
        assert!(!text.contains("listen 1;") && !text.contains("auto"));
        conf.sizes = Sizes::Default;
        let text = render(shipped, &conf, 2, "listen 2;").unwrap();
        assert!(!text.contains("request_pool_size") && text.contains("tcp_nodelay on;"));
    }
}
