"""Functions of a problem that take the path of a workbook as well."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TypeVar, cast

from xlnn.book import describing, formulary, writer
from xlnn.book.reader import read
from xlnn.model import differences, training
from xlnn.model.problem import Problem

Function = TypeVar("Function", bound=Callable)


def reading(function: Function) -> Function:
    """The function, to which the path of a workbook may be given instead of a problem. Raises as `read`, too."""

    @wraps(function)
    def read_first(problem: Problem | str | Path, *args, **kwargs):
        return function(read(problem) if isinstance(problem, str | Path) else problem, *args, **kwargs)

    return cast(Function, read_first)


train, history = reading(training.train), reading(training.history)


show, equations = reading(describing.show), reading(formulary.equations)


write, gradcheck = reading(writer.write), reading(differences.gradcheck)
