#!/usr/bin/env bash
# Looks for what is wrong with memory. The integration tests run under valgrind's
# memcheck, with an nginx that is built for debugging and takes each piece of a
# pool from malloc by itself; core's tests run under Miri where that is installed
# (rustup component add miri --toolchain nightly). Left out are the tests that
# measure or limit time and memory: memcheck is some thirty times slower, and has
# a memory of its own.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
. "$here/scripts/say.sh"
. "$here/scripts/packages.sh"
. "$here/scripts/rust.sh"
. "$here/scripts/server.sh"
. "$here/scripts/build.sh"

usage='Usage: tests/sanitize.sh [--quick | WORD...]   (a few groups of tests, or those with a word in their names)'
only=() quick=
for argument; do
    case $argument in
        --quick) quick=yes only=(transcript:: life:: keepalive:: phases:: subrequests:: bodies::) ;;
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
    --skip timing:: --skip crowd:: --skip memory:: --skip scarce:: --skip stalled::

if [ -n "$quick" ]; then
    exit
fi
if ! cargo +nightly miri --version >/dev/null 2>&1; then
    step "There is no Miri here: core's tests under it are left out"
    exit
fi
step "Tests of core under Miri"
# Miri starts no process, by which insta would look for the workspace.
CARGO_TARGET_DIR=$work/miri MIRIFLAGS=-Zmiri-disable-isolation PROPTEST_CASES=8 \
    INSTA_WORKSPACE_ROOT=$here cargo +nightly miri test --locked -p llm-mock-core --lib
