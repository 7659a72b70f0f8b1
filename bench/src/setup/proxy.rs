//! The same nginx, proxying the bare program's stream.

use std::process::Command;

use anyhow::Result;

use super::nginx::{self, Conf, Sizes};
use super::pacer::Pacer;
use super::{Case, Server, Setup};
use crate::lab::Lab;

/// `proxy_pass`
#[derive(Debug)]
pub struct Proxy;

impl Setup for Proxy {
    fn name(&self) -> &'static str {
        "proxy"
    }

    fn note(&self) -> String {
        "embedded nginx, `proxy_pass` to the bare program with `proxy_buffering off`; only nginx's CPU time counts".to_owned()
    }

    fn is_known(&self) -> bool {
        true
    }

    fn start(&self, lab: &Lab, case: &Case) -> Result<Server> {
        let behind = Pacer.start(lab, case)?;
        let conf = Conf {
            modules: Vec::new(),
            sizes: Sizes::Shipped,
            http: String::new(),
            server: format!(
                "location / {{ proxy_pass http://{}; proxy_http_version 1.1; \
                 proxy_set_header Connection ''; proxy_buffering off; \
                 proxy_pass_header X-Accel-Buffering; }}",
                behind.address
            ),
        };
        let server = nginx::start(lab, Command::new(&lab.nginx), &conf, case)?;
        Ok(server.keep(behind))
    }
}
