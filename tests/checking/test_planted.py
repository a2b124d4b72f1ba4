"""Mistakes as people make them, planted in sheets of formulas, and found without a word on where anything lies."""

from pathlib import Path

import pytest
from planted import MISTAKES, Sheets, build

from xlnn.checking.formulas import Judged, judge_formulas, name_of

EXPLAINED = "right"  # how the line with the corrected formula begins
UNNAMED = {
    "C_T: last image missing",
    "a number pasted",
    "C: one half forgotten",
    "sum: average",
}  # told without a corrected formula


def tried(path: Path, kind: str, name: str, whole: bool) -> dict[str, object]:
    """What the formulas tell of one planted mistake."""
    right, wrong = build(kind), build(kind)
    keys = MISTAKES[name](wrong, whole)
    bad = {wrong.address(*key) for key in keys}
    judged = judge_formulas(wrong.save(path))
    first = [name_of(judged.graph, int(finding.cells[0])) for finding in judged.findings if len(finding.cells)]
    accused = {name_of(judged.graph, c) for finding in judged.findings if finding.wrong for c in finding.cells.tolist()} - bad
    return {
        "mistake": f"{kind}, {name}, {'all' if whole else 'one'}",
        "found": bool(judged.findings),
        "first": any(cell in bad for cell in first),
        "explained": name in UNNAMED or corrected(judged, right, wrong, bad),
        "accused": len(accused),
        "formulas": judged.formulas,
    }


def corrected(judged: Judged, right: Sheets, wrong: Sheets, bad: set[str]) -> bool:
    """Whether a formula that is named as right gives what the right sheet's formula gives: they have the same references."""
    meant = {wrong.address(*key): formula for key, formula in right.cells.items()}
    for finding in judged.findings:
        cell = name_of(judged.graph, int(finding.cells[0]))
        for message, fields in finding.lines:
            if message.startswith(EXPLAINED) and cell in bad and references(fields["formula"]) == references(meant[cell]):
                return True
    return False


def references(formula: object) -> list[str]:
    """The addresses in a formula, sorted, without $: what it is calculated from, however its terms stand."""
    from xlnn.formula import parse, text
    from xlnn.formula.tree import Reference, walk
    from xlnn.layout.cells import Cell

    tree = parse(str(formula), Cell(50, 50))
    return sorted(text(node, Cell(50, 50)).replace("$", "") for node in walk(tree) if isinstance(node, Reference))


@pytest.mark.parametrize("kind", ["table", "blocks"])
def test_a_right_sheet_is_not_accused(kind, tmp_path):
    judged = judge_formulas(build(kind).save(tmp_path / "right.xlsx"))
    assert judged.findings == ()
    assert len(judged.learning.updates.old) == 47  # book 3-1: 36 + 3 + 6 + 2 parameters
    assert not judged.learning.wrong.any()


@pytest.mark.parametrize("kind", ["table", "blocks"])
def test_planted_mistakes_are_found_at_their_first_cell_and_explained(kind, tmp_path, capsys):
    rows = [tried(tmp_path / "wrong.xlsx", kind, name, whole) for name in MISTAKES for whole in (True, False)]
    with capsys.disabled():
        print()
        for row in rows:
            marks = "  ".join(f"{name} {'yes' if row[name] else 'NO '}" for name in ("found", "first", "explained"))
            print(f"{row['mistake']:50} {marks}  accused {row['accused']}")
    share = {name: sum(bool(row[name]) for row in rows) / len(rows) for name in ("found", "first", "explained")}
    assert share["found"] >= 0.95
    assert share["first"] >= 0.95
    assert share["explained"] >= 0.85
    assert sum(row["accused"] for row in rows) <= 0.01 * sum(row["formulas"] for row in rows)
