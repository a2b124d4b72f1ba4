"""The numbers of docs/sections.md in plain Python: the standard library's arithmetic on the numbers that the sheets are given.

A line is named by section, sheet and cell: NUMBERS["2-4", "2-4", "F22"] is 3·(−6) + 4·(−8).
"""

from __future__ import annotations

from functools import cache
from math import cos, exp, log, pi, sqrt, tanh

import plain_networks as plain
from plain_networks import dot, sigma

# ---- regression ------------------------------------------------------------------------------------------

HEIGHTS = (153.3, 164.9, 168.1, 151.5, 157.8, 156.7, 161.1)
MASSES = (45.5, 56.0, 55.0, 52.8, 55.6, 50.8, 56.4)


def line() -> tuple[float, float, float]:
    """p, q and C_T of the line y = p x + q with the least squares (book 2-12)."""
    x, y = sum(HEIGHTS) / 7, sum(MASSES) / 7
    p = sum((h - x) * (m - y) for h, m in zip(HEIGHTS, MASSES, strict=True)) / sum((h - x) ** 2 for h in HEIGHTS)
    q = y - p * x
    return p, q, sum((m - p * h - q) ** 2 for h, m in zip(HEIGHTS, MASSES, strict=True)) / 2


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


# ---- line by line ----------------------------------------------------------------------------------------


def chapter_1() -> dict:
    t = plain.trained()
    return {
        ("1-1", "1-1", "E16"): dot((3, 5, 1), (0, 1, 0)),
        ("1-1", "1-1", "F19"): float(dot((3, 5, 1), (1, 0, 1)) >= 4),
        ("1-1", "1-1", "D30"): float(3 + 1 >= 4),
        ("1-1", "1-1", "E31"): max(0, 3 + 1.25 - 4),
        ("1-2", "1-2", "B12"): dot((6, 2, 2), (1, 0, 1)),
        ("1-2", "1-2", "B13"): float(8 >= 5),
        ("1-2", "1-2", "B15"): -5,
        ("1-3", "1-2", "B17"): dot((6, 2, 2, -5), (1, 0, 1, 1)),
        ("1-3", "1-2", "B36"): 1 * 4 + 2 * 5 + 3 * 6,
        ("1-3", "1-2", "C37"): 3 * 4 - 1 * 6,
        ("1-3", "1-2", "B38"): 1 * (2 * 6 - 3 * 5) + 2 * (3 * 4 - 1 * 6) + 3 * (1 * 5 - 2 * 4),
        ("1-3", "1-3", "C31"): sigma(3),
        ("1-3", "1-3", "D31"): tanh(3),
        ("1-3", "1-3", "E31"): 3 / (1 + 3),
        ("1-3", "1-3", "F31"): max(0, 3),
        ("1-3", "1-3", "I31"): exp(-3) / (1 + exp(-3)) ** 2,
        ("1-3", "1-3", "J31"): 4 / (exp(3) + exp(-3)) ** 2,  # 1/cosh²
        ("1-3", "1-3", "K31"): 1 / (1 + 3) ** 2,
        ("1-3", "1-3", "L31"): (3.001 - 2.999) / 0.002,
        ("1-3", "1-3", "H7"): (0 - 0) / 0.002,  # at −5
        ("1-3", "1-3", "B38"): (1 - 0) / (2 * 0.001),
        ("1-4", "1-4", "K18"): plain.image(t)["a3"][0],
        ("1-4", "1-4", "B26"): 12 * 3 + 3 * 2,
        ("1-5", "1-5", "B6"): t["w2"][0][0],
        ("1-5", "1-5", "K14"): float(t["w2"][2][10] > max(t["w2"][2]) / 2),  # row 4, column 2
        ("1-5", "1-5", "B28"): plain.first_of(0)["a2"][1],
        ("1-5", "1-5", "C29"): plain.first_of(1)["a2"][2],
    }


