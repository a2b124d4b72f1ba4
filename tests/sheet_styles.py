"""One network on sheets as different people build it: a `Style` says how, `build` writes cells, `trajectory` has right numbers.

The formulas are spelled here, without xlnn; `trajectory` is plain NumPy. So what is understood, checked and trained is held
against something else than itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
import openpyxl
import xlsxwriter
from openpyxl.utils import get_column_letter as letter
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.formula import ArrayFormula

from xlnn.formula import read
from xlnn.layout.cells import Cell
from xlnn.xlsx.workbook import Workbook

Cells = dict[str, object]
STEPS = ("step", "step above 0", "sign", "sign above 0")


@dataclass(frozen=True)
class Style:
    """How somebody builds a network. `units` are inputs, hidden units …, outputs."""

    units: tuple[int, ...] = (2, 2, 1)
    functions: tuple[str, ...] = ("sigmoid", "sigmoid")
    images: int = 3
    iterations: int = 3
    layout: str = "table"  # an example in each row of a block; "row": an iteration in each row
    turned: bool = False  # rows and columns exchanged: examples side by side
    onward: str = "down"  # the next iteration: down, right, sheets
    beside: bool = False  # new parameters in a panel of their own, which the next iteration copies
    online: bool = False  # an update after each example
    bias: str = "own"  # own, none, shared: one for each layer, threshold: θ, one: the weight of a constant 1
    z: str = "plus"  # how Σ is spelled
    input_major: bool = False  # the weights of a unit stand one below the other
    cost: str = "half squares"
    shown: bool = True  # the cost is shown
    total: str = "sum"
    eta: str = "cell"  # cell, typed, name, layers
    rate: float = 0.4
    sign: int = 1  # −1: δ = t − a, added
    delta: bool = True  # δ in cells of their own
    gradients: bool = True  # gradients in cells of their own
    apart: bool = False  # parameters on a sheet of their own
    fixed: tuple[int, ...] = ()  # layers (1 is the first after the input) that do not learn
    targets: str = "typed"  # typed, text, digit
    sigmoid: str = "1/(1+EXP(-({z})))"
    seed: int = 1
    decay: float = 0.0  # λ: the weights shrink, too
    decayed: str = "update"  # update: w − η(g + λw), shrunk: w(1 − ηλ) − ηg, apart: w − ηg − ηλw, gradient: λw in the gradients
    decay_biases: bool = False
    typed_decay: bool = False  # λ stands in the formulas


FUNCTIONS = {  # output of z, and slope from a
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a), "{a}*(1-{a})"),
    "tanh": (np.tanh, lambda a: 1 - a * a, "(1-{a}^2)"),
    "relu": (lambda z: np.maximum(0, z), lambda a: 1.0 * (a > 0), "IF({a}>0,1,0)"),
    "leaky relu": (lambda z: np.where(z > 0, z, 0.01 * z), lambda a: np.where(a > 0, 1, 0.01), "IF({a}>0,1,0.01)"),
    "identity": (lambda z: z, np.ones_like, ""),
    "softmax": (lambda z: np.exp(z) / np.exp(z).sum(-1, keepdims=True), None, ""),
    "step": (lambda z: 1.0 * (z >= 0), None, ""),
    "step above 0": (lambda z: 1.0 * (z > 0), None, ""),
    "sign": (lambda z: np.where(z >= 0, 1.0, -1.0), None, ""),
    "sign above 0": (lambda z: np.where(z > 0, 1.0, -1.0), None, ""),
}
SPELLED = {
    "tanh": "TANH({z})",
    "relu": "MAX(0,{z})",
    "leaky relu": "IF({z}>0,{z},0.01*({z}))",
    "step": "IF({z}>=0,1,0)",
    "step above 0": "IF({z}>0,1,0)",
    "sign": "IF({z}<0,-1,1)",
    "sign above 0": "2*({z}>0)-1",
}


# ---- the numbers ------------------------------------------------------------------------------------------


def start(style: Style) -> tuple[np.ndarray, np.ndarray, list[np.ndarray], list[np.ndarray]]:
    """x (images, inputs), t (images, outputs), weights (units, inputs) and biases (units,) of each layer."""
    random = np.random.default_rng(style.seed)
    x = random.uniform(-1, 1, (style.images, style.units[0])).round(2)
    t = random.uniform(0.1, 0.9, (style.images, style.units[-1])).round(2)
    if style.functions[-1] in ("softmax", *STEPS) or style.targets != "typed":
        t = np.eye(max(2, style.units[-1]))[np.arange(style.images) % max(2, style.units[-1])][:, : style.units[-1]]
    w = [random.uniform(-1, 1, pair[::-1]).round(2) for pair in zip(style.units, style.units[1:], strict=False)]
    b = [random.uniform(-0.5, 0.5, n).round(2) for n in style.units[1:]]
    if style.bias == "shared":
        b = [np.full_like(part, part[0]) for part in b]
    if style.bias == "none":
        b = [np.zeros_like(part) for part in b]
    return x, t, w, b


def trajectory(style: Style) -> Iterator[dict[str, np.ndarray]]:
    """Iteration after iteration the parameters that it uses, by name, and its ∂C_T/∂w."""
    x, t, w, b = start(style)
    for step in count():
        mine = images_of(style, step)
        a = [x[mine]]
        for weights, bias, name in zip(w, b, style.functions, strict=True):
            a.append(FUNCTIONS[name][0](a[-1] @ weights.T + bias))
        error = a[-1] - t[mine]
        if style.functions[-1] not in ("softmax", *STEPS) and style.cost != "cross-entropy":
            error = error * FUNCTIONS[style.functions[-1]][1](a[-1]) * (2 if style.cost == "squares" else 1)
        found: dict[str, np.ndarray] = {}
        gradients = []
        for layer in range(len(w) - 1, -1, -1):
            found[f"delta{layer + 2}"] = error
            per = len(mine) if style.total == "mean" else 1
            db = error.sum(0) / per
            gradients.append((layer, error.T @ a[layer] / per, np.full_like(db, db.sum()) if style.bias == "shared" else db))
            if layer:
                error = error @ w[layer] * FUNCTIONS[style.functions[layer - 1]][1](a[layer])
        for layer, dw, db in gradients:
            shrinks = style.decay * w[layer], style.decay * b[layer] * style.decay_biases
            if style.decayed == "gradient":
                dw, db, shrinks = dw + shrinks[0], db + shrinks[1], (0.0, 0.0)
            found |= {f"w{layer + 2}": w[layer].copy(), f"b{layer + 2}": b[layer].copy(), f"dCT_dw{layer + 2}": dw}
            if layer + 1 not in style.fixed:
                w[layer] -= rate(style, layer) * (dw + shrinks[0])
                b[layer] -= rate(style, layer) * (db + shrinks[1]) if style.bias != "none" else 0
        yield found


def rate(style: Style, layer: int) -> float:
    return style.rate / (1 + layer) if style.eta == "layers" else style.rate


# ---- the cells --------------------------------------------------------------------------------------------


class Sheet:
    """Where everything is put, and how it is called from elsewhere."""

    def __init__(self, style: Style):
        self.style = style
        self.cells: dict[str, Cells] = {"Net": {}}
        if style.apart:
            self.cells["Weights"] = {}
        self.at: dict[tuple, tuple[str, int, int]] = {}

    def put(self, key: tuple, where: tuple[str, int, int]) -> None:
        self.at[key] = where

    def address(self, key: tuple, fixed: bool = False) -> str:
        _, row, column = self.at[key]
        if self.style.turned:
            row, column = column, row
        return f"${letter(column)}${row}" if fixed else f"{letter(column)}{row}"

    def ref(self, key: tuple, at: str, fixed: bool = False) -> str:
        sheet = self.at[key][0]
        return ("" if sheet == at else f"{sheet}!") + self.address(key, fixed)

    def span(self, keys: list[tuple], at: str, fixed: bool = False) -> str:
        sheet = self.at[keys[0]][0]
        ends = f"{self.address(keys[0], fixed)}:{self.address(keys[-1], fixed)}"
        return ("" if sheet == at else f"{sheet}!") + ends

    def write(self, key: tuple, value: object) -> None:
        sheet = self.at[key][0]
        self.cells.setdefault(sheet, {})[self.address(key)] = value

    def array(self, first: tuple, last: tuple, formula: str) -> None:
        """An array formula over a rectangle."""
        self.cells.setdefault(self.at[first][0], {})[f"{self.address(first)}:{self.address(last)}"] = formula


def build(style: Style) -> dict[str, Cells]:
    """The cells of a workbook, by sheet and address; a rectangle as address has an array formula."""
    return _built(style).cells


def last_of(style: Style, kind: str, iteration: int) -> tuple[str, str]:
    """Sheet and address of the last cell with a formula of one kind: z, a, d (δ), g (∂C_T/∂w), w; counted from 0."""
    sheet = _built(style)
    found = [(sheet.at[key][0], sheet.address(key)) for key in sheet.at if key[:2] == (iteration, kind)]
    return [(name, cell) for name, cell in found if str(sheet.cells[name].get(cell)).startswith("=")][-1]


def _built(style: Style) -> Sheet:
    sheet = Sheet(style)
    for k in range(style.iterations):
        _arrange(sheet, style, k)
    x, t, w, b = start(style)
    for k in range(style.iterations):
        _write(sheet, style, k, x, t, w, b)
    _rates(sheet, style)
    return sheet


def images_of(style: Style, k: int) -> list[int]:
    return [k % style.images] if style.online or style.layout == "row" else list(range(style.images))


def _keys(style: Style, k: int) -> tuple[list[tuple], list[tuple]]:
    """What one iteration has: parameters, gradients and new ones; and what each example has."""
    layers = range(1, len(style.units))
    parameters: list[tuple] = []
    for kind in ("w", "g", "n"):
        if (kind == "g" and not style.gradients) or (kind == "n" and not style.beside and k < style.iterations - 1):
            continue
        if kind == "n" and style.layout == "row" and not style.beside:
            continue
        for l in layers:
            if kind != "w" and l in style.fixed:
                continue
            for j in range(style.units[l]):
                parameters += [(kind, l, j, i) for i in range(style.units[l - 1])]
            if style.bias != "none":
                parameters += [(kind + "b", l, j) for j in range(1 if style.bias == "shared" else style.units[l])]
    each: list[tuple] = [("x", 0, i) for i in range(style.units[0])] + [("t", 0, j) for j in range(style.units[-1])]
    if style.targets != "typed":
        each.append(("word", 0, 0))
    for l in layers:
        if style.z == "products":
            each += [("p", l, j, i) for j in range(style.units[l]) for i in range(style.units[l - 1])]
        if style.z != "nested" or style.functions[l - 1] == "identity":
            each += [("z", l, j) for j in range(style.units[l])]
        if style.functions[l - 1] == "softmax":
            each += [("e", l, j) for j in range(style.units[l])]
        if style.functions[l - 1] != "identity":
            each += [("a", l, j) for j in range(style.units[l])]
    if style.shown:
        each.append(("C", 0, 0))
    if style.delta:
        each += [("d", l, j) for l in reversed(layers) for j in range(style.units[l])]
    return parameters, each


def _arrange(sheet: Sheet, style: Style, k: int) -> None:
    parameters, each = _keys(style, k)
    name = "Net" if style.onward != "sheets" else f"Net{k + 1}" if k else "Net"
    if style.layout == "row":
        columns = {key: 2 + n for n, key in enumerate([*each[: style.units[0]], *parameters, *each[style.units[0] :]])}
        for key, column in columns.items():
            sheet.put((k, *key, *((0,) if key in each else ())), (name, 4 + k, column))
        return
    images = images_of(style, k)
    height = 4 + len(images) + 3 * (2 + sum(style.units[1:]) * (max(style.units) + 1 if style.input_major else 1))
    width = 4 + len(each) + max(style.units) + 2
    row, column = 4, 2
    if style.onward == "down":
        row += k * height
    elif style.onward == "right":
        column += k * width
    other = "Weights" if style.apart else name
    for kind in ("w", "g", "n"):
        at = row
        for l in range(1, len(style.units)):
            mine = [key for key in parameters if key[0][0] == kind and key[1] == l]
            for key in mine:
                down, across = (key[2], key[3] if key[0] == kind else style.units[l - 1])
                if style.input_major:
                    down, across = across, down
                if key[0] != kind and style.bias == "shared":
                    down, across = (0, style.units[l - 1]) if not style.input_major else (style.units[l - 1], 0)
                sheet.put((k, *key), (other, at + down, column + across))
            at += (style.units[l - 1] + 1 if style.input_major else style.units[l]) + 1
        row = at if kind == "w" and not style.apart else row
        if kind == "w":
            table = row if not style.apart else 4 + (k * height if style.onward == "down" else 0)
            for n in range(len(images)):
                for m, key in enumerate(each):
                    sheet.put((k, *key, n), (name, table + n, column + m))
            row = (table + len(images) + 1) if not style.apart else at
        else:
            row = at
    if style.bias == "one":
        sheet.put(
            (k, "one"),
            (other, 3 if style.onward != "down" else 2 + (k * height), column + (50 if style.onward != "right" else width - 2)),
        )


def _write(sheet: Sheet, style: Style, k: int, x, t, w, b) -> None:
    parameters, each = _keys(style, k)
    images = images_of(style, k)
    last = len(style.units) - 1
    for key in parameters:
        kind, l = key[0], key[1]
        at = sheet.at[k, *key][0]
        if kind in ("w", "wb"):
            if k == 0:
                value = w[l - 1][key[2], key[3]] if kind == "w" else b[l - 1][key[2]] * (-1 if style.bias == "threshold" else 1)
                sheet.write((k, *key), float(value))
            elif style.beside and l not in style.fixed:
                sheet.write((k, *key), "=" + sheet.ref((k - 1, "n" + kind[1:], *key[1:]), at))
            elif l in style.fixed:
                sheet.write((k, *key), "=" + sheet.ref((k - 1, *key), at))
            else:
                sheet.write((k, *key), _updated(sheet, style, k - 1, key, at))
        elif kind in ("g", "gb"):
            sheet.write((k, *key), "=" + _gradient(sheet, style, k, key, at))
        else:
            sheet.write((k, *key), _updated(sheet, style, k, ("w" + kind[1:], *key[1:]), at))
    if style.bias == "one" and style.layout != "row":
        sheet.write((k, "one"), 1)
    for n, image in enumerate(images):
        for key in each:
            kind, l, j = key[:3]
            value: object
            if kind == "x":
                value = float(x[image, j])
            elif kind == "t":
                value = float(t[image, j]) if style.targets == "typed" else None
                if style.targets == "text":
                    value = f'=IF({sheet.ref((k, "word", 0, 0, n), "Net")}="○",{1 - j},{j})'
                elif style.targets == "digit":
                    value = f"=IF({sheet.ref((k, 'word', 0, 0, n), 'Net')}={j},1,0)"
            elif kind == "word":
                answer = int(t[image].argmax()) if style.units[-1] > 1 else int(1 - t[image, 0])
                value = ("○" if answer == 0 else "×") if style.targets == "text" else answer
            else:
                value = _example(sheet, style, k, n, key, last)
            if value is not None:
                sheet.write((k, *key, n), value)
    if style.z == "array":
        for l in range(1, len(style.units)):
            _array_z(sheet, style, k, l, len(images))


def _inputs(style: Style, k: int, l: int, n: int) -> list[tuple]:
    """The keys of what layer l reads."""
    if l == 1:
        return [(k, "x", 0, i, n) for i in range(style.units[0])]
    kind = "z" if style.functions[l - 2] == "identity" else "a"
    return [(k, kind, l - 1, i, n) for i in range(style.units[l - 1])]


def _weighted(sheet: Sheet, style: Style, k: int, l: int, j: int, n: int, at: str) -> str:
    """Σ of a unit, with its bias."""
    own = style.layout == "row"
    before = _inputs(style, k, l, n)
    weights = [(k, "w", l, j, i) for i in range(style.units[l - 1])]
    ws, xs = sheet.span(weights, at, not own), sheet.span(before, at)
    across = style.input_major
    spelled = {
        "sumproduct": f"SUMPRODUCT({ws},{xs})" if not across else f"SUMPRODUCT({xs},TRANSPOSE({ws}))",
        "mmult": f"MMULT({xs},{'TRANSPOSE(' + ws + ')' if not across else ws})",
        "sum": f"SUM({ws}*{xs})" if not across else f"SUM(TRANSPOSE({ws})*{xs})",
    }
    pairs = [f"{sheet.ref(a, at)}*{sheet.ref(w, at, not own)}" for w, a in zip(weights, before, strict=True)]
    if style.turned and style.z == "mmult":
        spelled["mmult"] = f"MMULT({ws if across else 'TRANSPOSE(' + ws + ')'},{xs})"
    if style.z == "index":
        panel = [(k, "w", l, jj, i) for jj in range(style.units[l]) for i in range(style.units[l - 1])]
        area = sheet.span([panel[0], panel[-1]], at, True)
        index = (lambda i: f"{i + 1},{j + 1}") if style.input_major != style.turned else (lambda i: f"{j + 1},{i + 1}")
        pairs = [f"INDEX({area},{index(i)})*{sheet.ref(a, at)}" for i, a in enumerate(before)]
    found = spelled.get(style.z, "+".join(pairs))
    if style.z == "products":
        products = [(k, "p", l, j, i, n) for i in range(style.units[l - 1])]
        found = f"SUM({sheet.span(products, at)})"
    return found + _bias(sheet, style, k, l, j, at)


def _bias(sheet: Sheet, style: Style, k: int, l: int, j: int, at: str) -> str:
    if style.bias == "none":
        return ""
    bias = sheet.ref((k, "wb", l, 0 if style.bias == "shared" else j), at, style.layout != "row")
    if style.bias == "one":
        return f"+{bias}*" + (sheet.ref((k, "one"), at, True) if style.layout != "row" else "1")
    return ("-" if style.bias == "threshold" else "+") + bias


def _example(sheet: Sheet, style: Style, k: int, n: int, key: tuple, last: int) -> object:
    kind, l, j = key[:3]
    at = sheet.at[k, *key, n][0]
    ref = lambda *other: sheet.ref((k, *other, n), at)
    output = "z" if style.functions[-1] == "identity" else "a"
    if kind == "p":
        i = key[3]
        return f"={sheet.ref(_inputs(style, k, l, n)[i], at)}*{sheet.ref((k, 'w', l, j, i), at, style.layout != 'row')}"
    if kind == "z":
        return None if style.z == "array" else "=" + _weighted(sheet, style, k, l, j, n, at)
    if kind == "e":
        return f"=EXP({ref('z', l, j)})"
    if kind == "a":
        name = style.functions[l - 1]
        if name == "softmax":
            return f"={ref('e', l, j)}/SUM({sheet.span([(k, 'e', l, jj, n) for jj in range(style.units[l])], at)})"
        z = _weighted(sheet, style, k, l, j, n, at) if style.z == "nested" else ref("z", l, j)
        return "=" + (style.sigmoid if name == "sigmoid" else SPELLED[name]).format(z=z)
    if kind == "C":
        a = sheet.span([(k, output, last, jj, n) for jj in range(style.units[-1])], at)
        t = sheet.span([(k, "t", 0, jj, n) for jj in range(style.units[-1])], at)
        if style.functions[-1] == "softmax":
            return f"=-SUMPRODUCT({t},LN({a}))"
        if style.cost == "cross-entropy":
            return f"=-SUMPRODUCT({t},LN({a}))-SUMPRODUCT(1-{t},LN(1-{a}))"
        return f"=SUMXMY2({t},{a})" + ("/2" if style.cost == "half squares" else "")
    return "=" + _error(sheet, style, k, n, l, j, at)


def _error(sheet: Sheet, style: Style, k: int, n: int, l: int, j: int, at: str) -> str:
    """δ of a unit: a cell's formula, or part of a longer one."""
    last, name = len(style.units) - 1, style.functions[l - 1]
    a = sheet.ref((k, "z" if name == "identity" else "a", l, j, n), at)
    slope = FUNCTIONS[name][2].format(a=a)
    if l == last:
        t = sheet.ref((k, "t", 0, j, n), at)
        found = f"({a}-{t})" if style.sign > 0 else f"({t}-{a})"
        if style.cost == "squares" and name != "softmax":
            found = "2*" + found
        if style.cost == "cross-entropy":
            slope = ""
    else:
        errors = [
            sheet.ref((k, "d", l + 1, jj, n), at) if style.delta else "(" + _error(sheet, style, k, n, l + 1, jj, at) + ")"
            for jj in range(style.units[l + 1])
        ]
        own = style.layout == "row"
        terms = [f"{e}*{sheet.ref((k, 'w', l + 1, jj, j), at, not own)}" for jj, e in enumerate(errors)]
        found = f"({'+'.join(terms)})"
    return found + (f"*{slope}" if slope else "")


