"""Lessons that calculate functions, recurrences, matrices, derivatives and fits hold no network, and none is found in them."""

from __future__ import annotations

import pytest

from xlnn.cli.main import main
from xlnn.understand import understand
from xlnn.xlsx.workbook import Workbook


@pytest.mark.parametrize("section", ["1-2", "1-3", *(f"2-{number}" for number in range(1, 13))])
def test_no_network_is_found_in_a_lesson(tmp_path, section):
    with pytest.raises(SystemExit):
        main(["new", section, str(tmp_path / "lesson.xlsx")])
    assert understand(Workbook(tmp_path / "lesson.xlsx")) is None
