//! This module, in the embedded nginx.

use std::process::Command;

use anyhow::Result;

use super::nginx::{self, Conf, Sizes};
use super::{Case, Server, Setup};
use crate::lab::Lab;

/// `llm_mock on;`
#[derive(Debug)]
pub struct Module(pub Sizes);

impl Setup for Module {
    fn name(&self) -> &'static str {
        match self.0 {
            Sizes::Shipped => "module",
            Sizes::Default => "module-default",
        }
    }

    fn note(&self) -> String {
        match self.0 {
            Sizes::Shipped => "embedded nginx, nginx.conf as shipped".to_owned(),
            Sizes::Default => "as module, without the sizes of pools and buffers".to_owned(),
        }
    }

    fn is_known(&self) -> bool {
        true
    }

    fn start(&self, lab: &Lab, case: &Case) -> Result<Server> {
        let conf = Conf {
            modules: vec![lab.module.clone()],
            sizes: self.0,
            http: String::new(),
            server: format!(
                "llm_mock_reply '{}'; llm_mock_delay {}us; location / {{ llm_mock on; }}",
                case.text, case.delay
            ),
        };
        nginx::start(lab, Command::new(&lab.nginx), &conf, case)
    }
}
