"""A rule is one equation of the book in three notations side by side, and the rules that every layer shares.

`equation` is as printed; `values` computes the whole array, all images at once, from the arrays named in
`needs`; `cell` gives one number of it, from the same arrays and an index. On NumPy arrays `cell` gives the
number (a test holds it against `values`), on placed arrays the formula.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from xlnn.model.activations import ACTIVATIONS
from xlnn.model.kernels import in_parts
from xlnn.model.quantities import Quantity


@dataclass(frozen=True)
class Rule:
    """`source` names the book's section; in `cell` the image's index comes first where there is one."""

    result: Quantity
    needs: tuple[str, ...]
    equation: str
    source: str
    values: Callable
    cell: Callable


@dataclass(frozen=True)
class Layer:
    """One layer with its shapes worked out.

    `size` is the filter's or pooling window's (rows, columns), of the input layer the image's; `axes` and
    `shape` are those of its outputs, without the images.
    """

    label: str
    kind: str
    axes: tuple[str, ...]
    shape: tuple[int, ...]
    activation: str = ""
    size: tuple[int, int] = (0, 0)
    stride: int = 1
    ties: str = "first"
    bias: bool = True
    shared_bias: bool = False

    @property
    def output(self) -> str:
        """The name of the quantity that the next layer reads."""
        return "x" if self.kind == "input" else "a" + self.label

    def quantity(self, kind: str) -> Quantity:
        """A per-image quantity of the shape of this layer's outputs."""
        if kind == "a" and self.kind == "input":
            return Quantity("x", "", self.axes, self.shape, per_image=True)
        return Quantity(kind, self.label, self.axes, self.shape, per_image=True)


@dataclass(frozen=True)
class LayerRules:
    """What a layer kind contributes: its parameters, the way forward, its gradients, and what it sends back."""

    parameters: tuple[Quantity, ...] = ()
    forward: tuple[Rule, ...] = ()
    gradients: tuple[Rule, ...] = ()  # of single images
    totals: tuple[Rule, ...] = ()  # over all images, straight from δ
    back: tuple[Rule, ...] = ()

    def without_biases(self) -> LayerRules:
        """The same without b and its gradients; `forward` does not add b already."""
        weights = lambda rules: tuple(rule for rule in rules if not rule.result.kind.endswith("b"))
        return replace(self, parameters=self.parameters[:1], gradients=weights(self.gradients), totals=weights(self.totals))


def output_rule(layer: Layer) -> Rule:
    """a = a(z), book 3-2 (6); a softmax unit needs its whole layer's z."""
    activation = ACTIVATIONS[layer.activation]
    output = activation.output
    if activation.whole_layer:
        cell = lambda z, k, j: output(z[k])[j]
    else:
        cell = lambda z, *index: output(z[index])
    return Rule(
        layer.quantity("a"),
        ("z" + layer.label,),
        activation.equation,
        "book 3-2",
        values=output if activation.whole_layer else lambda z: in_parts(activation.in_place or output, z),
        cell=cell,
    )


def error_rules(layer: Layer) -> tuple[Rule, ...]:
    """a′(z) and δ = Σwδ · a′(z) of a layer that got Σwδ from the layer after, book 4-3 (11)."""
    l = layer.label
    return (
        slope_rule(layer),
        Rule(
            layer.quantity("delta"),
            ("back" + l, "slope" + l),
            "δ = Σwδ · a′(z)",
            "book 4-3",
            values=lambda back, slope: back * slope,
            cell=lambda back, slope, *index: back[index] * slope[index],
        ),
    )


def slope_rule(layer: Layer) -> Rule:
    """a′(z), the slope of the activation, book 2-6."""
    activation = ACTIVATIONS[layer.activation]
    return Rule(
        layer.quantity("slope"),
        ("z" + layer.label, "a" + layer.label),
        activation.slope_equation,
        "book 2-6",
        values=lambda z, a: filled_slope(in_parts(activation.slope_in_place or activation.slope, z, a), z.shape),
        cell=lambda z, a, *index: activation.slope(z[index], a[index]),
    )


def filled_slope(slope, shape: tuple[int, ...]) -> np.ndarray:
    """A slope that is the same everywhere (identity) as a whole array."""
    return np.full(shape, float(slope)) if isinstance(slope, int) else slope


def divided(total: str):
    """What a sum over images is divided by: nothing, or the number of images where `total` is "mean"."""
    if total == "mean":
        return lambda sum_, images: sum_ / images
    return lambda sum_, images: sum_


def summed_gradient(parameter: Quantity, total: str) -> Rule:
    """∂C_T/∂w as the sum of the ∂C/∂w of the single images, book 4-1; for sheets that show those."""
    per = divided(total)
    return Rule(
        Quantity("dCT_d" + parameter.kind, parameter.layer, parameter.axes, parameter.shape),
        ("dC_d" + parameter.name,),
        "∂C_T/∂w = Σ ∂C/∂w".replace("w", parameter.kind) + (" / n" if total == "mean" else ""),
        "book 4-1",
        values=lambda gradients: per(gradients.sum(axis=0), len(gradients)),
        cell=lambda gradients, *index: per(gradients[(slice(None), *index)].sum(), len(gradients)),
    )


