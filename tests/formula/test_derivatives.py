"""The derivative of every function, and of random sheets, against central differences of the calculation."""

from __future__ import annotations

import numpy as np
import pytest
from formula_books import graph, number, value
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from xlnn.formula.functions import ELEMENTWISE, PAIRED, REDUCING

INPUTS = {"A1": 0.7, "A2": -1.3, "A3": 0.4, "B1": 2.1, "B2": 0.9, "B3": -0.6, "C1": 1.7, "C2": 3.2, "C3": 0.35}
ARGUMENTS = {  # where a function is not smooth, or not defined, at the usual ones
    "LN": ["B1"], "LOG10": ["B1"], "LOG": ["B1,C2", "B2"], "SQRT": ["B1"], "^": ["B1^B3", "A2^2", "C1^A1"], "POWER": ["B1,A2"],
    "ASIN": ["A1"], "ACOS": ["A3"], "STANDARDIZE": ["A1,A2,B1"], "MOD": ["C2,B2", "A2,A1"], 
    "ROUND": ["C2*A2,1"], "TRUNC": ["C2*A2,1"], "ROUNDUP": ["C2*A2,1"], "ROUNDDOWN": ["C2*A2,1"],
}  # fmt: skip
OTHERS = [
    "IF(A1>A2,A1*B1,A2*B2)", "IF(A1<A2,A1*B1,A2*B2)", "IFERROR(A1/0,B1*B2)", "IFERROR(A1*A1,B1)", "IFNA(NA(),C1^2)",
    "CHOOSE(2,A1,B1*C1,C2)", "INDEX(A1:C3,2,3)*A1", "INDEX(A1:C3,MATCH(2.1,B1:B3,0),1)", "SUM(INDEX(A1:C3,0,2))*A1",
    "SUMPRODUCT(INDEX(A1:C3,2,0),A1:C1)", "VLOOKUP(0.7,A1:C3,3,FALSE)^2", "HLOOKUP(2.1,A1:C3,3,FALSE)*A1",
    "SUMPRODUCT(MMULT(A1:C3,A1:C3),A1:C3)", "SUMPRODUCT(TRANSPOSE(A1:B3),A1:C2)", "SUMPRODUCT(A1:A3,B1:B3,C1:C3)",
    "SUMPRODUCT(EXP(-A1:A3*B1:B3))", "SUMPRODUCT((A1:A3>0)*B1:B3)", "SUMIF(A1:A3,\">0\",B1:B3)", "AVERAGEIF(A1:A3,\">0\",C1:C3)",
    "N(A1)*3", "1/(1+EXP(-SUMPRODUCT(A1:A3,B1:B3)+C1))", "MAX(A1:A3,B1*B2)", "MAX(0,A2)+MAX(0,A1)", "MIN(A1:C3)*MAX(A1:C3)",
    "-A1^2", "A1%*B1", "A1-B1-C1*C2/C3/A2", "(A1+B1)*(A1-B1)", "B1^A1^A3", "SUM(A1:B2,C3,2)", "AVERAGE(A:A)*SUM(2:2)",
    "ABS(A2)*ABS(B1)",
    "IF(AND(A1>0,A2<0),A1^3,0)", "SUMXMY2(A1:A3,B1:B3)/2", "A1&\"\"", "COUNT(A1:A3)*A1", "ROW(A1)*B1", "EXP(A1)/(1+EXP(A1))",
]  # fmt: skip


def formulas() -> list[str]:
    found = list(OTHERS)
    for name, entry in ELEMENTWISE.items():
        for inside in ARGUMENTS.get(name, [",".join(("A1", "B1", "C1")[: len(entry.slopes)])]):
            if name.isalnum() and name != "negative":
                found.append(f"{name}({inside})")
            elif name in "+-*/":
                found.append(f"A1{name}B1")
            elif name == "^":
                found.append(inside)
    found += [f"{name}({area})" for name in REDUCING for area in ("A1:C3", "A1,B2:C3,2", "A1:A3*1")]
    return found + [f"{name}(A1:B3,B1:C3)" for name in PAIRED]


def one_sided(of, cells: list[int], inputs: list[int], h: float) -> np.ndarray:
    """(cells, inputs) the differences of the cells where an input is h more, divided by h."""
    x = of.values.numbers
    return np.array([(of.calculate({at: x[at] + h}).numbers[cells] - x[cells]) / h for at in inputs]).T


def central(of, cells: list[int], inputs: list[int], h: float) -> np.ndarray:
    """(cells, inputs) ∂/∂ each input by central differences."""
    return (one_sided(of, cells, inputs, h) + one_sided(of, cells, inputs, -h)) / 2


@pytest.fixture(scope="module")
def sheet():
    return graph(INPUTS | {f"F{row}": "=" + written for row, written in enumerate(formulas(), 1)})


def test_every_function_has_the_derivative_of_its_central_difference(sheet):
    inputs = [number(sheet, name) for name in INPUTS]
    cells = [number(sheet, f"F{row}") for row in range(1, len(formulas()) + 1)]
    assert {report.kind for report in sheet.reports} == set()
    slopes, differences = sheet.gradient(cells)[:, inputs], central(sheet, cells, inputs, 1e-6)
    for written, mine, theirs in zip(formulas(), slopes, differences, strict=True):
        if not isinstance(value(sheet, f"F{formulas().index(written) + 1}"), str):
            assert mine == pytest.approx(theirs, rel=1e-6, abs=1e-8), written


