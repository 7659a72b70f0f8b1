# shellcheck shell=bash
# Messages to the user, and paths.

say() { printf '%s\n' "$*"; }
step() { printf '==> %s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# nginx's configure and make do not support spaces in paths: a project folder
# with a space builds in the user's cache folder.
work=${CARGO_TARGET_DIR:-$here/target}
case $work in
    /*) ;;
    *) work=$here/$work ;;
esac
case $work in
    *[[:space:]]*)
        work=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/nginx-llm-mock-$(printf %s "$here" | cksum | cut -d' ' -f1)
        ;;
esac

# shellcheck disable=SC2034 # used by the scripts that source this one
module=$here/modules/ngx_http_llm_mock_module.so
