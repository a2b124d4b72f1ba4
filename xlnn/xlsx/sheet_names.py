"""The names of a workbook's sheets: how two are compared, how one is found, and how a reference names one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from xlnn.words import These, every, these

ITERATION = re.compile("iteration ([1-9][0-9]{0,8})")


TYPED = ("Settings", "Places")  # sheets that people make, in their own language
LAID_OUT = ("Data", "Held out", "Start")


LISTED = 6  # so many names are listed in a message


def plain(name: str) -> str:
    """A name as names are compared: whether capital or small, full-width or not, and spaces around it, do not count."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def is_called(sheet: str, *names: str) -> bool:
    """Whether a sheet has one of these names, as names are compared."""
    return plain(sheet) in map(plain, names)


def iteration_number(name: str) -> int | None:
    """3 of "Iteration 3", as names are compared; None of another name."""
    match = ITERATION.fullmatch(plain(name))
    return int(match[1]) if match else None


@dataclass(frozen=True)
class SheetNames:
    """The names in the order of the sheets."""

    names: tuple[str, ...]

    @cached_property
    def _by_plain(self) -> dict[str, str]:
        return {plain(name): name for name in reversed(self.names)} | {name: name for name in self.names}

    def find(self, name: str) -> str | None:
        """The sheet of exactly that name, else the first that is the same as names are compared, or has it in another language.

        >>> SheetNames(("Data", "Sheet1")).find("SHEET1")
        'Sheet1'
        """
        return self._by_plain.get(name) or self._by_plain.get(plain(name)) or self._in_another_language(name)

    def _in_another_language(self, name: str) -> str | None:
        """Settings under the name 设置, and so on.

        Of images and parameters only where there is a sheet Settings and no Places, so that they are laid out in xlnn's way:
        in somebody else's workbook 数据 is his own sheet.
        """
        key = next((known for known in (*TYPED, *LAID_OUT) if is_called(name, *every(known))), None)
        if key is None or (key in LAID_OUT and (not self.find(TYPED[0]) or self.find(TYPED[1]))):
            return None
        return next((self._by_plain[word] for word in map(plain, every(key)) if word in self._by_plain), None)

    def besides(self, names: Iterable[str]) -> list[str]:
        """The sheets that have none of these names."""
        known = {self.find(name) for name in names}
        return [name for name in self.names if name not in known]

    @cached_property
    def iterations(self) -> dict[int, str]:
        """The sheets `Iteration 1` …, by number, in their order."""
        found = {number: name for name in reversed(self.names) if (number := iteration_number(name))}
        return dict(sorted(found.items()))

    def listed(self, near: str) -> These:
        """The names as a field of a message; of many those that are most like `near`, and how many there are."""
        if len(self.names) <= LISTED:
            return these(map(repr, self.names))
        by_plain = {plain(name): name for name in self.names}
        alike = [by_plain[found] for found in get_close_matches(plain(near), by_plain, LISTED // 2)] or self.names[: LISTED // 2]
        return these([*map(repr, alike), f"… ({len(self.names)})"])


def reference(text: str) -> tuple[str, str]:
    """Sheet ("" for none) and cells of a reference, as formulas spell them.

    >>> reference("'it''s'!A1:B2")
    ("it's", 'A1:B2')
    """
    sheet, _, cells = text.rpartition("!")
    sheet = sheet.strip()
    if len(sheet) > 1 and sheet.startswith("'") and sheet.endswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    return sheet, cells.strip()
