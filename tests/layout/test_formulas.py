"""Formulas: how placed arrays are spelled, and that the authors' cells hold the authors' own formulas."""

from __future__ import annotations

import operator
import re
from decimal import Decimal, localcontext
from fractions import Fraction
from html import unescape
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import dense, maps, random_problem

import xlnn
from xlnn.book.numbers import add_page
from xlnn.book.plan import Plan
from xlnn.errors import LimitError
from xlnn.layout.cells import Cell, Range
from xlnn.layout.formulas import Placed, spell
from xlnn.layout.places import Place, contiguous_steps
from xlnn.model.activations import ACTIVATIONS
from xlnn.model.convolution import sum_of
from xlnn.model.costs import COSTS
from xlnn.model.examples import example
from xlnn.model.network import LayerSettings
from xlnn.model.problem import Problem
from xlnn.xlsx.rows import Rows


def at(block: str, *sizes: int, **options) -> Placed:
    """An array that fills a block row by row; of one axis along it unless sizes are given."""
    found = Range.parse(block)
    shape = sizes or ((found.height * found.width,) if found.height * found.width > 1 else ())
    return Placed.at(Place(found.first, shape, contiguous_steps(shape, found)), **options)


def scattered(cell: str, count: int, step: tuple[int, int], **options) -> Placed:
    return Placed.at(Place(Cell.parse(cell), (count,), (step,)), **options)


def text(value) -> str:
    return spell(value).text()


def occupied(*ranges: str, rows: int = 100, columns: int = 1000) -> np.ndarray:
    """A sheet's map with numbers in these ranges."""
    numbers = np.zeros((rows, columns), bool)
    for found in map(Range.parse, ranges):
        numbers[found.first.row - 1 : found.last.row, found.first.column - 1 : found.last.column] = True
    return numbers


# ---- operators and brackets -------------------------------------------------------------------------

A, B, C = at("A1"), at("B1"), at("C1")


@pytest.mark.parametrize(
    ("value", "formula"),
    [
        (A + B - C, "A1+B1-C1"), (A - (B - C), "A1-(B1-C1)"), (A - (B + C), "A1-(B1+C1)"),
        (A * (B + C), "A1*(B1+C1)"), ((A + B) * C, "(A1+B1)*C1"), (A * B + C, "A1*B1+C1"),
        (A / (B * C), "A1/(B1*C1)"), (A / (B / C), "A1/(B1/C1)"), (A / B / C, "A1/B1/C1"),
        (-(A**2), "-(A1^2)"), ((-A) ** 2, "(-A1)^2"), (-(A + B), "-(A1+B1)"), (-A + B, "-A1+B1"), (A - (-B), "A1-(-B1)"),
        (A * (1 - A), "A1*(1-A1)"), (1 / (1 + abs(A)) ** 2, "1/(1+ABS(A1))^2"), ((A**2) ** 3, "A1^2^3"),
        (A**(B**2), "A1^(B1^2)"), (A * 0.2, "A1*0.2"), (A + 2.0, "A1+2"), (A - -3, "A1--3"), ((A + 0) ** -2, "(A1+0)^(-2)"),
        (1 / (1 + np.exp(-np.maximum(A, -700))), "1/(1+EXP(-MAX(A1,-700)))"), (np.tanh(A), "TANH(A1)"), (np.log(A), "LN(A1)"),
        (np.where(A >= B, 0, 1), "IF(A1>=B1,0,1)"), (np.where(A > 0, 1, 0), "IF(A1>0,1,0)"),
        (np.where(np.logical_and(A == B, C < B), C, 0), "IF(AND(A1=B1,C1<B1),C1,0)"), (A <= B + 1, "A1<=B1+1"),
        (at("N9", sheet="Data"), "Data!N9"), (at("B2", sheet="Settings", absolute=True), "Settings!$B$2"),
        (at("D87", sheet="Iteration 1"), "'Iteration 1'!D87"), (A - at("B2", absolute=True) * B, "A1-$B$2*B1"),
    ],
)  # fmt: skip
def test_operators(value, formula):
    assert text(value) == formula


def test_numbers_are_spelled_to_the_bit():
    assert text(A * 0.1) == "A1*0.1"
    assert text(A * (0.1 + 0.2)) == "A1*0.30000000000000004"
    assert text(A * np.float64(1e-300)) == "A1*1e-300"


OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}


def grown(smaller):
    """Larger expressions from smaller ones; `n` alone is a plain number, which Python would add up by itself."""
    number = st.tuples(st.just("n"), st.integers(-3, 3))
    return st.one_of(
        st.tuples(st.sampled_from("+-*/"), smaller, st.one_of(smaller, number)),
        st.tuples(st.sampled_from("+-*/"), number, smaller),
        st.tuples(st.just("negative"), smaller),
        st.tuples(st.just("abs"), smaller),
        st.tuples(st.just("max"), smaller, st.one_of(smaller, number)),
        st.tuples(st.just("^"), smaller, st.integers(1, 3)),
        st.tuples(st.just("if"), st.sampled_from(sorted(COMPARISONS)), smaller, st.one_of(smaller, number), smaller, smaller),
    )


expressions = st.recursive(st.tuples(st.just("cell"), st.sampled_from("ABC")), grown, max_leaves=8)
NUMBERS = {"A1": Fraction(3), "B1": Fraction(-2), "C1": Fraction(5, 7)}


def placed(tree):
    """The expression in NumPy's words on placed arrays."""
    kind, *parts = tree
    if kind in ("cell", "n"):
        return {"A": A, "B": B, "C": C}[parts[0]] if kind == "cell" else parts[0]
    if kind == "^":
        return placed(parts[0]) ** parts[1]
    if kind == "if":
        return np.where(COMPARISONS[parts[0]](placed(parts[1]), placed(parts[2])), placed(parts[3]), placed(parts[4]))
    values = [placed(part) for part in parts]
    return {**OPERATORS, "negative": operator.neg, "abs": abs, "max": np.maximum}[kind](*values)


def exact(tree) -> Fraction:
    """The expression's value, calculated without any spelling."""
    kind, *parts = tree
    if kind in ("cell", "n"):
        return NUMBERS[parts[0] + "1"] if kind == "cell" else Fraction(parts[0])
    if kind == "^":
        return exact(parts[0]) ** parts[1]
    if kind == "if":
        return exact(parts[3]) if COMPARISONS[parts[0]](exact(parts[1]), exact(parts[2])) else exact(parts[4])
    return {**OPERATORS, "negative": operator.neg, "abs": abs, "max": max}[kind](*map(exact, parts))


class Spreadsheet:
    """Reads a formula as Excel and LibreOffice do: − of a sign before ^, then * /, then + −, then comparisons;
    everything from left to right, so 2^3^2 is 64 and −3^2 is 9."""

    def __init__(self, formula: str):
        self.tokens = re.findall(r"[A-Z]+1\b|[A-Z]+(?=\()|[0-9.]+|<=|>=|[-+*/^<>=(),]", formula)
        assert "".join(self.tokens) == formula

    def take(self, *wanted: str) -> str:
        return self.tokens.pop(0) if self.tokens and self.tokens[0] in wanted else ""

    def value(self):
        found = self.sums()
        while sign := self.take(*COMPARISONS):
            found = COMPARISONS[sign](found, self.sums())
        return found

    def sums(self):
        found = self.products()
        while sign := self.take("+", "-"):
            found = OPERATORS[sign](found, self.products())
        return found

    def products(self):
        found = self.powers()
        while sign := self.take("*", "/"):
            found = OPERATORS[sign](found, self.powers())
        return found

    def powers(self):
        found = self.signed()
        while self.take("^"):
            found **= self.signed()
        return found

    def signed(self):
        if self.take("-"):
            return -self.signed()
        token = self.tokens.pop(0)
        if token == "(":
            found = self.value()
        elif token in ("ABS", "MAX", "IF"):
            self.take("(")
            found = self.call(token)
        else:
            return NUMBERS.get(token) or Fraction(token)
        assert self.take(")")
        return found

    def call(self, name: str):
        arguments = [self.value()]
        while self.take(","):
            arguments.append(self.value())
        return {"ABS": abs, "MAX": max, "IF": lambda test, yes, no: yes if test else no}[name](*arguments)


def test_the_reading_itself():
    assert Spreadsheet("-A1^2").value() == 9
    assert Spreadsheet("A1^2^2").value() == 81
    assert Spreadsheet("8-3-2*2/A1").value() == Fraction(11, 3)


