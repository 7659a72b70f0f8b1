# shellcheck shell=bash
# Starts, finds and signals the server.

pid_file=$here/logs/nginx.pid
# The started server, a value a line: process, server as chosen, program, name, address.
server_file=$here/logs/server

# Sets pid, running_server, program, running_name, and running_address if the
# server was started by this script: nginx.conf may have changed since.
find_running() {
    local of=
    pid='' running_server='' running_name=nginx running_address=''
    [ -s "$pid_file" ] || return 1
    read -r pid <"$pid_file" || true
    is_our_master "$pid" || return 1
    if [ -f "$server_file" ]; then
        { read -r of && read -r running_server && read -r program && read -r running_name && read -r running_address; } <"$server_file" || true
    fi
    if [ "$of" != "$pid" ]; then
        # Started by hand.
        program=$(readlink "/proc/$pid/exe" 2>/dev/null || true)
        running_server=$program running_name=${program:-nginx} running_address=''
        case $program in
            */nginx-sys-*/objs/nginx) running_server=embedded running_name="the embedded nginx" ;;
        esac
    fi
}

# A pid file can outlive its process, and the pid can be reused.
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

# Reports what changed since nginx started or reloaded.
report_changes() {
    if [ "$module" -nt "$pid_file" ]; then
        say "The module is newer than the server. To use it: ./start.sh stop, then ./start.sh"
    elif [ "$here/nginx.conf" -nt "$pid_file" ] && ! [ "$server_file" -nt "$here/nginx.conf" ]; then
        say "nginx.conf has changed. To apply it: ./start.sh reload"
    fi
}

remember_server() {
    printf '%s\n' "$pid" "$1" "$program" "$2" "$address" >"$server_file"
}

# Without cargo, the module of an earlier build is used.
reuse_build() {
    local of chosen name
    ! has_cargo && [ -f "$module" ] && [ -f "$server_file" ] || return 1
    { read -r of && read -r chosen && read -r program && read -r name; } <"$server_file" || true
    [ -n "$of" ] && [ "$chosen" = "$server" ] && [ -x "$program" ] || return 1
    step "cargo is missing: using the module that was built for $name"
}

# The processes of master PID.
workers_of() {
    cat "/proc/$1/task/$1/children" 2>/dev/null || ps -o pid= --ppid "$1" 2>/dev/null || true
}

# Workers of this folder whose master was killed.
find_orphans() {
    local process command file
    for process in /proc/[0-9]*; do
        { command=$(tr '\0' ' ' <"$process/cmdline"); } 2>/dev/null || continue
        case $command in
            'nginx: worker process'*) ;;
            *) continue ;;
        esac
        is_our_master "$(sed -n 's/^PPid:[[:space:]]*//p' "$process/status" 2>/dev/null)" && continue
        for file in "$process"/fd/*; do
            if [ "$file" -ef "$here/logs/error.log" ]; then
                echo "${process#/proc/}"
                break
            fi
        done
    done
}

check_folders() {
    local path
    for path in logs temp modules; do
        mkdir -p "$here/$path" 2>/dev/null || true
    done
    mkdir -p "$work" 2>/dev/null || true
    for path in "$here/logs" "$here/temp" "$here/modules" "$work" "$here"/logs/*; do
        [ ! -e "$path" ] && [ "${path##*/}" = '*' ] || [ -w "$path" ] ||
            die "No permission to write $path. If another user created it: sudo chown -R $(id -un) '$here'"
    done
}

# run_nginx ARGUMENT...: runs nginx with this folder as its prefix.
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
    wait_for_answer
    find_running || die "nginx exited at once. See $here/logs/error.log"
    remember_server "$server" "$(server_name)"
}

wait_for_answer() {
    local try
    for try in {1..50}; do
        if answers; then return; fi
        sleep 0.1
    done
    die "nginx runs, but $address does not answer after $((try / 10)) seconds. See $here/logs/error.log"
}

# explain OUTPUT: ends with one line for the error that nginx has reported.
explain() {
    case $1 in
        *'bind() to'*'Permission denied'*)
            die "No permission for port $port: ports below 1024 need root. Change \`listen\` in nginx.conf" ;;
        *'Address already in use'*)
            die "Port $port is in use by another program. Stop it, or change \`listen $port\` in nginx.conf" ;;
        *'is not binary compatible'*|*"/${module##*/}\" version "*' instead of '*)
            refuse_module ;;
    esac
    printf '%s\n' "$1" >&2
    case $1 in
        *'Permission denied'*)
            die "nginx lacks a permission (see above). If another user created the file: sudo chown -R $(id -un) '$here'" ;;
    esac
    [ "$verb" != reload ] || die "nginx does not accept nginx.conf, see above. The old configuration stays active"
    case $1 in
        *nginx.conf:*) die "nginx does not accept nginx.conf, see above" ;;
        *) die "nginx does not start, see above" ;;
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
    local orphans
    find_running || {
        orphans=$(find_orphans)
        # shellcheck disable=SC2086 # a list of processes
        if [ -n "$orphans" ] && kill -s TERM $orphans 2>/dev/null; then
            say "Stopped the workers of a master that was killed"
        else
            say "Not running"
        fi
        return
    }
    signal TERM
    for _ in {1..100}; do
        if ! is_our_master "$pid"; then
            say "Stopped"
            return
        fi
        sleep 0.1
    done
    die "Process $pid still runs after 10 seconds. See $here/logs/error.log"
}

reload_server() {
    local old logged refused
    find_running || die "Not running. Start it with ./start.sh"
    read_address
    if [ -n "$program" ]; then
        [ -x "$program" ] || die "The running program $program has been deleted. Run ./start.sh stop, then ./start.sh"
        check_configuration
    fi
    old=$(workers_of "$pid")
    logged=$(wc -c <"$here/logs/error.log" 2>/dev/null || echo 0)
    signal HUP
    for _ in {1..50}; do
        if ! any_serves "$old"; then old=''; break; fi
        refused=$(tail -c "+$((logged + 1))" "$here/logs/error.log" 2>/dev/null | grep -F '[emerg]' | head -n 1) || true
        [ -z "$refused" ] || explain "$refused"
        sleep 0.1
    done
    [ -z "$old" ] || die "nginx has not applied nginx.conf within 5 seconds. See $here/logs/error.log"
    wait_for_answer
    remember_server "$running_server" "$running_name"
    say "Reloaded: $running_name at $address"
    report_changes
}

# any_serves "PID ...": whether one of these workers still accepts requests.
any_serves() {
    local worker command
    for worker in $1; do
        { command=$(tr '\0' ' ' <"/proc/$worker/cmdline"); } 2>/dev/null || continue
        case $command in
            *'shutting down'*|'') ;;
            *) return 0 ;;
        esac
    done
    return 1
}

show_status() {
    read_address
    find_running || { say "Not running"; exit 1; }
    address=${running_address:-$address}
    say "Running on $running_name at $address (process $pid${program:+, $program})"
    answers || die "$address does not answer. See $here/logs/error.log"
    report_changes
}
