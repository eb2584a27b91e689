# Texts that several skills use. Fluent's syntax: https://projectfluent.org

time = { $hour12 }:{ $minute } { $half ->
    [am] AM
   *[pm] PM
}
date = { $weekday }, { $month } { $day }
full-date = { $weekday }, { $month } { $day }, { $year }
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
weeks = { $n ->
    [one] { $n } week
   *[other] { $n } weeks
}
hours = { $n ->
    [one] { $n } hour
   *[other] { $n } hours
}
minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
}
seconds = { $n ->
    [one] { $n } second
   *[other] { $n } seconds
}

# Moments to come.
at-time = at { $time }
tomorrow-at = tomorrow at { $time }
weekday-at = on { $weekday } at { $time }
date-at = on { $date } at { $time }
every-day = every day
on-weekdays = on weekdays
on-weekends = on weekends
every-1 = on Mondays
every-2 = on Tuesdays
every-3 = on Wednesdays
every-4 = on Thursdays
every-5 = on Fridays
every-6 = on Saturdays
every-7 = on Sundays
days-at = { $days } at { $time }

# Lists: two items; the first items of more; the last one.
and-two = { $a } and { $b }
and-more = { $a }, { $b }
and-last = { $a }, and { $b }
or-two = { $a } or { $b }
or-last = { $a }, or { $b }

did-you-say = Did you say { $choices }?
which = Did you mean { $choices }?
all-right = All right, I won't.
taken-back = I've taken that back.
failed = Sorry, that didn't work.
