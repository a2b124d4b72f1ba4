"""The two networks of the book in plain Python, list by list: 12-3-2 of section 4-4, the convolutional one of 5-6.

Images and first parameters are xlnn's data; nothing is calculated by xlnn.
"""

from __future__ import annotations

from functools import cache
from math import exp

from xlnn.model.examples import example

Matrix = list[list[float]]


def sigma(z: float) -> float:
    return 1 / (1 + exp(-z))


def dot(a, b) -> float:
    return sum(u * v for u, v in zip(a, b, strict=True))


# ---- the network 12-3-2 of 4-4 ---------------------------------------------------------------------------


def targets(digits) -> Matrix:
    return [[1.0 if d == 0 else 0.0, 1.0 if d == 1 else 0.0] for d in digits]


@cache
def images() -> tuple[Matrix, Matrix]:
    """The pixels of every image, row by row, and t."""
    problem = example("4-4")
    return problem.x.reshape(64, 12).tolist(), targets(problem.digits.tolist())


@cache
def start() -> dict:
    p = example("4-4").parameters
    return {"w2": p["w2"].reshape(3, 12).tolist(), "b2": p["b2"].tolist(), "w3": p["w3"].tolist(), "b3": p["b3"].tolist()}


def layer(w: Matrix, b: list[float], a: list[float]) -> tuple[list[float], list[float]]:
    """z and a of a layer: z = Σ w a + b (book 3-2)."""
    z = [dot(row, a) + bias for row, bias in zip(w, b, strict=True)]
    return z, [sigma(v) for v in z]


def passed(p: dict, x: list[float], t: list[float]) -> dict:
    """One image through the network, and back: z, a, C, δ (book 3-2, 3-4, 4-2, 4-3)."""
    z2, a2 = layer(p["w2"], p["b2"], x)
    z3, a3 = layer(p["w3"], p["b3"], a2)
    d3 = [(a - r) * a * (1 - a) for a, r in zip(a3, t, strict=True)]
    back = [dot(d3, column) for column in zip(*p["w3"], strict=True)]
    d2 = [s * a * (1 - a) for s, a in zip(back, a2, strict=True)]
    cost = sum((r - a) ** 2 for a, r in zip(a3, t, strict=True)) / 2
    return {"z2": z2, "a2": a2, "z3": z3, "a3": a3, "C": cost, "d3": d3, "d2": d2}


def total(p: dict) -> float:
    return sum(passed(p, x, t)["C"] for x, t in zip(*images(), strict=True))


def updated(p: dict, eta: float = 0.2) -> dict:
    """The parameters after one update: w − η Σ δ a, b − η Σ δ over all images (book 4-1)."""
    new = {name: [row[:] if isinstance(row, list) else row for row in array] for name, array in p.items()}
    for x, t in zip(*images(), strict=True):
        one = passed(p, x, t)
        for w, b, d, a in (("w2", "b2", one["d2"], x), ("w3", "b3", one["d3"], one["a2"])):
            for j, error in enumerate(d):
                new[b][j] -= eta * error
                new[w][j] = [old - eta * error * v for old, v in zip(new[w][j], a, strict=True)]
    return new


@cache
def trained() -> dict:
    p = start()
    for _ in range(50):
        p = updated(p)
    return p


def image(p: dict, number: int = 1) -> dict:
    x, t = images()
    return passed(p, x[number - 1], t[number - 1])


def first(digit: int) -> int:
    """Where the first image of a digit stands, counted from 0."""
    return example("4-4").digits.tolist().index(digit)


def first_of(digit: int) -> dict:
    """The trained network on the first image of a digit."""
    return image(trained(), first(digit) + 1)


def mean_error(p: dict, name: str) -> float:
    """The mean of |δ³| or |δ²| over all images."""
    errors = [abs(d) for x, t in zip(*images(), strict=True) for d in passed(p, x, t)[name]]
    return sum(errors) / len(errors)


# ---- the convolutional network of 5-6 --------------------------------------------------------------------


