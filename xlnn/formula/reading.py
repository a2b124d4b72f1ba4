"""Reads a formula's text: openpyxl's Tokenizer takes it apart, precedence puts it together as a tree.

Precedence is Excel's: a sign binds tighter than ^ and all operators are calculated from left to right, so −2^2 is 4
and 2^3^2 is 64.
"""

from __future__ import annotations

from xlnn.errors import ContentError
from xlnn.formula.tree import (
    PRECEDENCE,
    Brackets,
    Call,
    Error,
    Missing,
    Name,
    Number,
    Operation,
    Percent,
    Sign,
    Table,
    Text,
    Tree,
    Truth,
    reference,
)  # fmt: skip
from xlnn.layout.cells import Cell

LENGTH, DEPTH = 8192, 64  # of a formula that Excel takes: characters, and levels of functions and brackets


def parse(written: str, cell: Cell) -> Tree:
    """The tree of a formula, written without its = in `cell`. Raises ContentError where it is not read."""
    if len(written) > LENGTH:
        raise ContentError("the formula has more than {limit} characters.", limit=f"{LENGTH:,}")
    reading = _Reading(_tokens(written), cell)
    tree = reading.expression(1)
    if reading.kind:
        raise reading.unexpected()
    return tree


def _tokens(written: str) -> list:
    from openpyxl.formula.tokenizer import Tokenizer, TokenizerError

    try:
        items = Tokenizer("=" + written).items
    except (TokenizerError, IndexError, AssertionError, ValueError, AttributeError):
        raise ContentError("the formula cannot be read.") from None
    _refuse_intersection(items)
    return [item for item in items if item.type != item.WSPACE]


def _refuse_intersection(items: list) -> None:
    """A blank between two operands is an operator: the cells that both have."""
    for before, blank, after in zip(items, items[1:], items[2:], strict=False):
        ends = before.type == before.OPERAND or before.subtype == before.CLOSE
        if blank.type == blank.WSPACE and ends and (after.type == after.OPERAND or after.subtype == after.OPEN):
            raise ContentError("the intersection of ranges (a blank between them) is not calculated.")


class _Reading:
    """A formula's tokens while they are read; `kind` is what the next one is, "" at the end."""

    def __init__(self, tokens: list, cell: Cell):
        self.tokens, self.cell, self.at, self.depth = tokens, cell, 0, 0
        self._look()

    def _look(self) -> None:
        self.token = self.tokens[self.at] if self.at < len(self.tokens) else None
        self.kind = f"{self.token.type} {self.token.subtype}".strip() if self.token else ""

    def take(self) -> str:
        value = self.token.value
        self.at += 1
        self._look()
        return value

    def unexpected(self) -> ContentError:
        if self.kind == "OPERATOR-INFIX" and self.token.value == ",":
            return ContentError("the union of ranges (a comma between them) is not calculated.")
        return ContentError(
            "the formula cannot be read at {found}.", found=repr(self.token.value[:20]) if self.token else "its end"
        )

    def expect(self, kind: str) -> None:
        if self.kind != kind:
            raise self.unexpected()
        self.take()

    def expression(self, least: int) -> Tree:
        """All that operators of at least this precedence join."""
        tree = self.signed()
        while self.kind == "OPERATOR-INFIX" and (level := PRECEDENCE.get(self.token.value, 0)) >= least:
            operators, operands = [], [tree]
            while self.kind == "OPERATOR-INFIX" and PRECEDENCE.get(self.token.value, 0) == level:
                operators.append(self.take())
                operands.append(self.expression(level + 1))
            tree = Operation(tuple(operators), tuple(operands))
        return tree

    def signed(self) -> Tree:
        if self.kind == "OPERATOR-PREFIX":
            return self.inside(lambda: Sign(self.take(), self.signed()))
        tree = self.single()
        while self.kind == "OPERATOR-POSTFIX":
            self.take()
            tree = self.inside(lambda tree=tree: Percent(tree))
            self.depth += 1  # never left again: percent signs nest from within
        return tree

    def inside(self, read):
        """What `read` finds one level deeper."""
        self.depth += 1
        if self.depth > DEPTH:
            raise ContentError("the formula nests more than {limit} levels.", limit=DEPTH)
        found = read()
        self.depth -= 1
        return found

    def single(self) -> Tree:
        match self.kind:
            case "OPERAND NUMBER":
                return Number(self.take())
            case "OPERAND TEXT":
                return Text(self.take()[1:-1].replace('""', '"'))
            case "OPERAND LOGICAL":
                return Truth(self.take())
            case "OPERAND ERROR":
                return Error(self.take())
            case "OPERAND RANGE":
                return self.range(self.take())
            case "PAREN OPEN":
                return self.inside(self.brackets)
            case "FUNC OPEN":
                return self.inside(self.call)
            case "ARRAY OPEN":
                return self.table()
        raise self.unexpected()

    def brackets(self) -> Tree:
        self.take()
        inner = self.expression(1)
        self.expect("PAREN CLOSE")
        return Brackets(inner)

    def call(self) -> Tree:
        name, arguments = self.take()[:-1], []
        if ":" in name or "!" in name:
            raise ContentError("{found} cannot be read.", found=repr(name[:40]))
        if self.kind != "FUNC CLOSE":
            arguments.append(self.argument())
            while self.kind == "SEP ARG":
                self.take()
                arguments.append(self.argument())
        self.expect("FUNC CLOSE")
        return Call(name, tuple(arguments))

    def argument(self) -> Tree:
        return Missing() if self.kind in ("SEP ARG", "FUNC CLOSE") else self.expression(1)

    def table(self) -> Tree:
        self.take()
        rows = [[self.constant()]]
        while self.kind in ("SEP ARG", "SEP ROW"):
            if self.kind == "SEP ROW":
                rows.append([])
            self.take()
            rows[-1].append(self.constant())
        self.expect("ARRAY CLOSE")
        if len({len(row) for row in rows}) > 1:
            raise ContentError("the rows of an array of constants differ in length.")
        return Table(tuple(map(tuple, rows)))

    def constant(self) -> Tree:
        if self.kind == "OPERATOR-PREFIX":
            return self.inside(lambda: Sign(self.take(), self.constant()))
        if self.kind not in ("OPERAND NUMBER", "OPERAND TEXT", "OPERAND LOGICAL", "OPERAND ERROR"):
            raise self.unexpected()
        return self.single()

    def range(self, written: str) -> Tree:
        found = reference(written, self.cell)
        if found is not None:
            return found
        if "[" in written:
            raise ContentError("{found} refers to another workbook or to a table by its name.", found=repr(written[:40]))
        if any(character in written for character in "!:@#$'"):
            raise ContentError("{found} cannot be read.", found=repr(written[:40]))
        return Name(written)