def _gradient(sheet: Sheet, style: Style, k: int, key: tuple, at: str) -> str:
    """∂C_T/∂w or ∂C_T/∂b, with the sign of `style`."""
    kind, l = key[0], key[1]
    images = range(len(images_of(style, k)))
    units = range(style.units[l]) if kind.endswith("b") and style.bias == "shared" else [key[2]]
    turn = "-" if kind.endswith("b") and style.bias == "threshold" else ""
    terms = []
    for j in units:
        if style.delta and len(images) > 1:
            errors = sheet.span([(k, "d", l, j, n) for n in images], at)
            if kind.endswith("b"):
                terms.append(f"SUM({errors})")
            else:
                terms.append(f"SUMPRODUCT({errors},{sheet.span([_inputs(style, k, l, n)[key[3]] for n in images], at)})")
            continue
        for n in images:
            error = sheet.ref((k, "d", l, j, n), at) if style.delta else "(" + _error(sheet, style, k, n, l, j, at) + ")"
            terms.append(error if kind.endswith("b") else f"{error}*{sheet.ref(_inputs(style, k, l, n)[key[3]], at)}")
    found = "+".join(terms)
    if style.total == "mean":
        found = f"({found})/{len(images)}"
    found = f"{turn}({found})" if turn else found
    if style.decayed == "gradient" and _decays(style, kind):
        found += f"{'+' if style.sign > 0 else '-'}{_lambda(style, at)}*{sheet.ref((k, 'w' + kind[1:], *key[1:]), at)}"
    return found


