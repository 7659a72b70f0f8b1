# shellcheck shell=bash
# Building the module for the chosen server.

# build_module [PROFILE]. Sets built, the module as cargo made it,
# and program, the nginx it is for. Cargo itself sees what is fresh.
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
        # On musl (Alpine) Rust links statically, and so could neither load libclang nor make a module.
        case $(rustc -vV) in
            *'host: '*-musl*) export RUSTFLAGS="${RUSTFLAGS:-} -C target-feature=-crt-static" ;;
        esac
        cd "$here"
        CARGO_TARGET_DIR=$target cargo rustc -p nginx-llm-mock --lib --crate-type cdylib --profile "$profile" --locked \
            --message-format=json-render-diagnostics ${features[@]+"${features[@]}"}
    ) || die "The build failed, see above."
    built=$(grep -oE '"[^"]*/libngx_http_llm_mock_module\.(so|dylib)"' <<<"$messages" | tail -n 1 | tr -d '"')
    [ -f "$built" ] || die "The build made no module in $target"
    program=$server
    if [ "$server" = embedded ]; then
        program=$(sed -n '/"build-script-executed","package_id":"[^"]*nginx-sys[@#]/s/.*"out_dir":"\([^"]*\)".*/\1/p' \
            <<<"$messages" | tail -n 1)/objs/nginx
        [ -x "$program" ] || die "The build made no nginx in $target"
        settle "$target/$folder"
    fi
}

# settle FOLDER: nginx-sys makes these files while it runs, and cargo takes what
# is newer than the start of that run for changed: it would build all again.
settle() {
    touch -c -t 200001010000 "$1/build"/nginx-sys-*/out/objs/{Makefile,ngx_auto_config.h}
}

# A running server has the old file mapped, so it is replaced, never overwritten.
install_module() {
    local new=$module.new
    if cmp -s "$built" "$module"; then return; fi
    cp "$built" "$new"
    mv -f "$new" "$module"
}
