"""xlnn trains the neural networks of 《深度学习的数学》 as the book does in Excel, every number in its cell.

>>> import xlnn
>>> xlnn.new("4-4", "book.xlsx")                       # doctest: +SKIP
>>> problem = xlnn.read("book.xlsx")                   # doctest: +SKIP
>>> for step in xlnn.train(problem):                   # doctest: +SKIP
...     print(step.iteration, step["CT"])
>>> xlnn.write(problem, "book-trained.xlsx")           # doctest: +SKIP
>>> xlnn.history("book.xlsx")                          # doctest: +SKIP
>>> xlnn.problem(x, digits, layers=(64, 16, 10))       # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module

from xlnn._version import __version__

# what `import xlnn` offers, and the module that has it; loaded when it is first used
_WHERE = {
    "read": "book.reader",
    "problem": "model.making",
    "train": "book.by_path",
    "resume": "book.resuming",
    "write": "book.by_path",
    "solve": "book.solving",
    "descend": "lessons.descending",
    "sweep": "sweeps.running",
    "Sweep": "sweeps.result",
    "Result": "book.writer",
    "Stopped": "book.interrupt",
    "new": "sections",
    "write_problem": "book.start",
    "example": "model.examples",
    "show": "book.by_path",
    "equations": "book.by_path",
    "predict": "book.predicting",
    "gradcheck": "book.by_path",
    "check": "checking.judging",
    "mark": "checking.judging",
    "judge": "checking.judging",
    "Verdict": "checking.verdict",
    "compare": "checking.comparing",
    "compared": "checking.comparing",
    "Comparison": "checking.comparing",
    "exercise": "book.exercises",
    "plot": "pictures.plots",
    "animate": "pictures.plots",
    "landscape": "pictures.landscapes",
    "Landscape": "pictures.landscapes",
    "write_landscape": "pictures.landscape_pages",
    "history": "book.by_path",
    "frame": "model.training",
    "Step": "model.training",
    "Problem": "model.problem",
    "Settings": "model.problem",
    "Network": "model.network",
    "LayerSettings": "model.network",
    "plain_layers": "model.network",
    "Place": "layout.places",
    "Cell": "layout.cells",
    "limits": "xlsx.package",
    "XlnnError": "errors",
    "UsageError": "errors",
    "FileError": "errors",
    "ContentError": "errors",
    "LimitError": "errors",
    "SaveError": "errors",
    "DivergedError": "errors",
}

__all__ = ["__version__", *_WHERE]


def __getattr__(name: str):
    if name not in _WHERE:
        raise AttributeError(f"module 'xlnn' has no attribute {name!r}; it has {', '.join(_WHERE)}")
    found = getattr(import_module(f"xlnn.{_WHERE[name]}"), name)
    globals()[name] = found
    return found


def __dir__():
    return __all__
