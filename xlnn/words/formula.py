"""The words of formulas that are read and calculated: from the English template to Chinese and Japanese."""

from __future__ import annotations

TABLE: dict[str, tuple[str, str]] = {
    "the formula has more than {limit} characters.": ("公式超过 {limit} 个字符。", "数式が {limit} 文字を超えています。"),
    "the formula nests more than {limit} levels.": ("公式的嵌套超过 {limit} 层。", "数式の入れ子が {limit} 段を超えています。"),
    "the formula cannot be read.": ("无法读取此公式。", "この数式は読み取れません。"),
    "the formula cannot be read at {found}.": (
        "无法读取此公式，问题在 {found} 处。",
        "この数式は {found} のところで読み取れません。",
    ),
    "the intersection of ranges (a blank between them) is not calculated.": (
        "不计算区域的交集（用空格隔开的区域）。",
        "範囲の共通部分（空白で区切った範囲）は計算しません。",
    ),
    "the union of ranges (a comma between them) is not calculated.": (
        "不计算区域的并集（用逗号隔开的区域）。",
        "範囲の和（コンマで区切った範囲）は計算しません。",
    ),
    "the rows of an array of constants differ in length.": ("数组常量各行的长度不同。", "配列定数の行の長さが違います。"),
    "{found} cannot be read.": ("无法读取 {found}。", "{found} は読み取れません。"),
    "{found} refers to another workbook or to a table by its name.": (
        "{found} 引用了其他工作簿，或用名称引用了表格。",
        "{found} はほかのブックか、名前のついたテーブルを参照しています。",
    ),
    "the formula with its defined names in place has more than {limit} parts.": (
        "把定义的名称代入后，公式超过 {limit} 个部分。",
        "定義された名前を置き換えると、数式の部分が {limit} 個を超えます。",
    ),
    "the name {found} is not defined.": ("名称 {found} 没有定义。", "名前 {found} は定義されていません。"),
    "the function {found} is not calculated.": ("不计算函数 {found}。", "関数 {found} は計算しません。"),
    "the formula refers to cells that do not exist.": ("公式引用了不存在的单元格。", "数式が存在しないセルを参照しています。"),
    "the workbook has more than {limit} formulas.": (
        "工作簿中的公式超过 {limit} 个。",
        "ブックの数式が {limit} 個を超えています。",
    ),
    "the workbook has more than {limit} formulas that differ in more than their references.": (
        "工作簿中除引用外也不相同的公式超过 {limit} 个。",
        "ブックには、参照のほかにも違いのある数式が {limit} 個を超えてあります。",
    ),
    "the formulas of the workbook read or fill more than {limit} cells together.": (
        "工作簿中的公式总共读取或填写超过 {limit} 个单元格。",
        "ブックの数式が読むか埋めるセルは、合わせて {limit} 個を超えています。",
    ),
    "more than {limit} formulas depend on each other, one after the other.": (
        "一个接一个相互依赖的公式超过 {limit} 个。",
        "順に依存しあう数式が {limit} 個を超えています。",
    ),
    "the formula calculates with more than {limit} numbers at once.": (
        "公式一次要计算的数值超过 {limit} 个。",
        "数式が一度に計算する数値が {limit} 個を超えています。",
    ),
    "the formulas go round in a circle: {cells}.": ("公式循环引用：{cells}。", "数式が循環しています：{cells}。"),
    "stored {stored}, the formula gives {calculated}: recalculate, or a number was pasted.": (
        "保存的是 {stored}，而公式得出 {calculated}：请重新计算，或者是粘贴了数值。",
        "保存されているのは {stored}、数式の結果は {calculated} です。再計算するか、値が貼り付けられていないか確かめてください。",
    ),
}
