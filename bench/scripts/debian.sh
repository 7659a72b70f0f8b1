# shellcheck shell=bash
# Debian's packages of what is compared, unpacked and not installed: it needs no
# root, and nothing of the machine changes.

debian_packages=(
    nginx libnginx-mod-http-ndk libnginx-mod-http-lua libnginx-mod-http-echo libpcre3
    libluajit2-5.1-2 lua-resty-core lua-resty-lrucache wrk
)

unpack_debian() {
    local folder=$work/bench/debian new=$work/bench/debian.new file
    if [ -d "$folder" ]; then return; fi
    command -v apt-get >/dev/null || {
        step "No apt here: Lua, echo_sleep and wrk are left out"
        return
    }
    step "Getting Debian's nginx with Lua and echo, and wrk"
    rm -rf "$new"
    mkdir -p "$new/archives"
    apt_download "$new/archives" "${debian_packages[@]}" ||
        { apt_update && apt_download "$new/archives" "${debian_packages[@]}"; } || {
        step "apt has not all of them: they are left out"
        return
    }
    for file in "$new"/archives/*.deb; do dpkg -x "$file" "$new"; done
    mv "$new" "$folder"
}
