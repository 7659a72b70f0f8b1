# shellcheck shell=bash
# Starting the server, finding it again, telling it things.

pid_file=$here/logs/nginx.pid
# What was started: process, server as chosen, program, name, address.
server_file=$here/logs/server

# Sets pid, and what is known of the server: running_server, program,
# running_name, and its address if that is not what nginx.conf says.
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

# What changed since nginx started or was told to reload.
tell_what_is_newer() {
    if [ "$module" -nt "$pid_file" ]; then
        say "The module is newer than the server. To use it: ./start.sh stop, then ./start.sh"
    elif [ "$here/nginx.conf" -nt "$pid_file" ] && ! [ "$server_file" -nt "$here/nginx.conf" ]; then
        say "nginx.conf has changed since. To use it: ./start.sh reload"
    fi
}

remember_server() {
    printf '%s\n' "$pid" "$1" "$program" "$2" "$address" >"$server_file"
}

# With no cargo at hand, what an earlier start has built serves as well.
reuse_build() {
    local of chosen name
    ! has_cargo && [ -f "$module" ] && [ -f "$server_file" ] || return 1
    { read -r of && read -r chosen && read -r program && read -r name; } <"$server_file" || true
    [ -n "$of" ] && [ "$chosen" = "$server" ] && [ -x "$program" ] || return 1
    step "There is no cargo here: using the module as it was built for $name"
}

# The processes of master PID.
workers_of() {
    cat "/proc/$1/task/$1/children" 2>/dev/null || ps -o pid= --ppid "$1" 2>/dev/null || true
}

# Workers of this project's folder whose master was killed.
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
    wait_for_answer
    find_running || die "nginx ended at once. See $here/logs/error.log"
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

# explain OUTPUT: one line for what nginx could not do, then ends.
explain() {
    case $1 in
        *'bind() to'*'Permission denied'*)
            die "No permission for port $port: below 1024 it takes root. Change \`listen\` in nginx.conf" ;;
        *'Address already in use'*)
            die "Port $port is in use by another program. Stop that, or change \`listen $port\` in nginx.conf" ;;
    esac
    printf '%s\n' "$1" >&2
    case $1 in
        *'Permission denied'*)
            die "nginx lacks a permission (see above). If another user made the file: sudo chown -R $(id -un) '$here'" ;;
    esac
    [ "$verb" != reload ] || die "nginx does not accept nginx.conf, see above. The old configuration stays in force."
    case $1 in
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
    local orphans
    find_running || {
        orphans=$(find_orphans)
        # shellcheck disable=SC2086 # a list of processes
        if [ -n "$orphans" ] && kill -s TERM $orphans 2>/dev/null; then
            say "Stopped the workers that a killed master had left."
        else
            say "Not running."
        fi
        return
    }
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
    local old logged refused
    find_running || die "Not running. Start it with ./start.sh"
    read_address
    if [ -n "$program" ]; then
        [ -x "$program" ] || die "$program, which runs, is not there any more: ./start.sh stop, then ./start.sh"
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
    [ -z "$old" ] || die "nginx has not taken nginx.conf over within 5 seconds. See $here/logs/error.log"
    wait_for_answer
    remember_server "$running_server" "$running_name"
    say "Reloaded: $running_name at $address"
    tell_what_is_newer
}

# any_serves "PID ...": whether one of these workers still takes requests.
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
    find_running || { say "Not running."; exit 1; }
    address=${running_address:-$address}
    say "Running on $running_name at $address (process $pid${program:+, $program})"
    answers || die "But $address does not answer. See $here/logs/error.log"
    tell_what_is_newer
}