@given(expressions)
def test_brackets_stand_where_a_spreadsheet_needs_them(tree):
    """Every formula, read by a spreadsheet's rules, has exactly the value of the expression that it spells."""
    try:
        value = exact(tree)
    except ZeroDivisionError:
        return
    assert Spreadsheet(text(placed(tree))).value() == value


# ---- sums -------------------------------------------------------------------------------------------

X = Placed.at(Place(Cell.parse("L5"), (64, 4, 3), ((0, 4), (1, 0), (0, 1))), per_image=True)
W2 = Placed.at(Place(Cell.parse("D5"), (3, 4, 3), ((4, 0), (1, 0), (0, 1))), absolute=True)
A2 = Placed.at(Place(Cell.parse("O14"), (64, 3), ((0, 4), (1, 0))), per_image=True)
W3 = Placed.at(Place(Cell.parse("D17"), (2, 3), ((1, 0), (0, 1))), absolute=True)


@pytest.mark.parametrize(
    ("value", "formula"),
    [
        ((X[0] * W2[1]).sum(), "SUMPRODUCT(L5:N8,$D$9:$F$12)"),
        ((W3[1] * A2[0]).sum(), "MMULT($D$18:$F$18,O14:O16)"),
        ((A2[0] * W3[1]).sum(), "MMULT($D$18:$F$18,O14:O16)"),  # the row always first
        ((W3[:, 0] * at("O58:O59")).sum(), "SUMPRODUCT($D$17:$D$18,O58:O59)"),
        (((at("O19:O20") - at("O9:O10")) ** 2).sum() / 2, "SUMXMY2(O19:O20,O9:O10)/2"),
        (((at("O19:O20") - 1) ** 2).sum(), "(O19-1)^2+(O20-1)^2"),
        ((at("A1:B2", 2, 2) * at("D1:E2", 2, 2) * at("G1:H2", 2, 2)).sum(), "A1*D1*G1+B1*E1*H1+A2*D2*G2+B2*E2*H2"),
        (abs(at("A1:A3") - at("B1:B3")).sum() / 3, "(ABS(A1-B1)+ABS(A2-B2)+ABS(A3-B3))/3"),
        (at("A1:B2", 2, 2).sum(), "SUM(A1:B2)"),
        (scattered("A1", 3, (2, 0)).sum(), "SUM(A1,A3,A5)"),
        (scattered("A1", 1, (2, 0)).sum(), "A1"),
        ((scattered("A1", 1, (2, 0)) * scattered("C1", 1, (5, 0))).sum(), "A1*C1"),
        # the same shape with other cell offsets: cell by cell
        ((at("A1:C1") * scattered("A3", 3, (0, 2))).sum(), "A1*A3+B1*C3+C1*E3"),
        (2 * (at("A1:B1") * scattered("A3", 2, (0, 2))).sum(), "2*(A1*A3+B1*C3)"),
        # rows times the columns of an array that lies the other way round
        (
            (at("A1:C2", 2, 3) * Placed.at(Place(Cell.parse("E1"), (2, 3), ((0, 1), (1, 0))))).sum(),
            "MMULT(A1:C1,E1:E3)+MMULT(A2:C2,F1:F3)",
        ),
        # several maps with gaps between: a sum of as many rectangles
        (
            (Placed.at(Place(Cell(1, 1), (2, 2, 2), ((3, 0), (1, 0), (0, 1)))) * at("D1:E4", 2, 2, 2)).sum(),
            "SUMPRODUCT(A1:B2,D1:E2)+SUMPRODUCT(A4:B5,D3:E4)",
        ),
        (Placed.at(Place(Cell(1, 1), (2, 2, 2), ((3, 0), (1, 0), (0, 1)))).sum(), "SUM(A1:B2,A4:B5)"),
    ],
)  # fmt: skip
def test_sums(value, formula):
    assert text(value) == formula


def test_the_next_images_formula_moves_only_what_belongs_to_the_image():
    formula = spell((X[0] * W2[1]).sum() + W3[0, 0])
    assert formula.text() == "SUMPRODUCT(L5:N8,$D$9:$F$12)+$D$17"
    assert formula.text(1) == "SUMPRODUCT(P5:R8,$D$9:$F$12)+$D$17"
    assert formula.text(63) == "SUMPRODUCT(JD5:JF8,$D$9:$F$12)+$D$17"


