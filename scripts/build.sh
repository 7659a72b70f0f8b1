# shellcheck shell=bash
# Building the module for the chosen server.

# build_module [PROFILE]: sets built, the module in cargo's folder, and program,
# the nginx to run it. Cargo decides what is up to date.
build_module() {
    local profile=${1:-release} features=() messages
    local folder=$profile
    [ "$profile" = dev ] && folder=debug
    step "Building the module for $(server_name)"
    if ! [ -d "$target/$folder" ]; then say "    The first time takes a minute or two."; fi
    case $work in
        "$here"/*) ;;
        *) say "    In $work" ;;
    esac
    [ "$server" = embedded ] || features=(--no-default-features)
    messages=$(
        unset CARGO_BUILD_TARGET
        # On musl (Alpine) Rust links statically by default, but libclang and the module are shared objects.
        case $(rustc -vV) in
            *'host: '*-musl*) export RUSTFLAGS="${RUSTFLAGS:-} -C target-feature=-crt-static" ;;
        esac
        cd "$here"
        CARGO_TARGET_DIR=$target cargo rustc -p nginx-llm-mock --lib --crate-type cdylib --profile "$profile" --locked \
            --message-format=json-render-diagnostics ${features[@]+"${features[@]}"}
    ) || die "The build failed, see above"
    built=$(grep -oE '"[^"]*/libngx_http_llm_mock_module\.(so|dylib)"' <<<"$messages" | tail -n 1 | tr -d '"')
    [ -f "$built" ] || die "The build left no module in $target"
    program=$server
    if [ "$server" = embedded ]; then
        program=$(sed -n '/"build-script-executed","package_id":"[^"]*nginx-sys[@#]/s/.*"out_dir":"\([^"]*\)".*/\1/p' \
            <<<"$messages" | tail -n 1)/objs/nginx
        [ -x "$program" ] || die "The build left no nginx in $target"
        settle "$target/$folder"
    fi
    check_signature
}

# nginx loads only a module with its own signature: the sizes of basic types, and
# one digit for each feature that changes nginx's structures.
check_signature() {
    local ours theirs
    [ "$server" != embedded ] || return 0
    ours=$(signature_of "$built") theirs=$(signature_of "$server")
    # A script that starts nginx has none: nginx itself checks the module then.
    if [ -n "$ours" ] && [ -n "$theirs" ] && [ "$ours" != "$theirs" ]; then
        refuse_module "$(compare_signatures "$ours" "$theirs")"
    fi
}

# signature_of FILE: such as 8,4,8,0000111111010111001110101111110110
signature_of() {
    LC_ALL=C grep -aoE '[48],[48],[48],[01]{30,}' "$1" | sed -n 1p || true
}

# compare_signatures OURS THEIRS: names the differences as nginx's source does.
compare_signatures() {
    awk -v ours="$1" -v theirs="$2" '
        function digit(signature, n) { sub(/.*,/, "", signature); return substr(signature, n, 1) }
        /^#if / { feature = $0; sub(/^#if [(]?/, "", feature); sub(/[ )].*/, "", feature) }
        /^#define NGX_MODULE_SIGNATURE_[0-9]+ +"1"/ {
            n = $2; sub(/.*_/, "", n)
            if (digit(ours, n) > digit(theirs, n)) only_ours = only_ours " " feature
            if (digit(ours, n) < digit(theirs, n)) only_theirs = only_theirs " " feature
        }
        END {
            if (only_theirs) found = "only the server has" only_theirs
            if (only_ours) found = found (found ? "; " : "") "only the source has" only_ours
            print found ? found : "signatures " theirs " and " ours
        }' "$NGINX_SOURCE_DIR/src/core/ngx_module.h"
}

# refuse_module [DIFFERENCE]: ends because the server does not load the module.
refuse_module() {
    local difference=${1:+ ($1)}
    [ "${verb:-}" != reload ] ||
        die "${module##*/} was built for another nginx than the running one. Run ./start.sh stop, then ./start.sh"
    case ${NGINX_BUILD_DIR:-} in
        '') die "${module##*/} was not built for $server. Build it again with ./start.sh build" ;;
        "${target:-none}"/*) die "The source of $flavour $version could not be configured as $server was$difference. Set NGINX_SOURCE_DIR and NGINX_BUILD_DIR, or use ./start.sh --embedded" ;;
        *) die "NGINX_BUILD_DIR=$NGINX_BUILD_DIR is configured differently from $server$difference. Configure it with the arguments that $server -V prints" ;;
    esac
}

# settle FOLDER: nginx-sys creates these files while its build script runs. Cargo
# takes files that are newer than the start of the script for changed, and would
# build everything again.
settle() {
    touch -c -t 200001010000 "$1/build"/nginx-sys-*/out/objs/{Makefile,ngx_auto_config.h}
}

# The module is replaced and never overwritten: a running server maps the old file.
install_module() {
    local new=$module.new
    if cmp -s "$built" "$module"; then return; fi
    cp "$built" "$new"
    mv -f "$new" "$module"
}
