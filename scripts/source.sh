# shellcheck shell=bash
# Getting the configured source that the server was built from.

nginx_downloads=${NGINX_DOWNLOADS:-https://nginx.org/download}
openresty_downloads=${OPENRESTY_DOWNLOADS:-https://openresty.org/download}

# Sets target (cargo's folder for this server), and exports NGINX_SOURCE_DIR
# and NGINX_BUILD_DIR, or for the embedded nginx unsets them.
prepare_source() {
    if [ "$server" = embedded ]; then
        target=$work
        unset NGINX_SOURCE_DIR NGINX_BUILD_DIR
        return
    fi
    # One folder per build of nginx: two of the same version may differ in their flags.
    target=$work/$flavour-$version-$(printf %s "$build_info" | cksum | cut -d' ' -f1)
    if [ -n "${NGINX_SOURCE_DIR:-}${NGINX_BUILD_DIR:-}" ]; then
        check_given_source
        return
    fi
    local source=$target/source objs=$target/objs package
    if ! [ -f "$objs/ngx_auto_config.h" ] || ! [ -f "$source/src/core/nginx.h" ]; then
        rm -rf "$source" "$objs" "$target/unpacked"
        mkdir -p "$target/unpacked"
        if package=$(distribution_package); then
            unpack_nginx_dev "$package" "$target/unpacked"
            configure_distribution
        else
            case $flavour in
                nginx) unpack_release "$nginx_downloads/nginx-$version.tar.gz" "nginx-$version" ;;
                openresty) unpack_release "$openresty_downloads/openresty-$version.tar.gz" "openresty-$version/bundle/nginx-${version%.*}" ;;
                *) die "No source is known for $flavour $version: set NGINX_SOURCE_DIR and NGINX_BUILD_DIR to it, or use ./start.sh --embedded" ;;
            esac
            configure_release
        fi
    fi
    export NGINX_SOURCE_DIR=$source NGINX_BUILD_DIR=$objs
}

check_given_source() {
    local of
    NGINX_SOURCE_DIR=${NGINX_SOURCE_DIR:-$(dirname -- "$NGINX_BUILD_DIR")}
    NGINX_BUILD_DIR=${NGINX_BUILD_DIR:-$NGINX_SOURCE_DIR/objs}
    [ -f "$NGINX_SOURCE_DIR/src/core/nginx.h" ] ||
        die "NGINX_SOURCE_DIR=$NGINX_SOURCE_DIR is not nginx's source: it has no src/core/nginx.h"
    [ -f "$NGINX_BUILD_DIR/ngx_auto_config.h" ] ||
        die "NGINX_BUILD_DIR=$NGINX_BUILD_DIR is not configured: run nginx's ./configure first"
    of=$(source_version "$NGINX_SOURCE_DIR")
    [ "$of" = "$flavour/$version" ] ||
        die "NGINX_SOURCE_DIR is the source of $of, but $server is $flavour/$version"
    export NGINX_SOURCE_DIR NGINX_BUILD_DIR
}

# What `nginx -v` would say of a source folder, such as openresty/1.27.1.2.
source_version() {
    local header=$1/src/core/nginx.h number
    number=$(sed -n 's/^#define NGINX_VERSION  *"\(.*\)".*/\1/p' "$header")
    sed -n 's/^#define NGINX_VER  *//p' "$header" | sed "s/NGINX_VERSION/$number/; s/[\" ]//g"
}

# unpack_nginx_dev VERSION FOLDER. The package is unpacked, not installed: it
# would pull in 100 others. That also needs no root.
unpack_nginx_dev() {
    local wanted=nginx-dev=$1
    apt_has nginx-dev || apt_update
    step "Getting the headers of Debian's nginx ($wanted)"
    if ! (cd "$2" && apt_download "$wanted" || apt_download nginx-dev) >/dev/null 2>&1; then
        apt_update
        (cd "$2" && apt_download "$wanted" || apt_download nginx-dev) ||
            die "apt has no nginx-dev for nginx $1. Try apt-get update and upgrade, or use ./start.sh --embedded"
    fi
    dpkg -x "$2"/nginx-dev_*.deb "$2"
    mv "$2/usr/share/nginx/src" "$source"
    # An archive keeps only the newest package: the one of another nginx will not do.
    [ "$(source_version "$source")" = "nginx/$version" ] ||
        die "apt has nginx-dev for $(source_version "$source") only, but $server is nginx/$version. Try apt-get upgrade, or ./start.sh --embedded"
    rm -rf "$2"
}
