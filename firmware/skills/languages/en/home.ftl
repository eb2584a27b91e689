# The devices of a home.

state-on = on
state-off = off
state-open = open
state-closed = closed
state-locked = locked
state-unlocked = unlocked
state-unknown = in an unknown state
state-partly-open = { $n } percent open
state-brightness = on, at { $n } percent
state-target = set to { $temperature } degrees
color-white = white
color-red = red
color-orange = orange
color-yellow = yellow
color-green = green
color-blue = blue
color-purple = purple
color-pink = pink
color-brown = brown
color-turquoise = turquoise
color-black = black

home-kind = { $domain ->
    [light] lights
    [fan] fans
    [switch] switches
    [cover] covers
    [lock] locks
    [media_player] players
   *[other] devices
}
home-is = The { $name } is { $state }.
home-are = The { $kind } are { $state }.
home-are-there = The { $kind } in the { $area } are { $state }.
home-everything = Everything is { $state }.
home-yes = Yes, the { $name } is { $state }.
home-no = No, the { $name } is { $state }.
home-list = { $n ->
    [0] None is { $state }.
    [one] One is { $state }: the { $names }.
   *[other] { $n } are { $state }: the { $names }.
}

# What is asked first.
ask-on = turn on
ask-off = turn off
ask-open = open
ask-close = close
ask-lock = lock
ask-unlock = unlock
ask-set = change
home-is-ask = Should I { $state } the { $name }?
home-are-ask = Should I { $state } the { $kind }?
home-are-there-ask = Should I { $state } the { $kind } in the { $area }?
home-everything-ask = Should I { $state } everything?

home-which = Which one: { $choices }?
home-none = There is no such device.
home-none-there = There is no such device in the { $area }.
home-no-device = I know no device called { $name }.
home-no-heating = I can't find a thermostat.
home-temperature = It is { $temperature } degrees in the { $area }.
home-cannot = The { $name } can't be switched like that.
home-started = { $name } is started.

# When a device did not do it, or not yet.
origin-home-assistant = Home Assistant
origin-mqtt = the MQTT broker
home-unreachable = I can't reach { $origin }.
home-lost = I lost { $origin }, so I don't know about the { $name }.
home-failed = The { $name } doesn't answer.
home-late = The { $name } hasn't done it yet.
home-refused = The { $name } can't do that.
home-moving = The { $name } is moving.
home-sent = I've told the { $name }, but it doesn't report back.

help-home = control your home
# What a language model may write, so that it knows the form.
orders-home = turn on the DEVICE; turn off the DEVICE; open the DEVICE; close the DEVICE; lock the DEVICE; unlock the DEVICE; set the DEVICE to NUMBER percent; make the DEVICE brighter; make the DEVICE darker; make the DEVICE COLOR; is the DEVICE on; is the DEVICE open; is the DEVICE locked; turn off everything; set the heating to NUMBER degrees; make it warmer; make it colder; what's the temperature
