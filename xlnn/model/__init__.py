"""The mathematics of the book: quantities, rules, layers, networks and training. Knows no sheet and no file."""
