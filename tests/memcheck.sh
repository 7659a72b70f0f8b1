#!/usr/bin/env bash
# The integration tests under valgrind's memcheck, with an nginx that is built
# for debugging and takes each piece of a pool from malloc by itself. The tests
# that measure or limit time and memory are left out: memcheck is some thirty
# times slower, and has a memory of its own.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
. "$here/scripts/say.sh"
. "$here/scripts/packages.sh"
. "$here/scripts/rust.sh"

find_cargo
install_packages
command -v valgrind >/dev/null || {
    command -v apt-get >/dev/null || die "valgrind is missing: install it and try again"
    apt_install valgrind
}
export CARGO_TARGET_DIR=$work/memcheck
export NGX_CONFIGURE_ARGS='--with-debug --with-http_auth_request_module --with-http_v3_module'
export NGX_CFLAGS='-O1 -g -DNGX_DEBUG_PALLOC=1'
export LLM_MOCK_TEST_MEMCHECK=1
unset NGINX_SOURCE_DIR NGINX_BUILD_DIR LLM_MOCK_TEST_NGINX LLM_MOCK_TEST_MODULE
cd "$here"
step "Integration tests under memcheck (the first time builds an nginx for debugging)"
cargo test --workspace --locked --test integration "$@" -- --skip timing:: --skip crowd:: --skip memory:: --skip scarce:: --skip stalled::
