"""What will be written: which iterations, how much of each, where; decided and checked before training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xlnn.book.names import DATA, DETAILS, FORWARD, SOLVED, SUMMARY_HEADER, TRAINED
from xlnn.book.numbers import INITIAL, Page
from xlnn.book.origin import Earlier, origin_of
from xlnn.book.own_iterations import takes_batches
from xlnn.errors import LimitError, UsageError, printable
from xlnn.layout.arrange import arrange, with_pictures
from xlnn.layout.cells import ROWS
from xlnn.layout.layouts import BACKWARD, GRADIENTS, PARAMETERS, Layout, for_images
from xlnn.layout.places import Place
from xlnn.model.problem import Problem
from xlnn.model.quantities import Quantity
from xlnn.words import these
from xlnn.xlsx.new_file import CELLS

SHEETS = 1 << 20  # iterations that can have one; memory and Excel end long before


DIGITS = 30  # of a number in --keep


def kept_iterations(keep: str, iterations: int) -> frozenset[int]:
    """The iterations that `keep` names: "all", "every:10", "first,last", "1,2,50", "none".

    Raises UsageError for what it does not know, LimitError for more than a workbook may have sheets.
    """
    chosen = [_kept(part, iterations) for part in str(keep).replace(" ", "").split(",")]
    count = sum(_length(part) for part in chosen)
    if count > SHEETS:
        raise LimitError(
            "{count} iterations would be as many sheets; at most {most} can be. Keep fewer, as with --keep every:{step}.",
            count=f"{count:,}", most=f"{SHEETS:,}", step=-(-count // SHEETS),
        )  # fmt: skip
    return frozenset(number for part in chosen for number in part if 1 <= number <= iterations)


QUICK = 100  # sheets of iterations that a spreadsheet opens quickly


def kept_by_default(problem: Problem) -> str:
    """Which iterations get a sheet where nobody says: all, or about a hundred of them, the first and the last too. In a
    person's own sheets all: there they may lie beside each other."""
    iterations = problem.settings.iterations
    return "all" if iterations <= QUICK or origin_of(problem).own_sheets else f"every:{-(-iterations // QUICK)},last"


def _kept(part: str, iterations: int) -> range:
    """What one part of `keep` names."""
    count = part.removeprefix("every:")
    number = int(count) if count.isascii() and count.isdigit() and len(count) <= DIGITS else 0
    if part == "all":
        return range(1, iterations + 1)
    if part in ("first", "last"):
        return range(1, 2) if part == "first" else range(iterations, iterations + 1)
    if part != count and number:
        return range(1, iterations + 1, number)
    if part == count and 1 <= number <= iterations:
        return range(number, number + 1)
    if part == "none":
        return range(0)
    raise UsageError(
        "cannot keep {part}: write all, every:10, first,last, none or numbers from 1 to {iterations} like 1,2,50.",
        part=repr(printable(part)), iterations=iterations,
    )  # fmt: skip


