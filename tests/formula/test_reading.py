"""Formulas as trees: precedence, references, and text → tree → text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlnn.errors import ContentError
from xlnn.formula import parse, text
from xlnn.formula.tree import (
    Brackets,
    Call,
    Corner,
    Error,
    Missing,
    Name,
    Number,
    Operation,
    Percent,
    Reference,
    Sign,
    Table,
    Text,
    Truth,
    walk,
)  # fmt: skip
from xlnn.layout.cells import Cell

HERE = Cell(10, 5)  # E10


def own(rows: int, columns: int) -> Reference:
    return Reference(Corner(rows, columns))


A1, B2 = own(-9, -4), own(-8, -3)


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("A1+B2", Operation(("+",), (A1, B2))),
        ("A1-B2-1", Operation(("-", "-"), (A1, B2, Number("1")))),
        ("A1+B2*2", Operation(("+",), (A1, Operation(("*",), (B2, Number("2")))))),
        ("-A1^2", Operation(("^",), (Sign("-", A1), Number("2")))),  # Excel: (−A1)²
        ("2^3^2", Operation(("^", "^"), (Number("2"), Number("3"), Number("2")))),  # from left to right: 64
        ("2^-1", Operation(("^",), (Number("2"), Sign("-", Number("1"))))),
        ("-A1%", Sign("-", Percent(A1))),
        ("A1&B2=1", Operation(("=",), (Operation(("&",), (A1, B2)), Number("1")))),
        ("(A1+B2)*2", Operation(("*",), (Brackets(Operation(("+",), (A1, B2))), Number("2")))),
        ("IF(A1,,TRUE)", Call("IF", (A1, Missing(), Truth("TRUE")))),
        ("PI()", Call("PI", ())),
        ('"say ""x"""', Text('say "x"')),
        ("{1,-2;3,#N/A}", Table(((Number("1"), Sign("-", Number("2"))), (Number("3"), Error("#N/A"))))),
        ("$A$1", Reference(Corner(1, 1, True, True))),
        ("A$1:$B2", Reference(Corner(1, -4, True, False), Corner(-8, 2, False, True))),
        ("A:$B", Reference(Corner(None, -4), Corner(None, 2, False, True))),
        ("$3:4", Reference(Corner(3, None, True), Corner(-6, None))),
        ("'it''s 1'!A1", Reference(Corner(-9, -4), None, "'it''s 1'!")),
        ("学习!A1", Reference(Corner(-9, -4), None, "学习!")),
        ("rate*2", Operation(("*",), (Name("rate"), Number("2")))),
    ],
)
def test_a_formula_is_a_tree_and_its_text_again(written, tree):
    assert parse(written, HERE) == tree
    assert text(tree, HERE) == written


def test_copies_of_a_formula_are_the_same_tree():
    tree = parse("D5-$C$2*D71", Cell(87, 4))
    assert parse("E6-$C$2*E72", Cell(88, 5)) == tree
    assert text(tree, Cell(88, 5)) == "E6-$C$2*E72"
    assert parse("E6-$C$2*E71", Cell(88, 5)) != tree
    assert text(tree, Cell(1, 4)) == "#REF!-$C$2*#REF!"


