"""The words of sheets that are understood from their formulas: from the English template to Chinese and Japanese."""

from __future__ import annotations

TABLE: dict[str, tuple[str, str]] = {
    "a = z where z > 0, else 0.01 z": ("z > 0 时 a = z，否则 0.01 z", "z > 0 なら a = z、そうでなければ 0.01 z"),
    "a′(z) = 1 where z > 0, else 0.01": ("z > 0 时 a′(z) = 1，否则 0.01", "z > 0 なら a′(z) = 1、そうでなければ 0.01"),
    "no sum of products of parameters": ("没有参数的加权和", "パラメータの重み付き和がありません"),
    "a layer is missing": ("缺少一层", "層が 1 つ欠けています"),
    "the examples have different numbers of inputs": ("各样本的输入个数不同", "例によって入力の個数が違います"),
    "a unit has two sums in one example": (
        "一个神经单元在同一样本中有两个加权和",
        "1 つのユニットが同じ例で 2 つの重み付き和を持っています",
    ),
    "two sums have the same window": ("两个加权和对应同一个窗口", "2 つの重み付き和が同じ窓を見ています"),
    "the function of a layer is none that is known": (
        "某一层的激活函数不是已知的函数",
        "ある層の活性化関数が既知のものではありません",
    ),
}
