#!/usr/bin/env bash
# Installs, starts, stops, upgrades and removes the package in a clean Debian,
# with systemd running in it. Called by `cargo xtask dist --check`.
#
#     check.sh PACKAGE MODELS SPEECH
#
# PACKAGE is the .deb, MODELS a folder of fetched models, SPEECH the recorded
# question "What time is it?". A PulseAudio without devices stands in for the
# sound card.
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

# The system that the package is installed in: kept, and never written to.
if [ ! -e "$base/complete" ]; then
    rm -rf "$base"
    mkdir -p "$base"
    debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,udev,libasound2,libstdc++6,pulseaudio,procps \
        "$suite" "$base" "$mirror"
    touch "$base/complete"
fi

# The rest happens in namespaces of its own, which take all mounts and
# processes with them when they end.
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
cp "$speech" "$root/mnt/in/speech.${speech##*.}"

# The next version: the same, but for its number.
mkdir "$work/next"
dpkg-deb --raw-extract "$package" "$work/next"
sed -i 's/^Version: .*/&+next/' "$work/next/DEBIAN/control"
dpkg-deb --root-owner-group -Znone --build "$work/next" "$root/mnt/in/next.deb" >/dev/null
rm -r "$work/next"

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
    # Its end is no news.
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
    nsenter --target "$init" --all chroot "$root" env -i PATH="$PATH" DEBIAN_FRONTEND=noninteractive "$@"
}

say() { echo "── $*"; }
fail() {
    echo "✗ $*" >&2
    inside journalctl --no-pager --unit sayso --lines 40 >&2 || true
    exit 1
}
expect() {
    local what=$1
    shift
    "$@" >/dev/null 2>&1 || fail "$what"
}
# Waits for the service to be in that state.
await() {
    for _ in $(seq "${2-120}"); do
        [ "$(inside systemctl show --property ActiveState --value sayso)" != "$1" ] || return 0
        sleep 1
    done
    fail "the service did not become $1"
}
# Waits for a line of the service's since it was started last.
heard() {
    local since
    since=$(inside systemctl show --property InvocationID --value sayso)
    for _ in $(seq 240); do
        ! inside journalctl --output cat "_SYSTEMD_INVOCATION_ID=$since" | grep --quiet "$1" || return 0
        sleep 1
    done
    fail "the service never said $1"
}

boot

say "install"
inside dpkg --install /mnt/in/sayso.deb
expect "the service is valid" inside systemd-analyze verify sayso.service sayso-models.service
for group in audio gpio dialout; do
    expect "the user is in $group" inside sh -c "id --name --groups sayso | grep --quiet --word-regexp $group"
done
expect "it is not enabled by itself" inside sh -c '! systemctl is-enabled --quiet sayso'
inside systemd-analyze security --no-pager sayso.service | tail -1

say "a recorded question"
inside chown sayso:sayso /var/lib/sayso /var/lib/sayso/models
printf 'SAYSO_BOARD=replay:/mnt/in/%s:/var/lib/sayso/both.wav\nSAYSO_OPTIONS=--json\n' \
    "speech.${speech##*.}" >"$root/etc/default/sayso"
inside systemctl start sayso
heard 'What time is it'
await inactive
expect "it ended well" inside sh -c '[ "$(systemctl show --property Result --value sayso)" = success ]'
expect "the answer is there" test -s "$root/var/lib/sayso/both.wav"
expect "it is the user's own" inside sh -c '[ "$(stat --format %U /var/lib/sayso/both.wav)" = sayso ]'

say "start and stop, live"
inside systemd-run --quiet --unit sound pulseaudio -n --daemonize=no --exit-idle-time=-1 \
    --load "module-null-sink sink_name=speaker" \
    --load "module-native-protocol-unix auth-anonymous=1 socket=/run/sound"
printf 'SAYSO_BOARD=desktop\nSAYSO_OPTIONS=--json\nPULSE_SERVER=unix:/run/sound\n' \
    >"$root/etc/default/sayso"
inside systemctl start sayso
heard listening
pid=$(inside systemctl show --property MainPID --value sayso)
expect "it runs as its own user" inside sh -c "[ \"\$(stat --format %U /proc/$pid)\" = sayso ]"
# Its own, and not that of the machine, which has no other here.
expect "it sees no network" inside sh -c \
    "[ \"\$(readlink /proc/$pid/ns/net)\" != \"\$(readlink /proc/1/ns/net)\" ] &&
     [ \"\$(nsenter --target $pid --net cat /proc/net/dev | grep --count :)\" = 1 ]"
expect "it cannot write the system" inside nsenter --target "$pid" --mount --root --wd \
    sh -c '[ -x /usr/bin/sayso ] && ! touch /usr/written'
if prlimit --rtprio=20:20 true 2>/dev/null; then
    expect "the ear has real-time priority" inside sh -c "ps -L -o comm,cls --pid $pid | grep --quiet '^ear *RR'"
else
    say "SKIPPED: real-time priority (this system lets nobody raise the limit: no CAP_SYS_RESOURCE)"
fi
inside systemctl stop sayso
await inactive
expect "it ended well" inside sh -c '[ "$(systemctl show --property Result --value sayso)" = success ]'

say "upgrade, while it runs"
inside systemctl start sayso
heard listening
before=$(inside systemctl show --property MainPID --value sayso)
inside dpkg --install /mnt/in/next.deb
await active
[ "$(inside systemctl show --property MainPID --value sayso)" != "$before" ] || fail "it was not restarted"
expect "the settings stay" grep --quiet PULSE_SERVER "$root/etc/default/sayso"
expect "it is the next version" inside sh -c "dpkg --status sayso | grep --quiet '+next'"

say "remove, while it runs"
inside dpkg --remove sayso
expect "it has ended" inside sh -c '! pgrep --exact sayso'
expect "the program is gone" test ! -e "$root/usr/bin/sayso"
expect "the settings stay" test -e "$root/etc/sayso/sayso.toml"
expect "the models stay" test -d "$root/var/lib/sayso/models"

say "purge"
inside umount /var/lib/sayso/models
inside dpkg --purge sayso
expect "nothing is left" test ! -e "$root/var/lib/sayso" -a ! -e "$root/etc/sayso" -a ! -e "$root/etc/default/sayso"
expect "the user is gone" inside sh -c '! getent passwd sayso'
say "the package is well"
