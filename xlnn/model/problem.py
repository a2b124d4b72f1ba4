"""A problem: images, right answers, initial parameters, network and settings; everything that training needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from xlnn.errors import ContentError, UsageError
from xlnn.model.kernels import images_first, images_last
from xlnn.model.network import Network
from xlnn.model.picturing import html_of, text_of
from xlnn.model.quantities import Quantity
from xlnn.words import these

ORDERS = ("listed", "shuffled")


STARTS = ("N(0, 1)", "N(0, 1/inputs)")


PIXELS = ("as they are", "0..1")


BLANKS = ("0", "an error")


@dataclass(frozen=True)
class Settings:
    """How to train. Defaults are the book's (4-4)."""

    eta: float = 0.2  # learning rate η
    iterations: int = 50  # updates of the parameters
    batch: int = 0  # images per update; 0: all
    order: str = "listed"  # of the images in mini-batches
    seed: int = 0  # of drawn parameters and shuffled batches
    start: str = "N(0, 1)"  # distribution of drawn parameters
    layout: str = "book"  # of the sheets
    pixels: str = "as they are"  # or 0..1: where some are above 1, all are divided by 255
    blank: str = "0"  # what a blank pixel counts for in an image that has any number; or an error

    def __post_init__(self):
        if not (np.isfinite(self.eta) and self.eta > 0):
            raise UsageError("the learning rate η must be a number above 0, not {value}.", value=self.eta)
        if self.iterations < 0:
            raise UsageError("iterations must be 0 or more, not {value}.", value=self.iterations)
        if self.batch < 0:
            raise UsageError("the batch size must be at least 1, or 'all', not {value}.", value=self.batch)
        if self.seed < 0:
            raise UsageError("the seed must be 0 or more, not {value}.", value=self.seed)
        choices = ("order", self.order, ORDERS), ("start", self.start, STARTS), ("pixels", self.pixels, PIXELS)
        for name, value, known in (*choices, ("blank pixels", self.blank, BLANKS)):
            if value not in known:
                raise UsageError("unknown {what} {value}; known: {known}.", what=name, value=repr(value), known=[*known])


class Origin(Protocol):
    """What may be asked of where a problem was read; what else a workbook tells, `book.origin` has."""

    @property
    def language(self) -> str: ...

    @property
    def inputs(self) -> tuple[Path, ...]: ...

    @property
    def drawn(self) -> tuple[str, ...]: ...

    @property
    def notes(self) -> tuple[tuple[str, Mapping], ...]: ...


