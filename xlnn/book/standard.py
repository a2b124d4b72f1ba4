"""Which quantities a sheet shows at the addresses that the layout has for them."""

from __future__ import annotations

from xlnn.book.names import DATA, FORWARD, written_name
from xlnn.layout import labels
from xlnn.layout.layouts import MARKS, Label, Layout
from xlnn.layout.places import Place
from xlnn.model.network import Network
from xlnn.model.quantities import Quantity
from xlnn.words import LANGUAGES
from xlnn.xlsx.cell_table import NUMBER, OTHER, PENDING, code
from xlnn.xlsx.workbook import Workbook, is_meant


def standard(book: Workbook, network: Network, layout: Layout, sheet: str) -> dict[str, tuple[str, Place]]:
    """The quantities that lie on a sheet where the layout has them.

    What the authors' sheets do not have lies at addresses of xlnn's own: they count where xlnn's labels stand beside
    them, and on the sheets of a workbook that xlnn wrote.
    """
    ours = book.marked and written_name(sheet) not in (None, DATA)
    found = {}
    for name, place in layout.places.items():
        labelled = _is_labelled(book, network, sheet, layout, name)
        if _is_used(book, network.quantities[name], sheet, place, ours, labelled):
            found[name] = sheet, place
    return found


def _is_used(book: Workbook, q: Quantity, sheet: str, place: Place, ours: bool, labelled: bool) -> bool:
    """Whether a quantity is shown at its standard place, be it by numbers or by what should be some."""
    if labelled or (q.kind not in FORWARD and not ours):
        return labelled
    kinds, values = book.kinds(sheet, place).ravel(), book.block(sheet, place).ravel()
    meant = (kinds == NUMBER) | (kinds == PENDING)
    meant[kinds == OTHER] = list(map(is_meant, values[kinds == OTHER]))
    if ours or q.kind in MARKS:  # whatever else stands there is not in the way
        return bool(meant.mean() >= 0.5)
    return bool(meant.any() or (kinds == OTHER).mean() >= 0.5)


def _is_labelled(book: Workbook, network: Network, sheet: str, layout: Layout, name: str) -> bool:
    """Whether one of xlnn's labels of a quantity stands on the sheet; a gradient of b shares that of w."""
    own = [label for label in layout.labels if label.quantity == name and label.role in ("symbol", "part")]
    if not own and name.startswith("dC_db"):
        return _is_labelled(book, network, sheet, layout, name.replace("dC_db", "dC_dw"))
    return any(_stands(book, network, sheet, label) for label in own)


def _stands(book: Workbook, network: Network, sheet: str, label: Label) -> bool:
    text = book.filled(sheet).texts.get(code(*label.cell))
    return text is not None and text in {labels.text(label, network, each) for each in LANGUAGES}
