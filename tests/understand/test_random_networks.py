"""Random networks at random addresses, written with formulas: understood again they are what they were."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from placing import by_hand, placed_problems

import xlnn
from xlnn.understand import understand
from xlnn.xlsx.workbook import Workbook

LEARNT = ("x", "t", "w", "b", "z", "a", "delta", "dCT_dw", "dCT_db", "new_w", "new_b")


@settings(max_examples=12)
@given(placed_problems())
def test_a_network_that_was_written_is_understood_again(tmp_path_factory, drawn):
    problem, places = drawn
    folder = tmp_path_factory.mktemp("random")
    by_hand(problem, places, folder / "book.xlsx")
    written = xlnn.read(folder / "book.xlsx", iterations=2, batch="all", layout="book")
    xlnn.write(written, folder / "out.xlsx", cells="formulas")
    found = understand(Workbook(folder / "out.xlsx"))
    for one, other in zip(found.network.layers[1:], problem.network.layers[1:], strict=True):
        assert (one.shape, one.activation) == (other.shape, other.activation)
    assert found.network.cost == problem.network.cost
    assert found.network.total == problem.network.total or problem.images == 1
    assert np.allclose(list(found.eta.values()), 0.1, rtol=1e-12)
    for iteration, step in zip(found.iterations, xlnn.train(written), strict=False):
        for name, q in problem.network.quantities.items():
            if q.kind in LEARNT:
                part = iteration.named[name]
                numbers = found.graph.values.numbers[part.cells].reshape(np.shape(step[name]))
                np.testing.assert_allclose(numbers / part.factor, step[name], rtol=1e-9, atol=1e-13, err_msg=name)
