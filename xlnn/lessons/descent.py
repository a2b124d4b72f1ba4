"""Gradient descent on a function that is typed, book 2-10 and 2-11; and Lagrange's multipliers, book 2-7.

Sheet Settings holds η, the function, the number of steps, a constraint, and where each variable starts. Sheet 2-11 has a
row for every step, at the authors' addresses: η in C3, the rows from 7 on, columns from B on: i, the variables, the partial
derivatives, the steps Δ, the value z. With a constraint, sheet Lagrange lists the stationary points instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite

from xlnn.errors import DivergedError, UsageError
from xlnn.layout.cells import column_name
from xlnn.lessons.blocks import STEP, Block, Chart, Lesson, Series, Sheet, Text
from xlnn.lessons.calculus import FUNCTIONS, Expression, derivative, evaluate, parse, variables
from xlnn.lessons.lagrange import Point, Stationary, constraint, lagrangian, multipliers
from xlnn.lessons.notation import printed, reprinted

SETTINGS, SHEET, LAGRANGE = "Settings", "2-11", "Lagrange"


ETA, RATE = "learning rate η", "rate η"  # on sheet Settings, on sheet 2-11


INCOMPLETE = "There may be more: sympy does not find all solutions of such equations."


NAMES = (ETA, "function", "steps", "constraint")  # rows 2 to 5 of sheet Settings


HEADER, TABLE = 8, 9  # of the variables and their starts


ROW = 7  # the first step on sheet 2-11


@dataclass(frozen=True)
class Descent:
    """What is to be done: a function as typed, where its variables start, η, the number of steps, and constraints.

    A variable without a start begins at 0. Raises UsageError for what cannot be.
    """

    function: str = "x^2+y^2"
    start: Mapping[str, float] = field(default_factory=lambda: {"x": 3.0, "y": 2.0})
    eta: float = 0.1
    steps: int = 30
    constraints: tuple[str, ...] = ()

    def __post_init__(self):
        if not (isfinite(self.eta) and self.eta > 0):
            raise UsageError("the learning rate η must be a number above 0, not {value}.", value=self.eta)
        if self.steps < 0:
            said = "{what}: expected {expected}, found {found}."
            raise UsageError(said, what="steps", expected="a whole number", found=self.steps)
        for name in self.variables:
            if name.startswith("Δ"):
                raise UsageError("a variable cannot be called {name}: Δ is for the steps.", name=name)
        if not self.variables:
            raise UsageError("the function {text} has no variable.", text=repr(self.function))

    @cached_property
    def z(self) -> Expression:
        return parse(self.function)

    @cached_property
    def equations(self) -> tuple[Expression, ...]:
        """Each constraint as what must be 0."""
        return tuple(map(constraint, self.constraints))

    @cached_property
    def variables(self) -> tuple[str, ...]:
        return variables(self.z, *self.equations)

    @cached_property
    def derivatives(self) -> tuple[Expression, ...]:
        return tuple(derivative(self.z, name) for name in self.variables)

    @property
    def symbol(self) -> str:
        """Of the function's value: z, as the book has it, where no variable is called so."""
        return next(letter for letter in ("z", "f", "value of f") if letter not in self.variables)


# ---- sheets Settings and 2-11 ------------------------------------------------------------------------


def lesson(descent: Descent | None = None, diverged: DivergedError | None = None) -> Lesson:
    """Sheets Settings and 2-11; without an argument those of the book. Raises UsageError without sympy."""
    descent = descent or Descent()
    return Lesson("2-11", "Gradient descent", (_settings(descent), _descent_sheet(descent, diverged)))