def chapter_2() -> dict:
    """2-1 to 2-5; on p and q of 2-4: image 2 has 9 pixels of image 1."""
    x, _ = plain.images()
    return {
        ("2-1", "2-1", "B26"): 2 * 4 + 1,
        ("2-1", "2-1", "C26"): 2 * 4**2 + 4 - 3,
        ("2-1", "2-1", "D20"): exp(1),
        ("2-1", "2-1", "E18"): 1 / (1 + 1),
        ("2-1", "2-1", "F18"): 1 / sqrt(2 * pi),
        ("2-1", "2-1", "B35"): float(0 >= 0),
        ("2-1", "2-1", "C33"): 2**-2,
        ("2-1", "2-1", "F46"): 2 * 2 + 1 * 2 - 3,
        ("2-1", "2-1", "B53"): dot((2, -1, 3), (1, 0.5, 2)) - 4,
        ("2-1", "2-1", "B58"): dot((2, -1, 3), (1 + 1, 0.5, 2)) - 4,
        ("2-1", "2-1", "C58"): dot((2 + 1, -1, 3), (1, 0.5, 2)) - 4,
        ("2-2", "2-2", "G12"): 1 + (4 - 1) * 2,
        ("2-2", "2-2", "H12"): 1 + 2 + 2 + 2,
        ("2-2", "2-2", "B11"): 5 + 2 * 6 + 2,  # a₂ = 1 + 2·1 + 2 = 5, b₂ = 3 + 2·1 + 1 = 6
        ("2-2", "2-2", "C11"): 3 * 6 + 2 * 5 + 1,
        ("2-2", "2-2", "K32"): plain.image(plain.start())["a3"][0],
        ("2-3", "2-3", "B10"): sum(k * k + k for k in range(1, 7)),
        ("2-3", "2-3", "B11"): (1 + 4 + 9 + 16 + 25 + 36) + (1 + 2 + 3 + 4 + 5 + 6),
        ("2-3", "2-3", "B13"): sum(3 * k * k for k in range(1, 7)),
        ("2-3", "2-3", "B14"): 3 * (1 + 4 + 9 + 16 + 25 + 36),
        ("2-4", "2-4", "F13"): dot(x[0], x[1]),
        ("2-4", "2-4", "F22"): 3 * -6 + 4 * -8,
        ("2-4", "2-4", "F23"): 3 * -4 + 4 * 3,
        ("2-4", "2-4", "H24"): (3 * 1 + 4 * 0) / (5 * 1),
        ("2-4", "2-4", "F25"): 3 * 6 + 4 * 8,
        ("2-4", "2-4", "G30"): 1 * -1 + 2 * -2 + 2 * -2,
        ("2-4", "2-4", "G31"): 1 * 2 + 2 * 1 + 2 * -2,
        ("2-4", "2-4", "G33"): 1 * 2 + 2 * 4 + 2 * 4,
        ("2-4", "2-4", "H38"): 3 * 1 + 1 * 0 + 0 * 0,
        ("2-5", "2-5", "B9"): 2 + 2,
        ("2-5", "2-5", "C25"): 7 - 8,
        ("2-5", "2-5", "F25"): 3 * 7,
        ("2-5", "2-5", "B13"): 2 * 2 + 7 * 1,
        ("2-5", "2-5", "E13"): 2 * 2 + 8 * 1,
        ("2-5", "2-5", "D34"): dot((1, 5, 9), (0, 0, 1)),
        ("2-5", "2-5", "H34"): dot((0, 1, 0), (4, 9, 5)),
        ("2-5", "2-5", "F9"): 7 * 8,
        ("2-5", "2-5", "B18"): 7,
        ("2-5", "2-5", "E22"): 8 * 2 + 3 * 7,
        ("2-5", "2-5", "J39"): dot((1, 5, 9), (2, 7, 1)),
        ("2-5", "2-5", "F40"): dot((2, 7, 1), (2, 7, 1)),
    }


