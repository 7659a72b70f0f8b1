//! Debian's nginx with the modules that are used for such mocks there.

use std::fs;
use std::process::Command;

use anyhow::{Result, ensure};

use super::nginx::{self, Conf, Sizes};
use super::{Case, Server, Setup};
use crate::clock::Micros;
use crate::lab::Lab;
use crate::wire;

fn program(lab: &Lab) -> Result<Command> {
    let root = lab.debian();
    let nginx = root.join("usr/sbin/nginx");
    ensure!(nginx.exists(), "Debian's packages are not there");
    let mut command = Command::new(nginx);
    // LuaJIT and the library of regular expressions.
    let libraries = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"];
    let path: Vec<_> = libraries
        .iter()
        .map(|l| root.join(l).display().to_string())
        .collect();
    command.env("LD_LIBRARY_PATH", path.join(":"));
    Ok(command)
}

fn seconds(delay: Micros) -> f64 {
    delay as f64 / 1e6
}

/// The Lua script.
#[derive(Debug)]
pub struct Lua;

impl Setup for Lua {
    fn name(&self) -> &'static str {
        "lua"
    }

    fn note(&self) -> String {
        "bench/lua/openai_stream_mock.lua, Debian's nginx with libnginx-mod-http-lua, nginx.conf as shipped"
            .to_owned()
    }

    fn start(&self, lab: &Lab, case: &Case) -> Result<Server> {
        let script = fs::read_to_string(lab.root.join("bench/lua/openai_stream_mock.lua"))?;
        let words: Vec<_> = wire::words(&case.text)
            .iter()
            .map(|word| format!("\"{word}\""))
            .collect();
        let script = script
            .replace("@words@", &words.join(", "))
            .replace("@delay@", &seconds(case.delay).to_string());
        let file = lab.work.join("openai_stream_mock.lua");
        fs::write(&file, script)?;
        let root = lab.debian();
        let modules = root.join("usr/lib/nginx/modules");
        let conf = Conf {
            modules: vec![
                modules.join("ndk_http_module.so"),
                modules.join("ngx_http_lua_module.so"),
            ],
            sizes: Sizes::Shipped,
            http: format!(
                "lua_package_path '{}/usr/share/lua/5.1/?.lua;;';",
                root.display()
            ),
            server: format!("location / {{ content_by_lua_file {}; }}", file.display()),
        };
        nginx::start(lab, program(lab)?, &conf, case)
    }
}

/// The echo module.
#[derive(Debug)]
pub struct Echo(pub Sizes);

impl Setup for Echo {
    fn name(&self) -> &'static str {
        match self.0 {
            Sizes::Shipped => "echo",
            Sizes::Default => "echo-default",
        }
    }

    fn note(&self) -> String {
        match self.0 {
            Sizes::Shipped => "`echo`, `echo_flush`, `echo_sleep` for each word, Debian's nginx with libnginx-mod-http-echo, nginx.conf as shipped; its id is constant",
            Sizes::Default => "as echo, without the sizes of pools and buffers",
        }
        .to_owned()
    }

    fn start(&self, lab: &Lab, case: &Case) -> Result<Server> {
        let mut location = String::new();
        for (k, step) in wire::steps(&case.text, wire::FIXED).iter().enumerate() {
            if k > 0 && case.delay > 0 {
                location += &format!("echo_sleep {}; ", seconds(case.delay));
            }
            location += &format!("echo -n '{step}'; echo_flush;\n");
        }
        let module = "usr/lib/nginx/modules/ngx_http_echo_module.so";
        let conf = Conf {
            modules: vec![lab.debian().join(module)],
            sizes: self.0,
            http: String::new(),
            server: format!("default_type text/event-stream; location / {{ {location} }}"),
        };
        nginx::start(lab, program(lab)?, &conf, case)
    }
}