def test_an_image_of_a_batch_stands_elsewhere_on_another_sheet():
    """The batch's second image is the seventh on sheet Data: N9 + 6 · 4 columns = AL9."""
    digit = Placed.at(Place(Cell.parse("N9"), (64,), ((0, 4),)), sheet="Data", per_image=True)
    a = Placed.at(Place(Cell.parse("O19"), (2,), ((0, 4),)), per_image=True)
    assert spell(a[0] - digit[0]).text(1, elsewhere=6) == "S19-Data!AL9"


def cost_row(*numbers: str, block: int = 0) -> Placed:
    """C of 64 images in O21, S21 … on a sheet with numbers in these ranges."""
    place = Place(Cell.parse("O21"), (64,), ((0, 4),))
    return Placed.at(place, per_image=True, numbers=occupied(*(place[k].range().name for k in range(64)), *numbers), block=block)


def test_a_sum_over_images_is_one_range_where_nothing_numeric_lies_between():
    assert text(cost_row()[:].sum()) == "SUM(O21:JG21)"


def test_it_is_the_authors_range_over_all_blocks_where_the_block_is_known():
    """Blocks begin in L, the 12th column; the last of 64 ends in column 12 + 64 · 4 − 1 = 267, JG."""
    assert text(cost_row(block=12)[:].sum()) == "SUM(L21:JG21)"
    assert text(cost_row("L21", block=12)[:].sum()) == "SUM(O21:JG21)"


def test_a_number_between_makes_it_a_list():
    listed = text(cost_row("P21", block=12)[:].sum())
    assert listed.startswith("SUM(O21,S21,W21,")
    assert listed.endswith(",JC21,JG21)")
    assert listed.count(",") == 63


def test_what_has_to_be_calculated_first_is_written_out_up_to_64_numbers():
    assert text(np.exp(at("A1:A64")).sum()).count("EXP(") == 64
    assert text(np.exp(at("A1:A65")).sum()) == "SUMPRODUCT(EXP(A1:A65))"


def test_lists_are_nested_in_groups_of_255():
    """A function takes 255 arguments: 600 cells are 255 + 255 + 90."""
    formula = text(scattered("A1", 600, (2, 0)).sum())
    groups = re.fullmatch(r"SUM\(SUM\((.*?)\),SUM\((.*?)\),SUM\((.*?)\)\)", formula).groups()
    assert [group.count(",") + 1 for group in groups] == [255, 255, 90]
    assert ",".join(groups) == ",".join(f"A{row}" for row in range(1, 1200, 2))
    assert text(scattered("A1", 255, (2, 0)).sum()).count("SUM") == 1


def test_products_over_images_are_two_ranges_where_the_blanks_of_one_silence_the_other():
    """Σδa: δ in O66, S66 … with nothing between, pixels of the same row in L5, P5 … with others between."""
    numbers = occupied("L5:JF8", *(f"{cell}66" for cell in ("O", "S", "W")))
    delta = scattered("O66", 3, (0, 4), per_image=True, numbers=numbers)
    pixel = scattered("L5", 3, (0, 4), per_image=True, numbers=numbers)
    assert text((delta[:] * pixel[:]).sum()) == "SUMPRODUCT(O66:W66,L5:T5)"
    crowded = scattered("L6", 3, (0, 4), per_image=True, numbers=numbers)
    assert text((pixel[:] * crowded[:]).sum()) == "L5*L6+P5*P6+T5*T6"


def test_the_largest_and_its_position():
    assert text(at("L24:M25", 2, 2).max()) == "MAX(L24:M25)"
    assert text(np.maximum(at("L24:M24").max(), at("L25").max())) == "MAX(L24:M24,L25)"
    assert text(at("O17:O19").argmax()) == "MATCH(MAX(O17:O19),O17:O19,0)-1"
    assert text(np.choose(at("O17:O19").argmax(), [7.0, 1.0, 3.0])) == "CHOOSE(MATCH(MAX(O17:O19),O17:O19,0),7,1,3)"
    apart = scattered("A1", 3, (0, 2))
    largest = "MAX(A1,C1,E1)"
    assert text(apart.argmax()) == f"IF(A1={largest},1,IF(C1={largest},2,3))-1"


def test_right_answers_are_counted():
    assert text(np.count_nonzero(scattered("O30", 64, (0, 4))[:]) / 64) == 'COUNTIF(O30:JG30,"○")/64'


