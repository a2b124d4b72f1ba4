"""The words of the workbooks of chapters 1 to 3: from the English template to Chinese and Japanese."""

from __future__ import annotations

TABLE: dict[str, tuple[str, str]] = {}
