//! The configuration of a test's nginx.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use tempfile::TempDir;

use super::binary::{has_module, module};

/// The parts of the configuration that a test chooses. `@port@` and `@port2@` are
/// replaced by two free ports; the server listens on the first.
#[derive(Clone)]
pub struct Conf<'a> {
    /// Directives of the main context.
    pub main: &'a str,
    pub events: &'a str,
    /// Whether nginx runs as a daemon.
    pub daemon: bool,
    pub workers: u32,
    /// More parameters of the `listen` directive.
    pub listen: &'a str,
    pub http: &'a str,
    pub server: &'a str,
    /// Names and contents of files in nginx's prefix.
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

/// Creates a prefix for nginx with its configuration.
pub fn prepare(conf: &Conf, ports: [u16; 2]) -> TempDir {
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

/// Writes the configuration.
pub fn write_conf(folder: &Path, conf: &Conf, ports: [u16; 2]) {
    let is_root = fs::metadata(folder).unwrap().uid() == 0;
    // Workers must be able to write into the folder.
    let user = if is_root { "user root;" } else { "" };
    // The defaults can lie where only root may write.
    let temp_paths: String = ["proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .filter(|name| has_module(&format!("http_{name}_module")))
        .map(|name| format!("{name}_temp_path {name};"))
        .collect();
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
             {temp_paths}
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

/// Splits a text that exceeds nginx's limit of 4 KB for one parameter. Returns
/// directives for the http block, and the variables that together hold the text.
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
