"""Steps and trainings as pandas DataFrames."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from xlnn.problem import Problem
from xlnn.training import Step, totals


def frame(step: Step, name: str) -> pd.DataFrame:
    """`step[name]` as a DataFrame: one row per image, or per unit or map where there are no images."""
    q, values = step.problem.network.quantities[name], np.asarray(step[name])
    if not values.shape:
        return pd.DataFrame({name: [values[()]]})
    axes = (("image",) if q.per_image else ()) + q.axes
    first = pd.Index(step["number"] if q.per_image else range(1, len(values) + 1), name=axes[0])
    if values.ndim == 1:
        return pd.DataFrame({name: values}, index=first)
    columns = list(product(*(range(1, size + 1) for size in values.shape[1:])))
    if values.ndim == 2:
        columns = pd.Index([column[0] for column in columns], name=axes[1])
    else:
        columns = pd.MultiIndex.from_tuples(columns, names=axes[1:])
    return pd.DataFrame(values.reshape(len(values), -1), index=first, columns=columns)


def history(problem: Problem) -> pd.DataFrame:
    """Trains, and returns C_T and the share right after each update (row 0: before the first).

    With mini-batches one row per epoch, over all images.
    """
    rows = [(updates, total, share) for updates, total, share in totals(problem)]
    return pd.DataFrame(rows, columns=["updates", "CT", "share"]).set_index("updates")
