"""Sheets of 12-3-2 as somebody might build them, with mistakes planted: formulas only, arranged unlike the book.

Two arrangements. `table`: an image per row, gradients only as sums. `blocks`: an image per block of four columns, the gradients
of every image on a second sheet, their sums and the new parameters below them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import openpyxl
from openpyxl.utils import get_column_letter as letter

IMAGES, HIDDEN, OUT = 8, 3, 2


def table_at(name: str, *index: int) -> str:
    """The address of a number in the arrangement `table`."""
    match name, index:
        case "x", (k, i):
            return f"{letter(1 + i)}{6 + k}"
        case (("t" | "z2" | "a2" | "z3" | "a3" | "delta3" | "delta2"), (k, j)):
            first = {"t": 13, "z2": 15, "a2": 18, "z3": 21, "a3": 23, "delta3": 26, "delta2": 28}[name]
            return f"{letter(first + j)}{6 + k}"
        case "C", (k,):
            return f"Y{6 + k}"
        case (("w2" | "gw2" | "nw2"), (j, i)):
            return f"{letter(1 + i)}{ {'w2': 20, 'gw2': 30, 'nw2': 40}[name] + j }"
        case (("b2" | "gb2" | "nb2"), (j,)):
            return f"M{ {'b2': 20, 'gb2': 30, 'nb2': 40}[name] + j }"
        case (("w3" | "gw3" | "nw3"), (j, i)):
            return f"{letter(1 + i)}{ {'w3': 25, 'gw3': 35, 'nw3': 45}[name] + j }"
        case (("b3" | "gb3" | "nb3"), (j,)):
            return f"D{ {'b3': 25, 'gb3': 35, 'nb3': 45}[name] + j }"
        case "CT", ():
            return "Y17"
    return "B1"  # eta


def blocks_at(name: str, *index: int) -> str:
    """The address of a number in the arrangement `blocks`; what begins with g or n, and image gradients, on sheet Back."""
    column = lambda k, c: letter(9 + 4 * k + c)
    match name, index:
        case "x", (k, i):
            return f"{column(k, i % 3)}{3 + i // 3}"
        case (("t" | "z2" | "a2" | "z3" | "a3" | "delta3" | "delta2"), (k, j)):
            first = {"t": 8, "z2": 11, "a2": 15, "z3": 19, "a3": 22, "delta3": 31, "delta2": 34}[name]
            return f"{column(k, 3)}{first + j}"
        case "C", (k,):
            return f"{column(k, 3)}25"
        case (("w2" | "gw2" | "nw2"), (j, i)):
            return f"{letter(2 + i % 3)}{ {'w2': 3, 'gw2': 3, 'nw2': 23}[name] + 4 * j + i // 3 }"
        case (("b2" | "gb2" | "nb2"), (j,)):
            return f"E{ {'b2': 3, 'gb2': 3, 'nb2': 23}[name] + 4 * j }"
        case (("w3" | "gw3" | "nw3"), (j, i)):
            return f"{letter(2 + i)}{ {'w3': 16, 'gw3': 16, 'nw3': 36}[name] + j }"
        case (("b3" | "gb3" | "nb3"), (j,)):
            return f"E{ {'b3': 16, 'gb3': 16, 'nb3': 36}[name] + j }"
        case "iw2", (k, j, i):
            return f"{column(k, i % 3)}{3 + 4 * j + i // 3}"
        case "ib2", (k, j):
            return f"{column(k, 3)}{3 + 4 * j}"
        case "iw3", (k, j, i):
            return f"{column(k, i)}{16 + j}"
        case "ib3", (k, j):
            return f"{column(k, 3)}{16 + j}"
        case "CT", ():
            return "G25"
    return "G1"  # eta


def fixed(address: str) -> str:
    """With $ before column and row."""
    column = address.rstrip("0123456789")
    return f"${column}${address[len(column) :]}"


@dataclass
class Sheets:
    """A workbook in the making: `cells[quantity, index]` is a formula or a number."""

    kind: str
    cells: dict[tuple, object] = field(default_factory=dict)

    def at(self, name: str, *index: int) -> str:
        return (table_at if self.kind == "table" else blocks_at)(name, *index)

    def sheet(self, name: str) -> str:
        return "Back" if self.kind == "blocks" and name[0] in "gni" else "Net"

    def see(self, name: str, *index: int, of: str = "") -> str:
        """A reference to a number in a formula of quantity `of`."""
        prefix = "" if self.sheet(name) == self.sheet(of or name) else f"{self.sheet(name)}!"
        return prefix + self.at(name, *index)

    def pin(self, name: str, *index: int, of: str = "") -> str:
        """The same with $."""
        address = self.see(name, *index, of=of)
        sheet, mark, cell = address.rpartition("!")
        return sheet + mark + fixed(cell)

    def address(self, name: str, *index: int) -> str:
        return f"{self.sheet(name)}!{self.at(name, *index)}"

    def set(self, name: str, *index_and_formula) -> None:
        *index, formula = index_and_formula
        self.cells[(name, *index)] = formula

    def save(self, path: Path) -> Path:
        book = openpyxl.Workbook()
        book.active.title = "Net"
        if self.kind == "blocks":
            book.create_sheet("Back")
        for (name, *index), value in self.cells.items():
            book[self.sheet(name)][self.at(name, *index)] = f"={value}" if isinstance(value, str) else float(value)
        book.save(path)
        return path


def build(kind: str, seed: int = 0) -> Sheets:
    """A right sheet, all formulas."""
    random = np.random.default_rng(seed)
    s = Sheets(kind)
    s.set("eta", 0.2)
    for k in range(IMAGES):
        for i in range(12):
            s.set("x", k, i, float(random.integers(0, 2)))
        digit = int(random.integers(0, 2))
        for j in range(OUT):
            s.set("t", k, j, float(digit == j))
    for j in range(HIDDEN):
        s.set("b2", j, round(float(random.normal()), 3))
        for i in range(12):
            s.set("w2", j, i, round(float(random.normal()), 3))
    for j in range(OUT):
        s.set("b3", j, round(float(random.normal()), 3))
        for i in range(HIDDEN):
            s.set("w3", j, i, round(float(random.normal()), 3))
    for k in range(IMAGES):
        for j in range(HIDDEN):
            s.set("z2", k, j, z2(s, k, j))
            s.set("a2", k, j, f"1/(1+EXP(-{s.at('z2', k, j)}))")
            s.set("delta2", k, j, delta2(s, k, j))
        for j in range(OUT):
            s.set("z3", k, j, z3(s, k, j))
            s.set("a3", k, j, f"1/(1+EXP(-{s.at('z3', k, j)}))")
            s.set("delta3", k, j, delta3(s, k, j))
        s.set("C", k, cost(s, k))
    s.set("CT", total(s, "C"))
    _gradients(s)
    for name, index in parameters():
        s.set(f"n{name}", *index, update(s, name, index))
    return s


def parameters() -> list[tuple[str, tuple[int, ...]]]:
    found: list[tuple[str, tuple[int, ...]]] = [("w2", (j, i)) for j in range(HIDDEN) for i in range(12)]
    found += [("b2", (j,)) for j in range(HIDDEN)] + [("w3", (j, i)) for j in range(OUT) for i in range(HIDDEN)]
    return found + [("b3", (j,)) for j in range(OUT)]


def z2(s: Sheets, k: int, j: int, bias: str | None = None, image: str | None = None, weights: str | None = None) -> str:
    image = image or f"{s.at('x', k, 0)}:{s.at('x', k, 11)}"
    weights = weights or f"{fixed(s.at('w2', j, 0))}:{fixed(s.at('w2', j, 11))}"
    return f"SUMPRODUCT({image},{weights})" + (f"+{fixed(s.at('b2', j))}" if bias is None else bias)


def z3(s: Sheets, k: int, j: int, a: str = "a2", bias: bool = True) -> str:
    terms = [f"{fixed(s.at('w3', j, i))}*{s.at(a, k, i)}" for i in range(HIDDEN)]
    return "+".join([*terms, *([fixed(s.at("b3", j))] if bias else [])])


def cost(s: Sheets, k: int, half: str = "/2") -> str:
    squares = "+".join(f"({s.at('t', k, j)}-{s.at('a3', k, j)})^2" for j in range(OUT))
    return f"({squares}){half}"


def delta3(s: Sheets, k: int, j: int, t: str | None = None, slope: str | None = None) -> str:
    a = s.at("a3", k, j)
    return f"({a}-{t or s.at('t', k, j)})" + (f"*{a}*(1-{a})" if slope is None else slope)


def delta2(s: Sheets, k: int, j: int, weights=None, deltas=None, slope: str | None = None, outputs: int = OUT) -> str:
    a = s.at("a2", k, j)
    weight = weights or (lambda m: fixed(s.at("w3", m, j)))
    delta = deltas or (lambda m: s.at("delta3", k, m))
    terms = "+".join(f"{weight(m)}*{delta(m)}" for m in range(outputs))
    return f"({terms})" + (f"*{a}*(1-{a})" if slope is None else slope)


def total(s: Sheets, name: str, first: int = 0, last: int = IMAGES - 1) -> str:
    """The sum over images of a quantity of the sheet's own."""
    if s.kind == "table":
        return f"SUM({s.at(name, first)}:{s.at(name, last)})"
    return "+".join(s.at(name, k) for k in range(first, last + 1))


