# Reminders.

reminder-set = I'll remind you { $when }: { $task }.
reminder-of-what = What should I remind you of?
reminder-when = When should I remind you?
reminder-none = There are no reminders.
reminder-no-such = There is no such reminder.
reminder-too-many = There are too many reminders already.
reminder-is = Here is your reminder: { $task }.
reminder-was = Here is your reminder for { $time }: { $task }.
reminder-listed = { $task }, { $when }
reminder-status = { $n ->
    [one] There is one reminder: { $reminders }.
   *[other] There are { $n } reminders: { $reminders }.
}
reminder-cancelled = The reminder is cancelled: { $task }.
reminder-all-cancelled = All reminders are cancelled.
reminder-cancel-all = Cancel all { $n } reminders?
reminder-which = Which one: { $choices }?

help-reminders = remind you of things
# What a language model may write, so that it knows the form.
orders-reminders = remind me to TASK at TIME; remind me about THING tomorrow at TIME; remind me in NUMBER hours to TASK; what are my reminders