def _settings(descent: Descent) -> Sheet:
    """What a person may change; B2 is η, as on every sheet Settings."""
    names, functions = descent.variables, {"functions": ", ".join(FUNCTIONS)}
    starts = [Block(_start(name), f"B{TABLE + k}", numbers=descent.start.get(name, 0.0)) for k, name in enumerate(names)]
    blocks = (Block(ETA, "B2", numbers=descent.eta), Block("number of steps", "B4", numbers=descent.steps), *starts)
    texts = (
        Text("B1", "value", "header"), Text("C1", "meaning", "header"),
        *(Text(f"A{row}", name) for row, name in enumerate(NAMES, 2)),
        Text("C2", "each step moves by −η times the gradient (book 2-10)", "label"),
        Text("C3", "of variables, numbers, + − * /, powers, brackets, {functions}, pi, e", "label", functions),
        Text("C4", "how many; each becomes a row", "label"),
        Text("C5", "an equation like x²+y²=1, or several with ; between: Lagrange's stationary points (2-7) instead", "label"),
        Text("C6", "After a change: xlnn descend", "label"),
        Text("B3", descent.function.strip().removeprefix("=").strip(), "typed", typed=True),
        Text("B5", "; ".join(descent.constraints), "typed", typed=True),
        Text(f"A{HEADER}", "variable", "header"), Text(f"B{HEADER}", "start", "header"),
        *(Text(f"A{TABLE + k}", name, "typed", typed=True) for k, name in enumerate(names)),
    )  # fmt: skip
    return Sheet(SETTINGS, "setting", blocks, texts, widths={"A": 18, "B": 26, "C": 90})


def _start(name: str) -> str:
    return f"start of {name}"


def _descent_sheet(descent: Descent, diverged: DivergedError | None) -> Sheet:
    """A row for every step, and the path as a chart."""
    blocks = _rows(descent)
    headers = {block.place.origin.column: block.name for block in blocks[2:]}
    last = max(headers)
    beside = column_name(last + 2)
    texts = [Text(f"{column_name(column)}{ROW - 1}", name, "header", typed=True) for column, name in headers.items()]
    texts += [Text(f"B{ROW - 1}", "i", "header", typed=True)]
    texts += [Text(f"{beside}{row}", line, "heading", typed=True) for row, line in enumerate(_equations(blocks), 2)]
    if diverged:
        texts.append(Text("E3", diverged.message, "rose", diverged.fields))
    names, z = descent.variables, descent.symbol
    along, over = (names[0], z) if len(names) == 1 else names[:2] if len(names) == 2 else ("step i", z)
    chart = Chart(f"{beside}{len(names) + 4}", "The path of the descent", (Series("path", along, over),), x=along, y=over)
    widths = {column_name(column): 11.0 for column in headers} | {"A": 3, "B": 6, beside: 12}
    return Sheet(SHEET, "Gradient descent", blocks, tuple(texts), (chart,), widths)


def _rows(descent: Descent) -> tuple[Block, ...]:
    """η, the step's number, then by column: variables, partial derivatives, steps Δ, value."""
    names, z, count = descent.variables, descent.symbol, descent.steps + 1
    slopes, changes = [f"∂{z}/∂{name}" for name in names], [f"Δ{name}" for name in names]
    columns = iter(range(3, 4 + 3 * len(names)))

    def column(name: str, needs: tuple[str, ...], cell: Callable, equation: str) -> Block:
        at = f"{column_name(next(columns))}{ROW}"
        return Block(name, at, (count,), needs=needs, cell=cell, equation=equation, axes=(STEP,), style="fine")

    return (
        Block(RATE, "C3", needs=(ETA,), cell=lambda eta: eta, equation="η of sheet Settings", label="η", style="fine"),
        Block("step i", f"B{ROW}", (count,), numbers=range(count), style="index"),
        *(
            column(name, (_start(name), name, change), _moved, f"{name} + {change}")
            for name, change in zip(names, changes, strict=True)
        ),
        *(
            column(slope, names, _calculated(found, names), f"{slope} = {printed(found)}")
            for slope, found in zip(slopes, descent.derivatives, strict=True)
        ),
        *(column(change, (RATE, slope), _step, f"{change} = −η {slope}") for change, slope in zip(changes, slopes, strict=True)),
        column(z, names, _calculated(descent.z, names), f"{z} = {printed(descent.z)}"),
    )


def _moved(start, x, change, i: int):
    """x + Δx of the row above; the start in the first row."""
    return start if i == 0 else x[i - 1] + change[i - 1]


def _step(eta, slope, i: int):
    return -eta * slope[i]


def _calculated(expression: Expression, names: Sequence[str]) -> Callable:
    """One cell of a formula, from the variables in its own row."""
    return lambda *given: evaluate(expression, {name: array[given[-1]] for name, array in zip(names, given, strict=False)})


def _equations(blocks: Sequence[Block]) -> list[str]:
    """The function, and its derivatives."""
    written = [block.equation for block in blocks if block.name.startswith("∂")]
    return [blocks[-1].equation, *written]