def summed(s: Sheets, name: str, index: tuple[int, ...], first: int = 0, last: int = IMAGES - 1, function: str = "") -> str:
    """A gradient summed over images."""
    layer = name[-1]
    delta, before = f"delta{layer}", {"2": "x", "3": "a2"}[layer]
    j = index[0]
    if s.kind == "table":
        column = f"{fixed(s.at(delta, first, j))}:{fixed(s.at(delta, last, j))}"
        if name[0] == "b":
            return f"{function or 'SUM'}({s.at(delta, first, j)}:{s.at(delta, last, j)})"
        found = f"SUMPRODUCT({column},{s.at(before, first, index[1])}:{s.at(before, last, index[1])})"
        return found + (f"/{IMAGES}" if function else "")
    terms = "+".join(s.at(f"i{name}", k, *index) for k in range(first, last + 1))
    return f"({terms})/{IMAGES}" if function else terms


def image_gradient(s: Sheets, name: str, k: int, index: tuple[int, ...], before: str | None = None) -> str:
    layer = name[-1]
    delta = s.see(f"delta{layer}", k, index[0], of="iw2")
    if name[0] == "b":
        return delta
    return f"{delta}*{s.see(before or {'2': 'x', '3': 'a2'}[layer], k, index[1], of='iw2')}"


