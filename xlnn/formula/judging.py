"""Whether a formula gives the result that is stored with it: what lies within the digits of the stored numbers does."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from xlnn.formula.block import Block, Calculated, calculated, shown_in
from xlnn.formula.differentiating import parts
from xlnn.formula.values import BLANK, ERROR, NUMBER, TEXT, TRUTH, Values

FEWEST, MOST = 10, 15  # significant digits with which programs store numbers: Google Sheets, and the others at least
SAMPLE = 1000  # numbers that are looked at to tell
CLOSE = 1e-13  # relative: no need to ask for more


def digits_of(numbers: np.ndarray) -> int:
    """The significant digits with which results are stored, from 10 to 15."""
    at = np.linspace(0, len(numbers) - 1, min(SAMPLE, len(numbers))).astype(int)
    return int(np.clip(max(map(_digits, numbers[at].tolist()), default=MOST), FEWEST, MOST))


def _digits(number: float) -> int:
    """The significant digits of a number's shortest spelling."""
    return len(Decimal(repr(number)).normalize().as_tuple().digits)


def differs(block: Block, values: Values, digits: int) -> np.ndarray:
    """(copies,) of bools: whether what is stored in a formula's cells is not what it gives from the stored values."""
    found = calculated(block, values)
    stored, result = _stored(block, values), _wide(found.result.value, block)
    kinds = np.where(result.all_kinds() == BLANK, NUMBER, result.all_kinds())
    held = np.where(stored.kinds == BLANK, NUMBER, stored.kinds)
    wrong = kinds != held
    wrong |= (kinds == held) & np.isin(kinds, (TRUTH, ERROR)) & (result.numbers != stored.numbers)
    if result.texts is not None:
        wrong |= (kinds == TEXT) & (held == TEXT) & (result.all_texts() != stored.all_texts())
    if ((kinds == TEXT) != (held == TEXT)).any():  # an empty text is stored as nothing
        empty = (kinds == TEXT) & (stored.kinds == BLANK) & (result.all_texts() == "")
        wrong &= ~empty
    gap = np.where((kinds == NUMBER) & (held == NUMBER), np.abs(result.numbers - stored.numbers), 0)
    far = gap > CLOSE * np.abs(stored.numbers)
    if far.any():
        rows = np.flatnonzero(far.any(axis=(1, 2)))
        part = block.part(rows)
        wrong[rows] |= gap[rows] > bound(part, values, digits)
    return wrong.any(axis=(1, 2))


def bound(block: Block, values: Values, digits: int) -> np.ndarray:
    """How far a result may lie off since all numbers are stored with so many digits, to first order: (copies, rows, columns)."""
    unit = 0.5 * 10.0 ** (1 - digits)
    found = []
    for part in block.unshared().chunks:
        calculation = calculated(part, values)
        total = 2 * np.abs(_wide(calculation.result.value, part).numbers)
        read = np.abs(calculation.own.value.numbers) * (calculation.own.value.all_kinds() == NUMBER)
        for row, column in np.ndindex(part.targets.shape[1:]):
            total[:, row, column] += _carried(part, calculation, read, row, column)
        found.append(unit * total)
    return np.concatenate(found)


def _carried(block: Block, calculation: Calculated, read: np.ndarray, row: int, column: int) -> np.ndarray:
    """Σ |∂result/∂x · x| over all numbers x that a formula reads, (copies,)."""
    g = np.zeros((1, *block.targets.shape))
    g[:, :, row, column] = 1
    with np.errstate(all="ignore"):
        total = (np.abs(parts(block, calculation, g)[0][0]) * read).sum(-1)
    return np.where(np.isfinite(total), total, 0)


def _wide(result: Values, block: Block) -> Values:
    return shown_in(result, block.targets.shape)


def _stored(block: Block, values: Values) -> Values:
    return values.changed(lambda part: part[block.targets])