def _length(numbers: range) -> int:
    """How many; len() takes none above 2⁶³."""
    return max(0, (numbers.stop - numbers.start - 1) // numbers.step + 1)


def check_updates(updates: int, per_epoch: int = 1) -> None:
    """Raises LimitError where sheet Summary would have too many lines: one for each update, or each epoch."""
    most = (ROWS - SUMMARY_HEADER - 2) * per_epoch  # also one before the first, and one at the end
    if updates > most:
        raise LimitError(
            "{updates} updates need more lines than sheet Summary can have; at most {most} fit.",
            updates=f"{updates:,}", most=f"{most:,}",
        )  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """Everything that is decided before the first number is computed; making it checks that all of it fits.

    Raises UsageError for combinations that cannot be, LimitError where a sheet is too small.
    """

    problem: Problem
    kept: frozenset[int]
    detail: str = "all"
    cells: str = "values"
    language: str = "en"
    final: str = TRAINED  # the sheet with the last parameters; SOLVED where a solver found them

    def __post_init__(self):
        for name, value, known in (("detail", self.detail, DETAILS), ("cells", self.cells, CELLS)):
            if value not in known:
                raise UsageError("unknown {what} {value}; known: {known}.", what=name, value=repr(value), known=these(known))
        if self.formulas and self.detail == "totals":
            raise UsageError(
                "--detail totals leaves out what the formulas would refer to; use --detail units, or --cells values."
            )
        self.problem.network.check_trainable()
        if not self.solving:
            check_updates(self.problem.settings.iterations, self.problem.per_epoch)
        self.data_layout()
        self.layout(self.problem.images)

    @property
    def earlier(self) -> Earlier | None:
        """Of a resumed training what was written before."""
        return origin_of(self.problem).earlier

    @property
    def initial(self) -> Mapping[str, np.ndarray]:
        """The parameters before the first update; of a resumed training empty where its sheets do not show them."""
        return self.earlier.initial if self.earlier else self.problem.parameters

    @property
    def formulas(self) -> bool:
        return self.cells == "formulas"

    @property
    def solving(self) -> bool:
        """Whether a solver minimises C_T, without iterations."""
        return self.final == SOLVED

    @property
    def batch(self) -> int:
        """Images on an iteration's sheet."""
        return min(self.problem.settings.batch or self.problem.images, self.problem.images)

    @property
    def whole(self) -> bool:
        """Whether every update uses all images."""
        return self.problem.per_epoch == 1

    @cached_property
    def _layout(self) -> Layout:
        """An iteration's sheet with all images; with detail "totals" without any."""
        quantities = self.problem.network.quantities
        shown = [q for q in quantities.values() if self.detail == "all" or q.kind not in GRADIENTS]
        count = 1 if self.detail == "totals" else self.problem.images
        layout = arrange(self.problem.settings.layout, shown, count, self._own(count))
        if self.detail == "totals":
            return layout.only([name for name in layout.places if not quantities[name].per_image])
        return layout

    @cached_property
    def _layouts(self) -> dict[int, Layout]:
        """Those that were made already, by the number of images."""
        return {}

    @cached_property
    def _data_layouts(self) -> dict[int, Layout]:
        """Those of sheets Data and Held out that were made already, by the number of images."""
        return {}

    def layout(self, images: int) -> Layout:
        """An iteration's sheet with so many images: laid out as with all of them, so that all sheets are alike."""
        if images not in self._layouts:
            self._layouts[images] = for_images(self._layout, self.problem.network.quantities, images)
        return self._layouts[images]

    @property
    def own_sheets(self) -> bool:
        """Whether the result is made of a person's own sheets; not where the training takes other images than they show."""
        origin = origin_of(self.problem)
        return origin.own_sheets and not self.solving and takes_batches(self.problem, origin.iterations)

    @property
    def own(self) -> bool:
        """Whether the sheets have a person's own addresses."""
        return bool(self._own(1))

    def _own(self, images: int) -> dict[str, Place]:
        """The addresses that the input's sheet Places gives for sheets like an iteration's."""
        quantities = self.problem.network.quantities
        lines = origin_of(self.problem).own.items()
        return {n: line.place(quantities[n], images) for n, line in lines if line.sheet != DATA and n != "digit"}

    @property
    def numbers(self) -> int:
        """How many the iterations' sheets show."""
        return len(self.kept) * sum(place.size for place in self.layout(self.batch).places.values())

    def data_layout(self, images: int = 0) -> Layout:
        """Sheet Data, with all images; sheet Held out with as many as there are."""
        count = images or self.problem.images
        if count not in self._data_layouts:
            quantities = list(self.problem.network.quantities.values())
            self._data_layouts[count] = arrange(self.problem.settings.layout, quantities, count)
        return self._data_layouts[count]

    def forward_layout(self, images: int, pictures: bool = True, errors: bool = True) -> Layout:
        """An iteration's sheet without gradients and new parameters; `pictures`: with the filters before and after, `errors`:
        with δ of every image."""
        layout, quantities = self.layout(images), self.problem.network.quantities
        shown = {name for name in layout.places if quantities[name].kind in FORWARD}
        for rule in self.problem.network.rules if errors else ():
            apart = shown.issuperset(layout.places.keys() & rule.needs)
            if apart and rule.result.kind in BACKWARD and rule.result.name in layout.places:
                shown.add(rule.result.name)  # where the output is updated first, δ of hidden layers follows from an update
        forward = layout.only([name for name in layout.places if name in shown])
        return with_pictures(forward, list(quantities.values())) if pictures else forward

    def page(self, layout: Layout, follows: Layout | None = None, start: str = "") -> Page:
        """A page of this plan; its parameters are numbers, or refer to the sheet before, laid out as `follows`; `start`: the
        sheet with the first parameters, which the pictures of the first filters refer to."""
        network = self.problem.network
        summed = {name: rule for name, rule in network.summed.items() if rule.needs[0] in layout.places}
        data = self.data_layout().data
        elsewhere = {name: (DATA, place) for name, place in data.items() if name != "number"}
        if start:
            elsewhere |= {INITIAL + q.name: (start, layout.places[q.name]) for q in network.parameters}
        new = {q.name: follows.places["new_" + q.name] for q in network.parameters} if follows else None
        return Page(network, layout, {**network.rule_of, **summed}, elsewhere, self.formulas, new)

    def places_lines(self, iteration: str, errors: bool = True) -> Iterator[tuple[Quantity, str, Place]]:
        """What sheet Places tells: inputs on Data, parameters on the last sheet, all else on the sheet `iteration`, if any, or
        on the last with its `errors`; where a person chose the addresses, everything that this sheet has, once more what was
        named already."""
        data, quantities = self.data_layout().data, self.problem.network.quantities
        last = self.forward_layout(self.problem.images, errors=errors)
        places = (self.layout(self.batch) if iteration else last).places
        for name, q in quantities.items():
            if name in data and name != "number":
                yield q, DATA, data[name]
            elif name in places and (self.own or name not in ("number", "eta")):
                yield q, iteration if iteration and q.kind not in PARAMETERS else self.final, places[name]
        again = [name for name in ("x", "t") if name in data and name in places] if self.own else []
        yield from ((quantities[name], iteration or self.final, places[name]) for name in again)
