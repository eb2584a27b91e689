#!/usr/bin/env bash
# Does what check.sh does for a package for 64-bit ARM, in an emulated machine with
# Debian's own kernel. Called by `cargo xtask dist --target aarch64-unknown-linux-gnu
# --machine`.
#
#     machine.sh PACKAGE MODELS SPEECH TESTS OUT
#
# TESTS is the test program of boards/raspberry-pi, which uses pins simulated by the
# kernel module gpio-sim. Debian's kernel does not include it, so it is built here
# from Debian's sources. Afterwards the folder OUT contains the machine's log, and
# the turns and the recorded answer of a conversation.
set -euo pipefail

package=$(realpath "$1") models=$(realpath "$2") speech=$(realpath "$3") tests=$(realpath "$4")
out=$(realpath --canonicalize-missing "$5")
here=$(dirname "$(realpath "$0")")
suite=bookworm
mirror=http://deb.debian.org/debian
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sayso-build
base=$cache/machine-$suite

# Boots the machine, with a time limit and further options for QEMU. The messages of
# the kernel and systemd go to a file.
boot() {
    local seconds=$1 log=$2
    shift 2
    # As many cores as a Pi has, if this machine has that many.
    local cores
    cores=$(nproc)
    timeout --foreground "$seconds" qemu-system-aarch64 -machine virt -cpu cortex-a72 -m 1G \
        -smp $((cores < 4 ? cores : 4)) -accel tcg,thread=multi -nodefaults -no-reboot -display none \
        -kernel "$base/vmlinuz" -initrd "$base/initrd" \
        -append "console=ttyAMA0 panic=-1 systemd.getty_auto=no systemd.journald.forward_to_console=1" \
        -serial "file:$log" -device virtio-rng-pci "$@" </dev/null || {
        tail -30 "$log" >&2
        echo "the machine did not come to its end" >&2
        exit 1
    }
}

