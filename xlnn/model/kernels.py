"""Convolution and max pooling on whole float64 batches, in plain NumPy.

Every function takes whole arrays and returns one whole array, indexed image first. Many numbers are worked through a
few images at a time, so that temporaries stay in the cache. What fits into one such part is worked through along the
images, which then lie last in memory: maps of 4×4 would be too short to run along.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np

# Freed at once, so large a block tells glibc to keep what a step frees for the next step, instead of giving it back to
# the system and getting it again page by page. Elsewhere it does nothing.
np.empty(4_000_000)


CELLS = 1 << 15  # numbers in a temporary (32K float64 = 256 KB: stays in a core's cache)


def each_part(work: Callable, total: int, cells_each: int) -> list:
    """Call work(slice) for slices that cut range(total) into runs of about CELLS numbers,
    cells_each per item, all but the last of the same length; return the results in order."""
    step = min(total, max(1, CELLS // cells_each))
    return [work(slice(s, min(s + step, total))) for s in range(0, total, step)]


def images_last(array):
    """(images, …) -> (…, images), contiguous; no copy where it lies so already."""
    last = array.transpose(*range(1, array.ndim), 0)
    return last.ravel().reshape(last.shape)  # np.ascontiguousarray, for arrays of many runs too


def images_first(array):
    """The way back, as a view: what is returned still lies with its images last."""
    return array.transpose(-1, *range(array.ndim - 1))


def windows(x, size, stride=1):
    """x (images, maps_before, H, W) -> view (images, maps_before, h, w, rows, columns):
    for each filter position the pixels it meets as the filter moves; nothing is copied."""
    x, (h, w) = np.ascontiguousarray(x), size
    (images, before, H, W), (s0, s1, s2, s3) = x.shape, x.strides
    shape = (images, before, h, w, (H - h) // stride + 1, (W - w) // stride + 1)
    return np.ndarray(shape, x.dtype, x, 0, (s0, s1, s2, s3, s2 * stride, s3 * stride))


def windows_along_images(x, size, stride=1):
    """x (maps_before, H, W, images), contiguous -> view (maps_before, h, w, rows, columns, images).
    With stride 1 the last two axes are one: a row's columns then lie one behind the other."""
    (before, H, W, images), (s0, s1, s2, _), s3, (h, w) = x.shape, x.strides, x.itemsize, size
    rows, columns = (H - h) // stride + 1, (W - w) // stride + 1
    line, steps = ((columns * images,), (s3,)) if stride == 1 else ((columns, images), (s2 * stride, s3))
    return np.ndarray((before, h, w, rows, *line), x.dtype, x, 0, (s0, s1, s2, s1 * stride, *steps))


def convolve(x, w, b, stride=1):
    """x (images, maps_before, H, W), w (maps, maps_before, h, w), b (maps,)
    -> z (images, maps, rows, columns), the filter not flipped.

    Equal windows give bitwise equal z: einsum runs along the images, adding for each of them position after position
    in the same order, whereas a BLAS product may treat the windows at the end of a tile differently.
    """
    images, size = len(x), w.shape[2:]
    shape = (len(w), *((cells - part) // stride + 1 for cells, part in zip(x.shape[2:], size, strict=True)))

    def some(part):
        """z of some images, (maps, rows, columns, images)."""
        along = images_last(x[part])
        if along.shape[3] == 1:  # not along a single image: einsum would add in another order
            along = np.repeat(along, 2, axis=3)
        meet = windows_along_images(along, size, stride)
        if meet.size <= CELLS:  # a copy, with lines longer than a row
            meet = meet.reshape(*meet.shape[:3], -1)
        z = np.einsum("bij...,mbij->m...", meet, w, optimize=False)
        z += b.reshape(-1, *(1,) * (z.ndim - 1))
        return z.reshape(*shape, -1)[..., : len(x[part])]

    if max(x.size, images * math.prod(shape)) <= CELLS:
        return images_first(some(slice(0, images)))
    z = np.empty((images, *shape))

    def work(part):
        z[part] = images_first(some(part))

    each_part(work, images, min(x[0].size, CELLS // 2))
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
    images, maps, rows, columns = delta.shape
    shape = (maps, x.shape[1], *size)
    cells_each = x.shape[1] * size[0] * size[1] * rows * columns
    if images * cells_each <= CELLS:
        meet = windows_along_images(images_last(x), size, stride).reshape(cells_each // (rows * columns), -1)  # copy
        return (images_last(delta).reshape(maps, -1) @ meet.T).reshape(shape)
    view = windows(x, size, stride)  # (images, maps_before, h, w, rows, columns)

    def work(part):
        meet = view[part].transpose(1, 2, 3, 0, 4, 5).reshape(-1, len(delta[part]) * rows * columns)  # copy
        flat = delta[part].swapaxes(0, 1).reshape(maps, -1)  # copy: (maps, some windows)
        return flat @ meet.T  # (maps, positions)

    return sum(each_part(work, images, cells_each)).reshape(shape)


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


def in_windows(a, size):
    """a (images, maps, H, W) -> (maps, H / h, h, W / w, w, images), a view of images_last(a)."""
    (images, maps, H, W), (h, w) = a.shape, size
    return images_last(a).reshape(maps, H // h, h, W // w, w, images)


def pool_max(a, size):
    """a (images, maps, H, W) -> the maximum of each window of `size` (h, w): (images, maps, H / h, W / w)."""
    if a.size <= CELLS:
        return images_first(in_windows(a, size).max(axis=(2, 4)))
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
    if a.size <= CELLS:
        return pool_back_at_once(a, pooled, back, size, ties)
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


def pool_back_at_once(a, pooled, back, size, ties):
    """pool_back for few numbers."""
    (images, maps, H, W), (h, w) = a.shape, size
    cells = in_windows(a, size).transpose(2, 4, 0, 1, 3, 5)  # (h, w, maps, H / h, W / w, images)
    hits = np.equal(cells, images_last(pooled), order="C")
    if ties == "first":
        first, *others = hits.reshape(h * w, -1)  # (windows,) each
        free = ~first  # maximum not met yet
        for hit in others:
            hit &= free
            free ^= hit
    spread = np.where(hits, images_last(back), 0.0).transpose(2, 3, 0, 4, 1, 5)
    return images_first(spread.reshape(maps, H, W, images))


def in_parts(function: Callable, *arrays: np.ndarray) -> np.ndarray:
    """function(*arrays), which must be elementwise, computed a cache's worth at a time where arrays are large."""
    first = arrays[0]
    if first.size <= CELLS:
        return function(*arrays)
    order: Literal["K", "C"] = "K" if all(array.strides == first.strides for array in arrays) else "C"  # K: as they lie in memory
    found = np.empty_like(first, order=order)
    flat, to = [array.ravel(order) for array in arrays], found.ravel(order)

    def work(part):
        to[part] = function(*[array[part] for array in flat])

    each_part(work, first.size, 1)
    return found
