"""Networks: shapes of layers, what does not fit together and is refused with its reason, names and order of quantities."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType

import pytest
from problems import dense, maps, stack

import xlnn
from xlnn.errors import UsageError
from xlnn.model.activations import ACTIVATIONS, STEPS
from xlnn.model.costs import COSTS
from xlnn.model.examples import MAPS, example
from xlnn.model.network import LayerSettings, Network, plain_layers

DIGITS = (0.0, 1.0)
INPUT = LayerSettings("I", "input", size=(6, 6))
F = LayerSettings("F", "convolution", 3, (3, 3))
P = LayerSettings("P", "max pooling", size=(2, 2))
O = LayerSettings("O", "dense", 3)


def shapes(network: Network) -> dict[str, tuple[int, ...]]:
    return {layer.label: layer.shape for layer in network.layers}


# ---- shapes -------------------------------------------------------------------------------------------


def test_the_books_networks():
    """4-4: 12·3 + 3 + 3·2 + 2 = 47 parameters; 5-6: 3·9 + 3 + 3·(3·4) + 3 = 69."""
    assert shapes(Network(plain_layers((4, 3), 3, 2))) == {"1": (4, 3), "2": (3,), "3": (2,)}
    assert shapes(Network(MAPS)) == {"I": (6, 6), "F": (3, 4, 4), "P": (3, 2, 2), "O": (3,)}
    assert [example(section).parameter_count for section in ("4-4", "5-6")] == [47, 69]
    assert {q.name: q.shape for q in Network(MAPS).parameters} == {
        "wF": (3, 3, 3), "bF": (3,), "wO": (3, 3, 2, 2), "bO": (3,),
    }  # fmt: skip


def test_a_second_convolution_has_a_filter_for_every_map_before():
    assert shapes(stack()) == {"I": (10, 10), "F": (2, 8, 8), "P": (2, 4, 4), "G": (3, 2, 2), "Q": (3, 1, 1), "O": (2,)}
    parameters = {q.name: (q.axes, q.shape) for q in stack().parameters}
    assert parameters["wF"] == (("map", "row", "column"), (2, 3, 3))
    assert parameters["wG"] == (("map", "map before", "row", "column"), (3, 2, 3, 3))
    assert parameters["wO"] == (("unit", "map", "row", "column"), (2, 3, 1, 1))


@pytest.mark.parametrize(
    ("image", "filter_", "stride", "expected"),
    [
        ((6, 6), (3, 3), 1, (4, 4)), ((6, 6), (6, 6), 1, (1, 1)), ((7, 6), (3, 2), 2, (3, 3)), ((9, 8), (1, 4), 3, (3, 2)),
        ((3, 12), (1, 11), 1, (3, 2)), ((28, 28), (5, 5), 1, (24, 24)),
    ],
)  # fmt: skip
def test_where_a_filter_goes(image, filter_, stride, expected):
    """(image − filter) / stride + 1 positions each way, rounded down."""
    network = maps(image, LayerSettings("F", "convolution", 2, filter_, stride=stride), O)
    assert network.layers[1].shape == (2, *expected)


# ---- what does not fit --------------------------------------------------------------------------------


def refused(*layers: LayerSettings, **conventions) -> str:
    with pytest.raises(UsageError) as error:
        Network(layers, **conventions)
    assert error.value.exit_code == 2
    return str(error.value)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (
            [INPUT, LayerSettings("F", "convolution", 3, (7, 3)), O],
            "layer F: a filter of 7×3 does not fit on 6×6; it can have at most that size.",
        ),
        (
            [INPUT, LayerSettings("F", "convolution", 3, (3, 8)), O],
            "layer F: a filter of 3×8 does not fit on 6×6; it can have at most that size.",
        ),
        (
            [INPUT, F, P, LayerSettings("G", "convolution", 3, (3, 3)), O],
            "layer G: a filter of 3×3 does not fit on 2×2; it can have at most that size.",
        ),
        (
            [INPUT, F, LayerSettings("P", "max pooling", size=(3, 2)), O],
            "layer P: windows of 3×2 do not fill maps of 4×4; rows can be 1, 2, 4, columns 1, 2, 4.",
        ),
        (
            [INPUT, LayerSettings("F", "convolution", 3, (1, 1)), LayerSettings("P", "max pooling", size=(4, 4)), O],
            "layer P: windows of 4×4 do not fill maps of 6×6; rows can be 1, 2, 3, 6, columns 1, 2, 3, 6.",
        ),
        (
            [INPUT, F, LayerSettings("P", "max pooling"), O],
            "layer P: windows of 0×0 do not fill maps of 4×4; rows can be 1, 2, 4, columns 1, 2, 4.",
        ),
        (
            [INPUT, LayerSettings("F", "convolution", 3), O],
            "layer F: a convolution needs a filter size like 3×3 and a stride of 1 or more.",
        ),
        (
            [INPUT, LayerSettings("F", "convolution", 3, (3, 3), stride=0), O],
            "layer F: a convolution needs a filter size like 3×3 and a stride of 1 or more.",
        ),
        ([INPUT, P, O], "layer P: pooling needs the maps of a convolution before it."),
        (
            [INPUT, LayerSettings("H", "dense", 4), LayerSettings("P", "max pooling", size=(2, 2)), O],
            "layer P: pooling needs the maps of a convolution before it.",
        ),
        (
            [INPUT, LayerSettings("H", "dense", 4), F, O],
            "layer F: a convolution needs an image or maps before it, not units.",
        ),
        ([INPUT, F, P], "the last layer must be dense, not max pooling."),
        ([INPUT, F], "the last layer must be dense, not convolution."),
        ([INPUT], "a network needs an input layer and at least one layer after it."),
        ([], "a network needs an input layer and at least one layer after it."),
        ([O, O], "a network needs an input layer and at least one layer after it."),
        ([INPUT, LayerSettings("J", "input", size=(2, 2)), O], "layer J: only the first layer can be the input."),
        ([LayerSettings("I", "input"), O], "layer I: the input needs a size like 4×3."),
        ([INPUT, LayerSettings("O", "dense", 4), O], "two layers have the same label."),
        ([INPUT, LayerSettings("O", "dense", 0)], "layer O: the number of units must be at least 1."),
        ([INPUT, LayerSettings("F", "convolution", 0, (3, 3)), O], "layer F: the number of units must be at least 1."),
        (
            [INPUT, LayerSettings("O", "recurrent", 3)],
            "unknown kind of layer 'recurrent'; known: input, dense, convolution, max pooling.",
        ),
        (
            [INPUT, LayerSettings("O", "dense", 3, activation="swish")],
            "unknown activation 'swish'; known: sigmoid, tanh, softsign, relu, leaky relu, identity, softmax, step, "
                "step above 0, sign, sign above 0.",
        ),
    ],
)  # fmt: skip
def test_layers_that_do_not_fit(layers, message):
    assert refused(*layers) == message


@pytest.mark.parametrize(
    ("conventions", "message"),
    [
        (
            {"cost": "hinge"},
            "unknown cost 'hinge'; known: half squares, squares, cross-entropy, perceptron, softmax cross-entropy.",
        ),
        ({"total": "median"}, "unknown total 'median'; known: sum, mean."),
        ({"update": "never"}, "unknown update 'never'; known: together, output first."),
        ({"ties": "last"}, "unknown ties 'last'; known: first, all."),
        ({"classes": (0.0, 1.0)}, "3 output units, but 2 classes."),
        ({"classes": ()}, "3 output units, but 0 classes."),
    ],
)
def test_conventions_that_are_unknown(conventions, message):
    assert refused(INPUT, F, P, O, **conventions) == message


def test_one_output_unit_stands_for_the_second_of_two_classes():
    assert Network(plain_layers((2, 2), 1), classes=(3.0, 8.0)).classes == (3.0, 8.0)
    assert refused(*plain_layers((2, 2), 1), classes=(1.0,)) == "1 output unit, but 1 class."


# ---- activations and costs ----------------------------------------------------------------------------


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "sigmoid"])
def test_cross_entropy_is_for_sigmoid_outputs(activation):
    """δ = a − t is the slope a′ = a(1 − a) cancelled; tanh's 1 − a² for instance does not cancel."""
    output = LayerSettings("O", "dense", 3, activation=activation)
    assert refused(INPUT, output, cost="cross-entropy") == (
        f"the cost 'cross-entropy' is for sigmoid outputs: with {activation} its δ is not a − t."
    )


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "softmax"])
def test_softmax_cross_entropy_is_for_softmax_outputs(activation):
    output = LayerSettings("O", "dense", 3, activation=activation)
    assert refused(INPUT, output, cost="softmax cross-entropy") == (
        f"the cost 'softmax cross-entropy' is for softmax outputs: with {activation} its δ is not a − t."
    )


