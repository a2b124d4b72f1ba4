"""Checks any workbook by its formulas alone, whatever was built: no labels, no addresses, no knowledge of layers.

What is stored must be what the formulas give; a cell must not break the pattern of its neighbours; and what is descended must
be the derivative of the sheet's own formulas, by which a wrong cell is explained: the smallest change that makes it right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from xlnn.book.understood import graph_of
from xlnn.checking.explaining import Explanation, explain
from xlnn.checking.forward import explain_forward, explain_odd
from xlnn.formula.graph import SPAN, Graph
from xlnn.formula.meant import as_meant
from xlnn.formula.values import ERROR, NUMBER, TEXT
from xlnn.layout.cells import Cell
from xlnn.understand.memory import remembered
from xlnn.understand.updates import Learning, eta, learning
from xlnn.understand.wiring import Wiring
from xlnn.words import these
from xlnn.xlsx.workbook import Workbook, shown

FEW = 5  # costs of examples, fewer of which tell no total
IN_VAIN = 2  # iterations in which no cause is found why the same parameters are wrong, and none is looked for in others
SAME_NUMBER = 1e-9  # relative: a number that is what the formula gives

UNLIKE = "does not follow the derivative of your own sheet: ∂C/∂{cell} is {slope}, the change is −{eta} · {found}."
NOT_SINCE = "what reads it was not calculated since."
ONE_OF_THESE = "one of these was changed since the last calculation: let the sheet calculate."
KNOWN_AS = {
    "squares": "Σ(t − a)²", "cross-entropy": "cross-entropy", "softmax cross-entropy": "softmax cross-entropy",
    "perceptron rule": "the perceptron rule",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Finding:
    """Something that the formulas tell about some cells: a template and its fields, and further lines below it."""

    kind: str
    cells: np.ndarray  # (cells,) rising
    message: str
    fields: dict = field(default_factory=dict)
    lines: tuple[tuple[str, dict], ...] = ()
    wrong: bool = True  # or only worth a line


@dataclass(frozen=True, eq=False)
class Judged:
    """What a workbook's formulas tell: what was found, and what it was found in."""

    workbook: Workbook
    graph: Graph
    learning: Learning | None
    findings: tuple[Finding, ...]

    @property
    def right(self) -> bool:
        return not self.mistaken

    @property
    def mistaken(self) -> list[Finding]:
        """The findings that are mistakes."""
        return [finding for finding in self.findings if finding.wrong]

    @property
    def wrong(self) -> int:
        """How many cells are wrong."""
        return len({cell for finding in self.mistaken for cell in finding.cells.tolist()})

    @property
    def formulas(self) -> int:
        """Formulas that were calculated."""
        return sum(len(block.formulas) for block in self.graph.blocks)


def judge_formulas(workbook: Workbook | str | Path) -> Judged:
    """What a workbook's formulas tell. Raises as `Workbook` and `xlnn.formula.read` do."""
    book = workbook if isinstance(workbook, Workbook) else Workbook(workbook)
    graph = graph_of(book)
    wiring = Wiring(as_meant(graph))
    found = [*_overwritten(graph), *_outdated(graph), *_reports(graph), *_errors(graph), *_breaks(graph)]
    learns = learning(wiring)
    if learns is not None and remembered(wiring, learns.updates) >= 0:  # another rule than −η ∂C/∂w
        learns = None
    gradients = list(_gradients(learns, found)) if learns is not None else []
    if learns is not None and any(len(finding.cells) == len(learns.wrong) for finding in gradients if finding.message == UNLIKE):
        learns = None  # nothing there is the derivative of anything: what goes on from row to row is no descent
    if learns is not None:
        found += [*_pasted(learns), *_cost(learns), *_total(learns), *_scale(learns), *gradients]
    return Judged(book, graph, learns, tuple(found))


# ---- what is stored --------------------------------------------------------------------------------------

FAULTS = ("differs", "circular")  # reports of what is wrong; of what is not calculated the others are