def decayed(gradient, w, decay: float):
    """∂C_T/∂w + λw: what a parameter that decays goes against (weight decay, L2), the derivative of C_T + λ/2 Σw²."""
    return gradient + decay * w


def gradient_with_decay(rule: Rule, parameter: Quantity, decay: float) -> Rule:
    """The rule of a ∂C_T/∂w that has λw in it."""
    count = len(rule.needs)
    return replace(
        rule,
        needs=(*rule.needs, parameter.name),
        equation=f"{rule.equation} + {decay:g} {parameter.kind}",
        source="",
        values=lambda *needs: decayed(rule.values(*needs[:count]), needs[count], decay),
        cell=lambda *needs: decayed(rule.cell(*needs[:count], *needs[count + 1 :]), needs[count][needs[count + 1 :]], decay),
    )


def update_rule(parameter: Quantity, frozen: bool, rate: float = 1.0, decay: float = 0.0) -> Rule:
    """w − η ∂C_T/∂w, the parameter that the next iteration uses, book 4-1; a frozen one stays as it is.

    `rate`: its layer's own η, as a multiple of η. `decay`: λ of w − η (∂C_T/∂w + λw), which the book does not have.
    """
    result = Quantity("new_" + parameter.kind, parameter.layer, parameter.axes, parameter.shape)
    if frozen:
        return Rule(
            result,
            (parameter.name,),
            "w stays" if parameter.kind == "w" else "b stays",
            "",
            lambda b: b,
            lambda b, *index: b[index],
        )
    own = "" if rate == 1 else f"{rate:g} "
    against = f"(∂C_T/∂w + {decay:g} w)" if decay else "∂C_T/∂w"
    change = _change(rate, decay)
    return Rule(
        result,
        (parameter.name, "eta", "dCT_d" + parameter.name),
        f"w ← w − {own}η {against}".replace("w", parameter.kind),
        "" if decay else "book 4-1",
        values=lambda w, eta, gradient: w - change(w, eta, gradient),
        cell=lambda w, eta, gradient, *index: w[index] - change(w[index], eta[()], gradient[index]),
    )


def _change(rate: float, decay: float) -> Callable:
    """What an update subtracts."""
    if decay:
        usual = lambda w, eta, gradient: eta * decayed(gradient, w, decay)
    else:
        usual = lambda w, eta, gradient: eta * gradient
    return usual if rate == 1 else lambda w, eta, gradient: usual(w, rate * eta, gradient)


def next_rule(parameter: Quantity) -> Rule:
    """Iteration n + 1 uses the new parameters of iteration n."""
    return Rule(
        parameter,
        ("new_" + parameter.name,),
        "the new parameter of the iteration before",
        "book 4-1",
        values=lambda new: new,
        cell=lambda new, *index: new[index],
    )


def bias_gradients(bias: Quantity, delta: Quantity, total: str) -> tuple[Rule, Rule]:
    """∂C/∂b = δ, summed over a map's cells where a bias serves a whole map; per image and over all."""
    per = divided(total)
    inner = tuple(range(2, 1 + len(delta.shape)))  # a map's rows and columns, empty for units
    one = Rule(
        Quantity("dC_d" + bias.kind, bias.layer, bias.axes, bias.shape, per_image=True),
        (delta.name,),
        "∂C/∂b = Σδ" if inner else "∂C/∂b = δ",
        "book 5-5" if inner else "book 4-2 (6)",
        values=lambda delta: delta.sum(axis=inner) if inner else delta + 0,
        cell=lambda delta, k, j: delta[k, j].sum() if inner else delta[k, j],
    )
    every = Rule(
        Quantity("dCT_d" + bias.kind, bias.layer, bias.axes, bias.shape),
        (delta.name,),
        "∂C_T/∂b = Σδ" + (" / n" if total == "mean" else ""),
        "book 4-1",
        values=lambda delta: per(delta.sum(axis=(0, *inner)), len(delta)),
        cell=lambda delta, j: per(delta[:, j].sum(), len(delta)),
    )
    if bias.shape[0] == delta.shape[0]:
        return one, every
    return (  # one bias for all units of a layer, which the book does not have
        replace(
            one,
            equation="∂C/∂b = Σδ",
            source="",
            values=lambda delta: delta.sum(axis=1, keepdims=True),
            cell=lambda delta, k, j: delta[k].sum(),
        ),
        replace(
            every,
            source="",
            values=lambda delta: per(delta.sum(axis=(0, 1), keepdims=True)[0], len(delta)),
            cell=lambda delta, j: per(delta[:].sum(), len(delta)),
        ),
    )


def flat(array: np.ndarray) -> np.ndarray:
    """Everything behind the first axis in one row: (images, …) → (images, all)."""
    return array.reshape(len(array), -1)
