"""Numbers written as plain decimals, read many at a time; every one as Python's `float` reads it, to the last bit.

Eight digits at once lie in one integer of eight bytes. The digits without their point are a whole number m, and
m / 10^k rounded once is the float: exact where m < 2^53; of longer ones a division with 64 bits tells all but those
near the middle between two floats, which `float` reads itself.
"""

from __future__ import annotations

import numpy as np

ZEROS = np.uint64(0x3030303030303030)  # eight times "0"


PLACES = 17  # digits behind the point, at most


TENS = 10 ** np.arange(PLACES + 1, dtype=np.uint64)


WIDE = np.finfo(np.longdouble).nmant == 63  # whether there are floats with 64 bits


def read_decimals(eight: np.ndarray, content: bytes, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """The numbers whose texts begin at `first` and end before `last`; `eight` are the eight bytes from each position on.

    Before the first text stand at least 24 other bytes. Raises ValueError for a text that is no plain ASCII decimal.
    """
    found, length = np.empty(len(first)), last - first
    whole = np.flatnonzero(length <= 8)
    digits, right = _digits(eight, last[whole], length[whole])
    found[whole] = digits
    rest = [whole[~right]]
    long = np.flatnonzero(length > 8)
    at = np.concatenate([long, rest[0]])
    numbers, right = _with_point(eight, first[at], last[at])
    found[at] = numbers
    single = at[~right]
    found[single] = _one_by_one(content, first[single].tolist(), last[single].tolist())
    return found


def _one_by_one(content: bytes, first: list[int], last: list[int]) -> list[float]:
    texts = [content[a:b] for a, b in zip(first, last, strict=True)]
    if b" ".join(texts).translate(None, b"0123456789+-.eE "):
        raise ValueError
    return list(map(float, texts))


def _with_point(eight: np.ndarray, first: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Texts like 0.25: one digit, a point, at most 17 digits; and which of them were read."""
    begin, places = eight[first], last - first - 2
    ahead = (begin & np.uint64(0xFF)) - np.uint64(ord("0"))
    right = (ahead <= 9) & ((begin >> np.uint64(8)) & np.uint64(0xFF) == ord(".")) & (places >= 1) & (places <= PLACES)
    places = np.where(right, places, 1)
    mantissa = ahead * TENS[places]
    for group in range(3):
        count = np.clip(places - 8 * group, 0, 8)
        digits, fine = _digits(eight, last - 8 * group, count)
        mantissa += digits * np.uint64(10 ** (8 * group))
        right &= fine
    numbers = mantissa.astype(float) / TENS[places].astype(float)
    long = np.flatnonzero(right & (mantissa >= 2**53))
    if len(long) and WIDE:
        wide = mantissa[long].astype(np.longdouble) / TENS[places[long]].astype(np.longdouble)
        numbers[long] = wide.astype(float)
        beside, half = np.abs(wide - numbers[long]), np.spacing(np.abs(numbers[long])) / 2
        right[long] = np.abs(beside - half) > half * 2.0**-8
        right[long] &= beside < half  # below a power of two the floats lie closer
    else:
        right[long] = False
    return numbers, right


def _digits(eight: np.ndarray, last: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The whole numbers of up to eight digits that end before `last`; and where all of these were digits."""
    shift = (8 * (8 - count)).astype(np.uint64)
    kept = np.where(count > 0, ~np.uint64(0) << np.minimum(shift, np.uint64(63)), np.uint64(0))
    bytes_ = (eight[last - 8] ^ ZEROS) & kept
    right = ((bytes_ + np.uint64(0x7676767676767676)) | bytes_) & np.uint64(0x8080808080808080) == 0
    pairs = bytes_ * np.uint64(10) + (bytes_ >> np.uint64(8))
    low, high = pairs & np.uint64(0x000000FF000000FF), (pairs >> np.uint64(16)) & np.uint64(0x000000FF000000FF)
    found = (low * np.uint64(0x000F424000000064) + high * np.uint64(0x0000271000000001)) >> np.uint64(32)
    return found, right
