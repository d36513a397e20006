# shellcheck shell=bash disable=SC2154 # what dev sets
# SPDX-License-Identifier: GPL-2.0-or-later
# ./dev install and ./dev uninstall: by root for all users, by anybody else for this user. Read by dev.

user_plugins=$HOME/.local/lib/wireshark/plugins
user_profile=${XDG_CONFIG_HOME:-$HOME/.config}/wireshark/profiles/synfate

# The minor version of the Wireshark that this user starts, such as 4.0; empty if there is none.
wireshark_version() {
    { tshark --version || wireshark --version || true; } 2>/dev/null | sed -nE '1s/^[^0-9]*([0-9]+\.[0-9]+)\..*/\1/p'
}

install_plugin() {
    local found
    (($# == 0)) || misused 'install takes no arguments'
    found=$(wireshark_version)
    [[ -n $found ]] || die 'there is no Wireshark and no tshark on PATH to install the plugin for'
    setup "${build_packages[@]}"
    configure_and_build product
    [[ $found == "$plugin_version" ]] || die "the plugin was built for Wireshark $plugin_version, and the one on PATH is" \
        "$found: install that one's development files, or name its prefix with CMAKE_PREFIX_PATH, and remove $build"
    if ((EUID == 0)); then
        step 'Installing for all users' cmake --install "$build"
        cp "$build/install_manifest.txt" "$build/installed.txt"
    else
        mkdir -p "$user_plugins/$plugin_version/epan"
        cp "$module" "$user_plugins/$plugin_version/epan/"
        install_profile
    fi
    printf 'Installed for Wireshark %s. Open a capture with its columns and colours: wireshark -C synfate FILE\n' \
        "$plugin_version"
}

# Copies the profile's files, but none over one that the user has changed: .installed holds the checksums of what
# was copied last time, and a file that still has its checksum is ours to replace.
install_profile() {
    local file name
    mkdir -p "$user_profile"
    touch "$user_profile/.installed"
    for file in "$source_dir"/plugin/profile/*; do
        name=$(basename "$file")
        if [[ ! -e $user_profile/$name ]] || unchanged "$name"; then
            cp "$file" "$user_profile/$name"
        elif ! cmp -s "$file" "$user_profile/$name"; then
            printf 'Kept %s: Wireshark or you have changed it.\n' "$user_profile/$name"
        fi
    done
    (cd "$source_dir/plugin/profile" && sha256sum -- *) >"$user_profile/.installed"
}

unchanged() {
    (cd "$user_profile" && sha256sum -- "$1") | grep -qxFf - "$user_profile/.installed"
}

uninstall_plugin() {
    (($# == 0)) || misused 'uninstall takes no arguments'
    if ((EUID == 0)); then
        uninstall_for_all
    else
        rm -vf "$user_plugins"/*/epan/synfate.so
        rmdir -p --ignore-fail-on-non-empty "$user_plugins"/*/epan 2>/dev/null || true
        uninstall_profile
    fi
}

uninstall_for_all() {
    [[ -e $build/installed.txt ]] || die "nothing was installed from $build"
    xargs -d '\n' rm -f <"$build/installed.txt"
    # The folders that were made for them, the deepest first.
    sed -nE 's|(.*/synfate(/.*)?)/[^/]*$|\1|p' "$build/installed.txt" | sort -ru | xargs -d '\n' rmdir
    printf 'Removed %s files, among them:\n' "$(grep -c . "$build/installed.txt")"
    grep 'synfate\.so$' "$build/installed.txt"
    rm "$build/installed.txt"
    printf 'Wireshark gives each user of a profile a copy of it, in ~/.config/wireshark/profiles/synfate: those are kept.\n'
}

# Removes what install_profile copied, and says what else is there: Wireshark itself writes into a profile, as its user does.
uninstall_profile() {
    local name left
    [[ -e $user_profile/.installed ]] || return 0
    while read -r _ name; do
        if unchanged "$name"; then
            rm -vf "$user_profile/$name"
        fi
    done <"$user_profile/.installed"
    rm "$user_profile/.installed"
    if ! rmdir "$user_profile" 2>/dev/null; then
        left=$(ls -A -m "$user_profile")
        printf 'Kept in %s, as Wireshark or you have written it since: %s. It goes with: rm -r %q\n' \
            "$user_profile" "${left//$'\n'/ }" "$user_profile"
    fi
}
