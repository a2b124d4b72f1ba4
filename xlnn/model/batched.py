"""Arrays of many runs, one behind the other, which a rule takes for one run's array.

So the equations, which are written for one run, compute many at once: what a rule does to such an array with
NumPy's words is done to every run's part. What cannot be done to all at once is done run by run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin


class OneByOne(Exception):
    """Something that is asked of a single run's array only, as the way it lies in memory."""


class Runs(NDArrayOperatorsMixin):
    """`array` is (runs, then the axes of one run's array); shape, axes and indexes are those of one run."""

    __slots__ = ("array",)

    def __init__(self, array: np.ndarray):
        self.array = array

    def __len__(self) -> int:
        return self.array.shape[1]

    def __getitem__(self, key) -> Runs:
        return Runs(self.array[(slice(None), *key) if isinstance(key, tuple) else (slice(None), key)])

    def __getattr__(self, name: str):
        raise OneByOne

    def __array__(self, *args, **kwargs):
        raise OneByOne

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape[1:]

    @property
    def ndim(self) -> int:
        return self.array.ndim - 1

    @property
    def size(self) -> int:
        return self.array.size // len(self.array)

    @property
    def T(self) -> Runs:
        return Runs(self.array.transpose(0, *range(self.array.ndim - 1, 0, -1)))

    def transpose(self, *axes: int) -> Runs:
        return Runs(self.array.transpose(0, *self._axes(axes)))

    def reshape(self, *shape) -> Runs:
        return Runs(self.array.reshape(len(self.array), *(shape[0] if isinstance(shape[0], tuple) else shape)))

    def ravel(self) -> Runs:
        return self.reshape(-1)

    def dot(self, right) -> Runs:
        return Runs(_product(self, right))

    def sum(self, axis=None, **more) -> Runs:
        return Runs(self.array.sum(axis=self._axes(axis), **more))

    def max(self, axis=None, **more) -> Runs:
        return Runs(self.array.max(axis=self._axes(axis), **more))

    def all(self, axis=None, **more) -> Runs:
        return Runs(self.array.all(axis=self._axes(axis), **more))

    def _axes(self, axis):
        """Axes of one run's array, as they are counted here."""
        if axis is None:
            return tuple(range(1, self.array.ndim))
        if isinstance(axis, tuple):
            return tuple([each % self.ndim + 1 for each in axis])
        return axis % self.ndim + 1

    def __array_ufunc__(self, ufunc, method: str, *inputs, out=None, **more):
        """What every +, *, @, exp … comes to."""
        if method != "__call__" or (out is not None and not isinstance(out[0], Runs)):
            raise OneByOne
        if ufunc is np.matmul and out is None:
            return Runs(_product(*inputs))
        arrays = _aligned(inputs)
        if out is None:
            return Runs(ufunc(*arrays, **more))
        ufunc(*arrays, out=out[0].array, **more)
        return out[0]

    def __array_function__(self, function: Callable, types, args: Sequence, more: dict):
        if function is np.where:
            return Runs(np.where(*_aligned(args)))
        if function is np.einsum:
            return Runs(_einsum(*args, **more))
        raise OneByOne


def for_each(function: Callable, arrays: Sequence):
    """function(*arrays) of every run; arrays that are not Runs are the same for all."""
    runs = [array for array in arrays if isinstance(array, Runs)]
    if not runs:
        return function(*arrays)
    try:
        return function(*arrays)
    except OneByOne:
        apart = range(len(runs[0].array))
        return Runs(np.stack([function(*[a.array[r] if isinstance(a, Runs) else a for a in arrays]) for r in apart]))


def _aligned(inputs: Sequence) -> list:
    """The arrays so that NumPy broadcasts the axes of one run against each other, and the runs against the runs."""
    axes = max([getattr(entry, "ndim", 0) for entry in inputs])
    return [_with_axes(entry.array, axes) if type(entry) is Runs else entry for entry in inputs]


def _with_axes(array: np.ndarray, axes: int) -> np.ndarray:
    """An array of many runs as if one run's had so many axes."""
    more = axes + 1 - array.ndim
    return array.reshape(len(array), *(1,) * more, *array.shape[1:]) if more else array


def _product(left, right) -> np.ndarray:
    """left @ right of every run; one large product where the right side is the same for all."""
    if isinstance(right, np.ndarray) and right.ndim == 2 and left.ndim == 2:
        rows = left.array
        return (rows.reshape(-1, rows.shape[2]) @ right).reshape(*rows.shape[:2], -1)
    return np.matmul(*_aligned((left, right)))


def _einsum(subscripts: str, *operands, **more) -> np.ndarray:
    """Of every run: R is one more index of the arrays that differ from run to run, and of the result."""
    given, _, result = subscripts.partition("->")
    given = ",".join("R" * isinstance(o, Runs) + part for part, o in zip(given.split(","), operands, strict=True))
    return np.einsum(f"{given}->R{result}", *[o.array if isinstance(o, Runs) else o for o in operands], **more)
