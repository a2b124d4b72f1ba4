"""Quantities: their names, the symbols that the book prints, and their shapes."""

from __future__ import annotations

import pytest
from problems import stack

from xlnn.model.examples import MAPS
from xlnn.model.network import Network, plain_layers
from xlnn.model.quantities import AXES, Quantity


@pytest.mark.parametrize(
    ("kind", "layer", "name", "symbol"),
    [
        ("z", "2", "z2", "z²"), ("delta", "3", "delta3", "δ³"), ("a", "10", "a10", "a¹⁰"), ("w", "F", "wF", "w^F"),
        ("dC_dw", "2", "dC_dw2", "∂C/∂w²"), ("dCT_db", "3", "dCT_db3", "∂C_T/∂b³"), ("dC_da", "O", "dC_daO", "∂C/∂a^O"),
        ("slope", "2", "slope2", "a′(z²)"), ("back", "2", "back2", "Σwδ²"), ("new_w", "2", "new_w2", "w²"),
        ("x", "", "x", "x"), ("t", "", "t", "t"), ("C", "", "C", "C"), ("CT", "", "CT", "C_T"), ("eta", "", "eta", "η"),
    ],
)  # fmt: skip
def test_names_and_symbols(kind, layer, name, symbol):
    q = Quantity(kind, layer)
    assert (q.name, q.symbol) == (name, symbol)


def test_sizes():
    w = Quantity("w", "F", ("map", "row", "column"), (3, 3, 3))
    assert (w.size, w.full_shape(64)) == (27, (3, 3, 3))
    a = Quantity("a", "P", ("map", "row", "column"), (3, 2, 2), per_image=True)
    assert (a.size, a.full_shape(96)) == (12, (96, 3, 2, 2))
    assert Quantity("CT").size == 1


@pytest.mark.parametrize("network", [Network(plain_layers((4, 3), 3, 2)), Network(MAPS), stack()], ids=["4-4", "5-6", "stack"])
def test_every_axis_has_a_known_name_and_a_size(network):
    for q in network.quantities.values():
        assert len(q.axes) == len(q.shape) == len(set(q.axes))
        assert set(q.axes) <= {*AXES, "unit before"}
