"""The words of reading and comparing: from the English template to Chinese and Japanese."""

from __future__ import annotations

TABLE: dict[str, tuple[str, str]] = {
    "there is nothing to compare in {selection}: no number stands in these cells of {a} or {b}.": (
        "{selection} 中没有可比较的内容：{a} 和 {b} 的这些单元格里都没有数。",
        "{selection} には比べるものがありません。{a} にも {b} にもそのセルに数がありません。",
    ),
    "{range}: no sheet {sheet} is compared; compared are {found}.": (
        "{range}：没有比较工作表 {sheet}；比较的是 {found}。",
        "{range}：シート {sheet} は比べられていません。比べるのは {found} です。",
    ),
    "{count} cells differ in texts or truth values, which were not compared (--text).": (
        "有 {count} 个单元格的文本或逻辑值不同，未作比较（--text）。",
        "{count} 個のセルで文字列か論理値が異なりますが、比べていません（--text）。",
    ),
}
