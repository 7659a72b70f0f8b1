#!/usr/bin/env bash
# Runs all tests: format, lints and unit tests, then the integration tests and
# OpenAI's clients with the embedded nginx, some of them under memcheck, and with
# the distribution's nginx. Installs missing packages.
if [ -z "${BASH_VERSION:-}" ]; then exec bash "$0" "$@"; fi
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
. "$here/scripts/say.sh"
. "$here/scripts/packages.sh"
. "$here/scripts/rust.sh"
. "$here/scripts/server.sh"
. "$here/scripts/distribution.sh"
. "$here/scripts/source.sh"
. "$here/scripts/build.sh"

embedded_only=
case ${1:-} in
    '') ;;
    --embedded-only) embedded_only=yes ;;
    *) die "Usage: ./test.sh [--embedded-only]   (without the distribution's nginx)" ;;
esac

find_cargo
install_packages
add_component rustfmt fmt
add_component clippy clippy
export CARGO_TARGET_DIR=$work
unset CARGO_BUILD_TARGET NGINX_SOURCE_DIR NGINX_BUILD_DIR LLM_MOCK_TEST_NGINX LLM_MOCK_TEST_MODULE
cd "$here"

step "Format"
cargo fmt --all --check
step "Lints (the first time builds nginx, which takes a minute or two)"
cargo clippy --workspace --all-targets --locked -- -D warnings
settle "$work/debug"
step "Tests with the embedded nginx"
cargo test --workspace --locked
"$here/tests/clients/run" --quick
step "Tests of panics, with a module that is built to panic"
cargo test --workspace --locked --features inject-panic --test integration -- panics
"$here/bench/instructions"
"$here/tests/sanitize.sh" --quick

if [ -n "$embedded_only" ]; then
    exit
fi
if ! command -v apt-get >/dev/null; then
    step "apt is missing: skipping the tests with Debian's nginx"
    exit
fi
if ! unpack_distribution_nginx; then
    step "The distribution has no nginx 1.22 or later: skipping the tests with it"
    exit
fi
prepare_source
build_module
step "Integration tests with $(server_name)"
unset NGINX_SOURCE_DIR NGINX_BUILD_DIR
export LLM_MOCK_TEST_NGINX=$server LLM_MOCK_TEST_MODULE=$built
cargo test -p nginx-llm-mock --locked --test integration
"$here/tests/clients/run" --quick --strict
