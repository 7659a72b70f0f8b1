# shellcheck shell=bash
# Finds a cargo that is new enough.

has_cargo() {
    local folder=${CARGO_HOME:-${HOME:-}/.cargo}/bin
    if ! command -v cargo >/dev/null && [ -x "$folder/cargo" ]; then
        PATH=$folder:$PATH
    fi
    command -v cargo >/dev/null
}

find_cargo() {
    local wanted have
    if ! has_cargo; then
        if [ "$(id -u)" = 0 ] && [ -n "${SUDO_USER:-}" ]; then
            die "Rust is not installed for root. Run this without sudo; it uses sudo where it needs to"
        fi
        die "Rust is missing. Install it with: curl -sSf https://sh.rustup.rs | sh -s -- -y"
    fi
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$here/Cargo.toml" | head -n 1)
    have=$(cargo --version 2>/dev/null) || die "cargo does not work. Try: rustup default stable"
    have=${have#cargo }
    have=${have%% *}
    version_at_least "$have" "$wanted" ||
        die "cargo $have is too old, version $wanted is required. Run: rustup update stable (or install it from https://rustup.rs)"
}

# version_at_least HAVE WANTED: compares the first two numbers.
version_at_least() {
    local have_major have_minor want_major want_minor
    IFS=. read -r have_major have_minor _ <<<"$1.0.0"
    IFS=. read -r want_major want_minor _ <<<"$2.0.0"
    [ "$have_major" -gt "$want_major" ] ||
        { [ "$have_major" -eq "$want_major" ] && [ "${have_minor%%[!0-9]*}" -ge "$want_minor" ]; }
}

# add_component NAME COMMAND: a minimal rustup profile lacks rustfmt and clippy.
add_component() {
    if cargo "$2" --version >/dev/null 2>&1; then return; fi
    command -v rustup >/dev/null || die "cargo $2 is missing. Install $1 in the same way as cargo"
    step "Installing $1"
    rustup component add "$1"
}