def _reports(graph: Graph) -> Iterator[Finding]:
    """Formulas that were not followed: what is stored is not what they give, or they are not understood."""
    kinds: dict[tuple[str, str], list] = {}
    for report in graph.reports:
        kinds.setdefault((report.kind, report.problem.message), []).append(report)
    for (kind, message), reports in kinds.items():
        cells = np.array([graph.number(report.sheet, report.cell) for report in reports])
        order = np.argsort(cells)
        first = reports[int(order[0])]
        yield Finding(kind, cells[order], message, dict(first.problem.fields), wrong=kind in FAULTS)


def _errors(graph: Graph) -> Iterator[Finding]:
    """Error values, where they come from: not in what follows from them."""
    failed = np.flatnonzero(graph.values.all_kinds()[:-1] == ERROR)
    sources = [cell for cell in failed.tolist() if not (graph.values.all_kinds()[graph.precedents(cell)] == ERROR).any()]
    by_value: dict[str, list[int]] = {}
    for cell in sources:
        by_value.setdefault(str(graph.value(cell)), []).append(cell)
    for value, cells in by_value.items():
        lines = (("={formula}", {"formula": graph.text(cells[0])}),) if graph.text(cells[0]) else ()
        follow = len(failed) - len(sources)
        over_labels = not follow and all(_reads_text(graph, cell) for cell in cells)  # a rectangle that was filled over a label
        text = "{value}, from which {count} more cells follow." if follow else "{value}; no other cell follows from it."
        yield Finding("error", np.array(cells), text, {"value": value, "count": follow}, lines, not over_labels)


def _reads_text(graph: Graph, cell: int) -> bool:
    return bool((graph.values.all_kinds()[graph.precedents(cell)] == TEXT).any())


def _overwritten(graph: Graph) -> Iterator[Finding]:
    """Numbers in place of formulas that their like have; a note where they are what the formulas give."""
    for one in graph.overwritten:
        fields = {"number": shown(one.typed), "cell": name_of(graph, one.sibling), "formula": graph.text(one.sibling)}
        same = one.typed == one.expected or bool(np.isclose(one.typed, one.expected, rtol=SAME_NUMBER, atol=0))
        message = (
            "is empty, its like have formulas: {cell} has ={formula}" if np.isnan(one.typed)
            else "holds the number {number}, its like formulas: {cell} has ={formula}" if same
            else "holds the number {number}, its like formulas, which would give {expected} here: {cell} has ={formula}"
        )  # fmt: skip
        lines: tuple[tuple[str, dict], ...] = ((NOT_SINCE, {}),) if one.stale else ()
        fields |= {"expected": shown(one.expected)}
        yield Finding("constant", np.array([one.cell]), message, fields, lines, wrong=not same)


def _outdated(graph: Graph) -> Iterator[Finding]:
    """Numbers that were changed since the last calculation."""
    for one in graph.outdated:
        fields = {"number": shown(one.typed), "used": shown(one.used)}
        message = (
            "holds {number}, but what reads it was calculated with {used}: let the sheet calculate." if len(one.cells) == 1
            else ONE_OF_THESE
        )  # fmt: skip
        yield Finding("outdated", np.array(one.cells), message, fields)


# ---- patterns --------------------------------------------------------------------------------------------


def _breaks(graph: Graph) -> Iterator[Finding]:
    """Formulas that depart from a line of formulas that are alike."""
    for slip in graph.slips:
        fields = {"count": slip.count, "formula": slip.text}
        right = graph.text(slip.cell)
        lines = [("right: ={formula}", {"formula": right})] if right != slip.text else []
        lines.append(("{cell} has ={formula}", {"cell": name_of(graph, slip.sibling), "formula": graph.text(slip.sibling)}))
        text = "the formula departs from that of its {count} neighbours: ={formula}"
        yield Finding("departs", np.array([slip.cell]), text, fields, tuple(lines))


# ---- what learns -----------------------------------------------------------------------------------------


