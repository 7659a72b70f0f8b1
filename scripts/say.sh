# shellcheck shell=bash
# Words to the user, and where things lie.

say() { printf '%s\n' "$*"; }
step() { printf '==> %s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# nginx's configure and make cannot handle a space in a path, so a project
# folder that has one builds in the user's cache.
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

# shellcheck disable=SC2034 # for those who source this
module=$here/modules/ngx_http_llm_mock_module.so