def derivatives() -> dict:
    """2-6 and 2-7, by quotients where a derivative is meant."""
    central = lambda f, x, h=1e-5: (f(x + h) - f(x - h)) / (2 * h)
    f = lambda x: x**2 + 1
    return {
        ("2-6", "2-6", "C17"): (0.001**2 - 0) / 0.001,
        ("2-6", "2-6", "D19"): central(lambda x: x**2, 1),
        ("2-6", "2-6", "L17"): exp(0) / (1 + exp(0)) ** 2,
        ("2-6", "2-6", "B54"): (1.0001**2 - 1) / 0.0001,
        ("2-6", "2-6", "H55"): 1 + 2 * (2 - 1),
        ("2-6", "2-6", "C65"): (3 - 3) / 0.001,
        ("2-6", "2-6", "C66"): central(lambda x: x, 0.5),
        ("2-6", "2-6", "C67"): central(lambda x: f(x) + exp(x), 0.5),
        ("2-6", "2-6", "C68"): central(lambda x: 3 * f(x), 0.5),
        ("2-6", "2-6", "C69"): central(lambda x: 1 / f(x), 0.5),
        ("2-6", "2-6", "F63"): exp(-0.5) / (1 + exp(-0.5)) ** 2,
        ("2-6", "2-6", "F68"): central(sigma, 0.5),
        ("2-6", "2-6", "E76"): 3 * 0**2,
        ("2-6", "2-6", "D74"): (-1) ** 3,
        ("2-7", "2-7", "B12"): central(lambda x: x**2 + 2**2, 1),
        ("2-7", "2-7", "B38"): (1.0001**2 - 1) / 0.0001,
        ("2-7", "2-7", "C38"): (2.0001**2 - 2**2) / 0.0001,
        ("2-7", "2-7", "B44"): 2 * 0,
        ("2-7", "2-7 Lagrange", "B7"): -1 / sqrt(2),
        ("2-7", "2-7 Lagrange", "C8"): 1 / sqrt(2),
        ("2-7", "2-7 Lagrange", "E7"): min(cos(t * pi / 180) + cos((90 - t) * pi / 180) for t in range(0, 360, 5)),
        ("2-7", "2-7 Lagrange", "E8"): max(cos(t * pi / 180) + cos((90 - t) * pi / 180) for t in range(0, 360, 5)),
    }


def approximations() -> dict:
    """2-8 to 2-12."""
    a = sigma(2 * 0.5 - 0.5)  # x = 0.5, w = 2, b = −0.5, t = 1
    s = sigma(0.5)
    slope = s * (1 - s)
    x, y = 3.0, 2.0
    for _ in range(30):
        x, y = x - 0.1 * 2 * x, y - 0.1 * 2 * y
    p, q, c = line()
    return {
        ("2-8", "2-8", "B18"): (a - 1) * a * (1 - a) * 0.5,
        ("2-8", "2-8", "I18"): 2 * (3 * 1 - 1 * 2) * 3 + 2 * (0.5 * 1 + 2 * 2) * 0.5,
        ("2-8", "2-8", "I19"): 2 * (3 * 1 - 1 * 2) * -1 + 2 * (0.5 * 1 + 2 * 2) * 2,
        ("2-8", "2-8", "B30"): 2 * (2 - 0.5) * -1,
        ("2-8", "2-8", "I32"): sigma(2 * 1 - 1) * (1 - sigma(2 * 1 - 1)) * 2,
        ("2-9", "2-9", "D11"): sigma(1.5) - (s + slope * 1),
        ("2-9", "2-9", "F11"): s + slope + slope * (1 - 2 * s) / 2,
        ("2-9", "2-9", "C34"): 1 + 1 * 1 + 2 * 1,  # exp(x) y² at (0, 1): g = 1, its derivatives 1 and 2
        ("2-9", "2-9", "B54"): 1 + 1 * 0.1 + 2 * -0.2,
        ("2-9", "2-9", "B56"): 0.7 + (1 * 0.1**2 + 2 * 2 * 0.1 * -0.2 + 2 * 0.2**2) / 2,
        ("2-9", "2-9", "B64"): dot((2 * 1, 3, 2), (0.01, -0.02, 0.03)),
        ("2-9", "2-9", "B65"): (1.01**2 + 1.98 * 3.03) - (1**2 + 2 * 3),
        ("2-10", "2-10", "B9"): 2 * 3,
        ("2-10", "2-10", "D15"): sqrt(6**2 + 4**2) * 0.1 * cos(0),
        ("2-10", "2-10", "D27"): sqrt(6**2 + 4**2) * 0.1 * cos(pi),
        ("2-10", "2-10", "B11"): -0.1 * 6,
        ("2-10", "2-10", "D44"): 2 * 3 * 1,  # ∂/∂z of 3z² at 1
        ("2-10, 2-11", "2-11", "I37"): x**2 + y**2,
        ("2-12", "Normal equations", "B18"): p,
        ("2-12", "Normal equations", "B19"): q,
        ("2-12", "Normal equations", "B20"): c,
        ("2-12", "Normal equations", "H7"): 45.5 - (p * 153.3 + q),
        ("2-12", "Normal equations", "H14"): 0,
        ("2-12", "Descent", "L8"): p,
        ("2-12", "Solved", "B5"): p,
    }


