"""Mistakes typed as formulas into a finished sheet and calculated by LibreOffice, so that the catalogue does not judge itself."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pytest
from hand import few
from office import needs_office, recalculate

from xlnn.book.writer import write
from xlnn.checking.judging import judge
from xlnn.model.examples import example

pytestmark = needs_office
IMAGES = 8

# 12-3-2 on 8 images: image k's block begins in column L + 4k; pixels L5:N8, t O9:O10, z² O11:O13, a² O14:O16, z³ O17:O18,
# a³ O19:O20, C O21; w² D5:F16, b² G5, G9, G13, w³ D17:F18, b³ G17:G18, C_T G21.
# Backward: ∂C/∂a O54:O55, a′³ O56:O57, δ³ O58:O59, Σwδ O60:O62, a′² O63:O65, δ² O66:O68, ∂C/∂w² L71:N82,
# ∂C_T/∂w² D71:F82, ∂C_T/∂b² G71, ∂C_T/∂w³ D83:F84, new w² D87:F98, new b² G87, new w³ D99:F100. Last image: column AQ.
TYPED = {
    1: ("bias-left-out", "z2", {"O11": "=SUMPRODUCT(L5:N8,$D$5:$F$8)"}),
    2: ("bias-subtracted", "z2", {"S12": "=SUMPRODUCT(P5:R8,$D$9:$F$12)-$G$9"}),
    3: ("weights-of-another-unit", "z2", {"W13": "=SUMPRODUCT(T5:V8,$D$9:$F$12)+$G$13"}),
    4: ("inputs-of-another-image", "z2", {"AA11": "=SUMPRODUCT(L5:N8,$D$5:$F$8)+$G$5"}),
    5: ("another-activation", "a2", {"O14": "=TANH(O11)", "S15": "=TANH(S12)"}),
    6: ("sign-in-exponent", "a2", {"O15": "=1/(1+EXP(O12))"}),
    7: ("half-left-out", "C", {"O21": "=SUMXMY2(O19:O20,O9:O10)", "S21": "=SUMXMY2(S19:S20,S9:S10)"}),
    8: ("images-left-out", "CT", {"G21": "=SUM(O21:AI21)"}),
    9: ("mean-for-sum", "CT", {"G21": "=AVERAGE(O21:AQ21)"}),
    10: ("sign-turned", "dC_da3", {"O54": "=O9-O19", "O55": "=O10-O20"}),
    11: ("plus-for-minus", "slope2", {"O63": "=O14*(1+O14)"}),
    12: ("slope-left-out", "delta3", {"O58": "=O54", "O59": "=O55"}),
    13: ("new-weights", "back2", {"O60": "=$D$99*O58+$D$100*O59", "O61": "=$E$99*O58+$E$100*O59"}),
    14: ("first-output-only", "back2", {"O62": "=$F$17*O58"}),
    15: ("wrong-outputs", "dC_dw3", {"L83": "=O58*O11", "M83": "=O58*O12", "N83": "=O58*O13"}),
    16: ("one-image-for-sum", "dCT_dw2", {"D71": "=L71", "E71": "=M71"}),
    17: ("divided-by-n", "dCT_dw3", {"D83": "=AVERAGE(L83,P83,T83,X83,AB83,AF83,AJ83,AN83)"}),
    18: ("gradient-added", "new_w2", {"D87": "=D5+Settings!$B$2*D71", "E87": "=E5+Settings!$B$2*E71"}),
    19: ("eta-left-out", "new_w3", {"D99": "=D17-D83", "E99": "=E17-E83"}),
    20: ("eta-squared", "new_w3", {"F99": "=F17-Settings!$B$2^2*F83", "F100": "=F18-Settings!$B$2^2*F84"}),
    21: ("biases-not-updated", "new_b2", {"G87": "=G5", "G91": "=G9", "G95": "=G13"}),
    22: ("iteration-one-off", "w3", {"D17": "='Iteration 21'!D17", "E17": "='Iteration 21'!E17"}),
    23: ("reference-slid", "new_w3", {"D99": "=D17-Settings!B2*D83", "D100": "=D18-Settings!B3*D84"}),
    24: ("half-left-out", "dC_da3", {"W54": "=2*(W19-W9)"}),
    25: ("bias-gradient-left-out", "dC_db2", {"O71": "=0*O66"}),
}


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory):
    """One workbook whose every iteration has a mistake of its own, and the same without any, both recalculated."""
    folder = tmp_path_factory.mktemp("office")
    problem = few(example("4-4"), IMAGES).with_settings(iterations=len(TYPED))
    write(problem, folder / "book.xlsx", cells="formulas")
    book = openpyxl.load_workbook(folder / "book.xlsx")
    for number, (_, _, formulas) in TYPED.items():
        for cell, formula in formulas.items():
            book[f"Iteration {number}"][cell] = formula
    book.save(folder / "typed.xlsx")
    recalculate(folder / "typed.xlsx", folder / "spoiled.xlsx")
    recalculate(folder / "book.xlsx", folder / "right.xlsx")
    return folder


def test_every_typed_mistake_is_named(spoiled):
    faults = judge(spoiled / "spoiled.xlsx").faults
    found = [(f.shown.name, f.rule.result.name, ", ".join(c.name for c in f.causes)) for f in faults]
    assert found == [(f"Iteration {number}", quantity, name) for number, (name, quantity, _) in TYPED.items()]


def test_typed_cells_are_the_wrong_ones(spoiled):
    for fault in judge(spoiled / "spoiled.xlsx").faults:
        cells = {fault.shown.cell(fault.rule.result.name, index)[1].name for index in fault.cells}
        number = fault.shown.iteration
        still_right = {"D99"} if number == 23 else set()  # the first cell of a copied formula refers rightly
        assert cells == set(TYPED[number][2]) - still_right


def test_right_workbook_saved_by_libreoffice_is_clean(spoiled):
    """It keeps 15 digits."""
    verdict = judge(spoiled / "right.xlsx")
    assert verdict.right
    assert verdict.cells > 15_000


def test_trained_sheet(tmp_path):
    """C_T below 1e-6, where most δ lie below 1e-12 of 1: doubled δ² and ∂C_T/∂w set to 0 are found in every cell."""
    problem = few(example("4-4"), 4)
    problem = replace(problem, parameters={n: p * 4 for n, p in problem.parameters.items()})
    problem = problem.with_settings(eta=60, iterations=2000)
    write(problem, tmp_path / "long.xlsx", cells="formulas", keep="last")
    recalculate(tmp_path / "long.xlsx", tmp_path / "right.xlsx")
    verdict = judge(tmp_path / "right.xlsx")
    assert verdict.right
    book = openpyxl.load_workbook(tmp_path / "long.xlsx")
    sheet = book["Iteration 2000"]
    for row in (66, 67, 68):
        for column in ("O", "S", "W", "AA"):
            sheet[f"{column}{row}"] = "=2*" + sheet[f"{column}{row}"].value[1:]
    for row in range(83, 85):
        for column in "DEF":
            sheet[f"{column}{row}"] = 0
    book.save(tmp_path / "typed.xlsx")
    recalculate(tmp_path / "typed.xlsx", tmp_path / "spoiled.xlsx")
    delta, gradient = judge(tmp_path / "spoiled.xlsx").faults
    total = next(g for g in judge(tmp_path / "spoiled.xlsx").groups if g.sheets[0].name == "Iteration 2000").raw["CT"]
    assert float(total.max()) < 1e-6
    assert (delta.rule.result.name, delta.wrong.sum(), delta.wrong.size) == ("delta2", 12, 12)
    assert (gradient.rule.result.name, gradient.wrong.sum(), gradient.wrong.size) == ("dCT_dw3", 6, 6)
    assert [c.name for c in gradient.causes] == ["zero"]
