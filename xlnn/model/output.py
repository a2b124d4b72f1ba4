"""The rules of right answers and total cost: t from the digit, C, C_T, prediction, right, share (book 3-3, 3-4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import add

import numpy as np

from xlnn.model.costs import Cost
from xlnn.model.quantities import Quantity
from xlnn.model.rules import Layer, Rule, divided, slope_rule


def target_rule(output: Layer, classes: tuple[float, ...]) -> Rule:
    """t = 1 at the unit that stands for the digit, 0 elsewhere; one unit alone stands for the second class."""
    meant = np.array(classes[1:] if output.shape == (1,) else classes)  # (units,)
    return Rule(
        output_quantity(output, "t"),
        ("digit",),
        "t = 1 where the unit stands for the right digit, else 0",
        "book 3-3",
        values=lambda digit: (digit[:, None] == meant).astype(float),  # (images, units)
        cell=lambda digit, k, j: np.where(digit[k] == meant[j].item(), 1, 0),
    )


def cost_rules(output: Layer, cost: Cost, total: str) -> tuple[Rule, Rule]:
    """C of each image and C_T, their sum (the book's) or mean."""
    per = divided(total)
    c = Quantity("C", per_image=True)
    return (
        Rule(
            c,
            (*(kind + output.label for kind in cost.uses), "t"),
            cost.equation,
            "book 3-4",
            values=cost.of,
            cell=lambda *needs: cost.of(*(array[needs[-1]] for array in needs[:-1])),
        ),
        Rule(
            Quantity("CT"),
            ("C",),
            "C_T = ΣC" + (" / n" if total == "mean" else ""),
            "book 3-4",
            values=lambda c: per(c.sum(), len(c)),
            cell=lambda c: per(c[:].sum(), len(c)),
        ),
    )


def total_with_decay(rule: Rule, parameters: Sequence[Quantity], decay: float) -> Rule:
    """The rule of a C_T that has λ/2 Σw² of these parameters in it, whose derivative λw is."""
    squares = lambda parts: reduce(add, [(part[:] * part[:]).sum() for part in parts])
    return replace(
        rule,
        needs=(*rule.needs, *(q.name for q in parameters)),
        equation=f"{rule.equation} + {decay:g}/2 Σw²",
        source="",
        values=lambda c, *parts: rule.values(c) + decay / 2 * squares(parts),
        cell=lambda c, *parts: rule.cell(c) + decay / 2 * squares(parts),
    )


def output_error_rules(output: Layer, cost: Cost) -> tuple[Rule, ...]:
    """δ of the output layer: ∂C/∂a · a′(z), book 4-2; a − t where slope and cost cancel."""
    l = output.label
    if cost.slope is None:
        return (
            Rule(
                output.quantity("delta"),
                ("a" + l, "t"),
                "δ = a − t",
                "",
                values=lambda a, t: a - t,
                cell=lambda a, t, k, j: a[k, j] - t[k, j],
            ),
        )
    return (
        Rule(
            output.quantity("dC_da"),
            ("a" + l, "t"),
            cost.slope_equation,
            "book 4-2",
            values=lambda a, t: cost.slope(a, t),
            cell=lambda a, t, k, j: cost.slope(a[k, j], t[k, j]),
        ),
        slope_rule(output),
        Rule(
            output.quantity("delta"),
            ("dC_da" + l, "slope" + l),
            "δ = ∂C/∂a · a′(z)",
            "book 4-3",
            values=lambda dC_da, slope: dC_da * slope,
            cell=lambda dC_da, slope, k, j: dC_da[k, j] * slope[k, j],
        ),
    )


def answer_rules(output: Layer, classes: tuple[float, ...] | None) -> tuple[Rule, ...]:
    """Right answer, prediction, right or wrong, and the share right, in the form in which answers are given.

    With `classes` the answers are digits: one number per image. Without, t itself is the answer and the
    prediction is 1 at the largest output; a single output answers 1 from ½ on.
    """
    if classes is None:
        rules = _unit_answers(output)
    else:
        rules = _digit_answers(output, classes)
    right = rules[-1].result
    share = Rule(
        Quantity("share"),
        (right.name,),
        "share = right images / images",
        "book 3-5",
        values=lambda right: right.sum() / len(right),
        cell=lambda right: np.count_nonzero(right[:]) / len(right),
    )
    return (*rules, share)


def _digit_answers(output: Layer, classes: tuple[float, ...]) -> tuple[Rule, ...]:
    meant, number = np.array(classes), Quantity("prediction", per_image=True)
    plain = tuple(range(len(classes))) == tuple(classes)
    if output.shape == (1,):
        equation, values = "class of a ≥ ½", lambda a: np.where(a[:, 0] >= 0.5, meant[1], meant[0])
        cell = lambda a, k: np.where(a[k, 0] >= 0.5, classes[1], classes[0])
    else:
        equation, values = "class of the largest a", lambda a: meant[a.argmax(axis=1)]
        if len(classes) == 2:
            first, second = classes
            values = lambda a: np.where(a[:, 0] >= a[:, 1], first, second)
            cell = lambda a, k: np.where(a[k, 0] >= a[k, 1], first, second)
        elif plain:
            cell = lambda a, k: a[k].argmax()
        else:
            cell = lambda a, k: np.choose(a[k].argmax(), list(classes))
    return (
        Rule(
            Quantity("answer", per_image=True),
            ("digit",),
            "the digit that is meant",
            "book 3-3",
            values=lambda digit: digit,
            cell=lambda digit, k: digit[k],
        ),
        Rule(number, (output.output,), equation, "book 3-5", values, cell),
        Rule(
            Quantity("right", per_image=True),
            ("answer", "prediction"),
            "right where both agree",
            "book 3-5",
            values=lambda answer, prediction: answer == prediction,
            cell=lambda answer, prediction, k: answer[k] == prediction[k],
        ),
    )


def _unit_answers(output: Layer) -> tuple[Rule, ...]:
    single, signed = output.shape == (1,), output.activation.startswith("sign")
    told = Rule(
        output_quantity(output, "prediction"),
        (output.output,),
        "1 from a = ½ on" if single else "1 at the largest a",
        "book 3-5",
        values=lambda a: np.where(a >= (0.5 if single else a.max(axis=1, keepdims=True)), 1, 0),
        cell=lambda a, k, j: np.where(a[k, j] >= (0.5 if single else a[k].max()), 1, 0),
    )
    if signed:  # 1 or −1 is the answer itself
        told = replace(told, equation="a", values=lambda a: a + 0, cell=lambda a, k, j: a[k, j])
    return (
        Rule(
            output_quantity(output, "answer"),
            ("t",),
            "the target",
            "book 3-3",
            values=lambda t: t,
            cell=lambda t, k, j: t[k, j],
        ),
        told,
        Rule(
            Quantity("right", per_image=True),
            ("answer", "prediction"),
            "right where both agree",
            "book 3-5",
            values=lambda answer, prediction: (answer == prediction).all(axis=1),
            cell=lambda answer, prediction, k: ((answer[k] - prediction[k]) ** 2).sum() == 0,
        ),
    )


def output_quantity(output: Layer, kind: str) -> Quantity:
    """A quantity without a layer's label that has one number per output unit."""
    return Quantity(kind, "", output.axes, output.shape, per_image=True)
