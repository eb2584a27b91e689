# Arithmetic and units.

calculator-is = It is { $result }.
calculator-about = It is about { $result }.
calculator-zero = Nothing can be divided by zero.
calculator-long = That number has { $digits } digits.

help-calculator = calculate and convert units
# What a language model may write, so that it knows the form.
orders-calculator = what is NUMBER times NUMBER; what is NUMBER divided by NUMBER; convert NUMBER UNIT to UNIT
