"""A network: its layers, cost and conventions, put together into the rules and quantities of one iteration."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from math import isfinite, prod
from typing import cast

from xlnn.errors import ContentError, UsageError
from xlnn.model.activations import ACTIVATIONS, STEPS
from xlnn.model.convolution import convolution, convolution_shape
from xlnn.model.costs import COSTS
from xlnn.model.dense import dense
from xlnn.model.kernels import CELLS
from xlnn.model.output import answer_rules, cost_rules, output_error_rules, target_rule, total_with_decay
from xlnn.model.pooling import pooling, pooling_shape
from xlnn.model.quantities import Quantity
from xlnn.model.rules import Layer, LayerRules, Rule, error_rules, gradient_with_decay, next_rule, summed_gradient, update_rule

KINDS = ("input", "dense", "convolution", "max pooling")


TOTALS = ("sum", "mean")


UPDATES = ("together", "output first")


DECAYS = ("weights", "gradient", "cost")  # where λw comes in: only in the weights' update, in ∂C_T/∂w, in C_T as λ/2 Σw²


TIES = ("first", "all")
BLOCK = 4 * CELLS  # numbers of a block's largest array (1 MB); a handful of such arrays is in use at a time


@dataclass(frozen=True)
class LayerSettings:
    """One line of the table of layers, as a person writes it."""

    label: str  # 1, 2, 3 … or I, F, P, O
    kind: str = "dense"  # one of KINDS
    units: int = 0  # dense: units; convolution: maps
    size: tuple[int, int] = (0, 0)  # rows, columns of the image, the filter, the pooling window
    activation: str = ""  # default: sigmoid
    stride: int = 1  # of a convolution
    bias: bool = True  # whether its units (maps) have biases
    shared_bias: bool = False  # dense: one bias for all units of the layer
    rate: float = 1.0  # its own η, as a multiple of η; 0: the layer stays as it is


@dataclass(frozen=True)
class Network:
    """Layers and conventions; the first layer is the input.

    Raises UsageError, with the reason, for layers that do not fit together and for pairings of activation
    and cost that the book's method does not cover.
    """

    layer_settings: tuple[LayerSettings, ...]
    cost: str = "half squares"
    total: str = "sum"  # C_T = ΣC, or the mean
    freeze_biases: bool = False
    update: str = "together"  # or the output layer first
    ties: str = "first"  # which of several largest cells of a pooling window gets δ
    decay: float = 0.0  # λ of w − η (∂C_T/∂w + λw): weight decay, L2
    decay_in: str = "weights"  # one of DECAYS
    decay_biases: bool = False  # biases decay, too
    classes: tuple[float, ...] | None = None  # digits the output units stand for; None: t is given
    names: tuple[str, ...] = ()  # words for the classes, where they are words
    judged: bool = True  # whether answers can be right or wrong
    answered: bool = True  # whether there are right answers; without them there is only the way forward
    heads: tuple[tuple[str, str], ...] = field(default=(), compare=False)  # by quantity: what its numbers measure, "height (cm)"

    def __post_init__(self):
        _check_choice("cost", self.cost, COSTS)
        _check_choice("total", self.total, TOTALS)
        _check_choice("update", self.update, UPDATES)
        _check_choice("ties", self.ties, TIES)
        _check_choice("decay in", self.decay_in, DECAYS)
        if not (isfinite(self.decay) and self.decay >= 0):
            raise UsageError("the decay λ must be 0 or a number above it, not {value}.", value=self.decay)
        self._check_output()

    def __getstate__(self) -> dict:
        """For pickle: the settings only; the rules, which cannot be sent, are made anew from them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The layers with their shapes worked out."""
        settings = self.layer_settings
        if len(settings) < 2 or settings[0].kind != "input":
            raise UsageError("a network needs an input layer and at least one layer after it.")
        if len({entry.label for entry in settings}) < len(settings):
            raise UsageError("two layers have the same label.")
        layers: list[Layer] = []
        for entry in settings:
            layers.append(_layer(entry, layers[-1] if layers else None, self.ties))
        if layers[-1].kind != "dense":
            raise UsageError("the last layer must be dense, not {kind}.", kind=layers[-1].kind)
        return tuple(layers)

    @property
    def output(self) -> Layer:
        return self.layers[-1]

    @property
    def things(self) -> str:
        """What the network is shown, as messages name it: a single row of numbers is no image."""
        return "images" if self.layers[0].shape[0] > 1 else "cases"

    @property
    def is_line(self) -> bool:
        """Whether it is a regression line, z = px + q: one number in, one unit."""
        return self.layers[0].shape == (1, 1) and len(self.layers) == 2 and self.output.shape == (1,)

    def _check_output(self) -> None:
        cost, last = COSTS[self.cost], self.output
        if cost.outputs and last.activation not in cost.outputs:
            raise UsageError(
                "the cost {cost} is for {wanted} outputs: with {activation} its δ is not a − t.",
                cost=repr(cost.name), wanted=" / ".join(cost.outputs), activation=last.activation,
            )  # fmt: skip
        if last.activation == "softmax" and not cost.outputs:
            raise UsageError(
                "softmax outputs go with the cost 'softmax cross-entropy': "
                "with {cost} every output's slope would involve all the others.",
                cost=repr(cost.name),
            )
        for layer in self.layers[1:-1]:
            if layer.activation == "softmax":
                raise UsageError("layer {label}: softmax is for the output layer only.", label=layer.label)
        if last.activation == "softmax" and last.shape == (1,):
            raise UsageError("softmax needs at least two output units: a single one is always 1.")
        classes, units = self.classes, last.shape[0]
        if classes is not None and len(classes) != (2 if units == 1 else units):
            raise UsageError("{units} output units, but {count} classes.", units=units, count=len(classes))

    def class_name(self, number: float) -> str:
        """A class as a person calls it: its word, else its number."""
        if self.names and self.classes and number in self.classes:
            return self.names[self.classes.index(number)]
        return f"{number:g}"

    @cached_property
    def _parts(self) -> tuple[LayerRules, ...]:
        """The rules of every layer after the input."""
        makers = {"dense": dense, "convolution": convolution, "max pooling": pooling}
        used = "new_w" if self.update == "output first" else "w"
        pairs = zip(self.layers[1:], self.layers, strict=False)
        return tuple(makers[layer.kind](layer, before, self.total, used) for layer, before in pairs)

    @cached_property
    def parameters(self) -> tuple[Quantity, ...]:
        """All w and b, in order."""
        return tuple(q for part in self._parts for q in part.parameters)

    @cached_property
    def parameter_names(self) -> tuple[str, ...]:
        return tuple(q.name for q in self.parameters)

    @cached_property
    def new_names(self) -> tuple[str, ...]:
        return tuple("new_" + name for name in self.parameter_names)

    def frozen(self, parameter: Quantity) -> bool:
        return (self.freeze_biases and parameter.kind == "b") or self.rate(parameter) == 0

    def rate(self, parameter: Quantity) -> float:
        """The η of a parameter's layer, as a multiple of η."""
        return next(entry.rate for entry in self.layer_settings if entry.label == parameter.layer)

    def decays(self, parameter: Quantity) -> float:
        """λ of a parameter: 0 of biases unless they decay, too, and of what does not learn."""
        return self.decay if (parameter.kind == "w" or self.decay_biases) and not self.frozen(parameter) else 0.0

    def decay_of_gradient(self, parameter: Quantity) -> float:
        """λ of the λw that is in a parameter's ∂C_T/∂w; 0 where there is none in it."""
        return 0.0 if self.decay_in == "weights" else self.decays(parameter)

    def decay_of_update(self, parameter: Quantity) -> float:
        """λ of the λw that a parameter's update adds to its ∂C_T/∂w; 0 where it adds none."""
        return self.decays(parameter) - self.decay_of_gradient(parameter)

    @cached_property
    def inputs(self) -> tuple[Quantity, ...]:
        """What a workbook must give besides the parameters: η, the images' numbers, x, and digits or t if there are answers."""
        return Quantity("eta"), Quantity("number", per_image=True), self.layers[0].quantity("a"), *self.targets

    @cached_property
    def targets(self) -> tuple[Quantity, ...]:
        """The right answers that a workbook gives: digits or t, or none."""
        if not self.answered:
            return ()
        target = Quantity("digit", per_image=True)
        if self.classes is None:
            target = replace(self.output.quantity("t"), layer="")
        return (target,)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of one iteration, in the order of calculation: forward, cost, backward, gradients, update."""
        parts, layers = self._parts, self.layers[1:]
        cost = COSTS[self.cost]
        rules: list[Rule] = []
        if not self.answered:
            return tuple(rule for part in parts for rule in part.forward)
        if self.classes is not None:
            rules.append(target_rule(self.output, self.classes))
        rules += [rule for part in parts for rule in part.forward]
        rules += self._with_decay(cost_rules(self.output, cost, self.total))
        if self.judged:
            rules += answer_rules(self.output, self.classes)
        for position in reversed(range(len(layers))):
            if position == len(layers) - 1:
                rules += output_error_rules(self.output, cost)
            elif layers[position].activation:
                rules += error_rules(layers[position])
            if position > 0:
                rules += parts[position].back
        trained = {q.name for q in self.parameters if not self.frozen(q)}
        for kind in ("gradients", "totals"):
            found = [r for part in parts for r in getattr(part, kind) if r.result.kind[-1] + r.result.layer in trained]
            rules += self._with_decay(found)
        rules += [update_rule(q, self.frozen(q), self.rate(q), self.decay_of_update(q)) for q in self.parameters]
        return tuple(rules)

    def _with_decay(self, rules: Iterable[Rule]) -> list[Rule]:
        """These rules with λw in ∂C_T/∂w and λ/2 Σw² in C_T, where it is there."""
        mine = [q for q in self.parameters if self.decays(q)]
        by_gradient = {"dCT_d" + q.name: q for q in mine if self.decay_of_gradient(q)}
        found = []
        for rule in rules:
            q = by_gradient.get(rule.result.name)
            if rule.result.kind == "CT" and mine and self.decay_in == "cost":
                rule = total_with_decay(rule, mine, self.decay)
            found.append(rule if q is None else gradient_with_decay(rule, q, self.decay))
        return found

    @cached_property
    def descending(self) -> Network:
        """The network whose ∂C_T/∂w are the derivative of its C_T: without a λw that C_T has not."""
        return self if not self.decay or self.decay_in == "cost" else replace(self, decay=0.0)

    @cached_property
    def rule_of(self) -> dict[str, Rule]:
        """Each computed quantity's rule by its name."""
        return {rule.result.name: rule for rule in self.rules}

    @cached_property
    def block(self) -> int:
        """Images that are worked through together, so that what one rule computes is in the cache when the next reads it."""
        return max(1, BLOCK // max(prod(layer.shape) for layer in self.layers[1:]))

    @cached_property
    def summing(self) -> Network:
        """The same network with C_T = ΣC, nothing decaying: for some of the images, whose sums are added to those of others."""
        return replace(self, total="sum", decay=0.0)

    @cached_property
    def ways(self) -> dict:
        """Orders of calculation that were looked for already (training.py)."""
        return {}

    @cached_property
    def summed(self) -> dict[str, Rule]:
        """∂C_T/∂w as Σ∂C/∂w, for sheets that show the single images' gradients."""
        trained = [q for q in self.parameters if self.answered and not self.frozen(q)]
        rules = self._with_decay(summed_gradient(q, self.total) for q in trained)
        return {rule.result.name: rule for rule in rules}

    @cached_property
    def next_rules(self) -> tuple[Rule, ...]:
        """How an iteration's parameters follow from the iteration before."""
        return tuple(next_rule(q) for q in self.parameters)

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """Everything with a name, in the order in which a sheet shows it."""
        eta, number, x, *target = self.inputs
        found = [eta, number, x]
        by_layer = {part.parameters[0].layer: part.parameters for part in self._parts if part.parameters}
        given = list(target)
        for rule in self.rules:
            q = rule.result
            if q.kind == "z":
                found += given + list(by_layer.get(q.layer, ()))
                given = []
            found.append(q)
        if target and target[0].name == "digit":
            found.remove(target[0])
            found.insert(3, target[0])
        return {q.name: q for q in found}

    def check_trainable(self) -> None:
        """Raises UsageError where a layer cannot learn, ContentError where there is nothing to learn from."""
        if not self.answered:
            raise ContentError(
                "there are no right answers to learn from. show, check and predict work without; "
                "to train, say where they are: a line digit or t of a sheet Places."
            )
        for layer in self.layers[1:]:
            name = layer.activation
            learns = self.cost == "perceptron" and layer is self.output
            if name in STEPS and not learns:
                raise UsageError(
                    "layer {label}: the unit step has no slope at 0 and the slope 0 everywhere else, so no error "
                    "comes back through it (book 2-1); train with sigmoid instead, or one layer alone with the cost "
                    "'perceptron'.",
                    label=layer.label,
                )


def _check_choice(name: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        raise UsageError("unknown {what} {value}; known: {known}.", what=name, value=repr(value), known=[*known])


def _layer(entry: LayerSettings, before: Layer | None, ties: str) -> Layer:
    """Works out the shapes of one layer. Raises UsageError with the layer's label."""
    label, kind = entry.label, entry.kind
    _check_choice("kind of layer", kind, KINDS)
    if kind == "input":
        if before is not None:
            raise UsageError("layer {label}: only the first layer can be the input.", label=label)
        if min(entry.size) < 1:
            raise UsageError("layer {label}: the input needs a size like 4×3.", label=label)
        return Layer(label, kind, ("row", "column"), entry.size, size=entry.size)
    activation = "" if kind == "max pooling" else entry.activation or "sigmoid"
    if activation:
        _check_choice("activation", activation, ACTIVATIONS)
    if activation == "softmax" and kind != "dense":
        raise UsageError("layer {label}: softmax is for the output layer only.", label=label)
    if kind != "max pooling" and entry.units < 1:
        raise UsageError("layer {label}: the number of units must be at least 1.", label=label)
    behind = cast(Layer, before)  # the first layer is the input
    axes: tuple[str, ...] = ("unit",)
    shape: tuple[int, ...] = (entry.units,)
    if kind == "convolution":
        axes, shape = (
            ("map", "row", "column"),
            convolution_shape(entry.label, entry.units, entry.size, entry.stride, behind),
        )
    if kind == "max pooling":
        axes, shape = ("map", "row", "column"), pooling_shape(entry.label, entry.size, behind)
    return Layer(label, kind, axes, shape, activation, entry.size, entry.stride, ties, entry.bias, entry.shared_bias)


def plain_layers(image: tuple[int, int], *units: int, activation: str = "sigmoid") -> tuple[LayerSettings, ...]:
    """The book's plain network: layers 1, 2, 3 …; `plain_layers((4, 3), 3, 2)` is 12-3-2."""
    hidden = [LayerSettings(str(i), "dense", n, activation=activation) for i, n in enumerate(units, 2)]
    return (LayerSettings("1", "input", size=image), *hidden)
