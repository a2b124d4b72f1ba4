"""Formulas as sums of products: the Σ of a unit, however it is written, is a polynomial in cells.

    =SUMPRODUCT(L5:N8,$D$5:$F$8)+$G$5       Σ x w + b: 12 products and one single cell
    =1/(1+EXP(-(C4*E4+D4*F4)))              the Σ is the largest such sum inside: C4·E4 + D4·F4, and the rest its function

Partial sums, products in cells of their own and copies are looked through.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from xlnn.formula.tree import Brackets, Call, Number, Operand, Operation, Percent, Sign, Tree, children
from xlnn.understand.wiring import Wiring

MOST = 2_000  # terms of a sum
DEGREE = 3  # factors of a product

Polynomial = dict[tuple, float]  # products of slots (or cells), in order, with their coefficients; () is the constant


class NoSum(ValueError):
    """A formula, or a part of one, is no polynomial."""


@dataclass(frozen=True)
class Sum:
    """A sum in a formula: the cell it stands in, which part of the formula it is, and its terms by the cells multiplied."""

    cell: int
    part: int  # the number of the part among those of its formula; −1: the whole formula
    terms: Polynomial


def polynomial(tree: Tree, sizes: tuple[tuple[int, int], ...]) -> Polynomial:
    """A formula of one number as a polynomial in its operands' cells. Raises NoSum."""
    grid = _grid(tree, sizes)
    if grid.shape != (1, 1):
        raise NoSum
    return grid[0, 0]


def grids(tree: Tree, sizes: tuple[tuple[int, int], ...]) -> np.ndarray:
    """The polynomials of an array formula, (rows, columns). Raises NoSum."""
    return _grid(tree, sizes)


def _grid(tree: Tree, sizes) -> np.ndarray:
    match tree:
        case Brackets(inner):
            return _grid(inner, sizes)
        case Number():
            return _one({(): tree.value})
        case Operand(number):
            height, width = sizes[number]
            if height * width > MOST:
                raise NoSum
            return _array([[{((number, r, c),): 1.0} for c in range(width)] for r in range(height)])
        case Percent(operand):
            return _each(lambda p: scaled(p, 0.01), _grid(operand, sizes))
        case Sign(operator, operand):
            return _each(lambda p: scaled(p, -1.0 if operator == "-" else 1.0), _grid(operand, sizes))
        case Operation(operators, operands):
            found = _grid(operands[0], sizes)
            for operator, operand in zip(operators, operands[1:], strict=True):
                found = _joined(operator, found, _grid(operand, sizes))
            return found
        case Call():
            return _called(tree.function, [_grid(argument, sizes) for argument in tree.arguments])
    raise NoSum


