//! Passes what nginx-sys detected about its nginx to this crate.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=DEP_NGINX_VERSION");
    println!("cargo::rerun-if-env-changed=DEP_NGINX_BUILD_DIR");

    // NGINX_VER, such as "nginx/1.28.3" or "openresty/1.27.1.2".
    let version = env::var("DEP_NGINX_VERSION").unwrap_or_default();
    println!("cargo::rustc-env=LLM_MOCK_BUILT_FOR={version}");
    println!("cargo::rustc-check-cfg=cfg(openresty)");
    if version.starts_with("openresty") {
        println!("cargo::rustc-cfg=openresty");
    }

    // For example 1028003. nginx 1.23 changed the type of some headers.
    println!("cargo::rerun-if-env-changed=DEP_NGINX_VERSION_NUMBER");
    println!("cargo::rustc-check-cfg=cfg(nginx_before_1_23)");
    let number = env::var("DEP_NGINX_VERSION_NUMBER").unwrap_or_default();
    if number.parse().is_ok_and(|number: u32| number < 1_023_000) {
        println!("cargo::rustc-cfg=nginx_before_1_23");
    }

    // The folder of the embedded nginx, for the integration tests.
    let build_dir = env::var("DEP_NGINX_BUILD_DIR").unwrap_or_default();
    println!("cargo::rustc-env=LLM_MOCK_NGINX_BUILD_DIR={build_dir}");

    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("macos") {
        // nginx's symbols are resolved when it loads the module.
        println!("cargo::rustc-link-arg=-undefined");
        println!("cargo::rustc-link-arg=dynamic_lookup");
    }
}
