# shellcheck shell=bash
# Gets the configured source of the server.

nginx_downloads=${NGINX_DOWNLOADS:-https://nginx.org/download}
openresty_downloads=${OPENRESTY_DOWNLOADS:-https://openresty.org/download}

# Sets target, cargo's folder for this server, and exports NGINX_SOURCE_DIR and
# NGINX_BUILD_DIR. For the embedded nginx both are unset.
prepare_source() {
    if [ "$server" = embedded ]; then
        target=$work
        [ -z "${NGINX_SOURCE_DIR:-}${NGINX_BUILD_DIR:-}" ] ||
            step "Ignoring NGINX_SOURCE_DIR and NGINX_BUILD_DIR: the server is the embedded nginx"
        unset NGINX_SOURCE_DIR NGINX_BUILD_DIR
        return
    fi
    # One folder per build of nginx: builds of the same version may have different flags.
    target=$work/$flavour-$version-$(printf %s "$build_info" | cksum | cut -d' ' -f1)
    if [ -n "${NGINX_SOURCE_DIR:-}${NGINX_BUILD_DIR:-}" ]; then
        check_given_source
        return
    fi
    local source=$target/source objs=$target/objs
    if ! [ -f "$objs/ngx_auto_config.h" ] || ! [ -f "$source/src/core/nginx.h" ]; then
        rm -rf "$source" "$objs" "$target/unpacked"
        mkdir -p "$target/unpacked" || die "No permission to write in $work"
        if [ -n "$distribution" ]; then
            unpack_nginx_dev "$target/unpacked"
            configure_distribution
        else
            case $flavour in
                nginx) unpack_release "$nginx_downloads/nginx-$version.tar.gz" "nginx-$version" ;;
                openresty) unpack_release "$openresty_downloads/openresty-$version.tar.gz" "openresty-$version/bundle/nginx-${version%.*}" ;;
                *) die "The source of $flavour $version is not known. Set NGINX_SOURCE_DIR and NGINX_BUILD_DIR, or use ./start.sh --embedded" ;;
            esac
            configure_release
        fi
        rm -rf "$target/unpacked"
    fi
    export NGINX_SOURCE_DIR=$source NGINX_BUILD_DIR=$objs
}

# The paths may be relative. They become absolute here, because cargo runs the
# build script of nginx-sys in the folder of that crate.
check_given_source() {
    local of
    [ -z "${NGINX_BUILD_DIR:-}" ] || NGINX_BUILD_DIR=$(absolute NGINX_BUILD_DIR "$NGINX_BUILD_DIR")
    NGINX_SOURCE_DIR=$(absolute NGINX_SOURCE_DIR "${NGINX_SOURCE_DIR:-$NGINX_BUILD_DIR/..}")
    NGINX_BUILD_DIR=${NGINX_BUILD_DIR:-$NGINX_SOURCE_DIR/objs}
    [ -f "$NGINX_SOURCE_DIR/src/core/nginx.h" ] ||
        die "NGINX_SOURCE_DIR=$NGINX_SOURCE_DIR is not the source of nginx: it has no src/core/nginx.h"
    [ -f "$NGINX_BUILD_DIR/ngx_auto_config.h" ] ||
        die "NGINX_BUILD_DIR=$NGINX_BUILD_DIR is not configured: it has no ngx_auto_config.h. Run nginx's ./configure"
    of=$(source_version "$NGINX_SOURCE_DIR")
    [ "$of" = "$flavour/$version" ] ||
        die "NGINX_SOURCE_DIR is the source of $of, but $server is $flavour/$version"
    export NGINX_SOURCE_DIR NGINX_BUILD_DIR
}

# absolute NAME FOLDER: prints the path of the folder that variable NAME has.
absolute() {
    (CDPATH='' cd -- "$2" 2>/dev/null && pwd) || die "$1=$2: no such folder"
}

# The version in a source folder, as `nginx -v` prints it: openresty/1.27.1.2.
source_version() {
    local header=$1/src/core/nginx.h number
    number=$(sed -n 's/^#define NGINX_VERSION  *"\(.*\)".*/\1/p' "$header")
    sed -n 's/^#define NGINX_VER  *//p' "$header" | sed "s/NGINX_VERSION/$number/; s/[\" ]//g"
}

# unpack_release URL FOLDER-IN-IT
unpack_release() {
    step "Fetching the source of $flavour $version: $1"
    if ! { fetch "$1" "$target/unpacked/source.tar.gz" &&
        tar -xzf "$target/unpacked/source.tar.gz" -C "$target/unpacked" "$2"; }; then
        say "Cannot get the source of $flavour $version, which the module must be built with. Either" >&2
        say "  set NGINX_SOURCE_DIR to its nginx source (with its patches) and NGINX_BUILD_DIR to its configured objs folder, or" >&2
        say "  use the embedded nginx: ./start.sh --embedded" >&2
        exit 1
    fi
    mv "$target/unpacked/$2" "$source"
}

fetch() {
    if command -v curl >/dev/null; then
        curl -fsSL --connect-timeout 15 -o "$2" "$1"
    elif command -v wget >/dev/null; then
        wget -q -T 15 -t 2 -O "$2" "$1"
    else
        say "Neither curl nor wget is installed." >&2
        return 1
    fi
}

# Configures a release with those flags of the server that decide the layout of
# nginx's structures. With --with-compat, which is kept, only few flags do.
configure_release() {
    local arguments flags=() flag
    arguments=$(sed -n 's/^configure arguments: *//p' <<<"$build_info")
    while IFS= read -r flag; do
        case $flag in
            # Paths on the machine that the server was built on.
            --add-module=*|--add-dynamic-module=*|--builddir=*|--with-cc=*|--with-cpp=*) ;;
            --with-openssl=*|--with-zlib=*|--with-libatomic=*) ;;
            --with-pcre=*) flags+=(--with-pcre) ;;
            # Optimisation, which does not change structures.
            --with-cpu-opt=*|--with-openssl-opt=*|--with-pcre-opt=*|--with-zlib-opt=*) ;;
            --with-cc-opt=*) flags+=("--with-cc-opt=$(pick_words "${flag#*=}" '-[DUI]*')") ;;
            --with-ld-opt=*) flags+=("--with-ld-opt=$(pick_words "${flag#*=}" '-L*')") ;;
            # Modules that need a library of their own.
            --with-http_xslt_module*|--with-http_image_filter_module*|--with-http_perl_module*) ;;
            --with-http_geoip_module*|--with-stream_geoip_module*|--with-google_perftools_module) ;;
            *) flags+=("$flag") ;;
        esac
    done < <(printf '%s\n' "$arguments" | xargs printf '%s\n')
    configure ${flags[@]+"${flags[@]}"}
}

# pick_words TEXT PATTERN: the words of TEXT that match the pattern.
pick_words() {
    local word picked=
    for word in $1; do
        # shellcheck disable=SC2254 # a pattern
        case $word in
            $2) picked="$picked $word" ;;
        esac
    done
    echo "${picked# }"
}

# configure FLAG...: in $source, for $objs.
configure() {
    step "Configuring the source of $flavour $version"
    if ! (cd "$source" && ./configure --builddir="$objs" "$@") >"$target/configure.log" 2>&1; then
        tail -n 5 "$target/configure.log" >&2
        rm -rf "$objs"
        die "Cannot configure the source of $flavour $version as $server was (see above and $target/configure.log). Set NGINX_SOURCE_DIR and NGINX_BUILD_DIR, or use ./start.sh --embedded"
    fi
}
