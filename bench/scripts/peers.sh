# shellcheck shell=bash
# Other mock servers from the registries, at fixed versions. The report names those
# that cannot be installed.

crates=(crabllm-bench@0.0.25 llmsim@0.6.0 llmposter@0.5.0 vidaimock@0.3.1)
npm_package=@copilotkit/aimock@1.43.0
pip_package=llmock==0.2.2

install_peers() {
    local folder=$work/bench/peers crate
    mkdir -p "$folder"
    for crate in "${crates[@]}"; do
        if [ -x "$folder/bin/${crate%@*}" ]; then continue; fi
        step "Installing $crate (some minutes)"
        CARGO_TARGET_DIR=$work/bench/cargo cargo install --locked --quiet --root "$folder" "$crate" \
            >"$work/bench/${crate%@*}.log" 2>&1 || step "The installation failed, see $work/bench/${crate%@*}.log"
    done
    if command -v npm >/dev/null && ! [ -e "$folder/npm/node_modules/.bin/aimock" ]; then
        step "Installing $npm_package"
        npm install --prefix "$folder/npm" "$npm_package" >"$work/bench/aimock.log" 2>&1 ||
            step "The installation failed, see $work/bench/aimock.log"
    fi
    if command -v python3 >/dev/null && ! [ -x "$folder/venv/bin/llmock" ]; then
        step "Installing $pip_package"
        { python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install "$pip_package"; } \
            >"$work/bench/llmock.log" 2>&1 || step "The installation failed, see $work/bench/llmock.log"
    fi
}