def test_a_formula_over_8192_characters_is_refused():
    """1,300 cells of row 100,000 and beyond have names of 7 characters, with the commas 8 each: over 10,000."""
    formula = spell(scattered("A100001", 1300, (2, 0)).sum())
    with pytest.raises(LimitError) as error:
        formula.text()
    groups = 6  # of at most 255: SUM(…) around all, and six SUM(…) with commas between
    length = 5 + 1300 * 7 + groups * 5 + (1300 - groups) + (groups - 1)
    assert str(error.value) == f"a formula would have {length:,} characters; a cell holds 8,192."
    assert len(spell(scattered("A100001", 1000, (2, 0)).sum()).text()) <= 8192


def test_many_terms_are_written_one_after_the_other():
    """As many as a formula holds: 2,000 times A1 with a sign between are 5,999 characters."""
    assert text(sum_of(A for _ in range(2000))) == "+".join(["A1"] * 2000)
    assert text(sum_of([A * B, -C, A - B])) == "A1*B1+(-C1)+A1-B1"
    assert text(2 * sum_of([A, B, C])) == "2*(A1+B1+C1)"


# ---- whole sheets -----------------------------------------------------------------------------------


def sheet_formulas(problem: Problem, detail: str = "all") -> dict[str, str]:
    """The formulas of an iteration's sheet by cell, as they are written into the file."""
    plan = Plan(problem, frozenset({1}), detail, "formulas")
    rows = Rows(strings=lambda text: 0)
    add_page(plan.page(plan.layout(plan.batch)), rows, lambda name: 0, "en")
    found = {cell.name: re.search("<f>(.*)</f>", xml) for cell, (_, xml, *_) in rows.cells.items()}
    return {cell: unescape(match[1]).replace("%%", "%") for cell, match in found.items() if match}


def as_the_authors(formula: str) -> str:
    """Without $ and spaces, and without the clamp that the sigmoid needs against EXP(710)."""
    return re.sub(r"MAX\((\w+),-700\)", r"\1", formula.replace("$", "").replace(" ", ""))


@pytest.fixture(scope="module")
def plain() -> dict[str, str]:
    return {cell: as_the_authors(formula) for cell, formula in sheet_formulas(example("4-4")).items()}


@pytest.fixture(scope="module")
def convolutional() -> dict[str, str]:
    return {cell: as_the_authors(formula) for cell, formula in sheet_formulas(example("5-6")).items()}


@pytest.mark.parametrize(
    ("cell", "formula"),
    [
        ("O9", "IF(Data!N9=0,1,0)"), ("O10", "IF(Data!N9=1,1,0)"), ("S9", "IF(Data!R9=0,1,0)"), ("L5", "Data!K5"),
        ("O11", "SUMPRODUCT(L5:N8,D5:F8)+G5"), ("O12", "SUMPRODUCT(L5:N8,D9:F12)+G9"), ("O13", "SUMPRODUCT(L5:N8,D13:F16)+G13"),
        ("JG13", "SUMPRODUCT(JD5:JF8,D13:F16)+G13"), ("O14", "1/(1+EXP(-O11))"), ("O19", "1/(1+EXP(-O17))"),
        ("O17", "MMULT(D17:F17,O14:O16)+G17"), ("O18", "MMULT(D18:F18,O14:O16)+G18"), ("S17", "MMULT(D17:F17,S14:S16)+G17"),
        ("O21", "SUMXMY2(O19:O20,O9:O10)/2"), ("JG21", "SUMXMY2(JG19:JG20,JG9:JG10)/2"), ("G21", "SUM(L21:JG21)"),
        ("O28", "Data!N9"), ("O29", "IF(O19>=O20,0,1)"), ("O30", 'IF(O28=O29,"○","×")'),
    ],
)  # fmt: skip
def test_3_5_the_authors_formulas(plain, cell, formula):
    assert plain[cell] == formula


def test_3_5_dollars_stand_before_parameters():
    formulas = sheet_formulas(example("4-4"))
    assert formulas["O11"] == "SUMPRODUCT(L5:N8,$D$5:$F$8)+$G$5"
    assert formulas["O17"] == "MMULT($D$17:$F$17,O14:O16)+$G$17"
    assert formulas["D87"] == "D5-$C$2*D71"