def _pasted(learns: Learning) -> Iterator[Finding]:
    """Parameters of a later iteration that are typed numbers, while the new ones of the one before are used nowhere."""
    graph, u = learns.wiring.graph, learns.updates
    first = u.of(0)
    typed = first[graph.owner[u.old[first]] < 0]
    sheets = graph.codes[u.old] // SPAN
    for sheet in np.unique(sheets[typed])[1:].tolist():
        places = {int(graph.codes[u.old[row]] % SPAN): row for row in first[sheets[first] == sheet].tolist()}
        for other in range(sheet - 1, -1, -1):
            earlier = [row for row in typed[sheets[typed] == other].tolist() if int(graph.codes[u.old[row]] % SPAN) in places]
            unused = [row for row in earlier if not len(graph.dependants(int(u.new[row])))]
            if len(unused) < 2:
                continue
            here = u.old[[places[int(graph.codes[u.old[row]] % SPAN)] for row in unused]]
            there, new = u.old[unused], u.new[unused]
            same = (graph.values.numbers[here] == graph.values.numbers[there]).all()
            fields = {"cells": cells_text(graph, there), "new": name_of(graph, int(new.min()))}
            message = (
                "hold the numbers of {cells}; the new parameters, from {new} on, are used nowhere." if same
                else "hold typed numbers; the new parameters, from {new} on, are used nowhere."
            )  # fmt: skip
            yield Finding("pasted", np.sort(here), message, fields)
            break


def _cost(learns: Learning) -> Iterator[Finding]:
    """A shown cost that is not what is descended."""
    cost = learns.costs[0]
    if learns.instead:
        message = (
            "shows Σ(t − a)², but the parameters descend {what}: δ lacks the slope a′(z); "
            "or {what} is meant and the cost shown is another."
        )
        yield Finding("cost", np.array(cost.cells), message, {"what": learns.instead}, wrong=False)
    elif cost.name not in ("shown", "perceptron rule"):
        message = "the parameters descend {what} of these outputs, which no cell shows."
        yield Finding("cost", np.array(cost.outputs), message, {"what": KNOWN_AS[cost.name]}, wrong=False)


def _total(learns: Learning) -> Iterator[Finding]:
    """A shown total of the costs that are descended, which leaves some of them out or counts them differently."""
    graph, cost = learns.wiring.graph, learns.costs[0]
    if len(cost.cells) < FEW:
        return
    after = learns.wiring.reached(np.array(cost.cells)) & ~graph.is_leaf
    after[list(cost.cells)] = False
    for cell in np.flatnonzero(after[:-1] & (graph.values.all_kinds()[:-1] == NUMBER)).tolist():
        shares = graph.gradient(cell)[list(cost.cells)]
        missing = np.array(cost.cells)[shares == 0]
        if 0 < len(missing) <= len(shares) // 4:
            fields = {"cells": cells_text(graph, missing), "all": cells_text(graph, np.array(cost.cells))}
            lines = (("={formula}", {"formula": graph.text(cell)}),) if graph.text(cell) else ()
            yield Finding("total", np.array([cell]), "leaves out {cells}, though the parameters descend {all}.", fields, lines)


def _scale(learns: Learning) -> Iterator[Finding]:
    """The gradients are a multiple of the derivative of the cost that is shown: ½ is forgotten in one of them, or 1/n."""
    u = learns.updates
    first = u.of(0)
    given = eta(learns.wiring, u.rows(first), learns.costs[0].decay)
    if learns.costs[0].name != "shown" or given is None or given[0] < 0:
        return
    mine = learns.wiring.reached(np.array(given[:1]))[u.new[first]]  # another training has a cell of its own
    rate = learns.rate[first][mine & ~learns.wrong[first]]
    rate = rate[np.isfinite(rate)]
    if not len(rate):
        return
    factor = float(np.median(rate)) / given[1]
    if not np.isclose(factor, 1, rtol=1e-6) and learns.costs[0].cells:
        fields = {"factor": f"{factor:.6g}"}
        message = (
            "the gradients are {factor} times the derivative of this cost: ½ or the number of examples is in one of them only."
        )
        yield Finding("scale", np.array(learns.costs[0].cells), message, fields, wrong=False)


