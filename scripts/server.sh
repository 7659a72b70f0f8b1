# shellcheck shell=bash
# Chooses the nginx, and finds its version.

# nginx reads a variable of this name as a list of inherited sockets.
wanted=${NGINX:-}
unset NGINX

# Sets server (a path, or "embedded"), and for a path flavour ("nginx",
# "openresty", ...), version, build_info (the output of `nginx -V`), and
# distribution (the version of its package, if it is Debian's or Ubuntu's).
choose_server() {
    if [ -n "$embedded" ]; then
        server=embedded
    elif [ -n "$wanted" ]; then
        server=$(command -v -- "$wanted") || die "NGINX=$wanted: no such program"
        case $server in
            /*) ;;
            *) server=$PWD/${server#./} ;;
        esac
    else
        server=$(find_program openresty || find_program nginx || echo embedded)
    fi
    flavour=nginx version='' build_info='' distribution=''
    [ "$server" = embedded ] || identify_server
    [ "$server" = embedded ] || distribution=$(distribution_package || true)
}

# A user's PATH often lacks the folders where servers are installed.
find_program() {
    local folder
    command -v "$1" && return
    for folder in /usr/sbin /usr/local/sbin /usr/local/openresty/bin /usr/local/nginx/sbin /opt/homebrew/bin; do
        if [ -x "$folder/$1" ]; then
            echo "$folder/$1"
            return
        fi
    done
    return 1
}

identify_server() {
    local first
    build_info=$("$server" -V 2>&1) || die "$server -V failed. Is it nginx? Set NGINX=/path/to/nginx, or use --embedded"
    first=$(sed -n 's/^[^:]*version: *//p' <<<"$build_info" | head -n 1)
    first=${first%% *}
    case $first in
        */*) ;;
        *) die "$server -V prints no version. Is it nginx? Set NGINX=/path/to/nginx, or use --embedded" ;;
    esac
    flavour=${first%%/*} version=${first#*/}
    version_at_least "$version" 1.22 ||
        die "$server is $flavour $version, but the module needs 1.22 or later. Use ./start.sh --embedded"
}

server_name() {
    if [ "$server" = embedded ]; then
        echo "the embedded nginx"
    else
        echo "$flavour $version ($server)"
    fi
}
