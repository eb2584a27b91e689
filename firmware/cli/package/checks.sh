#!/usr/bin/env bash
# Checks the package in a clean Debian whose process 1 is systemd: check.sh boots
# one in namespaces, machine.sh in an emulated machine. The folder of this script
# also contains sayso.deb, speech.flac ("What time is it?"), and in a machine
# gpio-sim.ko and gpio-tests.
#
# SAYSO_PROFILE, if set, is passed to the service. SAYSO_PATIENCE multiplies the
# time-outs.
set -euo pipefail
cd "$(dirname "$0")"
patience=${SAYSO_PATIENCE-1}
export DEBIAN_FRONTEND=noninteractive

say() { echo "── $*"; }
fail() {
    echo "✗ $*" >&2
    journalctl --no-pager --unit sayso --lines 40 >&2 || true
    exit 1
}
expect() {
    local what=$1
    shift
    "$@" >/dev/null 2>&1 || fail "$what"
}
property() { systemctl show --property "$1" --value sayso; }
# Writes the service's options.
settings() {
    printf '%s\n' "$@" ${SAYSO_PROFILE:+"SAYSO_PROFILE=$SAYSO_PROFILE"} >/etc/default/sayso
}
# Without a wake phrase: the recordings have none.
awake="--set wake.enabled=false"
# Waits until the service is in this state.
await() {
    for _ in $(seq $((120 * patience))); do
        [ "$(property ActiveState)" != "$1" ] || return 0
        sleep 1
    done
    fail "the service did not become $1"
}
# What the service logged in this invocation. The ID is not available after its end.
said() { journalctl --output cat "_SYSTEMD_INVOCATION_ID=$1"; }
# Waits for a line that the service has logged since its last start.
heard() {
    local since
    since=$(property InvocationID)
    for _ in $(seq $((240 * patience))); do
        ! said "$since" | grep "$1" >/dev/null || return 0
        sleep 1
    done
    fail "the service never said $1"
}
# A GPIO chip with eight lines, all of them low.
simulate_pins() {
    local chip=/sys/kernel/config/gpio-sim/header
    mkdir --parents $chip/bank
    echo 8 >$chip/bank/num_lines
    echo header >$chip/bank/label
    echo 1 >$chip/live
    pins=/sys/devices/platform/$(cat $chip/dev_name)/$(cat $chip/bank/chip_name)
}
# Whether the LED is lit at any of many moments.
lit() {
    for _ in $(seq 1000); do
        [ "$(cat "$pins/sim_gpio3/value")" = 0 ] || return 0
    done
    false
}
# Holds the button for this many seconds.
hold() {
    echo pull-down >"$pins/sim_gpio5/pull"
    sleep "$1"
    echo pull-up >"$pins/sim_gpio5/pull"
    sleep 1
}
# Plays the question into the sound card.
ask() {
    flac --silent --decode --stdout speech.flac | aplay --quiet --device plughw:Loopback,0
}
stop() {
    systemctl stop sayso
    await inactive
    expect "it ended well" [ "$(property Result)" = success ]
}

# The next version: identical except for its number.
dpkg-deb --raw-extract sayso.deb /tmp/next
sed -i 's/^Version: .*/&+next/' /tmp/next/DEBIAN/control
dpkg-deb --root-owner-group -Znone --build /tmp/next /tmp/next.deb >/dev/null
rm -r /tmp/next

say "install"
dpkg --install sayso.deb
expect "the service is valid" systemd-analyze verify sayso.service sayso-models.service \
    sayso-commands.socket sayso-commands@.service
for group in audio gpio dialout; do
    expect "the user is in $group" sh -c "id --name --groups sayso | grep --quiet --word-regexp $group"
done
expect "it is not enabled by itself" sh -c '! systemctl is-enabled --quiet sayso'
systemd-analyze security --no-pager sayso.service | tail -1
systemd-analyze security --no-pager sayso-commands@1.service | tail -1

say "a command of the user's own"
systemctl start sayso-commands.socket
expect "only the service and root can ask for it" \
    [ "$(stat --format '%a %U' /run/sayso-commands.sock)" = '600 sayso' ]
