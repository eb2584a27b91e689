#!/usr/bin/env bash
# Installs, starts, stops, upgrades and removes the package in a clean Debian,
# with systemd running in it. Called by `cargo xtask dist --check`.
#
#     check.sh PACKAGE MODELS SPEECH
#
# PACKAGE is the .deb, MODELS a folder of fetched models, SPEECH the recorded
# question "What time is it?". What is checked is in checks.sh.
set -euo pipefail

package=$(realpath "$1") models=$(realpath "$2") speech=$(realpath "$3")
suite=bookworm
mirror=http://deb.debian.org/debian
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sayso-build
base=$cache/clean-$suite

if [ "$(id -u)" != 0 ]; then
    echo "a clean root needs root: run this as root, or with sudo" >&2
    exit 2
fi

# The system in which the package is installed: kept for later runs, and never written to.
if [ ! -e "$base/complete" ]; then
    rm -rf "$base"
    mkdir -p "$base"
    debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,udev,libasound2,libstdc++6,pulseaudio,procps \
        "$suite" "$base" "$mirror"
    touch "$base/complete"
fi

# The rest runs in its own namespaces: when they end, their mounts and processes
# are gone too.
if [ -z "${SAYSO_INSIDE-}" ]; then
    SAYSO_INSIDE=1 exec unshare --mount --propagation private "$0" "$@"
fi

work=$(mktemp -d /var/tmp/sayso-check.XXXXXX)
root=$work/root
booted=
finish() {
    status=$?
    [ -z "$booted" ] || kill -KILL "$booted" 2>/dev/null || true
    umount --lazy "$work" 2>/dev/null || true
    rm -rf "$work"
    [ $status = 0 ] || echo "the check of the package failed" >&2
}
trap finish EXIT
mount -t tmpfs tmpfs "$work"
mkdir "$root" "$work/upper" "$work/work"
mount -t overlay overlay -o "lowerdir=$base,upperdir=$work/upper,workdir=$work/work" "$root"
mkdir -p "$root/mnt/in" "$root/var/lib/sayso/models" "$work/models/upper" "$work/models/work"
mount -t overlay overlay -o "lowerdir=$models,upperdir=$work/models/upper,workdir=$work/models/work" \
    "$root/var/lib/sayso/models"
cp "$package" "$root/mnt/in/sayso.deb"
cp "$speech" "$root/mnt/in/speech.flac"
cp "$(dirname "$0")/checks.sh" "$root/mnt/in"

# Starts systemd as process 1 of the clean system.
boot() {
    unshare --pid --fork --kill-child --mount-proc="$root/proc" --ipc --uts --cgroup --net \
        bash -c '
            mount -t sysfs sysfs "$1/sys" -o ro
            mkdir -p "$1/run" "$1/dev"
            mount -t tmpfs tmpfs "$1/run"
            mount -t tmpfs -o mode=755 tmpfs "$1/dev"
            for device in null zero full random urandom tty; do
                cp -a "/dev/$device" "$1/dev/$device"
            done
            mkdir "$1/dev/pts" "$1/dev/shm"
            mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts"
            ln -s pts/ptmx "$1/dev/ptmx"
            mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup"
            exec chroot "$1" env -i container=sayso PATH="$PATH" /lib/systemd/systemd --log-target=console \
                --unit=multi-user.target
        ' boot "$root" >"$work/systemd.log" 2>&1 &
    booted=$!
    # Its exit status does not matter.
    disown
    for _ in $(seq 120); do
        sleep 1
        ! inside systemctl is-active --quiet multi-user.target 2>/dev/null || return 0
    done
    tail -30 "$work/systemd.log" >&2
    echo "systemd did not start in the clean root" >&2
    exit 1
}

# Runs a command in the clean system.
inside() {
    local init
    init=$(pgrep --parent "$booted" | head -1)
    nsenter --target "$init" --all chroot "$root" env -i PATH="$PATH" "$@"
}

boot
inside /mnt/in/checks.sh
