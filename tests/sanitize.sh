#!/usr/bin/env bash
# Looks for memory errors. The integration tests run under valgrind's memcheck,
# with a debug build of nginx that allocates each piece of a pool with malloc.
# core's tests run under Miri if it is installed (rustup component add miri
# --toolchain nightly). Tests that measure or limit time and memory are skipped:
# memcheck is about thirty times slower and uses memory of its own.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
. "$here/scripts/say.sh"
. "$here/scripts/packages.sh"
. "$here/scripts/rust.sh"
. "$here/scripts/server.sh"
. "$here/scripts/build.sh"

usage='Usage: tests/sanitize.sh [--quick | WORD...]   (a few groups of tests, or those whose names contain a word)'
only=() quick=
for argument; do
    case $argument in
        --quick) quick=yes only=(transcript:: disconnect:: control_signals:: keepalive:: phases:: subrequests:: request_body:: response_variables:: response_headers::) ;;
        -*) die "$usage" ;;
        *) only+=("$argument") ;;
    esac
done

find_cargo
install_packages
install_valgrind
unset NGINX_SOURCE_DIR NGINX_BUILD_DIR LLM_MOCK_TEST_NGINX LLM_MOCK_TEST_MODULE
cd "$here"
modules=$(grep -oe '--with-[a-z0-9_]*' .cargo/config.toml | tr '\n' ' ')
export NGX_CONFIGURE_ARGS="--with-debug $modules"
export NGX_CFLAGS='-O1 -g -DNGX_DEBUG_PALLOC=1'
server=embedded target=$work/memcheck
build_module dev
unset NGX_CONFIGURE_ARGS NGX_CFLAGS

step "Integration tests under memcheck"
LLM_MOCK_TEST_MEMCHECK=1 LLM_MOCK_TEST_NGINX=$program LLM_MOCK_TEST_MODULE=$built \
    cargo test --workspace --locked --test integration -- ${only[@]+"${only[@]}"} \
    --skip timing:: --skip concurrent_streams:: --skip memory_use:: --skip out_of_memory:: --skip stalled_clients:: --skip catch_up::

if [ -n "$quick" ]; then
    exit
fi
if ! cargo +nightly miri --version >/dev/null 2>&1; then
    step "Miri is missing: skipping core's tests under it"
    exit
fi
step "core's tests under Miri"
# insta finds the workspace by starting a process, which Miri cannot do.
CARGO_TARGET_DIR=$work/miri MIRIFLAGS=-Zmiri-disable-isolation PROPTEST_CASES=8 \
    INSTA_WORKSPACE_ROOT=$here cargo +nightly miri test --locked -p llm-mock-core --lib
