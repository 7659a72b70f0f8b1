# shellcheck shell=bash
# Starting the server, finding it again, telling it things.

pid_file=$here/logs/nginx.pid
# What was started: process, server as chosen, program, name.
server_file=$here/logs/server

# Sets pid, and what is known of the server: running_server, program, running_name.
find_running() {
    local of=
    pid='' running_server='' running_name=nginx
    [ -s "$pid_file" ] || return 1
    read -r pid <"$pid_file" || true
    is_our_master "$pid" || return 1
    if [ -f "$server_file" ]; then
        { read -r of && read -r running_server && read -r program && read -r running_name; } <"$server_file" || true
    fi
    if [ "$of" != "$pid" ]; then
        # Started by hand.
        program=$(readlink "/proc/$pid/exe" 2>/dev/null || true)
        running_server=$program running_name=${program:-nginx}
        case $program in
            */nginx-sys-*/objs/nginx) running_server=embedded running_name="the embedded nginx" ;;
        esac
    fi
}

# A pid file can outlive its process, and the number can go to another one.
is_our_master() {
    local command
    case $1 in
        ''|*[!0-9]*) return 1 ;;
    esac
    if [ -r "/proc/$1/cmdline" ]; then
        command=$(tr '\0' ' ' <"/proc/$1/cmdline")
    else
        command=$(ps -o args= -p "$1" 2>/dev/null) || return 1
    fi
    case $command in
        *'nginx: master process'*"-p $here"*) return 0 ;;
        *'nginx: master process'*) [ "$(readlink "/proc/$1/cwd" 2>/dev/null)" = "$here" ] ;;
        *) return 1 ;;
    esac
}

same_server() {
    [ -z "$running_server" ] || [ "$running_server" = "$server" ] ||
        [ "$running_server" = "$(readlink -f -- "$server" 2>/dev/null)" ]
}

module_newer_than_server() {
    [ "$module" -nt "$pid_file" ]
}

check_folders() {
    local path
    for path in logs temp modules; do
        mkdir -p "$here/$path" 2>/dev/null || true
    done
    mkdir -p "$work" 2>/dev/null || true
    for path in "$here/logs" "$here/temp" "$here/modules" "$work" "$here"/logs/*; do
        [ ! -e "$path" ] && [ "${path##*/}" = '*' ] || [ -w "$path" ] ||
            die "No permission to write $path. If another user made it: sudo chown -R $(id -un) '$here'"
    done
}

# run_nginx ARGUMENT...: for this project's folder.
run_nginx() {
    "$program" -p "$here/" -c nginx.conf -e logs/error.log "$@" 2>&1
}

check_configuration() {
    local output
    output=$(run_nginx -t -q) || explain "$output"
}

start_server() {
    local output
    step "Starting $(server_name)"
    check_configuration
    output=$(run_nginx) || explain "$output"
    wait_healthy
    find_running || die "nginx ended at once. See $here/logs/error.log"
    printf '%s\n' "$pid" "$server" "$program" "$(server_name)" >"$server_file"
}

wait_healthy() {
    local try
    for try in {1..50}; do
        if healthy; then return; fi
        sleep 0.1
    done
    die "nginx runs, but $address/health does not answer after $((try / 10)) seconds. See $here/logs/error.log"
}

# explain OUTPUT: one line for what nginx could not do, then ends.
explain() {
    case $1 in
        *'bind() to'*'Permission denied'*)
            die "No permission for port $port: below 1024 it takes root. Change \`listen\` in nginx.conf, or use sudo" ;;
        *'Address already in use'*)
            die "Port $port is in use by another program. Stop that, or change \`listen $port\` in nginx.conf" ;;
    esac
    printf '%s\n' "$1" >&2
    case $1 in
        *'Permission denied'*)
            die "nginx lacks a permission (see above). If another user made the file: sudo chown -R $(id -un) '$here'" ;;
        *nginx.conf:*) die "nginx does not accept nginx.conf, see above." ;;
        *) die "nginx does not start, see above." ;;
    esac
}

greet() {
    say "Running on $(server_name) at $address"
    say
    say "  Try:   curl -N $address/v1/chat/completions -d '{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}'"
    say "  Stop:  ./start.sh stop"
}

may_signal() { kill -0 "$pid" 2>/dev/null; }

signal() {
    kill -s "$1" "$pid" 2>/dev/null || die "No permission to signal process $pid. Try: sudo ./start.sh $verb"
}

stop_server() {
    find_running || { say "Not running."; return; }
    signal TERM
    for _ in {1..100}; do
        if ! is_our_master "$pid"; then
            say "Stopped."
            return
        fi
        sleep 0.1
    done
    die "Process $pid is still there after 10 seconds. See $here/logs/error.log"
}

reload_server() {
    find_running || die "Not running. Start it with ./start.sh"
    read_address
    if [ -n "$program" ]; then check_configuration; fi
    signal HUP
    wait_healthy
    say "Reloaded: $running_name at $address"
    if module_newer_than_server; then
        say "The module is newer than the server. To use it: ./start.sh stop, then ./start.sh"
    fi
}

show_status() {
    read_address
    find_running || { say "Not running."; exit 1; }
    say "Running on $running_name at $address (process $pid)"
    healthy || die "But $address/health does not answer. See $here/logs/error.log"
}