def windows(x: Matrix) -> list[list[Matrix]]:
    """The 4×4 windows of 3×3 pixels."""
    return [[[row[j : j + 3] for row in x[i : i + 3]] for j in range(4)] for i in range(4)]


def convolved(filter_: Matrix, x: Matrix) -> Matrix:
    return [[sum(map(dot, filter_, window)) for window in row] for row in windows(x)]


def pooled(a: Matrix) -> Matrix:
    return [[max(a[2 * i + k][2 * j + m] for k in (0, 1) for m in (0, 1)) for j in (0, 1)] for i in (0, 1)]


def flat(maps) -> list[float]:
    return [number for one in maps for row in one for number in row]


@cache
def start_5_6() -> dict:
    return {name: array.tolist() for name, array in example("5-6").parameters.items()}


@cache
def images_5_6() -> tuple[list[Matrix], Matrix]:
    problem = example("5-6")
    return problem.x.tolist(), problem.t.tolist()


def seen(p: dict, x: Matrix, t: list[float]) -> dict:
    """One image through the convolutional network (book 5-2, 5-3)."""
    c = [convolved(f, x) for f in p["wF"]]
    z = [[[number + b for number in row] for row in one] for one, b in zip(c, p["bF"], strict=True)]
    a = [[[sigma(number) for number in row] for row in one] for one in z]
    maps = [pooled(one) for one in a]
    out = layer([flat(unit) for unit in p["wO"]], p["bO"], flat(maps))[1]
    return {"c": c, "z": z, "a": a, "P": maps, "O": out, "C": sum((r - v) ** 2 for r, v in zip(t, out, strict=True)) / 2}


def learned(p: dict, eta: float = 0.2) -> tuple[dict, float]:
    """The parameters after one update, and C_T before it (book 5-5): δ goes to the first largest cell of each window."""
    gradient_o, gradient_bo = [[0.0] * 12 for _ in range(3)], [0.0] * 3
    gradient_f, gradient_bf, cost = [[[0.0] * 3 for _ in range(3)] for _ in range(3)], [0.0] * 3, 0.0
    for x, t in zip(*images_5_6(), strict=True):
        one, window = seen(p, x, t), windows(x)
        cost += one["C"]
        d = [(v - r) * v * (1 - v) for v, r in zip(one["O"], t, strict=True)]
        for n in range(3):
            gradient_bo[n] += d[n]
            gradient_o[n] = [g + d[n] * v for g, v in zip(gradient_o[n], flat(one["P"]), strict=True)]
        for k in range(3):
            for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
                cells = [(2 * i + u, 2 * j + v) for u in (0, 1) for v in (0, 1)]
                row, column = max(cells, key=lambda cell: one["a"][k][cell[0]][cell[1]])  # the first of the largest
                a = one["a"][k][row][column]
                error = sum(d[n] * p["wO"][n][k][i][j] for n in range(3)) * a * (1 - a)
                gradient_bf[k] += error
                for u in range(3):
                    for v in range(3):
                        gradient_f[k][u][v] += error * window[row][column][u][v]
    step = lambda old, g: [step(o, h) for o, h in zip(old, g, strict=True)] if isinstance(old, list) else old - eta * g
    shaped = [[[unit[4 * k : 4 * k + 2], unit[4 * k + 2 : 4 * k + 4]] for k in range(3)] for unit in gradient_o]
    gradients = {"wF": gradient_f, "bF": gradient_bf, "wO": shaped, "bO": gradient_bo}
    return {name: step(p[name], gradients[name]) for name in p}, cost


@cache
def costs_5_6() -> list[float]:
    """C_T at the start and after each of 10 updates."""
    p, costs = start_5_6(), []
    for _ in range(11):
        p, cost = learned(p)
        costs.append(cost)
    return costs


@cache
def image_5_6() -> dict:
    x, t = images_5_6()
    return seen(start_5_6(), x[0], t[0])


SLASH = [[0, 0, 1], [0, 1, 0], [1, 0, 0]]


def similarity() -> Matrix:
    return convolved(SLASH, images_5_6()[0][40])
