//! The floor: nginx's own `return` of the same bytes.

use std::process::Command;

use anyhow::{Result, ensure};

use super::nginx::{self, Conf, Sizes};
use super::{Case, Server, Setup};
use crate::lab::Lab;
use crate::wire;

/// `return 200`
#[derive(Debug)]
pub struct Return {
    /// Whether it sends the headers of the module's streams too.
    pub headers: bool,
}

impl Setup for Return {
    fn name(&self) -> &'static str {
        match self.headers {
            true => "return-headers",
            false => "return",
        }
    }

    fn note(&self) -> String {
        match self.headers {
            true => "as return, with `add_header` of the headers that the module sends".to_owned(),
            false => {
                "`return 200` of the same body, embedded nginx, nginx.conf as shipped".to_owned()
            }
        }
    }

    fn start(&self, lab: &Lab, case: &Case) -> Result<Server> {
        ensure!(case.delay == 0, "it has no delay");
        let body = wire::steps(&case.text, wire::FIXED).concat();
        let mut server =
            format!("default_type text/event-stream; location / {{ return 200 '{body}'; ");
        if self.headers {
            for (name, value) in wire::HEADERS {
                server += &format!("add_header {name} '{value}'; ");
            }
            server += "add_header x-request-id 'req_$request_id'; ";
        }
        let conf = Conf {
            modules: Vec::new(),
            sizes: Sizes::Shipped,
            http: String::new(),
            server: server + "}",
        };
        nginx::start(lab, Command::new(&lab.nginx), &conf, case)
    }
}
