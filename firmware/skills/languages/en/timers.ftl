# Timers. A timer without a name is called by the length for which it was set.

timer-named = { $name } timer
timer-of = timer for { $length }
timer-the = the { $timer }
timer-set = Timer set for { $length }.
timer-set-named = The { $name } timer is set for { $length }.
timer-how-long = For how long?
timer-how-much = How much time?
timer-none = There is no timer.
timer-no-such = There is no such timer.
timer-too-many = There are too many timers already.
timer-cancelled = The { $timer } is cancelled.
timer-all-cancelled = { $n ->
    [one] The timer is cancelled.
   *[other] All { $n } timers are cancelled.
}
timer-too-short = The { $timer } has less time than that.
timer-now = The { $timer } now has { $length } left.
timer-paused = The { $timer } is paused with { $length } left.
timer-is-paused = The { $timer } is paused with { $length } left.
timer-goes-on = The { $timer } goes on. It has { $length } left.
timer-left = The { $timer } has { $length } left.
timer-done = The { $timer } is done.
timer-was-done = The { $timer } was done at { $time }.

help-timers = set timers
# What a language model may write, so that it knows the form.
orders-timers = set a timer for NUMBER minutes; cancel the timer; cancel all timers; pause the timer; resume the timer; add NUMBER minutes to the timer; how much time is left on the timer
