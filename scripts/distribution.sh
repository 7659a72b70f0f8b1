# shellcheck shell=bash
# The nginx of Debian and Ubuntu, and the source that comes with it.

# The version of the server's package, when it is one that modules can be built
# for. (The packages of nginx.org provide no nginx-abi.)
distribution_package() {
    local file package
    command -v dpkg-query >/dev/null || return 1
    file=$(readlink -f -- "$server")
    package=$(dpkg-query -S "$file" 2>/dev/null | sed -n 's/^\([^:, ]*\).*/\1/p' | head -n 1)
    [ -n "$package" ] || return 1
    dpkg-query -W -f '${Provides}' "$package" | grep -q nginx-abi || return 1
    dpkg-query -W -f '${Version}' "$package"
}

# unpack_nginx_dev FOLDER. The package is unpacked, not installed: it would pull
# in a hundred others, and this way needs no root.
unpack_nginx_dev() {
    local of
    step "Getting the headers of the distribution's nginx (nginx-dev $distribution)"
    if ! { download_nginx_dev "$1" || { apt_update && download_nginx_dev "$1"; }; }; then
        die "apt has no nginx-dev to build a module for $server with. Is there a network? Else use ./start.sh --embedded"
    fi
    dpkg -x "$1"/nginx-dev_*.deb "$1"
    mv "$1/usr/share/nginx/src" "$source"
    of=$(source_version "$source")
    [ "$of" = "nginx/$version" ] || {
        rm -rf "$source"
        die "apt has nginx-dev for $of, but $server is nginx/$version. Try apt-get upgrade, or ./start.sh --embedded"
    }
}

# An archive keeps only the newest package, which fits as long as nginx's own version is the same.
download_nginx_dev() {
    apt_download "$1" "nginx-dev=$distribution" || apt_download "$1" nginx-dev
}

configure_distribution() {
    local NGX_CONF_FLAGS=()
    # shellcheck source=/dev/null
    . "$source/conf_flags"
    configure ${NGX_CONF_FLAGS[@]+"${NGX_CONF_FLAGS[@]}"}
}

# Gets the distribution's nginx without installing it, and chooses it as the
# server. Fails where it has none that is new enough.
unpack_distribution_nginx() {
    local folder=$work/distribution candidate
    apt_has nginx-dev || apt_update
    candidate=$(apt-cache policy nginx | sed -n 's/^ *Candidate: *//p')
    apt_has nginx-dev && version_at_least "$candidate" 1.22 || return 1
    if ! [ -f "$folder/$candidate/usr/sbin/nginx" ]; then
        step "Getting the distribution's nginx ($candidate)"
        rm -rf "$folder"
        mkdir -p "$folder"
        apt_download "$folder" "nginx=$candidate" || { apt_update && apt_download "$folder" nginx; } ||
            die "apt cannot fetch nginx. Is there a network? ./test.sh --embedded-only does without"
        dpkg -x "$folder"/nginx_*.deb "$folder/$candidate"
    fi
    wanted=$folder/$candidate/usr/sbin/nginx
    embedded=''
    choose_server
    distribution=$candidate
}
