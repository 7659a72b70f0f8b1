# shellcheck shell=bash
# The address in nginx.conf, and requests to it.

# Sets host, port, tls and address from the first `listen`.
read_address() {
    local listen endpoint
    listen=$(sed 's/#.*//' "$here/nginx.conf" | tr '{};' '[\n*]' | sed -n 's/^[[:space:]]*listen[[:space:]]\{1,\}//p' | head -n 1)
    endpoint=${listen%% *}
    host=127.0.0.1 port=80 tls=''
    case $endpoint in
        unix:*) host='' port='' ;;
        '['*']:'*) host=${endpoint%]:*} host=${host#[} port=${endpoint##*:} ;;
        '['*']') host=${endpoint#[} host=${host%]} ;;
        *:*) host=${endpoint%:*} port=${endpoint##*:} ;;
        *[!0-9]*) host=$endpoint ;;
        '') die "nginx.conf has no \`listen\`" ;;
        *) port=$endpoint ;;
    esac
    case $host in
        '*'|0.0.0.0) host=127.0.0.1 ;;
        ::) host=::1 ;;
    esac
    case " $listen " in
        *' ssl '*) tls=yes ;;
    esac
    case $host in
        '') address=$endpoint ;;
        *:*) address="http${tls:+s}://[$host]:$port" ;;
        *) address="http${tls:+s}://$host:$port" ;;
    esac
}

# bash itself connects, because curl may be missing.
port_open() {
    [ -n "$port" ] && (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null
}

# Whether the server answers; with TLS, whether the port is open.
answers() {
    local reply=
    if [ -n "$tls" ] || [ -z "$port" ]; then
        [ -z "$port" ] || port_open
        return
    fi
    port_open || return
    exec 3<>"/dev/tcp/$host/$port" || return
    printf 'GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
    # Any status is accepted: nginx.conf may have no location for /health.
    IFS= read -r -t 2 reply <&3 2>/dev/null || true
    exec 3>&-
    case $reply in
        HTTP/1.?' '[1-5]*) return 0 ;;
    esac
    return 1
}

# With `reuseport`, nginx would not notice another nginx on the port.
check_port_free() {
    if port_open; then
        [ -z "$(find_orphans)" ] ||
            die "Port $port is used by workers of an nginx that was killed. Stop them with: ./start.sh stop"
        die "Port $port is in use by another program. Stop it, or change \`listen $port\` in nginx.conf"
    fi
}
