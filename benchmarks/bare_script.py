"""The floor: python-calamine reads, the same NumPy trains, and the numbers go into bare XML, each with its address, no styles.

python bare_script.py book.xlsx result.xlsx
"""

import sys
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from plain_training import ITERATIONS, iterations, others, per_image
from python_calamine import CalamineWorkbook

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def read(path):
    book = CalamineWorkbook.from_path(path)
    settings, data, start = (book.get_sheet_by_name(n).to_python(skip_empty_area=False) for n in ("Settings", "Data", "Start"))
    images = range(10, len(data[4]), 4)  # K5:M8, the digit in N9; the next image 4 columns right
    x = np.array([[n for row in data[4:8] for n in row[c : c + 3]] for c in images], float)
    digits = np.array([data[8][c + 3] for c in images], float)
    parameters = {
        "w2": np.array([[n for row in start[r : r + 4] for n in row[3:6]] for r in (4, 8, 12)], float),
        "b2": np.array([start[r][6] for r in (4, 8, 12)], float),
        "w3": np.array([start[r][3:6] for r in (16, 17)], float),
        "b3": np.array([start[r][6] for r in (16, 17)], float),
    }
    return x, digits, parameters, float(settings[1][1])


def main(source, result):
    x, digits, parameters, eta = read(source)
    with ZipFile(result, "w", ZIP_DEFLATED) as package:
        for count, step in enumerate(iterations(x, digits, parameters, eta), 1):
            lines = [array.tolist() for array in others(step, len(x)).values()] + per_image(step, len(x))[1].tolist()
            rows = "".join(row(number, line) for number, line in enumerate(lines, 1))
            sheet = f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
            package.writestr(f"xl/worksheets/sheet{count}.xml", sheet)
        frame(package)


def row(number, numbers):
    cells = "".join(f'<c r="{letters}{number}"><v>{n!r}</v></c>' for letters, n in zip(COLUMNS, numbers, strict=False))
    return f'<row r="{number}">{cells}</row>'


def column(number):
    """1 → 'A', 27 → 'AA'."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


COLUMNS = [column(number) for number in range(1, 200)]


def frame(package):
    """The parts that every workbook needs."""
    numbers = range(1, ITERATIONS + 1)
    sheets = "".join(f'<sheet name="Iteration {n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    package.writestr(
        "xl/workbook.xml", f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets></workbook>'
    )
    links = "".join(f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers)
    package.writestr(
        "xl/_rels/workbook.xml.rels", f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'
    )
    link = f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
    package.writestr("_rels/.rels", f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{link}</Relationships>')
    types = "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{TYPE}.worksheet+xml"/>' for n in numbers)
    package.writestr(
        "[Content_Types].xml",
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>{types}</Types>',
    )


main(*sys.argv[1:])