@pytest.mark.parametrize("cost", ["half squares", "squares"])
def test_softmax_has_one_cost(cost):
    assert refused(INPUT, LayerSettings("O", "dense", 3, activation="softmax"), cost=cost) == (
        "softmax outputs go with the cost 'softmax cross-entropy': "
        f"with '{cost}' every output's slope would involve all the others."
    )


def test_softmax_is_for_the_output_layer():
    hidden = LayerSettings("H", "dense", 3, activation="softmax")
    filters = LayerSettings("F", "convolution", 3, (3, 3), activation="softmax")
    output = LayerSettings("O", "dense", 3, activation="softmax")
    only = "softmax is for the output layer only."
    assert refused(INPUT, hidden, O) == f"layer H: {only}"
    assert refused(INPUT, hidden, output, cost="softmax cross-entropy") == f"layer H: {only}"
    assert refused(INPUT, filters, O) == f"layer F: {only}"


def test_softmax_of_one_unit_says_nothing():
    output = LayerSettings("O", "dense", 1, activation="softmax")
    assert refused(INPUT, output, cost="softmax cross-entropy") == (
        "softmax needs at least two output units: a single one is always 1."
    )


@pytest.mark.parametrize(
    ("layers", "label"),
    [([(3, "step"), (2, "sigmoid")], "2"), ([(3, "sigmoid"), (2, "step")], "3"), ([(2, "step"), (2, "step")], "2")],
)
def test_a_unit_step_cannot_learn(layers, label):
    network = dense((2, 2), *layers)  # it can be made, and run forward
    with pytest.raises(UsageError) as error:
        network.check_trainable()
    assert str(error.value) == (
        f"layer {label}: the unit step has no slope at 0 and the slope 0 everywhere else, so no error comes back through it "
        "(book 2-1); train with sigmoid instead, or one layer alone with the cost 'perceptron'."
    )


