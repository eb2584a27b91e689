# Arithmetic and units.

calculator-is = It is { $result }.
calculator-about = It is about { $result }.
calculator-zero = Nothing can be divided by zero.
calculator-long = That number has { $digits } digits.

help-calculator = calculate and convert units
