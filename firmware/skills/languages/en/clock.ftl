# The time and the date.

time-is = It is { $time }.
time-in = It is { $time } in { $city }.
time-in-other-day = It is { $time } on { $weekday } in { $city }.

today-is = Today is { $date }.
tomorrow-is = Tomorrow is { $date }.
yesterday-was = Yesterday was { $date }.
that-is = That is { $date }.
that-was = That was { $date }.
year-is = It is { $year }.
month-is = It is { $month }.
week-is = It is week { $week } of the year.

yes-today = Yes, today is { $date }.
no-today = No, today is { $date }.
yes-day = Yes, that is { $date }.
no-day = No, that is { $date }.
yes-part = Yes, it is { $part }.
it-is-part = It is { $part }.
no-part = No, it is { $part }.
part-morning = morning
part-noon = noon
part-afternoon = afternoon
part-evening = evening
part-night = night
part-day = day

days-in = { $month } has { $n } days.
until = { $n ->
    [0] That is today.
    [1] It is 1 day until { $date }.
   *[other] It is { $n } days until { $date }.
}
until-weeks = It is { $length } until { $date }.
since = { $n ->
    [0] That is today.
    [1] That was yesterday, { $date }.
   *[other] { $date } was { $n } days ago.
}
until-time = It is { $length } until { $time }.

help-clock = tell you the time and the date, here and elsewhere
# What a language model may write, so that it knows the form.
orders-clock = what time is it; what time is it in CITY; what day is it today; is today DAY; how many days until HOLIDAY