@pytest.mark.parametrize(
    ("cell", "formula"),
    [
        ("O54", "O19-O9"), ("O56", "O19*(1-O19)"), ("O58", "O54*O56"), ("O60", "SUMPRODUCT(D17:D18,O58:O59)"),
        ("O61", "SUMPRODUCT(E17:E18,O58:O59)"), ("O63", "O14*(1-O14)"), ("O66", "O60*O63"), ("L71", "O66*L5"), ("N82", "O68*N8"),
        ("O71", "O66"), ("L83", "O58*O14"), ("N84", "O59*O16"), ("D87", "D5-C2*D71"), ("G99", "G17-C2*G83"),
    ],
)  # fmt: skip
def test_4_4_the_backward_pass(plain, cell, formula):
    assert plain[cell] == formula


@pytest.mark.parametrize(
    ("cell", "formula"),
    [
        ("L9", "Data!L9"), ("L3", "Data!L3"), ("L12", "SUMPRODUCT(E12:G14,L3:N5)+E21"), ("O23", "SUMPRODUCT(E18:G20,O6:Q8)+G21"),
        ("R16", "SUMPRODUCT(E15:G17,R3:T5)+F21"), ("L24", "1/(1+EXP(-L12))"), ("L36", "MAX(L24:M25)"), ("M41", "MAX(N34:O35)"),
        ("L43", "SUMPRODUCT(E22:F27,L36:M41)+E40"), ("L45", "SUMPRODUCT(E34:F39,L36:M41)+G40"), ("M43", "1/(1+EXP(-L43))"),
        ("M46", "SUMXMY2(M43:M45,L9:L11)/2"), ("G46", "SUM(L46:VO46)"), ("L51", "IF(M43>=MAX(M43:M45),1,0)"),
    ],
)  # fmt: skip
def test_5_4_the_authors_formulas(convolutional, cell, formula):
    assert convolutional[cell] == formula


def test_5_6_a_shared_maximum_goes_to_the_first_without_an_array_formula(convolutional):
    """aF in L24:O27, pooled in L36:M37, what comes back to the pooled cells in L100:M105."""
    assert [convolutional[cell] for cell in ("L106", "M106", "L107", "M107")] == [
        "IF(L24=L36,L100,0)",
        "IF(AND(M24=L36,MAX(L24)<L36),L100,0)",
        "IF(AND(L25=L36,MAX(L24:M24)<L36),L100,0)",
        "IF(AND(M25=L36,MAX(L24:M24,L25)<L36),L100,0)",
    ]


def test_5_6_the_gradients_of_the_filter(convolutional):
    """δF of the first map times the pixels that the weight meets, 4×4 of them; biases: all of δF's map."""
    delta = Range.parse("L130:O133")  # behind dC/da, a′, δ (9 rows), back (6), back (12), a′ (12) from row 91 on
    assert convolutional["L130"] == "L106*L118"
    sums = [formula for formula in convolutional.values() if formula.startswith(f"SUMPRODUCT({delta.name},")]
    assert sums == [f"SUMPRODUCT({delta.name},{Range.parse('L3:O6').moved(i, j).name})" for i in range(3) for j in range(3)]
    assert f"SUM({delta.name})" in convolutional.values()


def changed(section: str, **conventions) -> dict[str, str]:
    """The formulas of a section with other conventions."""
    problem = example(section)
    network = type(problem.network)(problem.network.layer_settings, **{"classes": problem.network.classes, **conventions})
    return sheet_formulas(Problem(network, problem.x, problem.parameters, problem.digits, problem.t, problem.settings))


def test_mean():
    formulas = changed("4-4", total="mean")
    assert formulas["G21"] == "SUM(L21:JG21)/64"
    assert re.fullmatch(r"SUM\(L71,P71,.*,JD71\)/64", formulas["D71"])


def test_frozen_biases_stay():
    """No gradients for biases; the new one refers to the old one."""
    formulas = changed("4-4", freeze_biases=True)
    assert formulas["D87"] == "D5-$C$2*D71"
    assert formulas["G87"] == "G5"
    assert "G71" not in formulas
    assert "O71" not in formulas


def test_output_first_brings_back_through_the_new_weights():
    assert changed("4-4", update="output first")["O60"] == "SUMPRODUCT($D$99:$D$100,O58:O59)"


def test_ties_all():
    formulas = changed("5-6", ties="all")
    assert [formulas[cell] for cell in ("L106", "M106", "L107")] == [
        "IF(L24=L36,L100,0)", "IF(M24=L36,L100,0)", "IF(L25=L36,L100,0)",
    ]  # fmt: skip