def test_an_array_formula_passes_its_derivative_on():
    from openpyxl.worksheet.formula import ArrayFormula

    of = graph(INPUTS | {
        "E1": ArrayFormula("E1:F2", "=MMULT(A1:B2,TRANSPOSE(A1:B2))"), "H1": ArrayFormula("H1:H3", "=EXP(A1)"),
        "J1": ArrayFormula("J1:K3", "=A1:A3*2"), "E5": "=E1*F2+E2^2+H1+H3+J1*K2",
    })  # fmt: skip
    a, b, c, d = 0.7, 2.1, -1.3, 0.9  # (A1 B1; A2 B2)
    # E1 = a² + b², F2 = c² + d², E2 = ca + db; three cells show e^a, of which two count; J1·K2 = 2a·2c
    assert value(of, "E5") == pytest.approx((a * a + b * b) * (c * c + d * d) + (c * a + d * b) ** 2 + 2 * np.exp(a) + 4 * a * c)
    slopes = of.gradient(number(of, "E5"))
    assert slopes[number(of, "A1")] == pytest.approx(2 * a * (c * c + d * d) + 2 * (c * a + d * b) * c + 2 * np.exp(a) + 4 * c)
    assert slopes[number(of, "B2")] == pytest.approx(2 * d * (a * a + b * b) + 2 * (c * a + d * b) * b)


def test_the_branch_that_is_taken_gives_the_derivative_and_ties_are_named():
    of = graph({"A1": 2, "A2": 2, "A3": 0, "B1": "=MAX(A1:A3)", "B2": "=MAX(A1,A3)", "B3": "=IF(A3>0,A1,A2)", "B4": "=MAX(0,A3)",
                "B5": "=IF(A1=A2,A1,0)"})  # fmt: skip
    assert of.gradient(number(of, "B1"))[[number(of, "A1"), number(of, "A2")]].tolist() == [1, 0]  # the first of equal ones
    assert of.gradient(number(of, "B3"))[[number(of, "A1"), number(of, "A2")]].tolist() == [0, 1]
    assert of.ties.tolist() == sorted(number(of, name) for name in ("B1", "B3", "B4"))


def test_several_outputs_and_a_cut():
    of = graph({"A1": 3, "B1": "=A1^2", "C1": "=B1*A1", "D1": "=C1+B1"})
    cells = [number(of, name) for name in ("A1", "B1", "C1", "D1")]
    assert of.gradient([cells[2], cells[3]])[:, cells].tolist() == [[27, 3, 1, 0], [33, 4, 1, 1]]
    cut = np.zeros(len(of.codes) + 1, bool)
    cut[cells[1]] = True  # B1 counts as given: ∂C1/∂A1 is B1
    assert of.gradient(cells[2], cut)[cells].tolist() == [9, 3, 1, 0]
    assert of.derivatives({cells[2]: 1, cells[3]: 2}, cut)[cells].tolist() == [27, 11, 3, 2]


# ---- random sheets ------------------------------------------------------------------------------------

NAMES = tuple(INPUTS)


def expressions(known: tuple[str, ...]):
    leaf = st.sampled_from(known) | st.sampled_from(["2", "0.5", "1.25"])

    def grow(inner):
        return st.one_of(
            st.builds("({}{}{})".format, inner, st.sampled_from("+-*"), inner),
            st.builds("({}/(1+{}^2))".format, inner, inner),
            st.builds("{}({})".format, st.sampled_from(["TANH", "SIN", "ABS", "COS"]), inner),
            st.builds("-{}".format, inner),
            st.builds("IF({}>{},{},{})".format, inner, inner, inner, inner),
            st.builds(
                "{}({},{})".format, st.sampled_from(["SUM", "MAX", "MIN", "AVERAGE", "PRODUCT", "SUMSQ"]), st.just("A1:B3"), inner
            ),
            st.builds("SUMPRODUCT(A1:A3{}B1:B3)".format, st.sampled_from(",*-")),
            st.builds("SQRT(1+{}^2)".format, inner),
            st.builds("EXP(-({})^2)".format, inner),
        )

    return st.recursive(leaf, grow, max_leaves=6)


@st.composite
def sheets(draw) -> dict[str, str]:
    """Six formulas, each of which may read the ones before."""
    found: dict[str, str] = {}
    for row in range(1, 7):
        known = NAMES + tuple(found) * 2
        found[f"E{row}"] = "=" + draw(expressions(known))
    return found


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(sheets(), st.lists(st.floats(-2, 2).map(lambda x: round(x, 3)), min_size=9, max_size=9))
def test_random_sheets_have_the_derivatives_of_their_central_differences(written, given_):
    of = graph(dict(zip(INPUTS, given_, strict=True)) | written)
    cells, inputs = [number(of, name) for name in written], [number(of, name) for name in INPUTS]
    assume(np.abs(of.values.numbers[cells]).max() < 1e6)
    before, after = (one_sided(of, cells, inputs, h) for h in (-1e-5, 1e-5))
    smooth = np.abs(before - after) < 1e-2 * (1 + np.abs(after))  # elsewhere a MAX or an IF changes its branch
    slopes = of.gradient(cells)[:, inputs]
    assert slopes[smooth] == pytest.approx((before + after)[smooth] / 2, rel=1e-4, abs=1e-4)
