"""Images that people bring, for a network of their own: a folder of pictures, a table (CSV), or NumPy's arrays (.npz)."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from xlnn.errors import ContentError, FileError, LimitError, UsageError, Where
from xlnn.model.image_table import decoded, read_table
from xlnn.model.making import problem, units_of
from xlnn.model.problem import Problem
from xlnn.words import these

OWN = "own"  # what `xlnn new` calls it


NETWORK = "a network of your own: --images FOLDER, CSV or NPZ, --size 8x8 for pictures, --layers 64-16-10"


PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")


X_NAMES = ("x", "images", "x_train", "data", "pixels", "arr_0")


LABEL_NAMES = ("y", "digits", "labels", "y_train", "target", "targets", "classes", "arr_1")


MOST = 16_384  # pixels of an image: a row of a sheet has so many columns


FULL = (1.0, 16.0, 255.0)  # the largest pixels of usual scales


Images = tuple[np.ndarray, list | None]  # (images, rows, columns) from 0 to 1, and the labels if there are any


def own(images: str | Path, size: tuple[int, int] | None = None, layers: str | None = None) -> Problem:
    """A problem with the images at a path, scaled to 0…1 and, where `size` (rows, columns) is another, to that size.

    `layers` as "64-16-10". Raises FileError, ContentError, UsageError; LimitError for more pixels than a row of cells.
    """
    path = Path(images)
    _check_size(size)
    if size is None and layers is not None and path.is_dir():
        size = _square(units_of(layers)[0])
    x, labels = _read(path, size)
    x = x / next((full for full in FULL if x.max(initial=0.0) <= full), float(x.max(initial=1.0)))
    if size is not None and x.shape[1:] != size:
        x = np.stack([_resized(image, size) for image in x])
    return problem(x, labels, layers=layers)


def _check_size(size: tuple[int, int] | None) -> None:
    """Raises UsageError for what is no size, LimitError for more pixels than a row of a sheet takes."""
    if size is None:
        return
    rows, columns = size
    if min(size) < 1:
        raise UsageError("expected a size like 8x8, found {found}.", found=repr(f"{rows}x{columns}"))
    if rows * columns > MOST:
        text = "an image of {size} has {pixels} pixels; a row of a sheet has {most} columns. Choose a smaller size."
        raise LimitError(text, size=f"{rows}×{columns}", pixels=f"{rows * columns:,}", most=f"{MOST:,}")


def _square(pixels: int) -> tuple[int, int] | None:
    side = round(pixels**0.5)
    return (side, side) if side * side == pixels else None


def _read(path: Path, size: tuple[int, int] | None) -> Images:
    where = Where(path.name)
    if path.is_dir():
        return _from_folder(path, size)
    try:
        if path.suffix.lower() == ".npz":
            return _from_arrays(path)
        if path.suffix.lower() in PICTURES:
            raise FileError("this is a single picture; --images takes a folder of them, a CSV or an .npz.", where)
        table = read_table(decoded(path.read_bytes()), where)
    except FileNotFoundError:
        raise FileError("there is no such file; looked in {folder}.", where, folder=path.resolve().parent) from None
    except OSError as error:
        if isinstance(error, FileError):
            raise
        raise FileError("the file cannot be read: {reason}.", where, reason=error.strerror or error) from None
    return table.x, [_label(text) for text in table.labels] or None


def _label(text: str):
    """A label as a number where it is one."""
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else text


# ---- NumPy's arrays ------------------------------------------------------------------------------------


def _from_arrays(path: Path) -> Images:
    """Of an .npz: x (images, pixels) or (images, rows, columns), and labels (images)."""
    where = Where(path.name)
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as file:
            names = {name.lower(): name for name in file.files}
            x_name, label = (next((names[name] for name in known if name in names), None) for known in (X_NAMES, LABEL_NAMES))
            if x_name is None:
                raise ContentError(
                    "expected an array x (images, rows, columns) and one of labels y, found {found}.",
                    where, found=these(file.files or ["–"]),
                )  # fmt: skip
            x, labels = file[x_name], file[label] if label else None
    except (ValueError, EOFError, KeyError, BadZipFile) as error:
        if isinstance(error, ContentError):
            raise
        raise FileError("the file cannot be read: {reason}.", where, reason=str(error)[:100]) from None
    if x.ndim not in (2, 3) or not x.size or x.dtype.kind not in "buif":
        raise ContentError(
            "expected images of shape (images, rows, columns), found {found}.", where, found=f"{x.shape} {x.dtype}"
        )
    if labels is not None and labels.shape != x.shape[:1]:
        raise ContentError("expected {expected} labels, found {found}.", where, expected=len(x), found=labels.shape)
    x = x.astype(float)
    if x.ndim == 2:
        from xlnn.model.image_table import nearest_square

        x = x.reshape(-1, *nearest_square(x.shape[1]))
    return x, None if labels is None else labels.tolist()


# ---- pictures ------------------------------------------------------------------------------------------


def _from_folder(folder: Path, size: tuple[int, int] | None) -> Images:
    """Pictures in folders that are named by their labels, 7/a.png; or side by side with the label in front, 7_001.png."""
    paths = sorted((p for p in folder.rglob("*") if p.suffix.lower() in PICTURES and not p.name.startswith(".")), key=_in_order)
    if not paths:
        raise FileError("there is no picture in this folder ({endings}).", Where(folder.name), endings=these(PICTURES))
    labels = [_label(p.parent.name if p.parent != folder else _front(p.stem)) for p in paths]
    pictures = [_picture(p, size) for p in paths]
    if len({picture.shape for picture in pictures}) > 1:
        raise UsageError("the pictures have different sizes; choose one with --size, as --size 8x8.")
    x = np.stack(pictures)
    edge = np.concatenate([x[:, [0, -1]].ravel(), x[:, :, [0, -1]].ravel()])
    return (1 - x if np.median(edge) > 0.5 else x), labels  # ink is 1, paper 0


def _in_order(path: Path) -> list:
    """picture-2 before picture-10."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split("([0-9]+)", path.as_posix())]


def _front(stem: str) -> str:
    """The label in front of a picture's name: 7_001 → 7, cat-12 → cat, cat12 → cat, 7 → 7."""
    first = re.split(r"[_\-\s.]", stem)[0] or stem
    return first if first.isdigit() else first.rstrip("0123456789") or first


def _picture(path: Path, size: tuple[int, int] | None) -> np.ndarray:
    """A picture in grey, (rows, columns) from 0, black, to 1; transparent parts are white."""
    from PIL import Image

    try:
        with Image.open(path) as found:
            paper = Image.new("RGBA", found.size, "white")
            paper.alpha_composite(found.convert("RGBA"))
            grey = np.asarray(paper.convert("L"), dtype=float) / 255
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise FileError("this picture cannot be read: {reason}.", Where(path.name), reason=str(error)[:100]) from None
    return grey if size is None or grey.shape == size else _resized(grey, size)


def _resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """An image in another size: each new pixel is the mean of what it covers."""
    from PIL import Image

    rows, columns = size
    return np.asarray(Image.fromarray(image.astype(np.float32)).resize((columns, rows), Image.Resampling.BOX), dtype=float)