def networks() -> dict:
    """Chapters 3 to 5. Where training ends all images are right, as the book says."""
    before, after, one = plain.image(plain.start()), plain.image(plain.trained()), plain.image_5_6()
    middle = sigma(0.8 * 0.5)  # L₁ = 0.5, w₁ = 0.8, w₂ = −1.5, y = 1
    last = sigma(-1.5 * middle)
    shared = (last - 1) * last * (1 - last)
    same = plain.similarity()
    return {
        ("3-1", "3-1", "F12"): before["z2"][0],
        ("3-1", "Symbols", "D8"): before["z2"][0],
        ("3-2", "3-1", "K18"): before["a3"][0],
        ("3-3", "3-1", "L18"): 1,  # image 1 is a 0
        ("3-4", "3-1", "M18"): before["C"],
        ("3-4", "3-4", "B13"): 12 * 3 + 3 + 3 * 2 + 2,
        ("3-4", "3-4", "B14"): len(plain.images()[0]),
        ("3-4", "Iteration 1", "G21"): plain.total(plain.start()),
        ("3-5", "Solved", "G30"): 1,
        ("4-1, 4-4", "Summary", "B58"): plain.total(plain.trained()),
        ("4-2", "4-2", "AA16"): before["d3"][0],
        ("4-2", "4-2", "AC16"): before["d2"][0],
        ("4-2", "4-2 trained", "B11"): plain.mean_error(),
        ("4-2", "4-2 trained", "AA16"): after["d3"][0],
        ("4-3", "4-3", "B21"): shared,
        ("4-3", "4-3", "B22"): shared * middle,
        ("4-3", "4-3", "B23"): shared * -1.5,
        ("4-3", "4-3", "B26"): shared * -1.5 * middle * (1 - middle) * 0.5,
        ("4-3", "Iteration 1", "O66"): before["d2"][0],
        ("4-3", "Shapes", "F8"): 12,
        ("4-3", "Shapes", "G18"): 30,
        ("5-1", "5-1", "D16"): same[2][2],
        ("5-1", "5-1", "R16"): sigma(same[2][2] - 2),
        ("5-1", "5-1", "Q22"): sigma(max(same[i][j] for i in (2, 3) for j in (2, 3)) - 2),
        ("5-2", "5-2", "L6"): plain.images_5_6()[0][0][0][3],
        ("5-2", "5-2", "C20"): one["c"][0][0][1],
        ("5-2", "5-2", "B25"): one["z"][0][0][0],
        ("5-2", "5-2", "B35"): one["P"][0][0][0],
        ("5-2", "5-2", "U42"): one["O"][0],
        ("5-2", "5-2", "W42"): one["C"],
        ("5-2", "Symbols", "D8"): one["c"][0][0][0],
        ("5-3", "Iteration 1", "G46"): plain.costs_5_6()[0],
        ("5-4", "Summary", "B8"): plain.costs_5_6()[0],
        ("5-5, 5-6", "Summary", "B18"): plain.costs_5_6()[10],
        ("–", "Solved", "B5"): logistic()[0],
        ("–", "Solved", "D2"): logistic()[1],
        ("–", "Settings", "B2"): 3,  # as Nielsen chose them
        ("–", "Settings", "B6"): 10,
    }


NUMBERS = chapter_1() | chapter_2() | derivatives() | approximations() | networks()
