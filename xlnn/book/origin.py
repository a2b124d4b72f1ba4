"""Where a problem was read from, and what a later training needs to know of an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from xlnn.book import places_sheet
from xlnn.layout.places import Place


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

    path: Path
    digest: str
    language: str = "en"
    own: Mapping[str, places_sheet.Line] = field(default_factory=dict)
    sources: Sources = field(default_factory=dict)
    drawn: tuple[str, ...] = ()
    arrangement: str = ""  # the authors' workbook that it is like, where recognised
    earlier: Earlier | None = None  # of a resumed training: what the workbook holds of it
    beside: tuple[Path, ...] = ()
    notes: Notes = ()  # what is unusual about the workbook
    own_sheets: bool = False  # whether the result is made of the workbook's own sheets

    @property
    def inputs(self) -> tuple[Path, ...]:
        """All that was read, and must not be overwritten."""
        return self.path, *self.beside, *(self.earlier.inputs if self.earlier else ())
