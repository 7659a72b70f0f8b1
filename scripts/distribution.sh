# shellcheck shell=bash
# The nginx of Debian and Ubuntu, and the source that comes with it.

# Prints the version of the server's package if it is the distribution's. (The
# packages of nginx.org do not provide nginx-abi.)
distribution_package() {
    local file package
    command -v dpkg-query >/dev/null || return 1
    file=$(readlink -f -- "$server")
    package=$(dpkg-query -S "$file" 2>/dev/null | sed -n 's/^\([^:, ]*\).*/\1/p' | head -n 1)
    [ -n "$package" ] || return 1
    dpkg-query -W -f '${Provides}' "$package" | grep -q nginx-abi || return 1
    dpkg-query -W -f '${Version}' "$package"
}

# unpack_nginx_dev FOLDER: unpacks the package without installing it, which would
# need root and pull in a hundred other packages.
unpack_nginx_dev() {
    local of
    step "Getting the headers of the distribution's nginx (nginx-dev $distribution)"
    if ! { download_nginx_dev "$1" || { apt_update && download_nginx_dev "$1"; }; }; then
        die "apt cannot fetch nginx-dev, which a module for $server needs. Check the network, or use ./start.sh --embedded"
    fi
    dpkg -x "$1"/nginx-dev_*.deb "$1"
    mv "$1/usr/share/nginx/src" "$source"
    of=$(source_version "$source")
    [ "$of" = "nginx/$version" ] || {
        rm -rf "$source"
        die "apt has nginx-dev for $of, but $server is nginx/$version. Try apt-get upgrade, or ./start.sh --embedded"
    }
}

# Archives keep only the newest package. It fits as long as its nginx version is the same.
download_nginx_dev() {
    apt_download "$1" "nginx-dev=$distribution" || apt_download "$1" nginx-dev
}

configure_distribution() {
    local NGX_CONF_FLAGS=()
    # shellcheck source=/dev/null
    . "$source/conf_flags"
    configure ${NGX_CONF_FLAGS[@]+"${NGX_CONF_FLAGS[@]}"}
}

# Fetches the distribution's nginx without installing it, and chooses it as the
# server. Fails if the distribution has none that is new enough.
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
            die "apt cannot fetch nginx. Check the network, or use ./test.sh --embedded-only"
        dpkg -x "$folder"/nginx_*.deb "$folder/$candidate"
    fi
    wanted=$folder/$candidate/usr/sbin/nginx
    embedded=''
    choose_server
    distribution=$candidate
}