def update(s: Sheets, name: str, index: tuple[int, ...], sign: str = "-", gradient: str | None = None, more: str = "") -> str:
    eta, own = s.pin("eta", of="nw2"), s.see(name, *index, of="nw2")
    return f"{own}{sign}{eta}*{gradient or s.see(f'g{name}', *index, of='nw2')}{more}"


def _gradients(s: Sheets) -> None:
    for name, index in parameters():
        if s.kind == "blocks":
            for k in range(IMAGES):
                s.set(f"i{name}", k, *index, image_gradient(s, name, k, index))
        s.set(f"g{name}", *index, summed(s, name, index))


# ---- mistakes ---------------------------------------------------------------------------------------------

Plant = Callable[[Sheets, bool], list[tuple]]  # changes the sheets, everywhere or in one place; the cells that are wrong


def everywhere(s: Sheets, name: str, change: Callable[..., str | float | None], whole: bool, one: tuple[int, ...]) -> list[tuple]:
    """Sets every cell of a quantity, or one, to what `change` gives; None leaves it."""
    found = []
    for key in [key for key in s.cells if key[0] == name and (whole or key[1:] == one)]:
        new = change(*key[1:])
        if new is not None and new != s.cells[key]:
            s.cells[key] = new
            found.append(key)
    return found


def updates_and_sums(prefix: str, change: Callable, whole: bool, s: Sheets, of: str = "wb") -> list[tuple]:
    found = []
    for name, index in parameters():
        if name[0] in of and (whole or (name, index) == ("w2", (1, 4))):
            s.cells[(prefix + name, *index)] = change(name, index)
            found.append((prefix + name, *index))
    return found


