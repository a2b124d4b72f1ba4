"""A workbook as a person builds one: images on a sheet, everything calculated on another, with a chart, a picture and formats."""

from io import BytesIO
from pathlib import Path

import numpy as np
import xlsxwriter

PIXELS = np.array([[0.0, 1.0], [1.0, 0.25], [0.5, 0.5]])
TARGETS = np.array([0.0, 1.0, 1.0])
ETA = 0.5
W2, B2 = np.array([[0.3, -0.2], [0.1, 0.4]]), np.array([0.1, -0.1])
W3, B3 = np.array([[0.5, -0.6]]), np.array([0.2])
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0000000"
    "0049454e44ae426082"
)


def iterations(count: int, eta: float = ETA) -> list[dict[str, np.ndarray]]:
    """The numbers by the book's equations, in plain NumPy (book 4-2 to 4-4)."""
    w2, b2, w3, b3, found = W2, B2, W3, B3, []
    for _ in range(count):
        z2 = PIXELS @ w2.T + b2
        a2 = 1 / (1 + np.exp(-z2))
        z3 = a2 @ w3.T + b3
        a3 = 1 / (1 + np.exp(-z3))
        delta3 = (a3 - TARGETS[:, None]) * a3 * (1 - a3)
        delta2 = (delta3 @ w3) * a2 * (1 - a2)
        step = {
            "w2": w2,
            "b2": b2,
            "w3": w3,
            "b3": b3,
            "z2": z2,
            "a2": a2,
            "z3": z3,
            "a3": a3,
            "delta3": delta3,
            "delta2": delta2,
        }
        step["C"] = ((TARGETS[:, None] - a3) ** 2).sum(axis=1) / 2
        step |= {
            "dCT_dw2": delta2.T @ PIXELS,
            "dCT_db2": delta2.sum(axis=0),
            "dCT_dw3": delta3.T @ a2,
            "dCT_db3": delta3.sum(axis=0),
        }
        step["CT"] = step["C"].sum()
        w2, b2 = w2 - eta * step["dCT_dw2"], b2 - eta * step["dCT_db2"]
        w3, b3 = w3 - eta * step["dCT_dw3"], b3 - eta * step["dCT_db3"]
        step |= {"new_w2": w2, "new_b2": b2, "new_w3": w3, "new_b3": b3}
        found.append(step)
    return found


PLACES = [  # on sheet Calc: image k in column G + k; parameters in B:D
    ("x", "Images!B2:C2", "1 down", ""),
    ("t", "Images!D2", "1 down", ""),
    ("eta", "Calc!B2", "", ""),
    ("w2", "Calc!B4:C4", "", "1 down"),
    ("b2", "Calc!D4", "", "1 down"),
    ("w3", "Calc!B6:C6", "", ""),
    ("b3", "Calc!D6", "", ""),
    ("z2", "Calc!G4:G5", "1 right", ""),
    ("a2", "Calc!G6:G7", "1 right", ""),
    ("z3", "Calc!G8", "1 right", ""),
    ("a3", "Calc!G9", "1 right", ""),
    ("C", "Calc!G10", "1 right", ""),
    ("CT", "Calc!D10", "", ""),
    ("delta3", "Calc!G12", "1 right", ""),
    ("delta2", "Calc!G13:G14", "1 right", ""),
    ("dCT_dw2", "Calc!B13:C13", "", "1 down"),
    ("dCT_db2", "Calc!D13", "", "1 down"),
    ("dCT_dw3", "Calc!B15:C15", "", ""),
    ("dCT_db3", "Calc!D15", "", ""),
    ("new_w2", "Calc!B17:C17", "", "1 down"),
    ("new_b2", "Calc!D17", "", "1 down"),
    ("new_w3", "Calc!B19:C19", "", ""),
    ("new_b3", "Calc!D19", "", ""),
]


