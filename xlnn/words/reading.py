"""The words of reading and comparing: from the English template to Chinese and Japanese."""

from __future__ import annotations

TABLE: dict[str, tuple[str, str]] = {
    "{name}: the images overlap; correct the step to the next one.": (
        "{name}：图像互相重叠；请改正到下一幅图像的步长。",
        "{name}：画像が重なっています。次の画像への移動量を直してください。",
    ),
    "expected numbers, found {count} formulas without a stored result, the first of them here. "
    "Open the workbook in Excel or LibreOffice, save it, and try again.": (
        "应为数，实际有 {count} 个公式没有保存计算结果，第一个在此处。请在 Excel 或 LibreOffice 中打开工作簿，保存后再试。",
        "数が必要ですが、結果の保存されていない数式が {count} 個あり、最初のものがここです。"
        "Excel か LibreOffice でブックを開いて保存し、もう一度試してください。",
    ),
    "found a formula without a stored result. Open the workbook in Excel or LibreOffice, save it, and try again.": (
        "公式没有保存计算结果。请在 Excel 或 LibreOffice 中打开工作簿，保存后再试。",
        "結果の保存されていない数式です。Excel か LibreOffice でブックを開いて保存し、もう一度試してください。",
    ),
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
