# shellcheck shell=bash
# Finds and installs the packages that the build needs.

# The build needs a C compiler, make, libclang with its headers (for the
# bindings), and the headers of pcre2, zlib and openssl (for nginx).
install_packages() {
    local missing
    missing=$(list_missing)
    [ -n "$missing" ] || return 0
    if command -v apt-get >/dev/null; then
        # shellcheck disable=SC2086 # a list of words
        apt_install $missing
        missing=$(list_missing)
        [ -z "$missing" ] || die "Still missing after installing packages: ${missing//$'\n'/ }"
    else
        explain_packages "$missing"
    fi
}

list_missing() {
    has_compiler || echo compiler
    command -v make >/dev/null || command -v gmake >/dev/null || echo make
    has_libclang || echo libclang
    has_headers pcre2.h zlib.h openssl/ssl.h || {
        has_headers pcre2.h || echo pcre2
        has_headers zlib.h || echo zlib
        has_headers openssl/ssl.h || echo openssl
    }
    # cargo downloads with the system's certificates, which a minimal Debian lacks.
    ! command -v apt-get >/dev/null || [ -e /etc/ssl/certs/ca-certificates.crt ] || echo certificates
}

has_compiler() {
    command -v cc >/dev/null && has_headers stdlib.h
}

install_valgrind() {
    command -v valgrind >/dev/null || {
        command -v apt-get >/dev/null || die "valgrind is missing. Install it and try again"
        apt_install valgrind
    }
}

# The additional folders are Homebrew's.
has_headers() {
    { echo '#define PCRE2_CODE_UNIT_WIDTH 8'; printf '#include <%s>\n' "$@"; } |
        cc -E -I/opt/homebrew/include -I/opt/homebrew/opt/openssl@3/include -I/usr/local/opt/openssl@3/include - \
            >/dev/null 2>&1
}

# The folders where bindgen looks for libclang, and those of libclang's stddef.h.
has_libclang() {
    [ -z "${LIBCLANG_PATH:-}" ] || return 0
    [ "$(uname -s)" != Darwin ] || return 0
    any_file /usr/lib*/libclang[-.]*so* /usr/lib*/*/libclang[-.]*so* /usr/lib/llvm*/lib*/libclang[-.]*so* \
        /usr/local/lib*/libclang[-.]*so* /usr/local/llvm*/lib*/libclang[-.]*so* || return 1
    any_file /usr/lib*/clang/*/include/stddef.h /usr/lib/llvm*/lib*/clang/*/include/stddef.h \
        /usr/local/lib*/clang/*/include/stddef.h /usr/local/llvm*/lib*/clang/*/include/stddef.h
}

any_file() {
    local file
    for file; do
        if [ -e "$file" ]; then return 0; fi
    done
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# apt_install NAME...: installs the packages for the names that list_missing prints.
apt_install() {
    local packages=() word clang
    case " $* " in
        *" libclang "*) apt_has libclang-dev || apt_update ;;
    esac
    for word; do
        case $word in
            compiler) packages+=(gcc libc6-dev) ;;
            make) packages+=(make) ;;
            pcre2) packages+=(libpcre2-dev) ;;
            zlib) packages+=(zlib1g-dev) ;;
            openssl) packages+=(libssl-dev) ;;
            certificates) packages+=(ca-certificates) ;;
            valgrind) packages+=(valgrind) ;;
            python) packages+=(python3-venv) ;;
            js) packages+=(nodejs npm) ;;
            libclang)
                # These two small packages of the distribution's clang version suffice.
                clang=$(apt-cache depends libclang-dev 2>/dev/null |
                    sed -n 's/.*Depends: libclang-\([0-9][0-9]*\)-dev.*/\1/p' | head -n 1)
                if [ -n "$clang" ] && apt_has "libclang1-$clang" && apt_has "libclang-common-$clang-dev"; then
                    packages+=("libclang1-$clang" "libclang-common-$clang-dev")
                else
                    packages+=(libclang-dev)
                fi
                ;;
        esac
    done
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        die "Packages are missing. Run as root: apt-get install ${packages[*]}"
    fi
    step "Installing ${packages[*]}"
    apt_get_install "${packages[@]}" || { apt_update && apt_get_install "${packages[@]}"; } ||
        die "apt-get could not install ${packages[*]}: $(apt_complaint)"
}

apt_has() { apt-cache show "$1" >/dev/null 2>&1; }

# apt_download FOLDER PACKAGE...: fetches packages without installing them.
apt_download() {
    (cd "$1" && shift && apt-get download -q -o APT::Sandbox::User=root "$@") >/dev/null 2>&1
}

apt_update() {
    step "Updating apt's package lists"
    run_apt update || die "apt-get update failed: $(apt_complaint)"
}

apt_get_install() { run_apt install -y --no-install-recommends "$@"; }

# The output of apt matters only if it fails.
run_apt() {
    mkdir -p "$work"
    rm -f "$work/apt.log"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >"$work/apt.log" 2>&1
}

apt_complaint() {
    say "$(grep -E '^[EW]: |^sudo: ' "$work/apt.log" | head -n 1) (more in $work/apt.log)"
}

explain_packages() {
    say "Missing for the build: $(echo "$1" | tr '\n' ' ')" >&2
    if command -v dnf >/dev/null; then
        die "Install it with: sudo dnf install gcc make clang-devel pcre2-devel zlib-devel openssl-devel"
    elif command -v apk >/dev/null; then
        die "Install it with: apk add build-base clang-dev pcre2-dev zlib-dev openssl-dev linux-headers"
    elif command -v brew >/dev/null; then
        die "Install it with: xcode-select --install; brew install pcre2 openssl@3"
    fi
    die "Install a C compiler, make, libclang, and the development files of pcre2, zlib and openssl"
}