def test_without_single_images_gradients_the_sums_are_of_delta_times_a():
    formulas = sheet_formulas(example("4-4"), "units")
    assert formulas["D71"] == "SUMPRODUCT(O66:JG66,L5:JD5)"
    assert formulas["G71"] == "SUM(L66:JG66)"
    assert formulas["D83"] == "SUMPRODUCT(O58:JG58,O14:JG14)"
    assert "L71" not in formulas


def cost_formula(network) -> str:
    """C of the first image; z, a, t are spelled with those letters for the cells of the last layer."""
    problem = random_problem(network, 2)
    plan = Plan(problem, frozenset({1}), cells="formulas")
    places = plan.layout(2).places
    formula = sheet_formulas(problem)[places["C"][0].range().name]
    last = network.output.label
    for name, letter in (("z" + last, "z"), ("a" + last, "a"), ("t", "t")):
        formula = formula.replace(places[name][0].range().name, letter)
    return formula


def test_costs():
    two = (4, 3), (3, "sigmoid")
    assert cost_formula(dense(*two, (2, "sigmoid"))) == "SUMXMY2(a,t)/2"
    assert cost_formula(dense(*two, (2, "sigmoid"), cost="squares")) == "SUMXMY2(a,t)"
    assert cost_formula(dense(*two, (1, "sigmoid"), cost="cross-entropy")) == (
        "t*LN(1+EXP(-MAX(z,-700)))+(1-t)*LN(1+EXP(-MAX(-z,-700)))"
    )
    assert cost_formula(dense(*two, (2, "sigmoid"), cost="cross-entropy")) == (
        "O9*LN(1+EXP(-MAX(O17,-700)))+(1-O9)*LN(1+EXP(-MAX(-O17,-700)))"
        "+O10*LN(1+EXP(-MAX(O18,-700)))+(1-O10)*LN(1+EXP(-MAX(-O18,-700)))"
    )
    softmax = dense(*two, (3, "softmax"), cost="softmax cross-entropy")
    assert cost_formula(softmax) == "-(O9*LN(O21)+O10*LN(O22)+O11*LN(O23))"


@pytest.mark.parametrize("z", [-600.0, -40.0, -1.5, 0.0, 3.0, 40.0])
@pytest.mark.parametrize("t", [0.0, 0.25, 1.0])
def test_cross_entropy_is_finite_and_that_of_the_book_where_a_can_tell(z, t):
    """−[t ln a + (1−t) ln(1−a)]; exact decimals stand in for a and 1 − a where a double has no digits left."""
    with localcontext() as context:
        context.prec = 1000
        a = 1 / (1 + (-Decimal(z)).exp())
        expected = -(Decimal(t) * a.ln() + (1 - Decimal(t)) * (1 - a).ln())
    found = COSTS["cross-entropy"].of(np.array([z]), np.array([t]))
    assert float(found) == pytest.approx(float(expected), rel=1e-15, abs=1e-15)


def test_softmax_gives_no_output_0_and_a_finite_cost():
    a = ACTIVATIONS["softmax"].output(np.array([1000.0, 0.0]))
    assert a[0] == 1
    assert a[1] == pytest.approx(exp(-700), rel=1e-12)
    assert COSTS["softmax cross-entropy"].of(a, np.array([0.0, 1.0])) == pytest.approx(700)


def output_formula(activation: str, **conventions) -> tuple[str, str]:
    """a of the first unit of the last layer, and its slope; z and a as those letters."""
    network = dense((2, 2), (3, activation), **conventions)
    problem = random_problem(network, 2)
    plan = Plan(problem, frozenset({1}), cells="formulas")
    places, formulas = plan.layout(2).places, sheet_formulas(problem)
    found = []
    for name in ("a2", "slope2"):
        formula = formulas.get(places[name][0, 0].range().name, "") if name in places else ""
        for kind in "za":
            whole, first = places[kind + "2"][0].range().name, places[kind + "2"][0, 0].range().name
            formula = formula.replace(whole, kind.upper()).replace(first, kind)
        found.append(formula)
    return found[0], found[1]


