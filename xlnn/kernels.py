"""Convolution and max pooling on whole float64 batches, in plain NumPy.

Every function takes whole arrays and returns one whole array; inside, it works through a few images at a
time, so that its temporaries stay in the cache.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

CELLS = 1 << 15  # numbers in a temporary (32K float64 = 256 KB: stays in a core's cache)


def each_part(work: Callable, total: int, cells_each: int) -> list:
    """Call work(slice) for slices that cut range(total) into runs of about CELLS numbers,
    cells_each per item, all but the last of the same length; return the results in order."""
    step = min(total, max(1, CELLS // cells_each))
    return [work(slice(s, min(s + step, total))) for s in range(0, total, step)]


def windows(x, size, stride=1):
    """x (images, maps_before, H, W) -> view (images, maps_before, h, w, rows, columns):
    for each filter position the pixels it meets as the filter moves; nothing is copied."""
    x, (h, w) = np.ascontiguousarray(x), size
    (images, before, H, W), (s0, s1, s2, s3) = x.shape, x.strides
    shape = (images, before, h, w, (H - h) // stride + 1, (W - w) // stride + 1)
    return np.ndarray(shape, x.dtype, x, 0, (s0, s1, s2, s3, s2 * stride, s3 * stride))


def convolve(x, w, b, stride=1):
    """x (images, maps_before, H, W), w (maps, maps_before, h, w), b (maps,)
    -> z (images, maps, rows, columns), the filter not flipped.

    Equal windows give bitwise equal z: einsum runs along the windows, adding for each of
    them position after position in the same order, whereas a BLAS product may treat the
    windows at the end of a tile differently.
    """
    view, maps = windows(x, w.shape[2:], stride), len(w)  # (images, maps_before, h, w, rows, columns)
    images, rows, columns = len(x), *view.shape[4:]
    filters = w.reshape(maps, -1)  # (maps, positions)
    z = np.empty((images, maps, rows, columns))

    def work(part):
        meet = view[part].transpose(1, 2, 3, 0, 4, 5).reshape(filters.shape[1], -1)  # copy: (positions, some windows)
        some = np.einsum("pn,mp->mn", meet, filters, optimize=False)  # (maps, some windows)
        some += b[:, None]
        z[part] = some.reshape(maps, -1, rows, columns).swapaxes(0, 1)

    each_part(work, images, filters.shape[1] * rows * columns)
    return z


def filter_gradient_per_image(delta, x, size, stride=1):
    """delta (images, maps, rows, columns), x (images, maps_before, H, W)
    -> (images, maps, maps_before, h, w): sums over positions of delta times window."""
    view = windows(x, size, stride)  # (images, maps_before, h, w, rows, columns)
    images, maps, rows, columns = delta.shape
    flat = delta.reshape(images, maps, -1)  # (images, maps, rows * columns)
    grad = np.empty((images, maps, *view.shape[1:4]))

    def work(part):
        meet = view[part].reshape(part.stop - part.start, -1, rows * columns)  # copy: (some images, positions, rows * columns)
        np.matmul(flat[part], meet.swapaxes(1, 2), out=grad[part].reshape(len(meet), maps, -1))

    each_part(work, images, view[0].size)
    return grad


def filter_gradient(delta, x, size, stride=1):
    """As filter_gradient_per_image, summed over the images: (maps, maps_before, h, w)."""
    view = windows(x, size, stride)  # (images, maps_before, h, w, rows, columns)
    images, maps, rows, columns = delta.shape

    def work(part):
        meet = (
            view[part].transpose(1, 2, 3, 0, 4, 5).reshape(view[0].size // (rows * columns), -1)
        )  # copy: (positions, some windows)
        flat = delta[part].swapaxes(0, 1).reshape(maps, -1)  # copy: (maps, some windows)
        return flat @ meet.T  # (maps, positions)

    return sum(each_part(work, images, view[0].size)).reshape(maps, *view.shape[1:4])


def convolve_back(delta, w, size, stride=1):
    """delta (images, maps, rows, columns), w (maps, maps_before, h, w)
    -> gradient for x: (images, maps_before, *size)."""
    images, maps, rows, columns = delta.shape
    before, h, width = w.shape[1:]
    filters = w.reshape(maps, -1).T  # (positions, maps)
    back = np.zeros((images, before, *size))

    def work(part):
        spread = filters @ delta[part].reshape(-1, maps, rows * columns)  # (some images, positions, rows * columns)
        spread = spread.reshape(-1, before, h, width, rows, columns)
        for i in range(h):
            for j in range(width):
                back[part, :, i : i + stride * rows : stride, j : j + stride * columns : stride] += spread[:, :, i, j]

    each_part(work, images, filters.shape[0] * rows * columns)
    return back


def pool_max(a, size):
    """a (images, maps, H, W) -> the maximum of each window of `size` (h, w): (images, maps, H / h, W / w)."""
    (images, maps, H, W), (h, w) = a.shape, size
    pooled = np.empty((images, maps, H // h, W // w))

    def work(part):
        line = a[part].reshape(-1, w)  # (pieces of a row, w)
        best = line[:, 0].copy()  # (pieces of a row,)
        for j in range(1, w):
            np.maximum(best, line[:, j], out=best)
        best = best.reshape(-1, h, W // w)  # (rows of windows, h, W / w)
        top = best[:, 0].copy()  # (rows of windows, W / w)
        for i in range(1, h):
            np.maximum(top, best[:, i], out=top)
        pooled[part] = top.reshape(-1, maps, H // h, W // w)

    each_part(work, images, maps * H * W)
    return pooled


def pool_back(a, pooled, back, size, ties):
    """a (images, maps, H, W), pooled and back (images, maps, H / h, W / w) -> shape of a:
    `back` at the cells equal to their window's maximum, 0 elsewhere.
    ties="first": only the first such cell, row by row; ties="all": all of them."""
    W, (h, w) = a.shape[3], size
    spread = np.empty(a.shape)

    def work(part):
        top, gift = pooled[part].ravel(), back[part].ravel().view(np.int64)  # (windows,); gift as bits
        lines, to = a[part].reshape(-1, h, W), spread[part].reshape(-1, h, W)  # (rows of windows, h, W)
        free = np.ones(len(top), bool)  # (windows,): maximum not met yet
        for i in range(h):
            line = lines[:, i].reshape(-1, w)  # copy: (windows, w)
            given = np.empty(line.shape)  # (windows, w)
            for j in range(w):
                hit = line[:, j].copy() == top  # (windows,)
                if ties == "first":
                    hit &= free
                    free ^= hit
                np.bitwise_and(-hit.view(np.int8), gift, out=given[:, j].view(np.int64))  # True: all bits, False: none
            to[:, i] = given.reshape(-1, W)

    each_part(work, len(a), a[0].size)
    return spread


def in_parts(function: Callable, *arrays: np.ndarray) -> np.ndarray:
    """function(*arrays), which must be elementwise, computed a cache's worth at a time where arrays are large."""
    first = arrays[0]
    if first.size <= CELLS:
        return function(*arrays)
    found = np.empty(first.shape)
    flat, to = [array.reshape(-1) for array in arrays], found.reshape(-1)

    def work(part):
        to[part] = function(*(array[part] for array in flat))

    each_part(work, first.size, 4)
    return found
