"""Chapters 3 to 5, and beside the book: the numbers of docs/sections.md in plain Python, by section, sheet and cell."""

from __future__ import annotations

from functools import cache
from math import log

from by_hand import plain
from by_hand.plain import dot, sigma

HOURS = (0.5, 0.75, 1, 1.25, 1.5, 1.75, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 4, 4.25, 4.5, 4.75, 5, 5.5)
PASSED = (0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1)


@cache
def logistic() -> tuple[float, float]:
    """p and −log likelihood by Newton's method; published: 1.5046 and 8.02988."""
    p = q = 0.0
    for _ in range(30):
        a = [sigma(p * h + q) for h in HOURS]
        gp, gq = dot([v - t for v, t in zip(a, PASSED, strict=True)], HOURS), sum(a) - sum(PASSED)
        s = [v * (1 - v) for v in a]
        pp, pq, qq = dot(s, [h * h for h in HOURS]), dot(s, HOURS), sum(s)
        p, q = p - (qq * gp - pq * gq) / (pp * qq - pq**2), q - (pp * gq - pq * gp) / (pp * qq - pq**2)
    return p, -sum(log(sigma(p * h + q) if t else 1 - sigma(p * h + q)) for h, t in zip(HOURS, PASSED, strict=True))


def numbers() -> dict:
    """Chapters 3 to 5. Where training ends all images are right, as the book says."""
    before, after, one = plain.image(plain.start()), plain.image(plain.trained()), plain.image_5_6()
    middle = sigma(0.8 * 0.5)  # L₁ = 0.5, w₁ = 0.8, w₂ = −1.5, y = 1
    last = sigma(-1.5 * middle)
    shared = (last - 1) * last * (1 - last)
    same = plain.similarity()
    return {
        ("3-1", "3-1", "F12"): before["z2"][0],
        ("3-1", "3-1", "F13"): before["a2"][0],
        ("3-1", "3-1", "F17"): before["a2"][0],
        ("3-1", "3-1", "J18"): before["z3"][0],
        ("3-1", "Symbols", "D8"): before["z2"][0],
        ("3-1", "Symbols", "D5"): 1,
        ("3-1", "Symbols", "D6"): plain.start()["w2"][0][0],
        ("3-1", "Symbols", "D7"): plain.start()["b2"][0],
        ("3-1", "Symbols", "D9"): before["a2"][0],
        ("3-1", "Symbols", "D10"): plain.start()["w3"][0][0],
        ("3-1", "Symbols", "D11"): plain.start()["b3"][0],
        ("3-1", "Symbols", "D12"): before["z3"][0],
        ("3-1", "Symbols", "D13"): before["a3"][0],
        ("3-1", "Symbols", "D14"): 1,
        ("3-1", "Symbols", "D15"): before["C"],
        ("3-2", "3-1", "K18"): before["a3"][0],
        ("3-3", "3-1", "L18"): 1,  # image 1 is a 0
        ("3-4", "3-1", "M18"): before["C"],
        ("3-4", "3-4", "B13"): 12 * 3 + 3 + 3 * 2 + 2,
        ("3-4", "3-4", "B14"): len(plain.images()[0]),
        ("3-4", "3-4", "B9"): 12 * 3,
        ("3-4", "3-4", "B10"): 3,
        ("3-4", "3-4", "B11"): 3 * 2,
        ("3-4", "3-4", "B12"): 2,
        ("3-4", "3-4", "B15"): 64 - 47,
        ("3-4", "Iteration 1", "G21"): plain.total(plain.start()),
        ("3-5", "Solved", "G30"): 1,
        ("4-1, 4-4", "Summary", "B58"): plain.total(plain.trained()),
        ("4-2", "4-2", "AA16"): before["d3"][0],
        ("4-2", "4-2", "AC16"): before["d2"][0],
        ("4-2", "4-2", "P16"): before["z2"][0],
        ("4-2", "4-2", "S16"): before["a2"][0],
        ("4-2", "4-2", "V16"): before["z3"][0],
        ("4-2", "4-2", "X16"): before["a3"][0],
        ("4-2", "4-2", "Z16"): before["C"],
        ("4-2", "4-2", "B11"): plain.mean_error(plain.start(), "d3"),
        ("4-2", "4-2", "C11"): plain.mean_error(plain.start(), "d2"),
        ("4-2", "4-2", "D11"): plain.total(plain.start()),
        ("4-2", "4-2 trained", "B11"): plain.mean_error(plain.trained(), "d3"),
        ("4-2", "4-2 trained", "AA16"): after["d3"][0],
        ("4-2", "4-2 trained", "B16"): 1,
        ("4-2", "4-2 trained", "N16"): 1,
        ("4-2", "4-2 trained", "P16"): after["z2"][0],
        ("4-2", "4-2 trained", "S16"): after["a2"][0],
        ("4-2", "4-2 trained", "V16"): after["z3"][0],
        ("4-2", "4-2 trained", "X16"): after["a3"][0],
        ("4-2", "4-2 trained", "Z16"): after["C"],
        ("4-2", "4-2 trained", "AC16"): after["d2"][0],
        ("4-2", "4-2 trained", "C11"): plain.mean_error(plain.trained(), "d2"),
        ("4-2", "4-2 trained", "D11"): plain.total(plain.trained()),
        ("4-2", "4-2 trained", "B12"): plain.mean_error(plain.start(), "d3"),
        ("4-2", "4-2 trained", "C12"): plain.mean_error(plain.start(), "d2"),
        ("4-2", "Trained", "O58"): after["d3"][0],
        ("4-3", "4-3", "B21"): shared,
        ("4-3", "4-3", "B22"): shared * middle,
        ("4-3", "4-3", "B23"): shared * -1.5,
        ("4-3", "4-3", "B26"): shared * -1.5 * middle * (1 - middle) * 0.5,
        ("4-3", "4-3", "B12"): 0.8 * 0.5,
        ("4-3", "4-3", "B13"): middle,
        ("4-3", "4-3", "B14"): -1.5 * middle,
        ("4-3", "4-3", "B15"): last,
        ("4-3", "4-3", "B16"): (1 - last) ** 2 / 2,
        ("4-3", "4-3", "B19"): last - 1,
        ("4-3", "4-3", "B20"): last * (1 - last),
        ("4-3", "4-3", "B24"): middle * (1 - middle),
        ("4-3", "4-3", "B25"): shared * -1.5 * middle * (1 - middle),
        ("4-3", "4-3", "B27"): shared * middle,
        ("4-3", "4-3", "B28"): shared * -1.5 * middle * (1 - middle) * 0.5,
        ("4-3", "Iteration 1", "O66"): before["d2"][0],
        ("4-3", "Shapes", "F8"): 12,
        ("4-3", "Shapes", "G18"): 30,
        ("4-3", "Shapes", "B8"): 3,
        ("4-3", "Shapes", "C8"): 12,
        ("4-3", "Shapes", "D8"): 3,
        ("4-3", "Shapes", "E8"): 3,
        ("4-3", "Shapes", "G8"): 12,
        ("4-3", "Shapes", "H8"): 12 * 3 + 3,
        ("4-3", "Shapes", "B17"): 30,
        ("4-3", "Shapes", "C17"): 784,
        ("4-3", "Shapes", "D17"): 30,
        ("4-3", "Shapes", "E17"): 30,
        ("4-3", "Shapes", "F17"): 784,
        ("4-3", "Shapes", "H17"): 784 * 30 + 30,
        ("5-1", "5-1", "D16"): same[2][2],
        ("5-1", "5-1", "R16"): sigma(same[2][2] - 2),
        ("5-1", "5-1", "Q22"): sigma(max(same[i][j] for i in (2, 3) for j in (2, 3)) - 2),
        ("5-1", "5-1", "K16"): same[2][2] - 2,
        ("5-1", "5-1", "C22"): max(same[i][j] for i in (2, 3) for j in (2, 3)),
        ("5-2", "5-2", "L6"): plain.images_5_6()[0][0][0][3],
        ("5-2", "5-2", "C20"): one["c"][0][0][1],
        ("5-2", "5-2", "B25"): one["z"][0][0][0],
        ("5-2", "5-2", "B35"): one["P"][0][0][0],
        ("5-2", "5-2", "U42"): one["O"][0],
        ("5-2", "5-2", "W42"): one["C"],
        ("5-2", "5-2", "B30"): one["a"][0][0][0],
        ("5-2", "5-2", "B38"): one["P"][0][0][0],
        ("5-2", "5-2", "T42"): log(one["O"][0] / (1 - one["O"][0])),
        ("5-2", "Symbols", "D8"): one["c"][0][0][0],
        ("5-2", "Symbols", "D5"): plain.images_5_6()[0][0][0][0],
        ("5-2", "Symbols", "D6"): plain.images_5_6()[0][0][0][0],
        ("5-2", "Symbols", "D7"): plain.start_5_6()["wF"][0][0][0],
        ("5-2", "Symbols", "D9"): plain.start_5_6()["bF"][0],
        ("5-2", "Symbols", "D10"): one["z"][0][0][0],
        ("5-2", "Symbols", "D11"): one["a"][0][0][0],
        ("5-2", "Symbols", "D12"): one["P"][0][0][0],
        ("5-2", "Symbols", "D13"): one["P"][0][0][0],
        ("5-2", "Symbols", "D14"): plain.start_5_6()["wO"][0][0][0][0],
        ("5-2", "Symbols", "D15"): plain.start_5_6()["bO"][0],
        ("5-2", "Symbols", "D16"): log(one["O"][0] / (1 - one["O"][0])),
        ("5-2", "Symbols", "D17"): one["O"][0],
        ("5-2", "Symbols", "D18"): 1,
        ("5-2", "Symbols", "D19"): one["C"],
        ("5-3", "Iteration 1", "G46"): plain.costs_5_6()[0],
        ("5-4", "Summary", "B8"): plain.costs_5_6()[0],
        ("5-5, 5-6", "Summary", "B18"): plain.costs_5_6()[10],
        ("–", "Solved", "B5"): logistic()[0],
        ("–", "Solved", "D2"): logistic()[1],
        ("–", "Settings", "B2"): 3,  # as Nielsen chose them
        ("–", "Settings", "B6"): 10,
    }
