"""Sheets as people build them, for tests: cells by name, written by openpyxl without calculated results."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from openpyxl.utils import get_column_letter

from workbooks import save
from xlnn.understand import Understood, understand
from xlnn.xlsx.workbook import Workbook

Cells = Mapping[str, object]


def read(path: Path, **sheets: Cells) -> Understood | None:
    return understand(Workbook(save(path, sheets)))


def at(found: Understood, name: str, iteration: int = 0) -> str:
    """Where a quantity lies: 'Net!A1 (2, 0) (0, 1)', a step for each axis that has more than one place."""
    place = found.iterations[iteration].places()[name]
    assert isinstance(place, tuple), place
    sheet, where = place
    steps = [str(step) for step, size in zip(where.steps, where.shape, strict=True) if size > 1]
    return " ".join([f"{sheet}!{where.origin.name}", *steps])


def sigmoid(z: str) -> str:
    return f"1/(1+EXP(-({z})))"


def column(number: int) -> str:
    return get_column_letter(number)


def rows(count: int = 3, slope: str = "L", eta: str = "$G$1") -> dict[str, object]:
    """2-2-2 without biases, an iteration in each row from 4 on; `slope` is the column of a′ in unit 2's gradients."""
    cells: dict[str, object] = {"F1": "eta", "G1": 0.7}
    cells |= dict(
        zip(["E4", "F4", "G4", "H4", "M4", "N4", "O4", "P4"], [0.3, -0.2, 0.15, 0.4, 0.5, -0.45, 0.35, 0.6], strict=True)
    )
    for r in range(4, 4 + count):
        cells |= {f"A{r}": 0.2, f"B{r}": 0.85, f"C{r}": 0.3, f"D{r}": -0.7}
        cells |= {f"I{r}": f"=E{r}*C{r}+F{r}*D{r}", f"K{r}": f"=G{r}*C{r}+H{r}*D{r}"}
        cells |= {f"{a}{r}": f"=1/(1+EXP(-{z}{r}))" for a, z in ("JI", "LK", "RQ", "TS")}
        cells |= {f"Q{r}": f"=M{r}*J{r}+N{r}*L{r}", f"S{r}": f"=O{r}*J{r}+P{r}*L{r}"}
        cells |= {f"U{r}": f"=0.5*(A{r}-R{r})^2", f"V{r}": f"=0.5*(B{r}-T{r})^2", f"W{r}": f"=U{r}+V{r}"}
        d1, d2 = f"(R{r}-A{r})*R{r}*(1-R{r})", f"(T{r}-B{r})*T{r}*(1-T{r})"
        for g, w1, w2, a, x in (
            ("X", "M", "O", "J", "C"),
            ("Y", "M", "O", "J", "D"),
            ("Z", "N", "P", slope, "C"),
            ("AA", "N", "P", slope, "D"),
        ):
            cells[f"{g}{r}"] = f"=({d1}*{w1}{r}+{d2}*{w2}{r})*{a}{r}*(1-{a}{r})*{x}{r}"
        for g, d, a in (("AB", d1, "J"), ("AC", d1, "L"), ("AD", d2, "J"), ("AE", d2, "L")):
            cells[f"{g}{r}"] = f"={d}*{a}{r}"
        if r < 3 + count:
            weights = zip("EFGHMNOP", ("X", "Y", "Z", "AA", "AB", "AC", "AD", "AE"), strict=True)
            cells |= {f"{w}{r + 1}": f"={w}{r}-{eta}*{g}{r}" for w, g in weights}
    return cells


def table(targets: str = "difference", delta3: str = "=({t}-{a})*{a}*(1-{a})", sign: str = "+") -> dict[str, object]:
    """2-2-1 with biases, an example in each row from 6 on; δ = t − a, added: new weights in rows 12 to 14."""
    cells: dict[str, object] = dict(
        zip(
            ["A1", "B1", "C1", "A2", "B2", "C2", "A3", "B3", "C3", "M2"],
            [0.4, -0.3, 0.1, 0.2, 0.5, -0.2, 0.7, -0.6, 0.05, 0.4],
            strict=True,
        )
    )
    for r, (x1, x2, t) in enumerate([(0.3, 0.8, 1), (0.9, -0.2, 0), (-0.5, 0.4, 1)], 6):
        cells |= {f"A{r}": x1, f"B{r}": x2, f"C{r}": t}
        cells |= {f"D{r}": f"=A{r}*$A$1+B{r}*$B$1+$C$1", f"E{r}": f"=A{r}*$A$2+B{r}*$B$2+$C$2"}
        cells |= {f"F{r}": f"=1/(1+EXP(-D{r}))", f"G{r}": f"=1/(1+EXP(-E{r}))", f"H{r}": f"=F{r}*$A$3+G{r}*$B$3+$C$3"}
        cells |= {f"I{r}": f"=1/(1+EXP(-H{r}))", f"J{r}": delta3.format(t=f"C{r}", a=f"I{r}")}
        cells |= {f"K{r}": f"=J{r}*$A$3*F{r}*(1-F{r})", f"L{r}": f"=J{r}*$B$3*G{r}*(1-G{r})"}
    for r, w, d, a1, a2 in ((12, 1, "K", "A", "B"), (13, 2, "L", "A", "B"), (14, 3, "J", "F", "G")):
        errors = f"{d}6:{d}8"
        cells[f"A{r}"] = f"=A{w}{sign}$M$2*SUMPRODUCT({errors},{a1}6:{a1}8)"
        cells[f"B{r}"] = f"=B{w}{sign}$M$2*SUMPRODUCT({errors},{a2}6:{a2}8)"
        cells[f"C{r}"] = f"=C{w}{sign}$M$2*SUM({errors})"
    return cells
