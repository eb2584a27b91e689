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
# What a language model may write, so that it knows the form.
orders-device = turn up the volume; turn down the volume; set the volume to NUMBER percent; mute; speak slower; speak faster; say that again; what did I just ask; what can you do

# Nothing can be paused, continued or stopped.
device-idle = Nothing is playing.
