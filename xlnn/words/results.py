"""The words of results: where things stand in them. From the English template to Chinese and Japanese."""

from __future__ import annotations

TABLE: dict[str, tuple[str, str]] = {
    "Sheet Places says where everything stands. What it says of one sheet holds for every iteration, for Start, Trained "
    "and Solved: all are laid out alike, a smaller batch leaves cells empty. It does not speak of sheet Test, which has xlnn's "
    "own addresses and a copy of the parameters.": (
        "各量的位置见工作表 Places。它对一张工作表的说明适用于每次迭代以及 Start、Trained、Solved："
        "这些工作表的排列都相同，图像较少的一批会留下空单元格。"
        "它不涉及工作表 Test：那里用 xlnn 自己的位置，并有参数的副本。",
        "各量の位置はシート Places にある。そこにある一枚のシートについての位置は、"
        "すべての反復と Start、Trained、Solved に当てはまる。"
        "どのシートも配置は同じで、画像の少ないバッチでは空のセルが残る。"
        "シート Test には当てはまらない。そこは xlnn の配置で、パラメータの写しがある。",
    ),
}