MISTAKES: dict[str, Callable[[Sheets, bool], list[tuple]]] = {
    "z2: bias forgotten": lambda s, w: everywhere(s, "z2", lambda k, j: z2(s, k, j, bias=""), w, (3, 1)),
    "z2: bias of unit 2 forgotten": lambda s, w: everywhere(
        s, "z2", lambda k, j: z2(s, k, j, bias="") if j == 1 else None, w, (5, 1)
    ),
    "z2: image 1 for all": lambda s, w: everywhere(
        s, "z2", lambda k, j: z2(s, k, j, image=f"{fixed(s.at('x', 0, 0))}:{fixed(s.at('x', 0, 11))}"), w, (3, 1)
    ),
    "z3: bias forgotten": lambda s, w: everywhere(s, "z3", lambda k, j: z3(s, k, j, bias=False), w, (3, 1)),
    "z3: z2 for a2": lambda s, w: everywhere(s, "z3", lambda k, j: z3(s, k, j, a="z2"), w, (3, 1)),
    "a2: of the unit before": lambda s, w: everywhere(
        s, "a2", lambda k, j: f"1/(1+EXP(-{s.at('z2', k, j - 1)}))" if j else None, w, (3, 1)
    ),
    "delta3: t of the other unit": lambda s, w: everywhere(
        s, "delta3", lambda k, j: delta3(s, k, j, t=s.at("t", k, 1 - j)), w, (3, 0)
    ),
    "delta3: slope z(1 - z)": lambda s, w: everywhere(
        s, "delta3", lambda k, j: delta3(s, k, j, slope="*{0}*(1-{0})".format(s.at("z3", k, j))), w, (3, 0)
    ),
    "delta3: slope forgotten": lambda s, w: everywhere(s, "delta3", lambda k, j: delta3(s, k, j, slope=""), w, (3, 0)),
    "delta3: (1 - a) forgotten": lambda s, w: everywhere(
        s, "delta3", lambda k, j: delta3(s, k, j, slope=f"*{s.at('a3', k, j)}"), w, (3, 0)
    ),
    "delta2: delta3 of image 1": lambda s, w: everywhere(
        s, "delta2", lambda k, j: delta2(s, k, j, deltas=lambda m: fixed(s.at("delta3", 0, m))), w, (3, 1)
    ),
    "delta2: w3 one row down": lambda s, w: everywhere(
        s, "delta2", lambda k, j: delta2(s, k, j, weights=lambda m: fixed(_down(s.at("w3", m, j)))), w, (3, 1)
    ),
    "delta2: w3 of the unit before": lambda s, w: everywhere(
        s, "delta2", lambda k, j: delta2(s, k, j, weights=lambda m: fixed(s.at("w3", m, j - 1))) if j else None, w, (3, 1)
    ),
    "delta2: slope of the other layer": lambda s, w: everywhere(
        s, "delta2", lambda k, j: delta2(s, k, j, slope="*{0}*(1-{0})".format(s.at("a3", k, min(j, 1)))), w, (3, 1)
    ),
    "delta2: (1 - a) forgotten": lambda s, w: everywhere(
        s, "delta2", lambda k, j: delta2(s, k, j, slope=f"*{s.at('a2', k, j)}"), w, (3, 1)
    ),
    "delta2: slope forgotten": lambda s, w: everywhere(s, "delta2", lambda k, j: delta2(s, k, j, slope=""), w, (3, 1)),
    "delta2: first output only": lambda s, w: everywhere(s, "delta2", lambda k, j: delta2(s, k, j, outputs=1), w, (3, 1)),
    "delta2: minus": lambda s, w: everywhere(
        s, "delta2", lambda k, j: s.cells["delta2", k, j].replace("+", "-", 1), w, (3, 1)
    ),
    "update: gradient added": lambda s, w: updates_and_sums("n", lambda n, i: update(s, n, i, sign="+"), w, s),
    "update: eta twice": lambda s, w: updates_and_sums(
        "n", lambda n, i: update(s, n, i, more=f"*{s.pin('eta', of='nw2')}"), w, s
    ),
    "update: gradient of the next column": lambda s, w: updates_and_sums(
        "n",
        lambda n, i: update(s, n, i, gradient=s.see("gw2", i[0], (i[1] + 1) % 12, of="nw2")) if n == "w2" else update(s, n, i),
        w, s, "w",
    ),
    "sum: last image missing": lambda s, w: updates_and_sums("g", lambda n, i: summed(s, n, i, last=IMAGES - 2), w, s),
    "sum: starts at image 2": lambda s, w: updates_and_sums("g", lambda n, i: summed(s, n, i, first=1), w, s),
    "sum: average": lambda s, w: updates_and_sums("g", lambda n, i: summed(s, n, i, function="AVERAGE"), w, s),
    "C_T: last image missing": lambda s, w: [s.cells.__setitem__(("CT",), total(s, "C", last=IMAGES - 2)), [("CT",)]][1],
    "C: one half forgotten": lambda s, w: everywhere(s, "C", lambda k: cost(s, k, half=""), w, (3,)),
    "a number pasted": lambda s, w: everywhere(s, "delta2", lambda k, j: 0.01234567, False, (3, 1)),
    "dC/dw3: a3 for a2": lambda s, w: _before(s, w, "w3", "a3"),
    "dC/dw3: z2 for a2": lambda s, w: _before(s, w, "w3", "z2"),
}  # fmt: skip


def _down(address: str) -> str:
    column = address.rstrip("0123456789")
    return f"{column}{int(address[len(column) :]) + 1}"


def _before(s: Sheets, whole: bool, name: str, instead: str) -> list[tuple]:
    """Gradients with another quantity for the outputs of the layer before."""
    width = {"a3": OUT, "z2": HIDDEN}[instead]
    if s.kind == "blocks":
        return everywhere(
            s, "i" + name, lambda k, j, i: image_gradient(s, name, k, (j, i), instead) if i < width else None, whole, (3, 1, 1)
        )
    found = []
    for j in range(OUT):
        for i in range(min(width, HIDDEN)):
            if whole or (j, i) == (1, 1):
                old = s.cells["g" + name, j, i]
                was = f"{s.at('a2', 0, i)}:{s.at('a2', IMAGES - 1, i)}"
                s.cells["g" + name, j, i] = old.replace(was, f"{s.at(instead, 0, i)}:{s.at(instead, IMAGES - 1, i)}")
                found.append(("g" + name, j, i))
    return found
