# The user's own commands.

commands-confirm = Should I run { $name }?
commands-done = Done.
commands-missing = I can't find the program of { $name }.
commands-late = { $name } took too long, so I ended it.
commands-failed = { $name } failed.