def _gradients(learns: Learning, before: Sequence[Finding]) -> Iterator[Finding]:
    """Updates that do not follow the sheet's own derivative, each with the formula that is the fault and its correction.

    `before` is what was found already: what follows from that is no further fault.
    """
    u, wiring = learns.updates, learns.wiring
    known = [cell for finding in before if finding.wrong for cell in finding.cells.tolist()]
    open_ = learns.wrong & ~wiring.reached(np.array(known, np.int64))[u.new]
    found: list[tuple[Explanation, int]] = []
    failed: Counter = Counter()
    for iteration in sorted(set(u.iteration[open_].tolist())):
        rows = u.of(iteration)[open_[u.of(iteration)]]
        same = tuple(u.root[rows].tolist())
        if not len(rows) or failed[same] == IN_VAIN:
            continue
        causes = _causes(learns, iteration, rows)
        failed[same] += not causes
        for one in causes:
            found.append((one, iteration))
            open_ &= ~_behind_alike(wiring, one, u.new)
    for group in _merged(found):
        yield _explained(learns, group)
    if open_.any():
        yield _unexplained(learns, np.flatnonzero(open_))


def _causes(learns: Learning, iteration: int, rows: np.ndarray) -> list[Explanation]:
    """What makes the updates of `rows` right: a cell that departs from its siblings, else a formula of the backward pass.

    Where no single one of these does, a formula of the forward pass does, or else several.
    """
    u = learns.updates
    odd = explain_odd(learns, iteration)
    made = [claim for one in odd for claim in one.claims.tolist()]
    rows = rows[~np.isin(u.new[rows], made)]
    if not len(rows):
        return odd
    all_ = u.of(iteration)
    all_ = all_[np.isin(all_, rows) | ~learns.wrong[all_]]
    backward = explain(learns.wiring, u.new[all_], _right(learns, all_), learns.points, _forward(learns))
    closed = {claim for one in backward for claim in one.claims.tolist()}
    if len(_merged([(one, 0) for one in backward])) == 1 and closed >= set(u.new[rows].tolist()):
        return [*odd, *backward]
    forward = explain_forward(learns, iteration)
    return [*odd, *(backward if forward is None else [forward])]


def _right(learns: Learning, rows: np.ndarray):
    """The function that tells what updates should hold."""
    u = learns.updates
    return lambda values: (
        values.numbers[u.old[rows]] - np.where((slope := learns.slopes(values)[rows]) == 0, 0.0, learns.rate[rows] * slope)
    )


def _forward(learns: Learning) -> np.ndarray:
    """(cells + 1,) of bools: what the costs of all iterations are computed from, and what updates start from."""
    wiring, u = learns.wiring, learns.updates
    seeds = [cell for cost in learns.costs for cell in cost.seeds(learns.points[0])]
    given = wiring.reached(np.array(seeds, np.int64), forward=False)
    given[u.new] = False
    back = wiring.reached(u.new, forward=False) & wiring.serving(u.new)
    return given & ~back | np.isin(np.arange(len(given)), u.old[u.iteration == 0])


def _behind_alike(wiring: Wiring, one: Explanation, new: np.ndarray) -> np.ndarray:
    """(updates,) whether an update follows from a copy of an explained formula, in whatever iteration."""
    graph = wiring.graph
    copies = np.unique(np.concatenate([graph.alike(int(cell)) for cell in one.cells[:64]]))
    return wiring.reached(copies)[new]


def _merged(found: Sequence[tuple[Explanation, int]]) -> list[list[Explanation]]:
    """Explanations with the same change together, in the order of their first cells."""
    groups: dict[tuple, list[Explanation]] = {}
    for one, iteration in found:
        key = (iteration, one.edit.kind, *one.references) if one.references else (iteration, one.cell)
        groups.setdefault(key, []).append(one)
    return sorted((sorted(group, key=lambda one: one.cell) for group in groups.values()), key=lambda group: group[0].cell)


