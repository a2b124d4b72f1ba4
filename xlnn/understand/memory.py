"""Updates that remember: with momentum (and its like) a change also follows from the change before, and is no −η ∂C/∂w alone."""

from __future__ import annotations

import numpy as np

from xlnn.understand.chains import Updates
from xlnn.understand.wiring import Wiring


def remembered(wiring: Wiring, found: Updates) -> int:
    """A cell behind the second update from which one of its own kind behind the third follows; −1 where none does.

    It is no parameter, depends on parameters, and all updates of the third iteration follow from such cells: where only some
    do, a reference slid.
    """
    if found.iterations < 3:
        return -1
    graph = wiring.graph
    between = wiring.reached(found.old) & wiring.reached(found.new, forward=False) & ~graph.is_leaf
    between[found.new] = False
    after = wiring.reached(found.new[found.of(1)])
    before = between & wiring.reached(found.new[found.of(0)]) & ~after
    reading = np.zeros(len(after), bool)
    first = -1
    for number in np.unique(wiring.block_of[before]).tolist():
        block = graph.blocks[number]
        mine = np.isin(np.arange(len(after)), block.targets) & before
        reads = np.zeros(len(block.formulas), bool)
        for operand in wiring.operands(block):
            reads |= mine[operand].reshape(len(operand), -1).any(axis=1)
        later = block.targets[reads].ravel()
        later = later[after[later] & between[later]]
        reading[later] = True
        first = int(np.flatnonzero(mine)[0]) if len(later) and first < 0 else first
    third = found.new[found.of(2)]
    return first if first >= 0 and wiring.reached(np.flatnonzero(reading))[third].all() else -1
