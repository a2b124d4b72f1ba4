"""The whole calculation on one page: every rule as the book prints it, as NumPy, and as the formula of its first cell."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from xlnn.book.evidence import breadth, padded
from xlnn.book.numbers import Page, formulas_of, occupied_cells
from xlnn.book.plan import Plan
from xlnn.layout.labels import symbols
from xlnn.model.kernels import in_parts
from xlnn.model.problem import Problem
from xlnn.model.rules import Rule, filled_slope
from xlnn.words import say

DEEPEST = 4  # so many functions within functions are written out
LISTED = re.compile(r"([A-Z]+[0-9]+,)(?:[A-Z]+[0-9]+,){4,}")  # cells of a sum: the first, then more than are worth reading


@dataclass(frozen=True)
class Equation:
    """One rule: `equation` as the book (`source`) prints it, `numpy` on the arrays of a step by their names, and `formula` as it
    stands in `cell`, where the first number of the result lies on an iteration's sheet."""

    name: str
    symbol: str
    equation: str
    source: str
    numpy: str
    cell: str
    formula: str


def equations(problem: Problem) -> list[Equation]:
    """The rules of one iteration in the order of calculation, in the language of the workbook. Raises as `xlnn.write`."""
    first = replace(problem, settings=replace(problem.settings, iterations=1))
    plan = Plan(first, frozenset({1}), cells="formulas", language=problem.language)
    page = plan.page(plan.layout(plan.batch))
    occupied = occupied_cells(page)
    return [_equation(page, page.rules.get(rule.result.name, rule), occupied, plan.language) for rule in problem.network.rules]


def _equation(page: Page, rule: Rule, occupied: np.ndarray, language: str) -> Equation:
    q = rule.result
    spelled = (formulas_of(page, q.name, occupied) or [""])[0]
    formula = "=" + LISTED.sub(r"\1 …, ", spelled if isinstance(spelled, str) else spelled.text(0))
    cell = page.layout.places[q.name].origin.name
    source = say("book {place}", language, place=rule.source.removeprefix("book ")) if rule.source else ""
    return Equation(q.name, symbols([q], language)[0], say(rule.equation, language), source, numpy_text(rule), cell, formula)


def equation_table(found: Sequence[Equation]) -> str:
    """One line each, in columns."""
    rows = [(e.symbol, e.equation, f"({e.source})" if e.source else "", e.numpy, e.cell, e.formula) for e in found]
    widths = [max(breadth(row[column]) for row in rows) for column in range(5)]
    lines = ("  ".join([*map(padded, row[:5], widths), row[5]]) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


# ---- a rule's NumPy as a person would write it -----------------------------------------------------------


def numpy_text(rule: Rule) -> str:
    """The NumPy of a rule on the quantities that it needs: 'delta2.sum(axis=0)'."""
    names = [ast.Name(need) for need in rule.needs]
    return ast.unparse(_called(rule.values, names, DEEPEST))


def _called(function: Callable, arguments: Sequence[ast.expr], depth: int) -> ast.AST:
    """What a function of one expression gives for these arguments; the call itself of a longer one."""
    found = _expression(function)
    if found is None or depth == 0:
        return ast.Call(ast.Name(getattr(function, "__name__", "")), list(arguments), [])
    parameters, body = found
    closure = inspect.getclosurevars(function)
    known = {**closure.globals, **closure.nonlocals}
    return _Filled(dict(zip(parameters, arguments, strict=False)), known, depth).visit(body)


def _expression(function: Callable) -> tuple[list[str], ast.expr] | None:
    """Parameters and body of a lambda, or of a function that calculates step by step and returns the last one."""
    try:
        lines = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        return None
    wanted = function.__code__.co_varnames[: function.__code__.co_argcount]
    for node in ast.walk(_parsed(lines)):
        if isinstance(node, ast.Lambda) and tuple(a.arg for a in node.args.args) == wanted:
            return list(wanted), node.body
        if isinstance(node, ast.FunctionDef):
            body = _folded(node.body)
            return (list(wanted), body) if body else None
    return None


def _folded(statements: Sequence[ast.stmt]) -> ast.expr | None:
    """What a function returns, its assignments written into it; None where it does more than that."""
    steps: dict[str, ast.expr] = {}
    for part in statements:
        match part:
            case ast.Expr(value=ast.Constant()):
                continue
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                steps[name] = _Filled(steps, {}, 0).visit(value)
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value) if name in steps:
                steps[name] = ast.BinOp(steps[name], op, _Filled(steps, {}, 0).visit(value))
            case ast.Return(value=ast.expr() as value):
                return _Filled(steps, {}, 0).visit(value)
            case _:
                return None
    return None


def _parsed(lines: str) -> ast.AST:
    """The lines that hold a lambda: the end of a call, of a table or of an assignment."""
    text = lines.strip()
    for candidate in (text, text.rstrip(","), f"f({text}\n)", f"f({text.rstrip('),')})", text + "\n    pass"):
        try:
            return ast.parse(candidate)
        except SyntaxError:
            continue
    return ast.parse("")


def _constant(value: Any) -> ast.AST:
    return ast.Constant(value)


class _Filled(ast.NodeTransformer):
    """Writes arguments for parameters, and short functions out."""

    def __init__(self, arguments: Mapping[str, ast.expr], known: Mapping[str, object], depth: int):
        self.arguments, self.known, self.depth = arguments, known, depth

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self.arguments:
            return self.arguments[node.id]
        value = self.known.get(node.id)
        if isinstance(value, np.ndarray):  # classes
            return ast.parse(f"np.array({value.tolist()})", mode="eval").body
        return _constant(value) if isinstance(value, int | float | tuple) and not isinstance(value, bool) else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        value = self._value(node)
        return _constant(value) if isinstance(value, int | tuple | str) else self.generic_visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        parts: list[ast.expr] = []
        for part in map(self.visit, node.elts):
            inside = isinstance(part, ast.Starred) and isinstance(part.value, ast.Constant)
            parts += map(ast.Constant, part.value.value) if inside else [part]
        return parts[0] if len(parts) == 1 else ast.Tuple(parts, node.ctx)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        """The branch that this network takes, where that is known."""
        if isinstance(node.test, ast.Name) and node.test.id in self.known:
            return self.visit(node.body if self.known[node.test.id] else node.orelse)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        function = self._value(node.func)
        arguments = list(node.args)
        if function is in_parts:  # the same, in blocks that fit the cache
            blocked, *arguments = arguments
            if isinstance(blocked, ast.BoolOp):  # `in_place or output`, the same to the bit: output reads better
                blocked = blocked.values[-1]
            function = self._value(blocked)
        if function is filled_slope:  # the same, for a slope that is one number, too
            return self.visit(arguments[0])
        filled = [self.visit(argument) for argument in arguments]
        if inspect.isfunction(function) and not node.keywords:
            return _called(function, filled, self.depth - 1)
        return ast.Call(self.visit(node.func), filled, [ast.keyword(k.arg, self.visit(k.value)) for k in node.keywords])

    def _value(self, node: ast.AST):
        """What a name or an attribute of a known object is."""
        if isinstance(node, ast.Name) and node.id not in self.arguments:
            return self.known.get(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in self.known:
            return getattr(self.known[node.value.id], node.attr, None)
        return None
