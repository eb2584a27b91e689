# The assistant itself.

device-volume = The volume is at { $percent } percent.
device-loudest = That is as loud as I can be.
device-as-before = The volume stays as it is.
device-heard = Here I am again.
device-pace = { $step ->
    [1] I'll speak faster.
    [0] I'll speak normally.
   *[other] I'll speak slower.
}
device-mute = Should I stop listening? I won't hear you until somebody unmutes me.
device-muted = I've stopped listening.
device-nothing-said = I haven't said anything yet.
device-nothing-asked = You haven't asked me anything yet.
device-asked = You said: { $asked }
device-help = I can { $helps }. You can also just talk with me.

help-device = speak louder or slower
