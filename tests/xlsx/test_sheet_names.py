"""The names of sheets: one way of comparing them, for every command."""

from __future__ import annotations

import pytest

from xlnn.xlsx.sheet_names import SheetNames, reference


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Data", "Data"), ("DATA", "Data"), (" data ", "Data"), ("Ｄａｔａ", "Data"), ("straße", "STRASSE"),
        ("学习", "学习"), ("x", "x"), ("X", "X"), ("Dat", None), ("", None),
    ],
)  # fmt: skip
def test_find(name, found):
    """As Excel, which takes DATA and Data for one name; of two that differ in nothing else the exact one."""
    assert SheetNames(("Data", "STRASSE", "学习", "x", "X")).find(name) == found


def test_iterations_are_found_in_their_order():
    names = SheetNames(("iteration 10", "Data", "ITERATION 2", "Iteration 1", "Iteration 01", "Iteration x", "Ｉteration 3 "))
    assert names.iterations == {1: "Iteration 1", 2: "ITERATION 2", 3: "Ｉteration 3 ", 10: "iteration 10"}
    assert names.besides(["DATA", "Iteration 1"])[:2] == ["iteration 10", "ITERATION 2"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L5:N8", ("", "L5:N8")), ("Data!L5", ("Data", "L5")), ("'it''s'!A1:B2", ("it's", "A1:B2")),
        (" 'Iteration 1' ! L5 ", ("Iteration 1", "L5")), ("Iteration 1!L5", ("Iteration 1", "L5")),
        ("'a!b'!C3", ("a!b", "C3")), ("it's!A1", ("it's", "A1")), ("''''!A1", ("'", "A1")),
    ],
)  # fmt: skip
def test_references_are_read_as_formulas_spell_them(text, expected):
    assert reference(text) == expected


def test_a_message_lists_few_names_or_the_nearest_of_many():
    assert str(SheetNames(("a", "b")).listed("c")) == "'a', 'b'"
    many = SheetNames(tuple(f"Iteration {n}" for n in range(1, 115)))
    assert str(many.listed("Iteraton 77")).startswith("'Iteration 77', ")
    assert str(many.listed("Iteraton 77")).endswith(", … (114)")
    assert str(many.listed("Settings")).count("'") <= 6