def _decays(style: Style, kind: str) -> bool:
    return style.decay > 0 and (style.decay_biases or not kind.endswith("b"))


def _lambda(style: Style, at: str) -> str:
    return f"{style.decay:g}" if style.typed_decay else "$F$1" if at == "Net" else "Net!$F$1"


def _updated(sheet: Sheet, style: Style, k: int, key: tuple, at: str) -> str:
    kind, l = key[0], key[1]
    if style.gradients:
        gradient = sheet.ref((k, "g" + kind[1:], *key[1:]), at)
    else:
        gradient = "(" + _gradient(sheet, style, k, ("g" + kind[1:], *key[1:]), at) + ")"
    sign = "-" if style.sign > 0 else "+"
    old, eta = sheet.ref((k, *key), at), _rate(style, l, at)
    if style.decayed == "gradient" or not _decays(style, kind):
        return f"={old}{sign}{eta}*{gradient}"
    shrinks = f"{_lambda(style, at)}*{old}"
    if style.decayed == "shrunk":
        return f"={old}*(1-{eta}*{_lambda(style, at)}){sign}{eta}*{gradient}"
    if style.decayed == "apart":
        return f"={old}{sign}{eta}*{gradient}-{eta}*{shrinks}"
    return f"={old}{sign}{eta}*({gradient}{'+' if style.sign > 0 else '-'}{shrinks})"


