"""Labels that people write beside their cells: they confirm what was understood, or contradict it, and decide nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from xlnn.layout.cells import Cell
from xlnn.layout.listed import spots
from xlnn.layout.places import Place
from xlnn.model.quantities import Quantity
from xlnn.xlsx.cell_table import NUMBER, PENDING, code
from xlnn.xlsx.workbook import Workbook

INDEX = r"(?:[\s_^]*(?:[0-9]+|[hijklo]{1,2}[0-9]*|[(\[{][^)\]}]{0,9}[)\]}]))*"
OVER = r"(?:∂|d|Δ|δ|partial)\s*(?:E|C|L|J|Q|MSE|Cost|Loss|Error)[\w_]*\s*/\s*(?:∂|d|partial)\s*"
# what a label says, and which kinds of quantities it may stand beside; "b-" are thresholds, which are subtracted
SAYS: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (pattern, frozenset(kinds.split()))
    for pattern, kinds in (
        (rf"{OVER}w[\s_]*[0₀]", "dC_dw dCT_dw dC_db dCT_db delta"),  # w₀ is a bias as the weight of a 1
        (rf"{OVER}w{INDEX}", "dC_dw dCT_dw"),
        (rf"{OVER}(?:b|θ|bias){INDEX}", "dC_db dCT_db delta"),  # of one image δ is ∂C/∂b
        (r"(?:new\s*)?w[\s_]*[0₀]", "w new_w b new_b"),
        (rf"(?:new\s*)?(?:w{INDEX}|weights?|权重|重み|权值)", "w new_w"),
        (rf"(?:new\s*)?(?:b[0-9₀-₉]{{0,3}}|bias(?:es)?{INDEX}|偏置|バイアス)", "b new_b"),
        (rf"(?:new\s*)?(?:θ{INDEX}|thetas?|thresholds?|阈值|閾値|しきい値)", "b- new_b-"),
        (r"(?:z|net)[\s_]*(?:h|o)?[0-9₀-₉]{0,3}|加权输入|重み付き入力", "z"),
        (r"(?:a|out)[\s_]*(?:h|o)[0-9₀-₉]{0,3}|activations?", "a"),
        (r"h[0-9₀-₉]{0,3}", "z a"),
        (r"x[0-9₀-₉]{0,3}|i[0-9₀-₉]{1,3}|inputs?|输入|入力|像素|画素|pixels?", "x"),
        (r"t[0-9₀-₉]{0,3}|targets?|目标|目標|教師データ", "t"),
        (rf"δ{INDEX}|deltas?[0-9₀-₉]{{0,3}}", "delta dC_da back"),
        (r"E[\s_]*(?:total|tot|sum)|C[\s_]*T|代价函数|コスト関数|total cost", "CT C"),
        (r"η|eta|learning rate|学习率|学習率", "eta"),
    )
)
MOST = 4000  # cells of a quantity beside which labels are looked for


@dataclass(frozen=True)
class Beside:
    """What labels say: how many confirm, and those that contradict: (label's cell, its text, quantity, the quantity's cell)."""

    confirming: int
    contradicting: tuple[tuple[str, str, str, str], ...] = ()


def meant(text: str) -> frozenset[str]:
    """The kinds of quantities that a label can mean; none where it says nothing that is known."""
    plain = unicodedata.normalize("NFKC", text.replace("′", "'")).strip().rstrip(":=： ").strip()
    if len(plain) > 24:
        return frozenset()
    for pattern, kinds in SAYS:
        if re.fullmatch(pattern, plain, re.IGNORECASE):
            return kinds
    return frozenset()


def beside(
    book: Workbook,
    places: Mapping[str, tuple[str, Place]],
    quantities: Mapping[str, Quantity],
    factors: Mapping,
    line: bool = False,
) -> Beside:
    """What the labels beside quantities say of them; `line`: of a line y = a + bx, whose letters are no network's."""
    confirming, contradicting = 0, dict[tuple[str, str], tuple[str, str, str, str]]()
    for name, (sheet, place) in places.items():
        if name not in quantities or place.size > MOST:
            continue
        kind = quantities[name].kind + ("-" if factors.get(name, 1) < 0 and quantities[name].kind in ("b", "new_b") else "")
        for label, text, cell in _labels(book, sheet, place):
            says = frozenset[str]() if line and len(text.strip()) == 1 else meant(text)
            if kind in says:
                confirming += 1
            elif says and not (len(text.strip()) == 1 and text.strip().isupper()):  # A and B are inputs of a gate, or columns
                contradicting.setdefault((label, name), (label, text, name, cell))
    return Beside(confirming, tuple(contradicting.values()))


def _labels(book: Workbook, sheet: str, place: Place) -> Iterator[tuple[str, str, str]]:
    """Labels of an array: the text left of a cell; and over it, unless that one belongs to a cell on its right."""
    seen: set[tuple[str, Cell]] = set()
    own = set(spots(sheet, place))
    for on, cell in own:
        for rows, columns in ((0, -1), (-1, 0)):
            at = cell.moved(rows, columns)
            if not at.on_sheet or (on, at) in own or (on, at) in seen:
                continue
            text = _text(book, on, at)
            if text and not (rows and _is_number(book, on, at.moved(0, 1))):
                seen.add((on, at))
                yield f"{on}!{at.name}", text, f"{on}!{cell.name}"


def _text(book: Workbook, sheet: str, cell: Cell) -> str:
    return book.filled(sheet).texts.get(code(*cell), "")


def _is_number(book: Workbook, sheet: str, cell: Cell) -> bool:
    return bool(np.isin(book.kinds(sheet, Place(cell)), (NUMBER, PENDING)))
