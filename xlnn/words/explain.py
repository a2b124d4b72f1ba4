"""The words of checking by formulas alone: from the English template to Chinese and Japanese."""

from __future__ import annotations

TABLE: dict[str, tuple[str, str]] = {
    "={formula}": ("={formula}", "={formula}"),
    "∂{of}/∂{by} = {slope}": ("∂{of}/∂{by} = {slope}", "∂{of}/∂{by} = {slope}"),
    "{workbook}: {count} formulas calculated: ": (
        "{workbook}：计算了 {count} 个公式：",
        "{workbook}：{count} 個の数式を計算しました：",
    ),
    "{count} things are wrong.": ("有 {count} 处错误。", "{count} か所に誤りがあります。"),
    "nothing wrong was found.": ("没有发现错误。", "誤りは見つかりませんでした。"),
    "No parameters that learn were found, so no derivative was judged; see xlnn gradcheck --of --by.": (
        "没有找到在学习的参数，因此没有检查导数；参见 xlnn gradcheck --of --by。",
        "学習するパラメータが見つからないため、微分は調べていません。xlnn gradcheck --of --by を参照してください。",
    ),
    "{parameters} parameters, from {cell} on, {iterations} iterations, η = {eta}, descending {cost}: "
    "{wrong} of {all} new parameters do not follow the sheet's own derivative.": (
        "{parameters} 个参数（{cell}），{iterations} 次迭代，η = {eta}，使 {cost} 下降："
        "{all} 个新参数中有 {wrong} 个不符合表格自身的导数。",
        "パラメータ {parameters} 個（{cell}）、反復 {iterations} 回、η = {eta}、{cost} を下げる："
        "新しいパラメータ {all} 個のうち {wrong} 個がシート自身の微分に合いません。",
    ),
    "{cells}, {count} cells": ("{cells}，{count} 个单元格", "{cells}、{count} 個のセル"),
    "{value}, from which {count} more cells follow.": (
        "{value}，另有 {count} 个单元格由此而来。",
        "{value}。ほかに {count} 個のセルがここから生じています。",
    ),
    "the formula departs from that of its {count} neighbours: ={formula}": (
        "公式与相邻的 {count} 个单元格不一致：={formula}",
        "数式が隣の {count} 個のセルと違います：={formula}",
    ),
    "{cell} has ={formula}": ("{cell} 是 ={formula}", "{cell} は ={formula}"),
    "holds a number, its {count} neighbours the formula: {cell} has ={formula}": (
        "是数值，而相邻的 {count} 个单元格是公式：{cell} 是 ={formula}",
        "数値ですが、隣の {count} 個のセルは数式です：{cell} は ={formula}",
    ),
    "hold the numbers of {cells}; the new parameters, from {new} on, are used nowhere.": (
        "是 {cells} 的数值；从 {new} 开始的新参数没有在任何地方使用。",
        "{cells} の数値のままです。{new} からの新しいパラメータはどこにも使われていません。",
    ),
    "hold typed numbers; the new parameters, from {new} on, are used nowhere.": (
        "是直接输入的数值；从 {new} 开始的新参数没有在任何地方使用。",
        "直接入力された数値です。{new} からの新しいパラメータはどこにも使われていません。",
    ),
    "shows Σ(t − a)², but the parameters descend {what}: δ lacks the slope a′(z); "
    "or {what} is meant and the cost shown is another.": (
        "显示的是 Σ(t − a)²，但参数按{what}下降：δ 缺少 a′(z)；或者本来要用{what}，而显示的代价函数是另一个。",
        "Σ(t − a)² を表示していますが、パラメータは{what}に沿って下がっています。δ に a′(z) がありません。"
        "または{what}のつもりで、表示のコスト関数が別のものです。",
    ),
    "the parameters descend {what} of these outputs, which no cell shows.": (
        "参数按这些输出的{what}下降，但没有单元格显示它。",
        "パラメータはこれらの出力の{what}に沿って下がりますが、それを表示するセルはありません。",
    ),
    "leaves out {cells}, though the parameters descend {all}.": (
        "没有包括 {cells}，而参数是按 {all} 下降的。",
        "{cells} が抜けていますが、パラメータは {all} を下げています。",
    ),
    "the gradients are {factor} times the derivative of this cost: ½ or the number of examples is in one of them only.": (
        "梯度是这个代价函数的导数的 {factor} 倍：½ 或样本数只出现在其中一个里。",
        "勾配はこのコスト関数の微分の {factor} 倍です。½ または例の数が一方にしかありません。",
    ),
    "cross-entropy": ("交叉熵", "交差エントロピー"),
    "softmax cross-entropy": ("softmax 的交叉熵", "softmax の交差エントロピー"),
    "the perceptron rule": ("感知机规则", "パーセプトロンの規則"),
    "{count} new parameters do not follow the derivative of your own sheet, {cell} the first.": (
        "有 {count} 个新参数不符合表格自身的导数，第一个是 {cell}。",
        "新しいパラメータ {count} 個がシート自身の微分に合いません。最初は {cell} です。",
    ),
    "right with {right} for {wrong}: ={formula}": (
        "把 {wrong} 改为 {right} 就正确：={formula}",
        "{wrong} を {right} にすれば正しくなります：={formula}",
    ),
    "right: ={formula}": ("正确的公式：={formula}", "正しい数式：={formula}"),
    "{cell} has it right: ={formula}": ("{cell} 是正确的：={formula}", "{cell} は正しい：={formula}"),
    "does not follow the derivative of your own sheet: ∂C/∂{cell} is {slope}, the change is −{eta} · {found}.": (
        "不符合表格自身的导数：∂C/∂{cell} 是 {slope}，而变化是 −{eta} · {found}。",
        "シート自身の微分に合いません：∂C/∂{cell} は {slope} ですが、変化は −{eta} · {found} です。",
    ),
    "all {count} claimed cells are ∂{of}/∂ of their cells.": (
        "{count} 个单元格都等于 ∂{of}/∂ 相应的单元格。",
        "{count} 個のセルはすべて、対応するセルについての ∂{of}/∂ です。",
    ),
    "{cell} = {found}, but ∂{of}/∂{by} = {slope}": (
        "{cell} = {found}，但 ∂{of}/∂{by} = {slope}",
        "{cell} = {found} ですが、∂{of}/∂{by} = {slope}",
    ),
    "expected cells like {expected}, found {found}.": (
        "应为 {expected} 这样的单元格，却是 {found}。",
        "{expected} のようなセルが必要ですが、{found} です。",
    ),
    "more than {limit} cells are named.": ("指定的单元格超过 {limit} 个。", "指定されたセルが {limit} 個を超えています。"),
    "nothing stands in this cell.": ("这个单元格是空的。", "このセルには何もありません。"),
    "{claimed} cells are claimed for {by}: as many are needed.": (
        "{claimed} 个单元格对应 {by} 个：数目必须相同。",
        "{claimed} 個のセルが {by} 個に対応しています。同じ数が必要です。",
    ),
    "{option} needs {other}.": ("{option} 需要 {other}。", "{option} には {other} が必要です。"),
    "this cell holds no number.": ("这个单元格不是数值。", "このセルは数値ではありません。"),
}