def _rate(style: Style, l: int, at: str) -> str:
    if style.eta == "typed":
        return f"{style.rate:g}"
    if style.eta == "name":
        return "eta"
    cell = f"$C${l}" if style.eta == "layers" else "$C$1"
    return cell if at == "Net" else f"Net!{cell}"


def _rates(sheet: Sheet, style: Style) -> None:
    if style.eta in ("cell", "name"):
        sheet.cells["Net"] |= {"B1": "η", "C1": style.rate}
    elif style.eta == "layers":
        sheet.cells["Net"] |= {f"C{l}": rate(style, l - 1) for l in range(1, len(style.units))}
    if style.decay and not style.typed_decay:
        sheet.cells["Net"] |= {"E1": "λ", "F1": style.decay}


def _array_z(sheet: Sheet, style: Style, k: int, l: int, images: int) -> None:
    """All z of a layer as one array formula."""
    at = sheet.at[k, "z", l, 0, 0][0]
    before = [_inputs(style, k, l, 0)[0], _inputs(style, k, l, images - 1)[-1]]
    weights = [(k, "w", l, 0, 0), (k, "w", l, style.units[l] - 1, style.units[l - 1] - 1)]
    w, x = sheet.span(weights, at, True), sheet.span(before, at)
    if not style.turned:
        product = f"MMULT({x},{w if style.input_major else f'TRANSPOSE({w})'})"
    else:
        product = f"MMULT({f'TRANSPOSE({w})' if not style.input_major else w},{x})"
    if style.bias != "none":
        b = sheet.span([(k, "wb", l, 0), (k, "wb", l, style.units[l] - 1)], at, True)
        product += ("-" if style.bias == "threshold" else "+") + (f"TRANSPOSE({b})" if not style.input_major else b)
    sheet.array((k, "z", l, 0, 0), (k, "z", l, style.units[l] - 1, images - 1), "=" + product)


