"""Convolution and pooling against loops over every number, and that equal windows get equal z to the bit."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xlnn
from xlnn.model.kernels import (  # fmt: skip
    CELLS,
    convolve,
    convolve_back,
    each_part,
    filter_gradient,
    filter_gradient_per_image,
    in_parts,
    pool_back,
    pool_max,
    windows,
)


@st.composite
def convolutions(draw):
    """x (images, maps before, H, W), w (maps, maps before, h, w), b (maps), stride."""
    h, w, stride = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    H, W = draw(st.integers(h, 7)), draw(st.integers(w, 7))
    images, before, maps = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32)))
    x = numbers.standard_normal((images, before, H, W))
    return x, numbers.standard_normal((maps, before, h, w)), numbers.standard_normal(maps), stride


def z_by_hand(x, w, b, stride):
    """One window at a time."""
    rows, columns = (x.shape[2] - w.shape[2]) // stride + 1, (x.shape[3] - w.shape[3]) // stride + 1
    z = np.empty((len(x), len(w), rows, columns))
    for k, m, i, j in np.ndindex(*z.shape):
        window = x[k, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]]
        z[k, m, i, j] = (window * w[m]).sum() + b[m]
    return z


@given(convolutions())
def test_convolve(drawn):
    x, w, b, stride = drawn
    np.testing.assert_allclose(convolve(x, w, b, stride), z_by_hand(x, w, b, stride), rtol=1e-12, atol=1e-13)


def test_a_convolution_with_its_arithmetic():
    """The filter is not turned round: 1·1 + 2·10 + 4·100 + 5·1000 = 5421, and one step to the right 6532; + ½."""
    x = np.array([[[[1.0, 2, 3], [4, 5, 6]]]])
    w = np.array([[[[1.0, 10], [100, 1000]]]])
    np.testing.assert_array_equal(convolve(x, w, np.array([0.5])), [[[[5421.5, 6532.5]]]])


@given(convolutions())
def test_gradients_are_what_the_sum_says(drawn):
    """z is linear in w and in x: Σ δ·z without b is Σ w·(∂/∂w) and Σ x·(∂/∂x), for any w and x."""
    x, w, b, stride = drawn
    z = z_by_hand(x, w, 0 * b, stride)
    delta = np.random.default_rng(0).standard_normal(z.shape)
    each = filter_gradient_per_image(delta, x, w.shape[2:], stride)
    every = filter_gradient(delta, x, w.shape[2:], stride)
    back = convolve_back(delta, w, x.shape[2:], stride)
    assert (each.shape, every.shape, back.shape) == ((len(x), *w.shape), w.shape, x.shape)
    np.testing.assert_allclose((each * w).sum(axis=(1, 2, 3, 4)), (delta * z).sum(axis=(1, 2, 3)), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(every, each.sum(axis=0), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose((back * x).sum(axis=(1, 2, 3)), (delta * z).sum(axis=(1, 2, 3)), rtol=1e-9, atol=1e-9)


@given(convolutions())
def test_the_gradient_of_one_weight_is_delta_times_what_it_meets(drawn):
    x, w, b, stride = drawn
    delta = np.random.default_rng(0).standard_normal(z_by_hand(x, w, b, stride).shape)
    each = filter_gradient_per_image(delta, x, w.shape[2:], stride)
    back = np.zeros(x.shape)
    for k, m, c, i, j in np.ndindex(len(x), *w.shape):
        met = x[k, c, i:, j:][::stride, ::stride][: delta.shape[2], : delta.shape[3]]
        assert each[k, m, c, i, j] == pytest.approx((delta[k, m] * met).sum(), rel=1e-9, abs=1e-12)
        back[k, c, i:, j:][::stride, ::stride][: delta.shape[2], : delta.shape[3]] += w[m, c, i, j] * delta[k, m]
    np.testing.assert_allclose(convolve_back(delta, w, x.shape[2:], stride), back, rtol=1e-9, atol=1e-12)


# ---- equal windows ----------------------------------------------------------------------------------


def by_window(x, z, size, stride):
    """The bits of every z, by the bytes of the window that it comes from."""
    found = defaultdict(set)
    view = windows(x, size, stride)
    for k, _, i, j in np.ndindex(len(x), 1, *z.shape[2:]):
        found[view[k, ..., i, j].tobytes()].add(z[k, :, i, j].tobytes())
    return found


@st.composite
def few_kinds_of_windows(draw):
    """Images made of few different numbers, so that many windows are equal, wherever they lie."""
    h, w = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    H, W = draw(st.integers(h, 9)), draw(st.integers(w, 9))
    before, maps, stride = draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(1, 2))
    images = draw(st.sampled_from((1, 2, 3, 17, 100)))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32)))
    kinds = numbers.standard_normal((2, before, 1, 1))  # a pixel is one of two, in all maps
    x = np.where(numbers.integers(0, draw(st.integers(1, 2)), (images, 1, H, W)) == 0, *kinds)
    return x, numbers.standard_normal((maps, before, h, w)), numbers.standard_normal(maps), stride


@given(few_kinds_of_windows())
@settings(max_examples=60)
def test_equal_windows_get_equal_z_to_the_bit(drawn):
    x, w, b, stride = drawn
    z = convolve(x, w, b, stride)
    assert all(len(bits) == 1 for bits in by_window(x, z, w.shape[2:], stride).values())


@pytest.mark.parametrize("images", [1, 96, 96 * 8 + 1])
def test_equal_windows_of_the_books_images(images):
    """6×6 pixels of 0 and 1, 3×3 filters, cut into parts of any length: only 512 windows are possible."""
    numbers = np.random.default_rng(5)
    x = numbers.integers(0, 2, (images, 1, 6, 6)).astype(float)
    z = convolve(x, numbers.standard_normal((3, 1, 3, 3)), numbers.standard_normal(3))
    found = by_window(x, z, (3, 3), 1)
    assert len(found) <= 512
    assert all(len(bits) == 1 for bits in found.values())


def test_rounding_never_decides_a_tie():
    """An image of equal rows: every window of 2×2 cells has its two largest in one column, and both are equal."""
    numbers = np.random.default_rng(1)
    x = np.repeat(numbers.standard_normal((200, 1, 1, 8)), 8, axis=2)
    z = convolve(x, numbers.standard_normal((5, 1, 3, 3)), numbers.standard_normal(5))
    assert (z == z[:, :, :1]).all()
    spread = pool_back(z, pool_max(z, (2, 2)), np.ones((200, 5, 3, 3)), (2, 2), "all")
    assert (spread.reshape(200, 5, 3, 2, 3, 2).sum(axis=(3, 5)) == 2).all()


# ---- pooling ----------------------------------------------------------------------------------------


@st.composite
def poolings(draw):
    """Maps of few different numbers, so that maxima are shared, and a window size that fills them."""
    size = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 3)), size[0] * draw(st.integers(1, 3)), size[1] * draw(st.integers(1, 3))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32)))
    return numbers.integers(-2, 2, shape).astype(float), size


def windows_of(a, size):
    """(index of the window, its cells with their places) one after the other."""
    for k, m, i, j in np.ndindex(a.shape[0], a.shape[1], a.shape[2] // size[0], a.shape[3] // size[1]):
        cells = [(k, m, i * size[0] + r, j * size[1] + c) for r in range(size[0]) for c in range(size[1])]
        yield (k, m, i, j), cells


@given(poolings())
def test_pool_max(drawn):
    a, size = drawn
    pooled = pool_max(a, size)
    for window, cells in windows_of(a, size):
        assert pooled[window] == max(a[cell] for cell in cells)


@given(poolings(), st.sampled_from(("first", "all")))
def test_pool_back(drawn, ties):
    a, size = drawn
    pooled = pool_max(a, size)
    back = np.random.default_rng(0).standard_normal(pooled.shape)
    spread = pool_back(a, pooled, back, size, ties)
    expected = np.zeros(a.shape)
    for window, cells in windows_of(a, size):
        largest = [cell for cell in cells if a[cell] == pooled[window]]
        for cell in largest if ties == "all" else largest[:1]:
            expected[cell] = back[window]
    np.testing.assert_array_equal(spread, expected)


# ---- parts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("total", "each"), [(1, 1), (10, CELLS), (10, CELLS // 3), (100, CELLS // 7), (5, 10 * CELLS)])
def test_parts_cover_everything_once(total, each):
    parts = each_part(lambda part: list(range(total))[part], total, each)
    assert [number for part in parts for number in part] == list(range(total))
    assert {len(part) for part in parts[:-1]} <= {max(1, CELLS // each)}


@pytest.mark.parametrize("images", [1, 2, 63, 64, 65, 300])
def test_many_images_are_as_each_alone(images):
    """28×28 pixels and 8 filters 5×5: a few images at a time, and a rest."""
    numbers = np.random.default_rng(images)
    x, w = numbers.standard_normal((images, 1, 28, 28)), numbers.standard_normal((8, 1, 5, 5))
    b, some = numbers.standard_normal(8), sorted({0, images // 2, images - 1})
    z = convolve(x, w, b)
    np.testing.assert_array_equal(z[some], np.concatenate([convolve(x[k : k + 1], w, b) for k in some]))
    pooled = pool_max(z, (2, 2))
    np.testing.assert_array_equal(pooled[some], np.concatenate([pool_max(z[k : k + 1], (2, 2)) for k in some]))
    delta = pool_back(z, pooled, numbers.standard_normal(pooled.shape), (2, 2), "first")
    gradient = sum(filter_gradient_per_image(delta[k : k + 1], x[k : k + 1], (5, 5))[0] for k in range(images))
    np.testing.assert_allclose(filter_gradient(delta, x, (5, 5)), gradient, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("size", [(10,), (CELLS + 1,), (3, CELLS)])
def test_an_elementwise_function_in_parts(size):
    first = np.random.default_rng(0).standard_normal(size)
    second = first[..., ::-1]  # not contiguous
    np.testing.assert_array_equal(in_parts(lambda a, b: np.tanh(a) * b, first, second), np.tanh(first) * second)


FREED = """
import resource
import numpy as np
import xlnn.model.kernels
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    [np.ones(200_000) for _ in range(20)]
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc, whose memory this is about")
def test_what_a_step_frees_is_kept_for_the_next_step():
    """20 arrays of 1.6 MB, ten times: 78,000 pages of 4 KB where they are given back each time, 7,800 where they are kept."""
    environment = {**os.environ, "PYTHONPATH": str(Path(xlnn.__file__).parents[1])}
    found = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, check=True, env=environment)
    assert int(found.stdout) < 20_000