# Builds, in the folder $base, the machine's kernel, its module gpio-sim, and its
# disk, to which no check writes.
make_base() {
    local root=$base/root
    mkdir -p "$base/apt/lists/partial" "$base/apt/archives/partial" "$base/packages"
    : >"$base/apt/status"
    echo "deb [arch=arm64,$(dpkg --print-architecture) signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
        "$mirror $suite main" >"$base/apt/sources.list"
    # Debian's packages for both machines, separate from those of this system.
    local apt=(-qq -o APT::Sandbox::User=root
        -o APT::Architecture=arm64 -o "APT::Architectures::=$(dpkg --print-architecture)"
        -o Dir::Etc::SourceList="$base/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o Dir::State="$base/apt" -o Dir::State::status="$base/apt/status" -o Dir::Cache="$base/apt")
    apt-get "${apt[@]}" update
    # For example 6.1.0-50-arm64, 6.1.0-50 and 6.1.
    local release abi series
    release=$(apt-cache "${apt[@]}" depends linux-image-arm64 | sed -n 's/.*Depends: linux-image-//p')
    abi=${release%-arm64} series=${release%%.0-*}
    (cd "$base/packages" && apt-get "${apt[@]}" download "linux-image-$release:arm64" busybox-static:arm64 \
        "linux-headers-$release:arm64" "linux-headers-$abi-common" \
        "linux-kbuild-$series:$(dpkg --print-architecture)" "linux-source-$series")

    # Only unpacked, because its programs do not run here; it is set up at its first boot.
    debootstrap --foreign --arch=arm64 --variant=minbase \
        --include=systemd,systemd-sysv,dbus,udev,kmod,libasound2,libstdc++6,pulseaudio,procps,alsa-utils,flac \
        "$suite" "$root" "$mirror"
    # In a container, debootstrap makes this a link to the container's own.
    [ ! -L "$root/proc" ] || { rm "$root/proc" && mkdir "$root/proc"; }

    unpacked() { dpkg-deb --fsys-tarfile "$base"/packages/"$1"_*.deb; }
    unpacked "linux-image-$release" | tar --extract --keep-directory-symlink --directory "$root" ./lib/modules
    unpacked "linux-image-$release" | tar --extract --to-stdout "./boot/vmlinuz-$release" >"$base/vmlinuz"
    depmod --basedir "$root" "$release"

    # gpio-sim, and the simulated interrupts that it needs, which Debian's kernel lacks too.
    local build=$base/build
    mkdir -p "$build"
    for package in "linux-headers-$release" "linux-headers-$abi-common" "linux-kbuild-$series"; do
        unpacked "$package" | tar --extract --directory "$build"
    done
    unpacked "linux-source-$series" |
        tar --extract --to-stdout "./usr/src/linux-source-$series.tar.xz" |
        tar --extract --xz --directory "$build" --strip-components 3 --wildcards \
            '*/drivers/gpio/gpio-sim.c' '*/drivers/gpio/gpiolib.h' '*/kernel/irq/irq_sim.c'
    mkdir "$build/module"
    mv "$build/gpiolib.h" "$build/module"
    mv "$build/gpio-sim.c" "$build/module/sim.c"
    # The same descriptor, obtained by a function that modules may call.
    sed 's/irq_to_desc(irqnum)/irq_data_to_desc(irq_get_irq_data(irqnum))/' "$build/irq_sim.c" \
        >"$build/module/irq_sim.c"
    printf 'obj-m := gpio-sim.o\ngpio-sim-y := sim.o irq_sim.o\n' >"$build/module/Makefile"
    sed -i "s|/usr/src|$build/usr/src|" "$build/usr/src/linux-headers-$release/Makefile"
    make --directory "$build/usr/src/linux-headers-$release" M="$build/module" ARCH=arm64 \
        CROSS_COMPILE=aarch64-linux-gnu- CC=aarch64-linux-gnu-gcc modules
    mv "$build/module/gpio-sim.ko" "$base"

    # Loads the drivers for the disk, which are modules in Debian's kernel.
    mkdir -p "$base/early/bin" "$base/early/lib" "$base/early/dev" "$base/early/proc" "$base/early/root"
    unpacked busybox-static | tar --extract --to-stdout ./bin/busybox >"$base/early/bin/busybox"
    chmod +x "$base/early/bin/busybox"
    local number=10 module
    while read -r _ module; do
        cp "$module" "$base/early/lib/$number.ko"
        number=$((number + 1))
    done < <(modprobe --dirname "$root" --set-version "$release" --show-depends --all virtio_pci virtio_blk ext4)
    cat >"$base/early/init" <<'end'
#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
for module in /lib/*.ko; do
    /bin/busybox insmod "$module"
done
until [ -b /dev/vda ]; do
    /bin/busybox sleep 0.1
done
/bin/busybox mount -t ext4 -o rw /dev/vda /root
/bin/busybox mount --move /dev /root/dev
[ -e /root/complete ] || exec /bin/busybox switch_root /root /setup
exec /bin/busybox switch_root /root /sbin/init
end
    chmod +x "$base/early/init"
    (cd "$base/early" && find . | cpio --create --format newc --quiet) | gzip >"$base/initrd"

    # The first boot sets it up; later ones run the shared script.
    cat >"$root/setup" <<'end'
#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
/debootstrap/debootstrap --second-stage && rm -f /var/cache/apt/archives/*.deb && touch /complete && echo "it is set up"
# The step before unmounted /proc.
mount -t proc proc /proc
sync
echo u >/proc/sysrq-trigger
echo o >/proc/sysrq-trigger
sleep 60
end
    cat >"$root/check" <<'end'
#!/bin/sh
# The models come unchanged from the host; what is written stays in this machine.
stty -F /dev/hvc0 -onlcr
modprobe -a 9pnet_virtio 9p overlay
mkdir -p /mnt/in /mnt/models /var/lib/sayso/models /var/upper /var/work
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 in /mnt/in
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro models /mnt/models
mount -t overlay -o lowerdir=/mnt/models,upperdir=/var/upper,workdir=/var/work overlay /var/lib/sayso/models
systemctl is-system-running --wait >/dev/null
. /mnt/in/environment
# Without a terminal their output is short.
{ /mnt/in/checks.sh; echo $? >/mnt/in/status; } 2>&1 | cat
systemctl poweroff --force
end
    chmod +x "$root/setup" "$root/check"
    # The machine can be rebuilt, so it need not wait for writes to reach the disk.
    echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
    cat >"$root/etc/systemd/system/check.service" <<'end'
[Unit]
Wants=dev-hvc0.device
After=dev-hvc0.device

[Service]
ExecStart=/check
StandardOutput=file:/dev/hvc0
StandardError=inherit

[Install]
WantedBy=multi-user.target
end
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    ln -s ../check.service "$root/etc/systemd/system/multi-user.target.wants/"
    mke2fs -q -t ext4 -d "$root" "$base/disk" 4G
    boot 7200 "$base/setup.log" -drive "if=virtio,format=raw,cache=unsafe,file=$base/disk"
    grep --quiet "it is set up" "$base/setup.log" || {
        tail -30 "$base/setup.log" >&2
        exit 1
    }
}

if [ ! -e "$base/complete" ]; then
    if [ "$(id -u)" != 0 ]; then
        echo "making a Debian system needs root: run this as root, or with sudo, the first time" >&2
        exit 2
    fi
    rm -rf "$base"
    make_base
    rm -r "$base/apt" "$base/packages" "$base/build" "$base/early" "$base/root"
    touch "$base/complete"
fi

work=$(mktemp -d /var/tmp/sayso-machine.XXXXXX)
trap 'rm -rf "$work"' EXIT
mkdir "$work/in"
cp "$package" "$work/in/sayso.deb"
cp "$speech" "$work/in/speech.flac"
cp "$tests" "$work/in/gpio-tests"
cp "$base/gpio-sim.ko" "$here/checks.sh" "$work/in"
# Under emulation everything is much slower, above all arithmetic.
echo "export SAYSO_PROFILE=small SAYSO_PATIENCE=10" >"$work/in/environment"
share="local,security_model=none"
boot 7200 "$work/log" -snapshot -drive "if=virtio,format=raw,cache=unsafe,file=$base/disk" \
    -virtfs "$share,mount_tag=in,path=$work/in" -virtfs "$share,mount_tag=models,path=$models,readonly=on" \
    -device virtio-serial-pci -chardev stdio,id=checks -device virtconsole,chardev=checks
status=$(cat "$work/in/status" 2>/dev/null || echo none)
mkdir -p "$out"
rm -f "$out"/{answer.wav,turns,log}
for file in answer.wav turns; do
    [ ! -e "$work/in/$file" ] || cp "$work/in/$file" "$out"
done
cp "$work/log" "$out"
[ "$status" = 0 ] || { echo "the check of the package failed" >&2; exit 1; }
