#!/usr/bin/env bash
# Builds the module for the nginx at hand, starts it, stops it.
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

  start    build the module if anything changed, start nginx (the default)
  stop     stop nginx at once, open streams included
  reload   take over a changed nginx.conf; open streams go on
  status   say whether nginx runs, and where
  build    only build the module

  --embedded   use the nginx that is built along with the module

The server is $NGINX if set, else openresty, else nginx, else the embedded one.
For an nginx of your own, NGINX_SOURCE_DIR and NGINX_BUILD_DIR name its source
folder and its configured objs folder.
END
}

verb='' embedded=
for arg; do
    case $arg in
        start|stop|reload|status|build)
            [ -z "$verb" ] || die "One at a time: $verb or $arg"
            verb=$arg
            ;;
        --embedded) embedded=yes ;;
        -h|--help|help) usage; exit ;;
        *) die "Unknown argument: $arg (./start.sh --help lists them)" ;;
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
        tell_what_is_newer
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