mkdir --parents /etc/sayso/intents
cat >/etc/sayso/intents/who.yaml <<'end'
intents: {Who: {data: [{sentences: [who runs this]}]}}
end
cp /etc/sayso/sayso.toml /tmp/settings
cat >>/etc/sayso/sayso.toml <<'end'
[commands.who]
intent = "Who"
run = ["/bin/sh", "-c", "id --name --user; grep --count : /proc/self/net/dev; cat /var/lib/sayso/* 2>&1 | head -1; touch here 2>&1; touch $HOME/here && echo wrote"]
end
# As the service asks for it.
who() {
    perl -MIO::Socket::UNIX -e '
        my $unit = IO::Socket::UNIX->new(Peer => "/run/sayso-commands.sock") or die "$!\n";
        print $unit q({"command":{"name":"who","input":{"intent":"Who","slots":{},"sentence":"","board":"b","area":null}}}), "\n";
        $unit->flush;
        print scalar <$unit>;'
}
answer=$(who)
case $answer in
*'"printed":"sayso-commands\n1\n'*wrote*) ;;
*) fail "the command of the user's own said: $answer" ;;
esac
expect "it wrote only in its own folder" sh -c '[ -e /var/lib/sayso-commands/here ] && [ ! -e /here ]'
cp /tmp/settings /etc/sayso/sayso.toml
rm -r /etc/sayso/intents

say "a recorded question"
# Prompts cached by the other machine belong to another user: this service cannot read them.
rm -f /var/lib/sayso/models/.prompt-*
chown sayso:sayso /var/lib/sayso /var/lib/sayso/models
settings "SAYSO_BOARD=replay:$PWD/speech.flac:/var/lib/sayso/both.wav" \
    "SAYSO_OPTIONS=--json $awake"
systemctl start sayso
heard 'What time is it'
await inactive
expect "it ended well" [ "$(property Result)" = success ]
expect "the answer is there" test -s /var/lib/sayso/both.wav
expect "it is the user's own" [ "$(stat --format %U /var/lib/sayso/both.wav)" = sayso ]

say "nothing of what is said is logged"
settings "SAYSO_BOARD=replay:$PWD/speech.flac" "SAYSO_OPTIONS=-vv $awake"
systemctl start sayso
heard 'a turn: answered'
await inactive
expect "it ended well" [ "$(property Result)" = success ]
expect "the question is nowhere in the journal" sh -c '! journalctl --unit sayso --lines 100000 --output cat | grep --invert-match "^{" | grep --ignore-case --quiet "what time"'

say "without a sound card, it waits and loads nothing"
settings SAYSO_BOARD=desktop SAYSO_OPTIONS=
systemctl start sayso
heard 'Sayso waits for it'
expect "it is up" [ "$(property ActiveState)" = active ]
expect "it has loaded no models" sh -c "! grep --quiet /var/lib/sayso/models /proc/$(property MainPID)/maps"
expect "it can be asked" sayso ctl status
expect "by nobody else" [ "$(stat --format '%a %U' /run/sayso/control.sock)" = '600 sayso' ]
sayso ctl mute
kill -KILL "$(property MainPID)"
heard 'Sayso waits for it'
expect "it is still muted" sh -c 'sayso ctl status | grep --quiet muted'
sayso ctl unmute
stop

say "start and stop, live"
# A PulseAudio server without devices replaces the sound card.
systemd-run --quiet --unit sound pulseaudio -n --daemonize=no --exit-idle-time=-1 \
    --load "module-null-sink sink_name=speaker" \
    --load "module-native-protocol-unix auth-anonymous=1 socket=/run/sound"
