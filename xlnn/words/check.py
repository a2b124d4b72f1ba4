"""The words of what a check looked at: from the English template to Chinese and Japanese."""

from __future__ import annotations

TABLE: dict[str, tuple[str, str]] = {
    "all right as far as it was found.": ("找到的部分全部正确。", "見つかった範囲ではすべて正しいです。"),
    "{empty} empty.": ("{empty} 个为空。", "{empty} 個が空です。"),
    "{wrong} wrong, {empty} empty.": ("{wrong} 个错误，{empty} 个为空。", "{wrong} 個が誤り、{empty} 個が空です。"),
    "{count} more cells hold errors or texts that follow from these.": (
        "另有 {count} 个单元格的错误值由此而来。",
        "ほかに {count} 個のセルのエラー値はこれらに由来します。",
    ),
    "The numbers of this workbook are rounded to {digits} decimals: check with --digits {digits}.": (
        "这个工作簿的数值四舍五入到 {digits} 位小数：请用 --digits {digits} 检查。",
        "このブックの数値は小数 {digits} 桁に丸められています。--digits {digits} で検査してください。",
    ),
    "Checked: {quantities}.": ("已检查：{quantities}。", "検査したもの：{quantities}。"),
    "Not found, not checked: {quantities}. Say in sheet Places where they are.": (
        "未找到，未检查：{quantities}。请在工作表 Places 中说明它们的位置。",
        "見つからず、検査していないもの：{quantities}。シート Places に場所を書いてください。",
    ),
    "There is no backward pass to check: {reason}": (
        "没有可检查的反向计算：{reason}",
        "検査する逆方向の計算はありません：{reason}",
    ),
    "Sheets that were not looked at: {sheets}.": ("没有查看的工作表：{sheets}。", "見ていないシート：{sheets}。"),
    "No iteration of {workbook} begins with the parameters of {sheet}; it was compared with {other}.": (
        "{workbook} 中没有一次迭代以 {sheet} 的参数开始；与 {other} 作了比较。",
        "{workbook} には {sheet} のパラメータで始まる反復がありません。{other} と比べました。",
    ),
    "{sheet} begins with the parameters of {other} in {workbook}, and was compared with it.": (
        "{sheet} 的参数与 {workbook} 中 {other} 开始时的相同，因此与它作了比较。",
        "{sheet} は {workbook} の {other} と同じパラメータで始まるので、それと比べました。",
    ),
    "these numbers follow from {which} as it should be, not as it stands there": (
        "这些数由正确的 {which} 得出，而不是由表上现有的数得出",
        "これらの数は、シートにある値ではなく正しい {which} から出る",
    ),
    "Mend {which}, where a number stands in place of its formula, and let the sheet calculate.": (
        "请改正 {which}：那里是数值而不是公式；然后让工作表重新计算。",
        "{which} を直す。そこには式の代わりに数値がある。そのあとシートを計算し直す。",
    ),
    "With another convention than the book's: {convention}.": (
        "采用的约定与书中不同：{convention}。",
        "本とは違う約束による：{convention}。",
    ),
    "a shared maximum sends δ to each of its cells: pooling ties all": (
        "并列最大值把 δ 传给每个单元格（池化并列设为 all）",
        "同じ最大値のセルすべてに δ を送る（プーリングの同値は all）",
    ),
    "δ has the other sign, (t − a) · a′(z), and the new parameters are w + η Σ δ a": (
        "δ 的符号相反，即 (t − a) · a′(z)，新参数为 w + η Σ δ a",
        "δ の符号が逆で (t − a) · a′(z)、新しいパラメータは w + η Σ δ a",
    ),
    "the biases are thresholds θ: z = Σ w a − θ": ("偏置是阈值 θ：z = Σ w a − θ", "バイアスは閾値 θ：z = Σ w a − θ"),
    "not checked: {quantities}": ("未检查：{quantities}", "未検査：{quantities}"),
    "not looked at: {sheets}": ("未查看：{sheets}", "見ていない：{sheets}"),
}
