"""The formulas of a workbook: read, calculated and differentiated. Knows no network.

    graph = read(Workbook("mine.xlsx"))
    cost = graph.number("Sheet1", Cell(21, 7))
    graph.gradient(cost)                    # ∂G21/∂(every cell), by the sheet's own formulas

`tree` is what a formula is, `reading` reads one, `alike` finds copies without reading each of them; `functions` are the
functions with their derivatives, `calculating` and `differentiating` apply them to all copies at once, in the order that
`ordering` finds; `building` puts a `graph` together, and `judging` holds it against the stored results; `mending` puts back
formulas that were overwritten, as `overwriting` finds them by their siblings.
"""

from xlnn.formula.building import read
from xlnn.formula.graph import Graph, Report
from xlnn.formula.mending import mended
from xlnn.formula.reading import parse
from xlnn.formula.tree import text

__all__ = ["Graph", "Report", "mended", "parse", "read", "text"]
