"""A hand-built sheet, understood from its formulas: which cell is which quantity of which unit, example and iteration.

    found = understand(Workbook("mine.xlsx"))       # None where the formulas hold no network
    found.network, found.iterations[0].places()

`wiring` sees through copies, `sums` finds weighted inputs however they are written, `layers` and `structure` make a network of
them, `chains` finds what learns and `parameters` what is learnt where nothing does; `meaning` tells functions, right answers
and cost by numbers, `matching` names cells by theirs, `using` by what is made of them, `reading` reads one iteration with all
of this; `placing` says where an array of cells lies.
"""

from xlnn.understand.reading import Iteration
from xlnn.understand.understood import Understood, understand

__all__ = ["Iteration", "Understood", "understand"]
