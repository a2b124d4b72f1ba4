"""Solves a problem and writes the workbook with the parameters before and after: sheets Start and Solved."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from xlnn.book.names import SOLVED, START
from xlnn.book.plan import Plan, check_updates
from xlnn.book.result import OutputBook
from xlnn.book.summary_sheet import ends, right_line
from xlnn.book.writer import Result
from xlnn.model.minimising import Solution, minimise
from xlnn.model.picturing import shape_text
from xlnn.model.problem import Problem
from xlnn.model.training import trained
from xlnn.words import say
from xlnn.xlsx.new_file import BookFile
from xlnn.xlsx.saving import check_target, replacing


def solve(
    problem: Problem,
    path: str | Path,
    *,
    steps: int = 1000,
    cells: str = "values",
    language: str | None = None,
    decimals: int | None = None,
    printed: str = "first",
    force: bool = False,
) -> Result:
    """Minimises C_T over all parameters, as the book does with Excel's Solver, and writes `path`.

    steps: at most so many steps of the solver. cells: "values" or "formulas". decimals, printed: as for `write`.
    Raises UsageError (also where SciPy is
    missing), LimitError, SaveError, DivergedError.
    """
    path = Path(path)
    check_updates(steps)
    plan = Plan(problem, frozenset(), cells=cells, language=language or problem.language, final=SOLVED)
    check_target(path, problem.inputs, force)
    with replacing(path, force) as temporary, ExitStack() as stack:
        solution = minimise(problem, steps)
        spool = stack.enter_context(tempfile.TemporaryFile())
        _write(OutputBook(plan, BookFile(temporary, path.stem, decimals, printed), spool), solution)
    first, last = solution.totals[0], solution.totals[-1]
    return Result(temporary.path, last[0], first[1], last[1], problem.images, last[2], (), solution.step.parameters)


def _write(book: OutputBook, solution: Solution) -> None:
    """All sheets in their order."""
    plan, end = book.plan, solution.totals[-1]
    book.open()
    start = trained(plan.problem, plan.problem.parameters, 1)
    book.forward(START, start, say("Start: the initial parameters", plan.language), pictures=False)
    text = say("Solved: the parameters after {steps} steps of the solver", plan.language, steps=end[0])
    book.forward(SOLVED, solution.step, text, start=START)
    shown = {0: START} | {end[0]: SOLVED}
    book.close(solution.step.parameters, solution.totals, shown, _headlines(plan, solution))


def _headlines(plan: Plan, solution: Solution) -> list[str]:
    """What happened, in up to three lines."""
    last = solution.totals[-1]
    line = say(
        "Network {network}, {steps} steps of the solver: C_T {before} → {after}.",
        plan.language, network=shape_text(plan.problem), steps=last[0], **ends(solution.totals),
    )  # fmt: skip
    return [line, *right_line(plan, solution.totals), say(_ENDED[solution.ended], plan.language)]


_ENDED = {
    "flat": "It ended where C_T is flat: no ∂C_T/∂w is larger than 1e-6 in size.",
    "steps": "It ended after the largest number of steps (--steps); more may lower C_T further.",
    "stuck": "It ended where no step lowered C_T any more.",
}