@pytest.mark.parametrize(
    ("activation", "output", "slope"),
    [
        ("sigmoid", "1/(1+EXP(-MAX(z,-700)))", "a*(1-a)"),
        ("tanh", "TANH(z)", "1-a*a"),
        ("softsign", "z/(1+ABS(z))", "1/(1+ABS(z))^2"),
        ("relu", "MAX(0,z)", "IF(z>0,1,0)"),
        ("leaky relu", "IF(z>0,z,0.01*z)", "IF(z>0,1,0.01)"),
        ("identity", "z", "1"),
    ],
)
def test_activations(activation, output, slope):
    assert output_formula(activation) == (output, slope)


def test_softmax_sees_its_whole_layer():
    output, _ = output_formula("softmax", cost="softmax cross-entropy")
    powers = [f"EXP(MAX({z}-MAX(Z),-700))" for z in ("z", "M11", "M12")]
    assert output == f"{powers[0]}/({'+'.join(powers)})"


def test_going_back_through_a_convolution_is_written_out_term_by_term():
    """The middle pixel of 3×3 is met by all four positions of a 2×2 filter, from its last weight to its first."""
    network = maps(
        (4, 4), LayerSettings("F", "convolution", 1, (2, 2)), LayerSettings("G", "convolution", 1, (2, 2)),
        LayerSettings("O", "dense", 2),
    )  # fmt: skip
    problem = random_problem(network, 2)
    places = Plan(problem, frozenset({1}), cells="formulas").layout(2).places
    w = [[places["wG"][0, 0, i, j].range().absolute for j in (0, 1)] for i in (0, 1)]
    d = [[places["deltaG"][0, 0, i, j].range().name for j in (0, 1)] for i in (0, 1)]
    formulas = sheet_formulas(problem)
    assert formulas[places["backF"][0, 0, 1, 1].range().name] == (
        f"{w[1][1]}*{d[0][0]}+{w[1][0]}*{d[0][1]}+{w[0][1]}*{d[1][0]}+{w[0][0]}*{d[1][1]}"
    )
    assert formulas[places["backF"][0, 0, 0, 0].range().name] == f"{w[0][0]}*{d[0][0]}"


def test_a_cell_that_no_filter_touches_gets_nothing_back():
    """A 2×2 filter with stride 3 on 4×4 cells stands in one corner; the last cell's Σwδ is 0."""
    network = maps(
        (4, 4), LayerSettings("F", "convolution", 1, (1, 1)), LayerSettings("G", "convolution", 1, (2, 2), stride=3),
        LayerSettings("O", "dense", 2),
    )  # fmt: skip
    problem = random_problem(network, 2)
    back = Plan(problem, frozenset({1}), cells="formulas").layout(2).places["backF"]
    formulas = sheet_formulas(problem)
    assert formulas[back[0, 0, 3, 3].range().name] == "0"
    assert formulas[back[0, 0, 1, 1].range().name].count("*") == 1


def test_a_sheet_with_too_long_a_formula_is_refused_by_its_name(tmp_path):
    """80 filters of 3×3 on 6×6 cells: 9 · 80 products come back to a cell in the middle, over 10 characters each."""
    network = maps(
        (6, 6), LayerSettings("F", "convolution", 1, (1, 1)), LayerSettings("G", "convolution", 80, (3, 3)),
        LayerSettings("O", "dense", 2),
    )  # fmt: skip
    path = tmp_path / "long.xlsx"
    with pytest.raises(LimitError, match=r"^'Iteration 1': a formula would have [0-9,]+ characters; a cell holds 8,192\.$"):
        xlnn.write(random_problem(network, 1), path, cells="formulas")
    assert not path.exists()


def test_formulas_use_only_functions_that_excel_and_libreoffice_both_know():
    known = {
        "SUM", "SUMPRODUCT", "SUMXMY2", "MMULT", "MAX", "EXP", "LN", "TANH", "ABS", "IF", "AND", "MATCH", "CHOOSE", "COUNTIF",
    }  # fmt: skip
    networks = [
        example("5-6"),
        random_problem(dense((4, 3), (3, "tanh"), (3, "softmax"), cost="softmax cross-entropy", classes=(7.0, 1.0, 3.0))),
        random_problem(dense((4, 3), (3, "relu"), (2, "sigmoid"), cost="cross-entropy", total="mean")),
    ]
    used = {name for problem in networks for f in sheet_formulas(problem).values() for name in re.findall(r"([A-Z]+)\(", f)}
    assert used <= known
