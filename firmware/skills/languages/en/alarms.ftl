# Alarms.

alarm-set = The alarm is set { $when }.
alarm-moved = The alarm { $was } is now set { $when }.
alarm-when = For what time?
alarm-none = There is no alarm.
alarm-no-such = There is no such alarm.
alarm-too-many = There are too many alarms already.
alarm-cancelled = The alarm { $when } is cancelled.
alarm-all-cancelled = All { $n } alarms are cancelled.
alarm-which = Which one: { $choices }?
alarm-status = { $n ->
    [one] The alarm is set { $when }.
   *[other] There are { $n } alarms: { $when }.
}
alarm-snoozed = I'll wake you in { $length }.
alarm-rings = Good morning. It is { $time }.
alarm-missed = There was an alarm at { $time }, which I missed.

help-alarms = wake you
# What a language model may write, so that it knows the form.
orders-alarms = wake me at TIME; wake me tomorrow at TIME; wake me on DAY at TIME; cancel the alarm; when is my next alarm