settings SAYSO_BOARD=desktop "SAYSO_OPTIONS=--json $awake" PULSE_SERVER=unix:/run/sound
systemctl start sayso
heard listening
pid=$(property MainPID)
expect "it runs as its own user" [ "$(stat --format %U "/proc/$pid")" = sayso ]
# The service's own, because the machine has no other one here.
expect "it sees no network" sh -c \
    "[ \"\$(readlink /proc/$pid/ns/net)\" != \"\$(readlink /proc/1/ns/net)\" ] &&
     [ \"\$(nsenter --target $pid --net cat /proc/net/dev | grep --count :)\" = 1 ]"
expect "the local network is opened by a drop-in only" sh -c \
    "[ ! -e /etc/systemd/system/sayso.service.d ] &&
     install -D -m 644 /usr/share/sayso/network.conf /etc/systemd/system/sayso.service.d/network.conf &&
     systemctl daemon-reload && [ \"\$(systemctl show --value --property PrivateNetwork sayso)\" = no ] &&
     rm -r /etc/systemd/system/sayso.service.d && systemctl daemon-reload &&
     [ \"\$(systemctl show --value --property PrivateNetwork sayso)\" = yes ]"
expect "it cannot write the system" nsenter --target "$pid" --mount --root --wd \
    sh -c '[ -x /usr/bin/sayso ] && ! touch /usr/written'
if prlimit --rtprio=20:20 true 2>/dev/null; then
    expect "the front end has real-time priority" sh -c "ps -L -o comm,cls --pid $pid | grep --quiet '^front end *RR'"
else
    say "SKIPPED: real-time priority (this system lets nobody raise the limit: no CAP_SYS_RESOURCE)"
fi
stop

if [ -e gpio-sim.ko ]; then
    say "simulated pins"
    modprobe configfs
    mountpoint --quiet /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
    insmod gpio-sim.ko
    ./gpio-tests --nocapture gpio_sim 2>&1 | tee /tmp/gpio-tests
    expect "they were there" sh -c '! grep --quiet SKIPPED /tmp/gpio-tests'

    say "a conversation through a sound card, with LED and button"
    simulate_pins
    udevadm settle
    expect "the pins are the group's" sh -c '! stat --format "%G %a" /dev/gpiochip* | grep --invert-match "^gpio 660$"'
    modprobe snd-aloop
    # The service uses one end of the card's loopback, this script the other. There is no
    # echo, and an emulated machine has no time to cancel one.
    systemctl stop sound
    settings SAYSO_BOARD=raspberry-pi "SAYSO_OPTIONS=--json $awake \
        --input plughw:CARD=Loopback,DEV=1 --output plughw:CARD=Loopback,DEV=1 \
        --set raspberry_pi.chip=header --set raspberry_pi.led=3 --set raspberry_pi.button=5 \
        --set front_end.echo_cancellation=false --set turn.end_of_turn=false \
        --set turn.think_timeout_s=600"
    systemctl start sayso
    heard listening
    expect "the LED is lit" lit
    ps -L -o comm,cls,rtprio --pid "$(property MainPID)" | grep --word-regexp RR
    # Holding the button mutes, and holding it again unmutes.
    hold 3
    ask
    sleep 5
    said "$(property InvocationID)" >/tmp/said
    expect "it is deaf while it is muted" sh -c '! grep --quiet speech_started /tmp/said'
    hold 3
    arecord --quiet --device plughw:Loopback,0 --format S16_LE --rate 16000 answer.wav 2>/dev/null &
    recorder=$!
    ask
    heard speech_ended
    heard '"ending":"complete"'
    kill "$recorder"
    wait "$recorder" || true
    said "$(property InvocationID)" | grep '"event":"turn"' >turns
    stop
    expect "the LED is dark" [ "$(cat "$pins/sim_gpio3/value")" = 0 ]
fi

say "upgrade, while it runs"
systemctl start sayso
heard listening
before=$(property MainPID)
dpkg --install /tmp/next.deb
await active
[ "$(property MainPID)" != "$before" ] || fail "it was not restarted"
expect "the settings stay" grep --quiet -- --json /etc/default/sayso
expect "it is the next version" sh -c "dpkg --status sayso | grep --quiet '+next'"

say "remove, while it runs"
dpkg --remove sayso
expect "it has ended" sh -c '! pgrep --exact sayso'
expect "the program is gone" test ! -e /usr/bin/sayso
expect "the settings stay" test -e /etc/sayso/sayso.toml
expect "the models stay" test -d /var/lib/sayso/models

say "purge"
umount /var/lib/sayso/models
dpkg --purge sayso
expect "nothing is left" test ! -e /var/lib/sayso -a ! -e /var/lib/sayso-commands -a ! -e /etc/sayso -a ! -e /etc/default/sayso
expect "the users are gone" sh -c '! getent passwd sayso sayso-commands'
say "the package is well"