def _explained(learns: Learning, group: list[Explanation]) -> Finding:
    graph, u, one = learns.wiring.graph, learns.updates, group[0]
    cells = np.unique(np.concatenate([_alike(learns, explanation) for explanation in group]))
    lines: list[tuple[str, dict]] = [("={formula}", {"formula": graph.text(one.cell)})]
    if one.references:
        right, wrong = map(these, zip(*one.references, strict=True))
        lines.append(("right with {right} for {wrong}: ={formula}", {"right": right, "wrong": wrong, "formula": one.formula}))
    else:
        lines.append(("right: ={formula}", {"formula": one.formula}))
    sibling = next((found for found in one.siblings.tolist() if found not in cells), None)
    if sibling is not None:
        lines.append(("{cell} has it right: ={formula}", {"cell": name_of(graph, sibling), "formula": graph.text(sibling)}))
    made = np.unique(
        np.concatenate([u.new[learns.wrong & _behind_alike(learns.wiring, explanation, u.new)] for explanation in group])
    )
    fields = {"count": len(made), "cell": name_of(graph, int(made.min()))}
    message = "{count} new parameters do not follow the derivative of your own sheet, {cell} the first."
    return Finding("gradient", cells, message, fields, tuple(lines))


def _alike(learns: Learning, one: Explanation) -> np.ndarray:
    """The wrong cells of an explanation, and their copies in other iterations whose updates are wrong."""
    graph, u = learns.wiring.graph, learns.updates
    if u.iterations == 1:
        return one.cells
    wrong = learns.wiring.reached(u.new[learns.wrong], forward=False, through=~learns.wiring.reached(u.new, forward=False))
    kinds = graph.written.tree_of[graph.text_of]
    mine = np.unique(kinds[graph.owner[one.cells]])
    copies = graph.cell_of[np.isin(kinds, mine)]
    direct = wrong | np.isin(np.arange(len(wrong)), _just_behind(learns))
    return np.union1d(one.cells, copies[direct[copies]])


def _just_behind(learns: Learning) -> np.ndarray:
    """Cells that wrong updates follow from, within their own iteration."""
    wiring, u = learns.wiring, learns.updates
    through = ~np.isin(np.arange(len(wiring.source)), u.new)
    return np.flatnonzero(wiring.reached(u.new[learns.wrong], forward=False, through=through))


def _unexplained(learns: Learning, rows: np.ndarray) -> Finding:
    graph, u = learns.wiring.graph, learns.updates
    row = int(rows[0])
    values = learns.points[0]
    found = (values.numbers[u.old[row]] - values.numbers[u.new[row]]) / learns.rate[row]
    slope = float(learns.slopes(values)[row])
    cell = name_of(graph, int(u.old[row]))
    fields = {"cell": cell, "found": f"{found:.9g}", "slope": f"{slope:.9g}", "eta": f"{learns.rate[row]:.9g}"}
    lines = (("={formula}", {"formula": graph.text(int(u.new[row]))}),)
    return Finding("gradient", np.sort(u.new[rows]), UNLIKE, fields, lines)


# ---- names -----------------------------------------------------------------------------------------------


def name_of(graph: Graph, number: int) -> str:
    sheet, cell = graph.cell(number)
    return f"{sheet}!{cell.name}"


def cells_text(graph: Graph, cells: np.ndarray) -> str:
    """Cells as a rectangle where they fill one, else the first and the last: Sheet1!Z33:Z77."""
    sheet, first = graph.cell(int(cells.min()))
    same = [cell for s, cell in map(graph.cell, cells.tolist()) if s == sheet]
    top, bottom = min(c.row for c in same), max(c.row for c in same)
    left, right = min(c.column for c in same), max(c.column for c in same)
    if len(same) == 1:
        return f"{sheet}!{first.name}"
    if (bottom - top + 1) * (right - left + 1) == len(same):
        return f"{sheet}!{Cell(top, left).name}:{Cell(bottom, right).name}"
    last = same[-1]
    return f"{sheet}!{first.name} … {last.name}"
