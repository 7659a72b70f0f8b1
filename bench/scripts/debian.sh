# shellcheck shell=bash
# Debian's packages for the comparison. They are unpacked and not installed, so it
# needs no root and does not change the machine.

debian_packages=(
    nginx libnginx-mod-http-ndk libnginx-mod-http-lua libnginx-mod-http-echo libpcre3
    libluajit2-5.1-2 lua-resty-core lua-resty-lrucache wrk
)

unpack_debian() {
    local folder=$work/bench/debian new=$work/bench/debian.new file
    if [ -d "$folder" ]; then return; fi
    command -v apt-get >/dev/null || {
        step "apt is missing: skipping Lua, echo_sleep and wrk"
        return
    }
    step "Fetching Debian's nginx with Lua and echo, and wrk"
    rm -rf "$new"
    mkdir -p "$new/archives"
    apt_download "$new/archives" "${debian_packages[@]}" ||
        { apt_update && apt_download "$new/archives" "${debian_packages[@]}"; } || {
        step "apt cannot fetch all of them: skipping Lua, echo_sleep and wrk"
        return
    }
    for file in "$new"/archives/*.deb; do dpkg -x "$file" "$new"; done
    mv "$new" "$folder"
}