# ---- the file ---------------------------------------------------------------------------------------------


def save(path: Path, style: Style, changes: Mapping[tuple[str, str], object] | None = None) -> Path:
    """The workbook of a style, some cells (sheet, address) changed, with the results of its formulas."""
    sheets = build(style)
    for (sheet, cell), value in (changes or {}).items():
        sheets[sheet][cell] = value
    return save_cells(path, sheets)


def save_cells(path: Path, sheets: Mapping[str, Cells]) -> Path:
    """A workbook of cells; results of formulas are calculated by the room of formulas (which tests hold against LibreOffice)."""
    _without_results(path, sheets)
    graph = read(Workbook(path))
    result = lambda sheet, cell: graph.value(graph.number(sheet, Cell.parse(cell)))
    with xlsxwriter.Workbook(path) as book:
        made = {name: book.add_worksheet(name) for name in sheets}
        if _names_eta(sheets):
            book.define_name("eta", "=Net!$C$1")
        for name, cells in sheets.items():
            for cell, content in cells.items():
                if _is_array(cell, content):
                    first, *others = _inside(cell)
                    made[name].write_array_formula(cell if others else f"{cell}:{cell}", content, None, result(name, first))
                    for other in others:
                        made[name].write_number(other, result(name, other))
                elif str(content).startswith("="):
                    made[name].write_formula(cell, content, None, result(name, cell))
                else:
                    made[name].write(cell, content)
    return path