@dataclass(frozen=True)
class Problem:
    """Images x (images, rows, columns), right answers, parameters by name, network and settings.

    `digits` (images) where each image has a class number, else `t` (images, units).
    Raises ContentError where shapes do not fit together.
    """

    network: Network
    x: np.ndarray
    parameters: Mapping[str, np.ndarray]
    digits: np.ndarray | None = None
    t: np.ndarray | None = None
    settings: Settings = field(default_factory=Settings)
    origin: Origin | None = None  # where it was read; training does not look at it
    held_out: Problem | None = None  # images that are never trained with, only tried
    done: int = 0  # updates that the parameters have had already; training goes on with the next iteration

    def __post_init__(self):
        if self.x.shape[1:] != self.network.layers[0].shape or not len(self.x):
            raise ContentError(
                "expected images of {expected}, found an array of shape {found}.",
                expected="×".join(map(str, self.network.layers[0].shape)), found=self.x.shape,
            )  # fmt: skip
        if not self.network.answered:
            missing = self.digits is not None or self.t is not None
        else:
            missing = (self.network.classes is None) != (self.digits is None) or (self.digits is None and self.t is None)
        if missing:
            raise ContentError("a network with classes needs the images' digits, one without needs t.")
        for q in self.network.parameters:
            if q.name not in self.parameters or self.parameters[q.name].shape != q.shape:
                raise ContentError("expected {name} of shape {expected}.", name=q.symbol, expected=q.shape)
        self._check_answers()

    def _check_answers(self) -> None:
        if not self.network.answered:
            return
        output, classes = self.network.output, self.network.classes
        name, given = ("t", self.t) if self.digits is None else ("digits", self.digits)
        answers = np.asarray(given)
        expected = (self.images, *output.shape) if self.digits is None else (self.images,)
        if answers.shape != expected:
            raise ContentError("expected {name} of shape {expected}.", name=name, expected=expected)
        if classes is not None and not np.isin(answers, classes).all():
            raise ContentError(
                "expected one of the classes {expected}, found {found}.",
                expected=these(f"{c:g}" for c in classes), found=f"{answers[~np.isin(answers, classes)][0]:g}",
            )  # fmt: skip
        if self.t is not None and output.activation == "softmax" and not np.allclose(self.t.sum(axis=1), 1):
            image = int(np.argmin(np.isclose(self.t.sum(axis=1), 1)))
            raise ContentError(
                "image {image}: softmax outputs need targets t that add up to 1, not {found}; only then is δ = a − t.",
                image=image + 1, found=f"{self.t[image].sum():g}",
            )  # fmt: skip

    def __repr__(self) -> str:
        return text_of(self)

    def _repr_html_(self) -> str:
        """What a notebook shows: the network, and the first images as small pictures."""
        return html_of(self)

    @property
    def images(self) -> int:
        return len(self.x)

    @property
    def language(self) -> str:
        """Of labels and messages: the workbook's, else English."""
        return self.origin.language if self.origin else "en"

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The files that it was read from, which must not be overwritten."""
        return self.origin.inputs if self.origin else ()

    @property
    def drawn(self) -> tuple[str, ...]:
        """The parameters that were left empty and drawn at random."""
        return self.origin.drawn if self.origin else ()

    @property
    def notes(self) -> tuple[tuple[str, Mapping], ...]:
        """What is unusual about the workbook that was read: templates and their fields."""
        return self.origin.notes if self.origin else ()

    @property
    def parameter_count(self) -> int:
        return sum(q.size for q in self.network.parameters)

    def with_settings(self, **changes) -> Problem:
        """The same problem with other settings: `problem.with_settings(eta=0.1)`."""
        return replace(self, settings=replace(self.settings, **changes))

    def given(self, chosen: np.ndarray) -> dict[str, np.ndarray]:
        """The inputs of an iteration on the images `chosen` (their positions, counted from 0)."""
        whole = len(chosen) == self.images and bool((chosen == np.arange(self.images)).all())
        pick = (lambda array: array) if whole else (lambda array: array[chosen])
        x = pick(self.x)
        if self.network.layers[1].kind == "dense":  # Σ w x of all images is found faster so
            x = images_first(images_last(x))
        inputs = {"eta": np.array(self.settings.eta), "number": chosen + 1, "x": x}
        if self.digits is not None:
            inputs["digit"] = pick(self.digits)
            inputs["t"] = self.network.rule_of["t"].values(inputs["digit"])
        elif self.t is not None:
            inputs["t"] = pick(self.t)
        if "t" in inputs:  # as z, a and δ of dense layers lie in memory
            inputs["t"] = images_first(images_last(inputs["t"]))
        return inputs

    def batch(self, iteration: int) -> np.ndarray:
        """Positions of the images of an iteration (counted from 1): the same for the same seed, always."""
        size = self.settings.batch or self.images
        per_epoch = -(-self.images // size)
        epoch, part = divmod(iteration - 1, per_epoch)
        order = np.arange(self.images)
        if self.settings.order == "shuffled":
            order = np.random.default_rng((self.settings.seed, 1, epoch)).permutation(self.images)
        return np.sort(order[part * size : (part + 1) * size])

    @property
    def per_epoch(self) -> int:
        """Updates until every image was used once."""
        return -(-self.images // (self.settings.batch or self.images))


def draw(q: Quantity, seed: int, start: str) -> np.ndarray:
    """Initial numbers of a parameter from N(0, 1) (book 2-1), or N(0, 1/inputs) for weights."""
    if start not in STARTS:
        raise UsageError("unknown {what} {value}; known: {known}.", what="start", value=repr(start), known=[*STARTS])
    numbers = np.random.default_rng((seed, 0, *q.name.encode())).standard_normal(q.shape)
    inputs = q.size // q.shape[0] if q.kind == "w" else 1
    return numbers / np.sqrt(inputs) if start == STARTS[1] else numbers
