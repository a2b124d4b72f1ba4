"""The words of limits on what is asked for: from the English template to Chinese and Japanese."""

from __future__ import annotations

TABLE: dict[str, tuple[str, str]] = {
    "{count} iterations would be as many sheets; at most {most} can be. Keep fewer, as with --keep every:{step}.": (
        "{count} 次迭代需要同样多的工作表，最多只能有 {most} 张。请少保留一些，例如 --keep every:{step}。",
        "{count} 回の反復には同じ数のシートが要りますが、最大 {most} 枚です。--keep every:{step} などで減らしてください。",
    ),
    "the path of {updates} updates needs more rows than a sheet has, 1,048,576. Try fewer.": (
        "{updates} 次更新的路径需要的行数超过一张工作表的 1,048,576 行。请减少更新次数。",
        "{updates} 回の更新の経路には、シートの 1,048,576 行より多くの行が要ります。更新の回数を減らしてください。",
    ),
    "this takes more memory than there is. Try fewer images, units or iterations, or keep fewer of them.": (
        "所需内存超过现有内存。请减少图像、神经单元或迭代次数，或少保留一些。",
        "メモリが足りません。画像、ユニット、反復の数を減らすか、残す数を減らしてください。",
    ),
}