# ---- sheet Lagrange ----------------------------------------------------------------------------------


def lagrange_lesson(descent: Descent, numbers: Mapping[str, Sequence[float]], texts: tuple[Text, ...] = ()) -> Lesson:
    """Sheets Settings and Lagrange: a row for every point, with the variables and multipliers that `numbers` has by name."""
    return Lesson("2-11", "Gradient descent", (_settings(descent), _lagrange_sheet(descent, numbers, texts)))


def stationary_lesson(descent: Descent, found: Stationary) -> Lesson:
    """The same, of points that were found, with what they are exactly."""
    numbers = {name: [point.numbers[name] for point in found.points if point.is_point] for name in letters(descent)}
    return lagrange_lesson(descent, numbers, _exact(descent, found))


def letters(descent: Descent) -> tuple[str, ...]:
    """Variables, then multipliers."""
    return descent.variables + multipliers(descent.variables, len(descent.constraints))


def _lagrange_sheet(descent: Descent, numbers: Mapping[str, Sequence[float]], texts: tuple[Text, ...]) -> Sheet:
    """By column: variables, multipliers, value, constraints and the derivatives of L, which are all 0."""
    names = letters(descent)
    count, columns = len(numbers[names[0]]), iter(range(2, 10_000))
    at = lambda: f"{column_name(next(columns))}{ROW}"
    blocks = [Block(name, at(), (count,), numbers=numbers[name], style="fine input") for name in names]
    for name, part in _parts(descent).items():
        equation = f"{name} = {printed(part)}"
        blocks.append(Block(name, at(), (count,), needs=names, cell=_calculated(part, names), equation=equation, style="fine"))
    headers = [Text(f"{column_name(2 + k)}{ROW - 1}", block.name, "header", typed=True) for k, block in enumerate(blocks)]
    widths = {"A": 3} | {column_name(2 + k): 12 for k in range(len(blocks))}
    title = "Stationary points on a constraint (Lagrange)"
    return Sheet(LAGRANGE, title, tuple(blocks), (*headers, *texts), widths=widths)


def _parts(descent: Descent) -> dict[str, Expression]:
    """What is calculated of every point, by name."""
    multiplied = letters(descent)[len(descent.variables) :]
    whole = lagrangian(descent.z, descent.equations, multiplied)
    constraints = {f"g{letter[1:]} = 0": g for letter, g in zip(multiplied, descent.equations, strict=True)}
    slopes = {f"∂L/∂{name} = 0": derivative(whole, name) for name in descent.variables}
    return {descent.symbol: descent.z} | constraints | slopes


def _exact(descent: Descent, found: Stationary) -> tuple[Text, ...]:
    """The problem above the table; below it every point exactly."""
    z, multiplied = descent.symbol, letters(descent)[len(descent.variables) :]
    lines = [f"{z} = {printed(descent.z)}"]
    lines += [f"g{letter[1:]} = {printed(g)} = 0" for letter, g in zip(multiplied, descent.equations, strict=True)]
    lines.append(f"L = {z}" + "".join(f" − {letter} g{letter[1:]}" for letter in multiplied))
    above = {2: lines[0], 3: "     ".join(lines[1:-1]), 4: lines[-1]}
    first = ROW + sum(point.is_point for point in found.points) + 1
    below = {row: point_text(point, z) for row, point in enumerate(found.points, first + 1)}
    more = () if found.complete else (Text(f"B{first + len(below) + 2}", INCOMPLETE, "rose"),)
    return (
        *(Text(f"B{row}", line, "heading", typed=True) for row, line in above.items()),
        Text(f"B{first}", "The points exactly", "heading"),
        *(Text(f"B{row}", line, typed=True) for row, line in below.items()),
        *more,
    )


def point_text(point: Point, symbol: str) -> str:
    """x = √2/2, …: z = √2 ≈ 1.414213562"""
    parts = [f"{name} = {reprinted(exact) or _decimal(point.numbers[name])}" for name, exact in point.exact.items()]
    value = f"{symbol} = {reprinted(point.value) or _decimal(point.number)}"
    more = "" if point.number is None or value.endswith(f"= {_decimal(point.number)}") else f" ≈ {_decimal(point.number)}"
    return ", ".join(parts) + ": " + value + more


def _decimal(number: float | None) -> str:
    return "" if number is None else f"{number:.10g}"
