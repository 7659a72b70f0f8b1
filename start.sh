#!/usr/bin/env bash
# Builds the module for the installed nginx; starts and stops it.
if [ -z "${BASH_VERSION:-}" ]; then exec bash "$0" "$@"; fi
set -euo pipefail

here=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd -P)
. "$here/scripts/say.sh"
. "$here/scripts/packages.sh"
. "$here/scripts/rust.sh"
. "$here/scripts/server.sh"
. "$here/scripts/distribution.sh"
. "$here/scripts/source.sh"
. "$here/scripts/build.sh"
. "$here/scripts/http.sh"
. "$here/scripts/process.sh"

usage() {
    cat <<'END'
Usage: ./start.sh [start|stop|reload|status|build] [--embedded]

  start    build the module if anything changed, and start nginx (the default)
  stop     stop nginx at once and close open streams
  reload   apply a changed nginx.conf; open streams continue
  status   show whether nginx runs, and its address
  build    only build the module

  --embedded   use the nginx that is built together with the module

The server is $NGINX if set, else openresty, else nginx, else the embedded nginx.
For an nginx that you have built, set NGINX_SOURCE_DIR to its source folder and
NGINX_BUILD_DIR to its configured objs folder.
END
}

verb='' embedded=
for arg; do
    case $arg in
        start|stop|reload|status|build)
            [ -z "$verb" ] || die "Give one command, not $verb and $arg"
            verb=$arg
            ;;
        --embedded) embedded=yes ;;
        -h|--help|help) usage; exit ;;
        *) die "Unknown argument: $arg (see ./start.sh --help)" ;;
    esac
done
verb=${verb:-start}

build() {
    if [ "$verb" = start ] && reuse_build; then return; fi
    find_cargo
    install_packages
    prepare_source
    build_module
    install_module
}

start() {
    read_address
    choose_server
    if find_running; then
        address=${running_address:-$address}
        same_server || {
            say "Already running on $running_name at $address"
            say "To use $(server_name) instead: ./start.sh stop, then start again"
            return
        }
        may_signal || {
            say "Already running on $running_name at $address (process $pid, of another user)"
            return
        }
    else
        check_port_free
    fi
    check_folders
    build
    if find_running; then
        say "Already running on $running_name at $address (process $pid)"
        report_changes
        return
    fi
    start_server
    greet
}

case $verb in
    start) start ;;
    build) choose_server; check_folders; build; say "Built modules/${module##*/} for $(server_name)" ;;
    stop) stop_server ;;
    reload) reload_server ;;
    status) show_status ;;
esac