def test_everything_else_can_learn():
    for name in ACTIVATIONS:
        if name not in (*STEPS, "softmax"):
            dense((2, 2), (2, name), (2, name)).check_trainable()
    dense((2, 2), (2, "softmax"), cost="softmax cross-entropy").check_trainable()
    for name in STEPS:
        dense((2, 2), (2, name), cost="perceptron").check_trainable()
        assert refused(INPUT, O, cost="perceptron") == (
            "the cost 'perceptron' is for step / step above 0 / sign / sign above 0 outputs: with sigmoid its δ is not a − t."
        )
    stack().check_trainable()


# ---- quantities ---------------------------------------------------------------------------------------


def test_4_4_has_the_books_quantities_in_the_order_of_the_sheet():
    network = Network(plain_layers((4, 3), 3, 2), classes=DIGITS)
    assert list(network.quantities) == [
        "eta", "number", "x", "digit", "t", "w2", "b2", "z2", "a2", "w3", "b3", "z3", "a3", "C", "CT",
        "answer", "prediction", "right", "share",
        "dC_da3", "slope3", "delta3", "back2", "slope2", "delta2",
        "dC_dw2", "dC_db2", "dC_dw3", "dC_db3", "dCT_dw2", "dCT_db2", "dCT_dw3", "dCT_db3",
        "new_w2", "new_b2", "new_w3", "new_b3",
    ]  # fmt: skip


def test_5_6_pooling_has_no_slope_and_delta_of_its_own():
    names = list(Network(MAPS).quantities)
    assert [name for name in names if name.endswith("P")] == ["aP", "backP"]
    assert [name for name in names if name.endswith("F")] == [
        "wF", "bF", "zF", "aF", "backF", "slopeF", "deltaF", "dC_dwF", "dC_dbF", "dCT_dwF", "dCT_dbF", "new_wF", "new_bF",
    ]  # fmt: skip
    assert "t" in names
    assert "digit" not in names


def test_cross_entropies_have_delta_directly():
    """No ∂C/∂a and no slope at the output: they cancel."""
    for network in (
        dense((2, 2), (3, "tanh"), (2, "sigmoid"), cost="cross-entropy"),
        dense((2, 2), (3, "tanh"), (2, "softmax"), cost="softmax cross-entropy"),
    ):
        assert network.rule_of["delta3"].needs == ("a3", "t")
        assert not {"dC_da3", "slope3"} & set(network.quantities)
        assert "slope2" in network.quantities


def test_frozen_biases_have_no_gradient():
    names = set(Network(plain_layers((4, 3), 3, 2), freeze_biases=True).quantities)
    assert not {"dC_db2", "dCT_db2", "dC_db3", "dCT_db3"} & names
    assert {"dCT_dw2", "new_b2", "new_b3"} <= names


def test_answers_that_are_not_judged():
    names = set(dense((1, 2), (1, "identity"), judged=False).quantities)
    assert not {"answer", "prediction", "right", "share"} & names
    assert "CT" in names


def test_labels_are_part_of_the_names():
    network = Network(
        (LayerSettings("1", "input", size=(2, 2)), LayerSettings("hid", "dense", 2), LayerSettings("10", "dense", 2))
    )
    assert {"whid", "zhid", "deltahid", "w10", "dC_da10"} <= set(network.quantities)


def test_every_cost_has_an_equation_and_every_activation_too():
    assert all(entry.equation and entry.name == name for table in (ACTIVATIONS, COSTS) for name, entry in table.items())


# ---- the package --------------------------------------------------------------------------------------


def test_no_module_has_the_name_of_what_the_package_offers():
    """Importing a module makes it an attribute of its package: xlnn.check is a function, and nothing else, ever."""
    modules = [info.name for info in pkgutil.walk_packages(xlnn.__path__, "xlnn.") if not info.name.endswith("__main__")]
    for module in modules:
        import_module(module)
    inside = [module.removeprefix("xlnn.") for module in modules]
    assert {name for name in inside if "." not in name} & set(xlnn.__all__) == set()  # deeper ones are their folder's
    assert not [name for name in xlnn.__all__ if isinstance(getattr(xlnn, name), ModuleType)]
    assert set(xlnn.__all__) <= set(dir(xlnn))


def test_what_the_package_does_not_offer():
    with pytest.raises(AttributeError, match="module 'xlnn' has no attribute 'fit'"):
        _ = xlnn.fit
