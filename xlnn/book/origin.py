"""Where a problem was read from, and what a later training needs to know of an earlier one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from xlnn.book.places_line import Line
from xlnn.book.whereabouts import OwnIterations
from xlnn.layout.layouts import Layout
from xlnn.layout.places import Move, Place
from xlnn.model.network import Network
from xlnn.model.problem import Problem, Settings
from xlnn.model.quantities import Quantity


@dataclass(frozen=True)
class Options:
    """What a result shows of a training."""

    keep: str = "all"
    detail: str = "all"
    cells: str = "values"


@dataclass(frozen=True)
class Record:
    """What the four lines say; `sums` and `bits` are the fingerprint."""

    updates: int
    options: Options
    settings: Mapping[str, str]
    sums: Mapping[str, float]
    bits: str


@dataclass(frozen=True)
class Earlier:
    """The part of a training that an earlier workbook holds: `updates`, and C_T and shares until then (`totals`).

    `initial` are the parameters before the first update where its sheets show them; `lines` what its Conventions say of
    input and start; `notes` why the numbers may differ from those of one run; `inputs` must not be overwritten.
    """

    workbook: str
    digest: str
    updates: int
    record: Record
    totals: tuple[tuple, ...]
    initial: Mapping[str, np.ndarray] = field(default_factory=dict)
    lines: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    inputs: tuple[Path, ...] = ()


Sources = Mapping[str, tuple[str, Place]]  # by quantity: sheet and place


Notes = tuple[tuple[str, Mapping], ...]  # templates and their fields


@dataclass(frozen=True)
class Origin:
    """Where a problem came from: the workbook, its language, and where each array lay (`sources`).

    `own` are the addresses that its sheet Places gives, for the output; `drawn` the parameters that were
    empty and drawn at random. `beside`: other workbooks that were read.
    """

    path: Path | None = None  # None: it was not read, but made
    digest: str = ""
    language: str = "en"
    own: Mapping[str, Line] = field(default_factory=dict)
    sources: Sources = field(default_factory=dict)
    drawn: tuple[str, ...] = ()
    arrangement: str = ""  # the authors' workbook that it is like, where recognised
    earlier: Earlier | None = None  # of a resumed training: what the workbook holds of it
    beside: tuple[Path, ...] = ()
    notes: Notes = ()  # what is unusual about the workbook
    told: Notes = ()  # those of the notes that say by what it was read, and what speaks against it
    facts: Notes = ()  # what was understood from the formulas, for a reader
    everything: tuple[tuple[Quantity, str, Place, Move | None], ...] = ()  # where it lies, and where the next iteration has it
    lines: Mapping[str, Line] = field(default_factory=dict)  # all that sheet Places says, and what the formulas add to it
    iterations: OwnIterations | None = None  # that a person's own sheets show
    own_sheets: bool = False  # whether the result is made of these sheets

    @property
    def inputs(self) -> tuple[Path, ...]:
        """All that was read, and must not be overwritten."""
        own = (self.path,) if self.path else ()
        return *own, *self.beside, *(self.earlier.inputs if self.earlier else ())


@dataclass(frozen=True)
class Found:
    """A problem that was found in a workbook and is yet to be read: what it is, and where everything of it lies."""

    network: Network
    settings: Settings
    origin: Origin
    layout: Layout | None = None  # of the sheets Data and Held out; None where no sheet Settings or Places tells
    factors: Mapping[str, float] = field(default_factory=dict)  # what the sheet's numbers are of a quantity's own
    lines: Mapping[str, Line] = field(default_factory=dict)  # of sheet Places, and what the formulas add to them


def lying(problem: Problem) -> Sequence[tuple[Quantity, str, Place, Move | None]]:
    """Where everything lies that was read or understood, and where the next iteration has it."""
    origin = origin_of(problem)
    return origin.everything or [(problem.network.quantities[n], *where, None) for n, where in origin.sources.items()]


def origin_of(problem: Problem) -> Origin:
    """Where a problem was read; an empty one where it was made."""
    return problem.origin if isinstance(problem.origin, Origin) else Origin()