def own_workbook(path: Path, *, places: bool = True, name: str = "Calc") -> Path:
    """The workbook with its first iteration, and a sheet Report that reads it."""
    step = iterations(1)[0]
    book = xlsxwriter.Workbook(path)
    blue = book.add_format({"bold": True, "font_color": "#1F3864", "bg_color": "#DDEBF7"})
    three = book.add_format({"num_format": "0.000", "border": 1})
    images, calc, report = book.add_worksheet("Images"), book.add_worksheet(name), book.add_worksheet("Report")
    for k, (pixels, target) in enumerate(zip(PIXELS, TARGETS, strict=True)):
        images.write_row(1 + k, 1, [*pixels, target], three)
    calc.merge_range("A1:D1", "My network", blue)
    calc.set_column("A:A", 17.5)
    calc.set_row(3, 24)
    calc.write("A2", "eta", blue)
    calc.write("B2", ETA)
    calc.write_comment("B2", "how fast")
    formulas = {name_: iter(np.ravel(step[name_]).tolist()) for name_ in step}

    def write(cell: str, quantity: str, formula: str = "") -> None:
        number = next(formulas[quantity])
        calc.write_formula(cell, formula, three, number) if formula else calc.write_number(cell, number, three)

    for row in (4, 5):
        for column in "BC":
            write(f"{column}{row}", "w2")
        write(f"D{row}", "b2")
    for column in "BC":
        write(f"{column}6", "w3")
    write("D6", "b3")
    for k, column in enumerate("GHI"):
        x = f"Images!$B${2 + k}:$C${2 + k}"
        calc.write(f"{column}3", f"image {k + 1}", blue)
        for unit in (0, 1):
            write(f"{column}{4 + unit}", "z2", f"=SUMPRODUCT({x},$B${4 + unit}:$C${4 + unit})+$D${4 + unit}")
        for unit in (0, 1):
            write(f"{column}{6 + unit}", "a2", f"=1/(1+EXP(-{column}{4 + unit}))")
        write(f"{column}8", "z3", f"=$B$6*{column}6+$C$6*{column}7+$D$6")
        write(f"{column}9", "a3", f"=1/(1+EXP(-{column}8))")
        write(f"{column}10", "C", f"=(Images!D{2 + k}-{column}9)^2/2")
        write(f"{column}12", "delta3", f"=({column}9-Images!D{2 + k})*{column}9*(1-{column}9)")
        for unit, w in enumerate(("$B$6", "$C$6")):
            write(f"{column}{13 + unit}", "delta2", f"={w}*{column}12*{column}{6 + unit}*(1-{column}{6 + unit})")
    write("D10", "CT", "=SUM(G10:I10)")
    for unit in (0, 1):
        for pixel, column in enumerate("BC"):
            terms = "+".join(f"{c}{13 + unit}*Images!{'BC'[pixel]}{2 + k}" for k, c in enumerate("GHI"))
            write(f"{column}{13 + unit}", "dCT_dw2", "=" + terms)
        write(f"D{13 + unit}", "dCT_db2", f"=SUM(G{13 + unit}:I{13 + unit})")
    for unit, column in enumerate("BC"):
        write(f"{column}15", "dCT_dw3", f"=SUMPRODUCT(G12:I12,G{6 + unit}:I{6 + unit})")
    write("D15", "dCT_db3", "=SUM(G12:I12)")
    for row, kind in ((17, "2"), (18, "2"), (19, "3")):
        for column in "BC":
            write(f"{column}{row}", "new_w" + kind, f"={column}{row - 13}-$B$2*{column}{row - 4}")
        write(f"D{row}", "new_b" + kind, f"=D{row - 13}-$B$2*D{row - 4}")
    calc.write_formula("A21", '="C_T is "&TEXT(D10,"0.000")', blue, f"C_T is {step['CT']:.3f}")
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": f"={name}!$G$10:$I$10"})
    calc.insert_chart("K2", chart)
    calc.insert_image("K20", "dot.png", {"image_data": BytesIO(PNG)})
    report.write_formula("A1", f"={name}!D10*2", three, 2 * step["CT"])
    report.write("A2", "text")
    if places:
        sheet = book.add_worksheet("Places")
        sheet.write_row(0, 0, ["Quantity", "First block", "Next image", "Next unit"])
        for row, line in enumerate(PLACES, 1):
            sheet.write_row(row, 0, [part.replace("Calc!", name + "!") for part in line])
    book.close()
    return path
