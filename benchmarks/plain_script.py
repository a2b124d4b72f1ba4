"""The plain script: pandas reads the workbook, NumPy trains, openpyxl appends rows and formats every cell.

python plain_script.py book.xlsx result.xlsx
"""

import sys

import numpy as np
import pandas as pd
from openpyxl import Workbook
from plain_training import iterations, others, per_image


def read(path):
    sheets = pd.read_excel(path, sheet_name=["Settings", "Data", "Start"], header=None, engine="openpyxl")
    data, start = sheets["Data"], sheets["Start"]
    images = range(10, data.shape[1], 4)  # K5:M8, the digit in N9; the next image 4 columns right
    x = np.array([data.iloc[4:8, c : c + 3].to_numpy(float).ravel() for c in images])
    digits = np.array([data.iloc[8, c + 3] for c in images], float)
    parameters = {
        "w2": np.array([start.iloc[r : r + 4, 3:6].to_numpy(float).ravel() for r in (4, 8, 12)]),
        "b2": start.iloc[[4, 8, 12], 6].to_numpy(float),
        "w3": start.iloc[[16, 17], 3:6].to_numpy(float),
        "b3": start.iloc[[16, 17], 6].to_numpy(float),
    }
    return x, digits, parameters, float(sheets["Settings"].iloc[1, 1])


def main(source, result):
    x, digits, parameters, eta = read(source)
    book = Workbook()
    book.remove(book.active)
    for number, step in enumerate(iterations(x, digits, parameters, eta), 1):
        sheet = book.create_sheet(f"Iteration {number}")
        for name, array in others(step, len(x)).items():
            add(sheet, [name, *array.tolist()])
        names, rows = per_image(step, len(x))
        sheet.append(names)
        for row in rows.tolist():
            add(sheet, row)
    book.save(result)


def add(sheet, row):
    sheet.append(row)
    for cell in sheet[sheet.max_row]:
        cell.number_format = "0.000"


main(*sys.argv[1:])