def _joined(operator: str, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    x, y = _fitted(x, y)
    match operator:
        case "+":
            return _each(added, x, y)
        case "-":
            return _each(lambda p, q: added(p, scaled(q, -1.0)), x, y)
        case "*":
            return _each(multiplied, x, y)
        case "/":
            return _each(lambda p, q: scaled(p, 1.0 / constant(q)), x, y)
        case "^":
            return _each(lambda p, q: power(p, constant(q)), x, y)
    raise NoSum


def _called(function: str, arguments: list[np.ndarray]) -> np.ndarray:
    match function, arguments:
        case "SUM", _:
            return _one(total(arguments))
        case "AVERAGE", _:
            return _one(scaled(total(arguments), 1.0 / sum(a.size for a in arguments)))
        case "SUMPRODUCT", [first, *others]:
            for other in others:
                if other.shape != first.shape:
                    raise NoSum
                first = _each(multiplied, first, other)
            return _one(total([first]))
        case "MMULT", [x, y] if x.shape[1] == y.shape[0]:
            rows = [[total([_each(multiplied, x[i], y[:, j])]) for j in range(y.shape[1])] for i in range(x.shape[0])]
            return _array(rows)
        case "TRANSPOSE", [x]:
            return x.T
        case "PRODUCT", _:
            found: Polynomial = {(): 1.0}
            for part in (p for a in arguments for p in a.flat):
                found = multiplied(found, part)
            return _one(found)
        case "POWER", [x, y]:
            return _joined("^", x, y)
    raise NoSum


def _one(p: Polynomial) -> np.ndarray:
    return _array([[p]])


def _array(rows: list[list[Polynomial]]) -> np.ndarray:
    found = np.empty((len(rows), len(rows[0])), object)
    for r, row in enumerate(rows):
        for c, p in enumerate(row):
            found[r, c] = p
    return found


def _each(function, *grids_: np.ndarray) -> np.ndarray:
    found = np.empty(grids_[0].shape, object)
    for index in np.ndindex(found.shape):
        found[index] = function(*(grid[index] for grid in grids_))
    return found


def _fitted(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    try:
        shape = np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        raise NoSum from None
    return np.broadcast_to(x, shape), np.broadcast_to(y, shape)


def added(p: Polynomial, q: Polynomial) -> Polynomial:
    found = dict(p)
    for product, number in q.items():
        found[product] = found.get(product, 0.0) + number
    return _checked(found)


def scaled(p: Polynomial, number: float) -> Polynomial:
    return {product: number * coefficient for product, coefficient in p.items()}


def multiplied(p: Polynomial, q: Polynomial) -> Polynomial:
    if len(p) * len(q) > MOST:
        raise NoSum
    found: Polynomial = {}
    for first, a in p.items():
        for second, b in q.items():
            product = tuple(sorted(first + second))
            if len(product) > DEGREE:
                raise NoSum
            found[product] = found.get(product, 0.0) + a * b
    return found


def power(p: Polynomial, exponent: float) -> Polynomial:
    if exponent not in (1.0, 2.0):
        raise NoSum
    return p if exponent == 1 else multiplied(p, p)


def constant(p: Polynomial) -> float:
    if set(p) != {()} or p[()] == 0:
        raise NoSum
    return p[()]


def total(grids_: list[np.ndarray]) -> Polynomial:
    found: Polynomial = {}
    for grid in grids_:
        for p in grid.flat:
            for product, number in p.items():
                found[product] = found.get(product, 0.0) + number
        _checked(found)
    return found


def _checked(p: Polynomial) -> Polynomial:
    if len(p) > MOST:
        raise NoSum
    return p


# ---- the sums of a workbook ------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Sums:
    """The polynomials of a workbook's cells; `is_parameter` marks cells that stay what they are."""

    wiring: Wiring
    is_parameter: np.ndarray

    @cached_property
    def _parts(self) -> list[tuple[int, list[tuple[int, Tree, np.ndarray | None]]]]:
        """Of each block its whole formula as polynomials, or the largest parts of it that are some."""
        found = []
        for number, block in enumerate(self.wiring.graph.blocks):
            try:
                parts = [(-1, block.tree, _grid(block.tree, block.sizes))]
            except NoSum:
                parts = [(k, part, _grid(part, block.sizes)) for k, part in enumerate(largest(block.tree, block.sizes))]
            found.append((number, parts))
        return found

    @cached_property
    def whole(self) -> dict[int, Polynomial]:
        """By cell, the polynomial of those whose formula is one, in cells; nothing looked through yet but copies."""
        found: dict[int, Polynomial] = {}
        for number, parts in self._parts:
            if parts and parts[0][0] == -1:
                block = self.wiring.graph.blocks[number]
                grid: Any = parts[0][2]  # an array of polynomials
                shape = block.targets.shape[1:]
                if grid.shape not in (shape, (1, 1)):
                    continue
                operands = self.wiring.operands(block)
                for r, c in np.ndindex(shape):
                    p = grid[r, c] if grid.shape == shape else grid[0, 0]
                    found |= dict(
                        zip(block.targets[:, r, c].tolist(), self._instances(p, operands, len(block.targets)), strict=True)
                    )
        return found

    def _instances(self, p: Polynomial, operands: list[np.ndarray], copies: int) -> Iterator[Polynomial]:
        """A polynomial in slots as one in cells, for every copy."""
        products = [
            np.stack([operands[n][:, r, c] for n, r, c in product], axis=1).tolist() if product else None for product in p
        ]
        for copy in range(copies):
            found: Polynomial = {}
            for cells, number in zip(products, p.values(), strict=True):
                key = () if cells is None else tuple(sorted(cells[copy]))
                found[key] = found.get(key, 0.0) + number
            yield found

    def opened(self, p: Polynomial) -> Polynomial:
        """A polynomial with partial sums and products in cells of their own written out; in a product a cell stays itself."""
        result: Polynomial = {}
        for product, number in p.items():
            inner = self._inner(product)
            for key, factor in ({product: 1.0} if inner is None else inner).items():
                result[key] = result.get(key, 0.0) + number * factor
        return _checked(result)

    def _inner(self, product: tuple) -> Polynomial | None:
        """What a cell that stands alone in a term is made of; None where it is no sum, or a parameter."""
        if len(product) != 1 or self.is_parameter[product[0]]:
            return None
        return self.of(product[0])

    def of(self, cell: int) -> Polynomial | None:
        """The polynomial of a cell with all looked through; None where it has none."""
        known = self._known
        stack = [cell]
        while stack:
            at = stack[-1]
            if at in known:
                stack.pop()
                continue
            p = self.whole.get(at)
            if p is None:
                known[at] = None
                continue
            waiting = [key[0] for key in p if len(key) == 1 and key[0] not in known and not self.is_parameter[key[0]]]
            if waiting:
                stack += waiting
                continue
            try:
                known[at] = self.opened(p)
            except NoSum:
                known[at] = None
        return known[cell]

    @cached_property
    def _known(self) -> dict[int, Polynomial | None]:
        return {}

    def with_parameters(self, is_parameter: np.ndarray) -> Sums:
        """The same with other parameters; what formulas are by themselves is not found anew."""
        other = Sums(self.wiring, is_parameter)
        other.__dict__.update(_parts=self._parts, whole=self.whole, _pieces=self._pieces)
        return other

    @cached_property
    def every(self) -> tuple[Sum, ...]:
        """Every sum that is a whole formula, or the largest part of one that is not."""
        found = [Sum(cell, -1, p) for cell in self.whole if (p := self.of(cell))]
        for cell, part, p in self._pieces:
            with suppress(NoSum):
                found.append(Sum(cell, part, self.opened(p)))
        return tuple(found)

    @cached_property
    def _pieces(self) -> list[tuple[int, int, Polynomial]]:
        """Cell, number of the part, and polynomial of the parts of formulas that are none as a whole."""
        found = []
        for number, parts in self._parts:
            block = self.wiring.graph.blocks[number]
            operands = self.wiring.operands(block)
            for k, _, held in parts:
                grid: Any = held  # an array of polynomials
                if k < 0 or (grid.shape != (1, 1) and grid.shape != block.targets.shape[1:]):
                    continue
                for r, c in np.ndindex(grid.shape):  # of an array formula each of its cells
                    pieces = self._instances(grid[r, c], operands, len(block.targets))
                    found += [(cell, k, p) for cell, p in zip(block.targets[:, r, c].tolist(), pieces, strict=True)]
        return found


def largest(tree: Tree, sizes) -> Iterator[Tree]:
    """The largest parts of a formula that are polynomials in at least one product; of Σ >= θ that is Σ − θ, also where the Σ
    has a cell of its own."""
    try:
        grid = _grid(tree, sizes)
    except NoSum:
        difference = _difference(tree, sizes)
        if difference is not None:
            yield difference
            return
        for child in children(tree):
            yield from largest(child, sizes)
        return
    if any(len(key) > 1 for p in grid.flat for key in p):
        yield tree


def _difference(tree: Tree, sizes) -> Tree | None:
    """Of a comparison of two polynomials in cells their difference; None where it is something else."""
    parts = tuple(children(tree))
    if isinstance(tree, Operation) and len(parts) == 2 and tree.operators[0] in ("<", ">", "<=", ">="):
        with suppress(NoSum):
            if all(any(key for p in _grid(part, sizes).flat for key in p) for part in parts):
                return Operation(("-",), parts)
    return None