def _without_results(path: Path, sheets: Mapping[str, Cells]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in sheets:
        book.create_sheet(name)
    if _names_eta(sheets):
        book.defined_names["eta"] = openpyxl.workbook.defined_name.DefinedName("eta", attr_text="Net!$C$1")
    for name, cells in sheets.items():
        for cell, content in cells.items():
            first = cell.split(":")[0]
            area = cell if ":" in cell else f"{cell}:{cell}"
            book[name][first] = ArrayFormula(area, content) if _is_array(cell, content) else content
    book.save(path)


def _names_eta(sheets: Mapping[str, Cells]) -> bool:
    return any("eta*" in str(value) for cells in sheets.values() for value in cells.values())


def _is_array(cell: str, content: object) -> bool:
    """Whether a formula has to be an array formula: over a rectangle, or one that multiplies whole ranges."""
    text = str(content)
    return (
        ":" in cell
        or (text.startswith("=") and any(word in text for word in ("TRANSPOSE(", "MMULT(")))
        or re.search(r"SUM\([A-Z$]+[0-9$]+:[A-Z$]+[0-9$]+\*", text) is not None
    )


def _inside(area: str) -> list[str]:
    return [f"{letter(column)}{row}" for row in _rows(area) for column in _columns(area)]


def _rows(area: str) -> range:
    _, first, _, last = range_boundaries(area)
    return range(first, last + 1)


def _columns(area: str) -> range:
    first, _, last, _ = range_boundaries(area)
    return range(first, last + 1)