def test_the_sheet_of_a_reference():
    assert parse("'it''s 1'!A1", HERE).sheet == "it's 1"
    assert parse("Data!A1:B2", HERE).sheet == "Data"
    assert parse("A1", HERE).sheet is None
    assert parse("B2:$A1", HERE).corners(HERE) == (1, 1, 2, 2)
    assert parse("A:B", HERE).corners(HERE) == (1, 1, 1_048_576, 2)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("A1 B2", "intersection"),
        ("SUM((A1,B2))", "union"),
        ("SUM(A1:B2 B1:C2)", "intersection"),
        ("[1]Sheet!A1", "another workbook"),
        ("Table[column]", "table"),
        ("Sheet1:Sheet3!A1", "cannot be read"),
        ("A1:INDEX(B1:B9,2)", "cannot be read"),
        ("A1+", "cannot be read"),
        ("A1)", "cannot be read"),
        ("(A1", "cannot be read"),
        ("SUM(A1", "cannot be read"),
        ("", "cannot be read"),
        ("1 2", "intersection"),
        ("A1048577", "not defined|cannot be read"),
        ("{1,2;3}", "differ in length"),
        ("1+" * 5000 + "1", "8,192 characters"),
        ("(" * 65 + "1" + ")" * 65, "64 levels"),
        ("-" * 8000 + "1", "64 levels"),
        ("1" + "%" * 8000, "64 levels"),
        ("{" + "-" * 8000 + "1}", "64 levels"),
        ("NOT(" * 100 + "1" + ")" * 100, "64 levels"),
    ],
)
def test_what_is_not_read_says_so(written, said):
    if said == "not defined|cannot be read":  # a cell off the sheet is a name to the tokenizer
        assert parse(written, HERE) == Name(written)
        return
    with pytest.raises(ContentError, match=said):
        parse(written, HERE)


def test_a_sum_of_a_thousand_terms_is_no_deeper_than_one_of_two():
    written = "+".join(f"A{row}" for row in range(1, 1200))
    tree = parse(written, HERE)
    assert text(tree, HERE) == written
    assert len(list(walk(tree))) == 1200


# ---- any tree --------------------------------------------------------------------------------------------

corners = st.builds(
    lambda row, column, r, c: (row, column, r, c), st.integers(1, 99), st.integers(1, 40), st.booleans(), st.booleans()
)


def _corner(row, column, row_fixed, column_fixed) -> Corner:
    return Corner(row if row_fixed else row - HERE.row, column if column_fixed else column - HERE.column, row_fixed, column_fixed)


prefixes = st.sampled_from(["", "", "Data!", "'Iteration 1'!", "学习!", "'it''s'!"])
references = st.builds(
    lambda first, last, prefix: Reference(_corner(*first), _corner(*last) if last else None, prefix),
    corners, st.none() | corners, prefixes,
)  # fmt: skip
leaves = st.one_of(
    references,
    st.sampled_from(["0", "2.5", "1E-05", "0.30000000000000004"]).map(Number),
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=8).map(Text),
    st.sampled_from(["TRUE", "FALSE"]).map(Truth),
    st.sampled_from(["rate", "η_1", "my.name"]).map(Name),
    st.sampled_from(["#N/A", "#REF!"]).map(Error),
)
LEVELS = (("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))


def _level(tree) -> int:
    match tree:
        case Operation(operators, _):
            return next(level for level, of in enumerate(LEVELS) if operators[0] in of)
        case Sign():
            return 5
        case Percent():
            return 6
    return 7


def _within(tree, least: int):
    """In brackets where it would not be read as one operand."""
    return tree if _level(tree) >= least else Brackets(tree)


functions = st.sampled_from(["SUM", "IF", "_xlfn.STDEV.S", "LOG10"])


def _grow(inner):
    def operation(level, operators, operands):
        chosen = tuple(LEVELS[level][at % len(LEVELS[level])] for at in operators[: len(operands) - 1])
        return Operation(chosen, tuple(_within(tree, level + 1) for tree in operands))

    return st.one_of(
        st.builds(
            operation,
            st.integers(0, 4),
            st.lists(st.integers(0, 5), min_size=4, max_size=4),
            st.lists(inner, min_size=2, max_size=5),
        ),
        inner.map(lambda tree: Sign("-", _within(tree, 5))),
        inner.map(lambda tree: Percent(_within(tree, 6))),
        inner.map(Brackets),
        st.builds(Call, functions, st.lists(inner | st.just(Missing()), min_size=1, max_size=3).map(tuple)).filter(
            lambda tree: tree.arguments != (Missing(),)
        ),
    )


@given(st.recursive(leaves, _grow, max_leaves=20))
def test_any_tree_is_the_same_after_being_written_and_read(tree):
    assert parse(text(tree, HERE), HERE) == tree
