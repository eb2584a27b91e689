#!/bin/sh
# Installs Home Assistant for the tests, once, into the user's cache, and prints the path of its
# program. Takes some minutes and 0.9 GB. Ends with status 3 if there is no Python 3.13.
set -eu

version=2025.4.4
folder=${XDG_CACHE_HOME:-$HOME/.cache}/sayso-build/home-assistant-$version

if [ ! -e "$folder/complete" ]; then
    python=
    for candidate in python3.13 "$HOME"/.pyenv/versions/3.13*/bin/python3.13; do
        if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "Home Assistant $version needs Python 3.13, which is not installed" >&2
        exit 3
    fi
    rm -rf "$folder"
    mkdir -p "$(dirname "$folder")"
    "$python" -m venv "$folder" >&2
    "$folder/bin/pip" install --quiet --disable-pip-version-check "homeassistant==$version" >&2
    touch "$folder/complete"
fi
echo "$folder/bin/hass"
