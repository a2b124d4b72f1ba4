"""The words of workbooks, training and checking: from the English template to Chinese and Japanese."""

from __future__ import annotations

TABLE: dict[str, tuple[str, str]] = {
    # ---- layers and quantities, beside the numbers ----
    "input layer": ("输入层", "入力層"),
    "hidden layer": ("隐藏层", "隠れ層"),
    "output layer": ("输出层", "出力層"),
    "convolution layer": ("卷积层", "畳み込み層"),
    "pooling layer": ("池化层", "プーリング層"),
    "image": ("图像", "画像"),
    "unit": ("单元", "ユニット"),
    "map": ("映射", "マップ"),
    "map before": ("前层映射", "前層マップ"),
    "digit": ("正解", "正解"),
    "target": ("正解", "正解"),
    "right answer": ("正解", "正解"),
    "prediction": ("预测值", "予測値"),
    "right or wrong": ("正误", "正誤"),
    "share right": ("正确率", "正答率"),
    "initial parameters": ("参数的初始值", "パラメータの初期値"),
    "backward pass": ("误差反向传播", "誤差逆伝播"),
    "gradient": ("梯度", "勾配"),
    "new parameters": ("更新后的参数", "更新後のパラメータ"),
    "at the start": ("最初", "最初"),
    "trained": ("学习后", "学習後"),
    "new {symbol}": ("新 {symbol}", "新しい {symbol}"),
    # ---- sheet Settings: names, meanings, columns ----
    "setting": ("设置", "設定"),
    "value": ("值", "値"),
    "meaning": ("含义", "意味"),
    "learning rate η": ("学习率 η", "学習率 η"),
    "each update subtracts η times the gradient (book 4-1)": (
        "每次更新减去 η 乘以梯度（书 4-1）",
        "更新のたびに η × 勾配 を引く（本 4-1）",
    ),
    "iterations": ("迭代次数", "反復回数"),
    "number of updates; each becomes a sheet": (
        "参数更新的次数；每次对应一张工作表",
        "パラメータを更新する回数。1 回が 1 枚のシートになる",
    ),
    "cost": ("代价", "コスト"),
    "C of one image: {choices}": ("一个图像的 C：{choices}", "画像 1 枚の C：{choices}"),
    "total cost": ("代价函数", "コスト関数"),
    "C_T of all images: {choices} of their C": (
        "全体图像的 C_T：各 C 的总和或平均（{choices}）",
        "全画像の C_T：各 C の合計か平均（{choices}）",
    ),
    "batch size": ("批大小", "バッチサイズ"),
    "images per update: a number, or all": (
        "每次更新使用的图像数，或 all（全部）",
        "1 回の更新に使う画像の数、または all（全部）",
    ),
    "order": ("顺序", "順序"),
    "of the images in batches: {choices}": ("图像分批的顺序：{choices}", "バッチに分ける画像の順序：{choices}"),
    "update": ("更新方式", "更新方法"),
    "all parameters together, or the output layer first: {choices}": (
        "所有参数同时更新，或先更新输出层：{choices}",
        "全パラメータを同時に、または出力層を先に：{choices}",
    ),
    "freeze biases": ("固定偏置", "バイアス固定"),
    "yes: the biases stay as they are": ("yes：偏置保持不变", "yes：バイアスを変えない"),
    "seed": ("随机种子", "乱数の種"),
    "of drawn parameters and shuffled batches": (
        "用于随机生成的参数和打乱的批",
        "乱数で決めるパラメータと、シャッフルするバッチに使う",
    ),
    "start": ("初始值", "初期値"),
    "distribution of parameters that are left empty: {choices}": (
        "留空的参数所服从的分布：{choices}",
        "空欄のパラメータが従う分布：{choices}",
    ),
    "pooling ties": ("池化并列", "プーリングの同値"),
    "which of several largest cells gets δ: {choices}": (
        "并列最大的单元格中由哪一个得到 δ：{choices}",
        "最大のセルが複数あるとき δ を受け取るもの：{choices}",
    ),
    "classes": ("类别", "クラス"),
    "digits that the output units stand for, in order; given: each image has its own t": (
        "各输出单元依次代表的数字；given：每个图像自带正解 t",
        "出力ユニットが順に表す数字。given：画像ごとに正解 t がある",
    ),
    "judge answers": ("判定正误", "正誤判定"),
    "yes: predictions are right or wrong": ("yes：判定预测值的正误", "yes：予測値の正誤を判定する"),
    "layout": ("布局", "レイアウト"),
    "of the sheets: {choices}": ("工作表的布局：{choices}", "シートのレイアウト：{choices}"),
    "language": ("语言", "言語"),
    "of labels and messages: {choices}": ("标签和消息的语言：{choices}", "ラベルとメッセージの言語：{choices}"),
    "layer": ("层", "層"),
    "kind": ("种类", "種類"),
    "units": ("单元数", "ユニット数"),
    "size": ("大小", "サイズ"),
    "activation": ("激活函数", "活性化関数"),
    "stride": ("步幅", "ストライド"),
    "yes": ("是", "はい"),
    "no": ("否", "いいえ"),
    "all": ("全部", "すべて"),
    "given": ("给定", "所与"),
    "a number": ("数", "数"),
    "a whole number": ("整数", "整数"),
    "a whole number or all": ("整数或 all", "整数または all"),
    "different numbers like 0, 1, or given": ("互不相同的数，如 0, 1，或 given", "0, 1 のような互いに異なる数、または given"),
    "rows×columns like 4×3": ("像 4×3 这样的行数×列数", "4×3 のような行数×列数"),
    # ---- sheet Places ----
    "Quantity": ("量", "量"),
    "First block": ("第一块", "最初のブロック"),
    "Next image": ("下一图像", "次の画像"),
    "Next unit": ("下一单元", "次のユニット"),
    "Next map": ("下一映射", "次のマップ"),
    "Next map before": ("下一前层映射", "次の前層マップ"),
    "right": ("右", "右"),
    "down": ("下", "下"),
    "left": ("左", "左"),
    "up": ("上", "上"),
    # ---- titles of the sheets; the sheets' names stay ----
    "Summary": ("Summary（概要）", "Summary（概要）"),
    "Conventions": ("Conventions（约定）", "Conventions（約束）"),
    "Data: {what} and right answers": ("Data：{what}和正解", "Data：{what}と正解"),
    "Start: the initial parameters": ("Start：参数的初始值", "Start：パラメータの初期値"),
    "Iteration {number}: the parameters after {updates} updates": (
        "Iteration {number}：更新 {updates} 次后的参数",
        "Iteration {number}：{updates} 回更新した後のパラメータ",
    ),
    "Trained: the parameters after {updates} updates": (
        "Trained：更新 {updates} 次后的参数",
        "Trained：{updates} 回更新した後のパラメータ",
    ),
    "Exercise: fill in the empty cells, from top to bottom; `xlnn check` marks them.": (
        "练习：请从上到下填写空单元格，`xlnn check` 会批改。",
        "練習：空のセルを上から順に埋める。採点は `xlnn check` でできる。",
    ),
    "Predictions": ("预测", "予測"),
    "Test: draw an image in the yellow cells": ("Test：请在黄色单元格中画一个图像", "Test：黄色のセルに画像を描く"),
    "Empty cells count as 0. `xlnn predict` with this workbook reads it too.": (
        "空单元格视为 0。对本工作簿运行 `xlnn predict` 也会读取这里的图像。",
        "空のセルは 0 とみなす。このブックに `xlnn predict` を使うと、ここの画像も読まれる。",
    ),
    # ---- Summary ----
    "updates": ("更新次数", "更新回数"),
    "sheet": ("工作表", "シート"),
    "▲ rose": ("▲ 上升", "▲ 増加"),
    "Network {network}, η = {eta}, {updates} updates: C_T {before} → {after}.": (
        "网络 {network}，η = {eta}，更新 {updates} 次：C_T {before} → {after}。",
        "ネットワーク {network}、η = {eta}、更新 {updates} 回：C_T {before} → {after}。",
    ),
    "{right} of {images} {what} right.": ("{images} 个{what}中正确 {right} 个。", "{what} {images} 件のうち {right} 件が正解。"),
    "C_T rose at update {updates}: with a fixed η a step can be longer than the valley is wide.": (
        "第 {updates} 次更新时 C_T 上升：η 固定时，一步有可能越过谷底。",
        "更新 {updates} 回目で C_T が増加：η が一定だと、一歩が谷の幅を越えることがある。",
    ),
    "Cost and share right after each update": ("每次更新后的代价函数和正确率", "更新ごとのコスト関数と正答率"),
    "steps": ("步数", "ステップ数"),
    "Cost and share right after each step of the solver": (
        "规划求解每一步后的代价函数和正确率",
        "ソルバーの各ステップ後のコスト関数と正答率",
    ),
    # ---- Conventions: topics ----
    "network": ("网络", "ネットワーク"),
    "learning rate": ("学习率", "学習率"),
    "iteration": ("迭代", "反復"),
    "batch": ("批", "バッチ"),
    "biases": ("偏置", "バイアス"),
    "shared maxima": ("并列最大值", "同値の最大値"),
    "input": ("输入", "入力"),
    "left out": ("省略", "省略"),
    "numbers": ("数值", "数値"),
    "sigmoid": ("sigmoid", "sigmoid"),
    "addresses": ("单元格地址", "セル番地"),
    "versions": ("版本", "バージョン"),
    "diverged": ("发散", "発散"),
    # ---- Conventions: texts ----
    "{shape}, {count} parameters, {images} {what}": (
        "{shape}，参数 {count} 个，{what} {images} 个",
        "{shape}、パラメータ {count} 個、{what} {images} 件",
    ),
    "C_T = ΣC / n, the mean over the images of an update": (
        "C_T = ΣC / n，即一次更新所用图像的平均",
        "C_T = ΣC / n、1 回の更新に使う画像についての平均",
    ),
    "One iteration is one update; iteration i uses the parameters after i − 1 updates.": (
        "一次迭代就是一次更新；第 i 次迭代使用更新 i − 1 次后的参数。",
        "1 回の反復は 1 回の更新。i 回目の反復は i − 1 回更新した後のパラメータを使う。",
    ),
    "All {what} in every update.": ("每次更新使用全部{what}。", "毎回の更新に全{what}を使う。"),
    "{count} {what} per update, {order}; the sheets show that batch, Summary all {what} once per epoch of {epoch} updates.": (
        "每次更新使用 {count} 个{what}，{order}；各工作表显示这一批，"
        "Summary 每个轮次（{epoch} 次更新）显示一次全部{what}的结果。",
        "1 回の更新に{what} {count} 件、{order}。各シートはそのバッチを示し、"
        "Summary は 1 エポック（更新 {epoch} 回）ごとに全{what}の結果を示す。",
    ),
    "listed": ("按排列顺序", "並び順"),
    "shuffled": ("随机顺序", "ランダムな順"),
    "All parameters are updated at once from the old ones.": (
        "所有参数都由旧参数同时更新。",
        "すべてのパラメータを古い値から同時に更新する。",
    ),
    "The output layer is updated first, and δ of the hidden layers uses its new weights.": (
        "先更新输出层，隐藏层的 δ 使用其新的权重。",
        "出力層を先に更新し、隠れ層の δ にはその新しい重みを使う。",
    ),
    "frozen: they stay as they are": ("固定：保持不变", "固定：変えない"),
    "A maximum that several cells of a window share sends its δ to the first of them, row by row.": (
        "窗口中有多个单元格同为最大值时，δ 只传给其中第一个（逐行数）。",
        "窓の中で複数のセルが同じ最大値をとるとき、δ は（行ごとに見て）最初のセルだけに伝える。",
    ),
    "A maximum that several cells of a window share sends its δ to each of them.": (
        "窗口中有多个单元格同为最大值时，δ 传给其中每一个。",
        "窓の中で複数のセルが同じ最大値をとるとき、δ はそのすべてに伝える。",
    ),
    "At the start the maximum is shared in {shared} of {windows} windows.": (
        "开始时，{windows} 个窗口中有 {shared} 个出现并列最大值。",
        "最初の状態では、{windows} 個の窓のうち {shared} 個で最大値が重複している。",
    ),
    "{names} drawn from {start} with seed {seed}": (
        "{names} 由 {start} 随机生成，种子 {seed}",
        "{names} は {start} から乱数で決めた（種 {seed}）",
    ),
    "The cells hold values; --cells formulas writes live formulas. Sheet Test is always live.": (
        "单元格中是数值；用 --cells formulas 可写出公式。工作表 Test 始终是公式。",
        "セルには値が入っている。--cells formulas とすると数式になる。シート Test は常に数式である。",
    ),
    "The cells hold live formulas with their results; change η, a pixel or a first parameter and everything follows.": (
        "单元格中是公式及其结果；改变 η、像素或最初的参数，一切随之重新计算。",
        "セルには数式とその結果が入っている。η、画素、最初のパラメータを変えると、すべてが計算し直される。",
    ),
    "computed as 1/(1 + exp(−max(z, −700))), so that a spreadsheet can follow": (
        "按 1/(1 + exp(−max(z, −700))) 计算，以便电子表格也能算出",
        "表計算ソフトでも計算できるように、1/(1 + exp(−max(z, −700))) として計算する",
    ),
    "Cells of the authors' workbooks 3-5 and 5-4 stand in their places; the backward pass below is arranged by xlnn.": (
        "作者的工作簿 3-5 和 5-4 中已有的单元格位置不变；下方误差反向传播的位置由 xlnn 安排。",
        "著者のブック 3-5 と 5-4 にあるセルは元の位置にある。その下の誤差逆伝播の配置は xlnn による。",
    ),
    "Only {kept} of {all} iterations have a sheet (--keep).": (
        "{all} 次迭代中只有 {kept} 次有工作表（--keep）。",
        "{all} 回の反復のうちシートがあるのは {kept} 回だけ（--keep）。",
    ),
    "Parameters after a gap are numbers, not formulas.": (
        "跳过的迭代之后的参数是数值，而不是公式。",
        "省いた反復の次のパラメータは、数式ではなく数値である。",
    ),
    "The gradients of single images (--detail units); ∂C_T/∂w is Σδa.": (
        "单个图像的梯度（--detail units）；∂C_T/∂w 为 Σδa。",
        "画像 1 枚ごとの勾配（--detail units）。∂C_T/∂w は Σδa。",
    ),
    "Everything about single images (--detail totals).": (
        "单个图像的所有数值（--detail totals）。",
        "画像 1 枚ごとの数値すべて（--detail totals）。",
    ),
    "The gradients of single images do not fit beside each other; ∂C_T/∂w is Σδa.": (
        "单个图像的梯度无法并排放下；∂C_T/∂w 为 Σδa。",
        "画像 1 枚ごとの勾配は横に並べきれない。∂C_T/∂w は Σδa。",
    ),
    "Summary's figures are numbers: they are over all images, the sheets show batches.": (
        "Summary 中是数值：它们针对全部图像，而各工作表显示的是批。",
        "Summary は数値である。全画像についての値であり、各シートはバッチを示すからである。",
    ),
    # ---- the command line ----
    "error": ("错误", "エラー"),
    "interrupted; nothing was written.": ("已中断，未写入任何内容。", "中断しました。何も書き込まれていません。"),
    "64 images of 4×3 pixels, network 12-3-2, η 0.2, 50 iterations": (
        "64 个 4×3 像素的图像，网络 12-3-2，η 0.2，迭代 50 次",
        "4×3 画素の画像 64 枚、ネットワーク 12-3-2、η 0.2、反復 50 回",
    ),
    "96 images of 6×6 pixels, three 3×3 filters, 2×2 max pooling, 3 outputs, η 0.2, 50 iterations": (
        "96 个 6×6 像素的图像，3 个 3×3 过滤器，2×2 最大池化，3 个输出，η 0.2，迭代 50 次",
        "6×6 画素の画像 96 枚、3×3 フィルター 3 枚、2×2 最大プーリング、出力 3 個、η 0.2、反復 50 回",
    ),
    "{updates} updates: C_T {before} → {after}": (
        "更新 {updates} 次：C_T {before} → {after}",
        "更新 {updates} 回：C_T {before} → {after}",
    ),
    "{text}, {right} of {images} {what} right. {path}": (
        "{text}，{images} 个{what}中正确 {right} 个。{path}",
        "{text}、{what} {images} 件のうち {right} 件が正解。{path}",
    ),
    "{text}. {path}": ("{text}。{path}", "{text}。{path}"),
    "iteration {done} of {total}": ("第 {done} 次迭代，共 {total} 次", "反復 {done} / {total} 回"),
    "{what} {image}: {outputs}": ("{what} {image}：{outputs}", "{what} {image}：{outputs}"),
    "∂C_T/∂{name}: largest difference {difference} at [{index}]: {gradient}, numerically {numeric}": (
        "∂C_T/∂{name}：最大差 {difference}，位于 [{index}]：{gradient}，数值微分 {numeric}",
        "∂C_T/∂{name}：差の最大 {difference}、位置 [{index}]：{gradient}、数値微分 {numeric}",
    ),
    "Gradients differ by more than {tolerance}.": ("梯度之差超过 {tolerance}。", "勾配の差が {tolerance} を超えています。"),
    # ---- show ----
    "Network {network}: {count} parameters, {images} {what}.": (
        "网络 {network}：参数 {count} 个，{what} {images} 个。",
        "ネットワーク {network}：パラメータ {count} 個、{what} {images} 件。",
    ),
    "… and {count} more.": ("……还有 {count} 个。", "…ほか {count} 件。"),
    "Where the numbers were read:": ("数值的读取位置：", "数値を読み取った位置："),
    "  recognised: the authors' arrangement of {name}": ("  识别为作者的 {name} 布局", "  著者の {name} の配置と認識"),
    "next {axis} {step}": ("下一{axis} {step}", "次の{axis} {step}"),
    "empty: drawn at random": ("空白：随机生成", "空欄：乱数で決定"),
    "Note: {images} {what} are fewer than the {count} parameters; the book advises more {what} than parameters (2-12).": (
        "注意：{what} {images} 个，少于参数 {count} 个；书中建议{what}的个数大于参数个数（2-12）。",
        "注意：{what} {images} 件はパラメータ {count} 個より少ない。本ではパラメータより多くの{what}を勧めている（2-12）。",
    ),
    # ---- errors: files ----
    "there is no such file; looked in {folder}.": (
        "没有这个文件；查找的文件夹是 {folder}。",
        "ファイルがありません。探したフォルダーは {folder} です。",
    ),
    "this is a folder, not a workbook.": ("这是文件夹，不是工作簿。", "これはフォルダーで、ブックではありません。"),
    "the file cannot be read: {reason}.": ("无法读取文件：{reason}。", "ファイルを読み込めません：{reason}。"),
    "the workbook is protected by a password or in the old .xls format. "
    "Open it in Excel or LibreOffice and save it as .xlsx without a password.": (
        "工作簿有密码保护，或是旧的 .xls 格式。请在 Excel 或 LibreOffice 中打开，并另存为不带密码的 .xlsx。",
        "ブックはパスワードで保護されているか、古い .xls 形式です。"
        "Excel か LibreOffice で開き、パスワードなしの .xlsx として保存してください。",
    ),
    "this is not an .xlsx workbook. Open it in Excel or LibreOffice and save it as .xlsx.": (
        "这不是 .xlsx 工作簿。请在 Excel 或 LibreOffice 中打开，并另存为 .xlsx。",
        "これは .xlsx のブックではありません。Excel か LibreOffice で開き、.xlsx として保存してください。",
    ),
    "there is no sheet {sheet}; the workbook has {found}.": (
        "没有工作表 {sheet}；工作簿中有 {found}。",
        "シート {sheet} がありません。ブックにあるのは {found} です。",
    ),
    "there is no sheet {sheet} with {name}; the workbook has {found}.": (
        "没有含 {name} 的工作表 {sheet}；工作簿中有 {found}。",
        "{name} のあるシート {sheet} がありません。ブックにあるのは {found} です。",
    ),
    "the output would overwrite the input; choose another name with --output.": (
        "输出会覆盖输入；请用 --output 指定其他名称。",
        "出力が入力を上書きしてしまいます。--output で別の名前を指定してください。",
    ),
    "there is no folder {folder}.": ("没有文件夹 {folder}。", "フォルダー {folder} がありません。"),
    "this is a folder.": ("这是文件夹。", "これはフォルダーです。"),
    "the file exists and xlnn did not write it; --force replaces it.": (
        "文件已存在，且不是 xlnn 写的；用 --force 可替换它。",
        "ファイルがすでにあり、xlnn が書いたものではありません。--force で置き換えます。",
    ),
    "no permission to write here.": ("没有写入权限。", "ここに書き込む権限がありません。"),
    "the folder cannot be written to: {reason}.": ("无法写入文件夹：{reason}。", "フォルダーに書き込めません：{reason}。"),
    "the file cannot be written: {reason}.": ("无法写入文件：{reason}。", "ファイルを書き込めません：{reason}。"),
    "expected a name that ends in .xlsx.": ("名称必须以 .xlsx 结尾。", ".xlsx で終わる名前が必要です。"),
    "the workbook is damaged: its end is missing. Copy or download it once more.": (
        "工作簿已损坏：缺少末尾部分。请重新复制或下载。",
        "ブックが壊れています：末尾が欠けています。もう一度コピーするかダウンロードしてください。",
    ),
    "the sheet is damaged ({reason}).": ("工作表已损坏（{reason}）。", "シートが壊れています（{reason}）。"),
    # ---- errors: cells ----
    "expected a number, found a formula without a stored result. "
    "Open the workbook in Excel or LibreOffice, save it, and try again.": (
        "应为数，实际是没有保存结果的公式。请在 Excel 或 LibreOffice 中打开工作簿，保存后重试。",
        "数が必要ですが、結果が保存されていない数式です。"
        "ブックを Excel か LibreOffice で開き、保存してからもう一度実行してください。",
    ),
    "this right answer has no image: there are {images} images.": (
        "这个正解没有对应的图像：图像共 {images} 个。",
        "この正解には対応する画像がありません。画像は {images} 枚です。",
    ),
    "expected a number, found a blank cell.": ("应为数，实际是空单元格。", "数が必要ですが、空のセルです。"),
    "expected a number, found the truth value {found}.": (
        "应为数，实际是逻辑值 {found}。",
        "数が必要ですが、論理値 {found} です。",
    ),
    "expected a number, found the date {found}. Give the cell a number format and type the number again.": (
        "应为数，实际是日期 {found}。请把单元格设为数值格式，再重新输入这个数。",
        "数が必要ですが、日付 {found} です。セルの表示形式を数値にして、数を入力し直してください。",
    ),
    "expected a number, found the error {found}.": ("应为数，实际是错误值 {found}。", "数が必要ですが、エラー値 {found} です。"),
    "expected a number, found text {found}.": ("应为数，实际是文本 {found}。", "数が必要ですが、文字列 {found} です。"),
    "expected a number, found text {found} (decimal comma?).": (
        "应为数，实际是文本 {found}（小数点写成了逗号？）。",
        "数が必要ですが、文字列 {found} です（小数点がコンマになっていませんか）。",
    ),
    "expected a number, found text {found} (a number stored as text?).": (
        "应为数，实际是文本 {found}（以文本形式保存的数？）。",
        "数が必要ですが、文字列 {found} です（文字列として保存された数ではありませんか）。",
    ),
    "expected a number, found text {found} (only spaces: delete them).": (
        "应为数，实际是文本 {found}（只有空格：请删除）。",
        "数が必要ですが、文字列 {found} です（空白だけです。消してください）。",
    ),
    "expected a number, found {found}.": ("应为数，实际是 {found}。", "数が必要ですが、{found} です。"),
    "{name} is not a cell; write it like L5.": (
        "{name} 不是单元格；请写成 L5 这样。",
        "{name} はセルではありません。L5 のように書いてください。",
    ),
    "{name} is not a range; write it like L5:N8.": (
        "{name} 不是区域；请写成 L5:N8 这样。",
        "{name} は範囲ではありません。L5:N8 のように書いてください。",
    ),
    "cell {cell} is off the sheet.": ("单元格 {cell} 超出了工作表。", "セル {cell} はシートの外です。"),
    # ---- errors: sheets Settings and Places, the images ----
    "unknown setting {name}; known: {known}.": (
        "未知的设置 {name}；可用的有：{known}。",
        "未知の設定 {name}。使えるのは：{known}。",
    ),
    "unknown {what} {value}; known: {known}.": (
        "{what}：未知的 {value}；可用的有：{known}。",
        "{what}：{value} は未知です。使えるのは：{known}。",
    ),
    "total": ("代价函数", "コスト関数"),
    "ties": ("池化并列", "プーリングの同値"),
    "kind of layer": ("层的种类", "層の種類"),
    "detail": ("--detail", "--detail"),
    "cells": ("--cells", "--cells"),
    "{what}: expected {expected}, found {found}.": (
        "{what}：应为“{expected}”，实际为 {found}。",
        "{what}：「{expected}」が必要ですが、{found} です。",
    ),
    "the learning rate η must be a number above 0, not {value}.": (
        "学习率 η 必须是大于 0 的数，不能是 {value}。",
        "学習率 η は 0 より大きい数でなければならず、{value} は使えません。",
    ),
    "iterations must be 0 or more, not {value}.": (
        "迭代次数必须不小于 0，不能是 {value}。",
        "反復回数は 0 以上でなければならず、{value} は使えません。",
    ),
    "the batch size must be at least 1, or 'all', not {value}.": (
        "批大小必须不小于 1 或为 'all'，不能是 {value}。",
        "バッチサイズは 1 以上か 'all' でなければならず、{value} は使えません。",
    ),
    "the seed must be 0 or more, not {value}.": (
        "随机种子必须不小于 0，不能是 {value}。",
        "乱数の種は 0 以上でなければならず、{value} は使えません。",
    ),
    "{name} stands here a second time.": ("{name} 在这里第二次出现。", "{name} がここでもう一度現れています。"),
    "expected a sheet and a range like Data!K5:M8, found {found}.": (
        "应为像 Data!K5:M8 这样的工作表和区域，实际为 {found}。",
        "Data!K5:M8 のようなシートと範囲が必要ですが、{found} です。",
    ),
    "expected a step like '4 right' or '1 down 2 right', found {found}.": (
        "应为像 '4 right' 或 '1 down 2 right' 这样的间隔，实际为 {found}。",
        "'4 right' や '1 down 2 right' のような間隔が必要ですが、{found} です。",
    ),
    "{name}: expected a first block of {expected} numbers, found {found} ({rows}×{columns}).": (
        "{name}：第一块应有 {expected} 个数，实际为 {found}（{rows}×{columns}）。",
        "{name}：最初のブロックは数 {expected} 個のはずですが、{found}（{rows}×{columns}）です。",
    ),
    "{name}: expected the step to the next image, like '4 right'.": (
        "{name}：应给出到下一图像的间隔，如 '4 right'。",
        "{name}：次の画像への間隔（'4 right' など）が必要です。",
    ),
    "there is no quantity {name} in this network; known: {known}.": (
        "这个网络中没有量 {name}；可用的有：{known}。",
        "このネットワークに量 {name} はありません。使えるのは：{known}。",
    ),
    "expected an image, found blank cells.": ("应为图像，实际是空单元格。", "画像が必要ですが、空のセルです。"),
    "expected images of {rows}×{columns} from {cell} on (sheet Data), found none.": (
        "从 {cell} 起（工作表 Data）应有 {rows}×{columns} 的图像，但没有找到。",
        "{cell} から（シート Data）{rows}×{columns} の画像が必要ですが、見つかりません。",
    ),
    "expected one of the classes {expected}, found {found}.": (
        "应为类别 {expected} 之一，实际为 {found}。",
        "クラス {expected} のどれかが必要ですが、{found} です。",
    ),
    "this is nearly the authors' arrangement of {name}, but not all numbers of {off} lie where they have them. "
    "Move them there, or add a sheet Places with these lines, corrected where they are not yet right:{lines}": (
        "这里接近作者的 {name} 布局，但 {off} 的数并不都在作者的位置上。"
        "请移到那里，或添加工作表 Places，写入以下各行，并改正其中不对的地方：{lines}",
        "著者の {name} の配置に近いものの、{off} の数がすべて著者の位置にあるわけではありません。"
        "そこへ移すか、シート Places を加えて次の各行を書き、合わないところを直してください：{lines}",
    ),
    "expected a line for {name}.": ("应有 {name} 的一行。", "{name} の行が必要です。"),
    "there is no table of layers: names of settings stand in column A, and below them a line that begins with layer.": (
        "没有层的表格：A 列应依次写设置的名称，其下是以“层”（layer）开头的一行。",
        "層の表がありません。A 列に設定の名前、その下に「層」（layer）で始まる行が必要です。",
    ),
    "expected the saved copy of the initial parameters from here on, found blank cells.": (
        "从这里起应有保存的参数初始值，实际是空单元格。",
        "ここからパラメータの初期値の控えがあるはずですが、空のセルです。",
    ),
    "image {image} is blank, but images go on at {cell}. Close the gap or fill it.": (
        "图像 {image} 是空的，但从 {cell} 起还有图像。请去掉空缺，或把它填上。",
        "画像 {image} が空ですが、{cell} から画像が続いています。間を詰めるか、埋めてください。",
    ),
    "this number is none of the network's parameters ({names}). If the layers in sheet Settings have changed, "
    "clear the old parameters: empty ones are drawn at random.": (
        "这个数不属于网络的参数（{names}）。如果修改了工作表 Settings 中的层，请清除旧的参数：空白的参数会随机生成。",
        "この数はネットワークのパラメータ（{names}）ではありません。シート Settings の層を変えたときは、"
        "古いパラメータを消してください。空欄のパラメータは乱数で決まります。",
    ),
    "{name}: expected {shape} numbers for an image, found another one beside them. "
    "Correct the table of layers in sheet Settings, or the numbers.": (
        "{name}：每个图像应有 {shape} 个数，但其旁边还有一个数。请修改工作表 Settings 中层的表格，或修改这些数。",
        "{name}：画像 1 枚の数は {shape} 個のはずですが、その隣にも数があります。"
        "シート Settings の層の表か、数のほうを直してください。",
    ),
    "{name}: expected {shape} numbers for each image, but this cell is blank, and so is its like in every other image. "
    "Correct the table of layers in sheet Settings, or fill the cells.": (
        "{name}：每个图像应有 {shape} 个数，但这个单元格是空的，其他每个图像的同一位置也是空的。"
        "请修改工作表 Settings 中层的表格，或填上这些单元格。",
        "{name}：画像 1 枚の数は {shape} 個のはずですが、このセルは空で、他のどの画像でも同じ位置が空です。"
        "シート Settings の層の表を直すか、セルを埋めてください。",
    ),
    "{name}: its steps lead off the sheet.": ("{name}：其间隔超出了工作表。", "{name}：間隔をたどるとシートの外に出ます。"),
    "{name}: there is no next {axis} here.": ("{name}：这里没有下一{axis}。", "{name}：ここに次の{axis}はありません。"),
    # ---- errors: the network ----
    "a network needs an input layer and at least one layer after it.": (
        "网络需要输入层，以及其后的至少一层。",
        "ネットワークには入力層と、その後に少なくとも 1 つの層が必要です。",
    ),
    "two layers have the same label.": ("有两层的名称相同。", "同じ名前の層が 2 つあります。"),
    "the last layer must be dense, not {kind}.": (
        "最后一层必须是 dense（全连接层），不能是 {kind}。",
        "最後の層は dense（全結合層）でなければならず、{kind} は使えません。",
    ),
    "the cost {cost} is for {wanted} outputs: with {activation} its δ is not a − t.": (
        "代价 {cost} 适用于 {wanted} 输出：对 {activation}，δ 不等于 a − t。",
        "コスト {cost} は {wanted} の出力のためのものです。{activation} では δ が a − t になりません。",
    ),
    "softmax outputs go with the cost 'softmax cross-entropy': with {cost} every output's slope would involve all the others.": (
        "softmax 输出应搭配代价 'softmax cross-entropy'：若用 {cost}，每个输出的导数都会涉及所有其他输出。",
        "softmax の出力にはコスト 'softmax cross-entropy' を使います。"
        "{cost} では、各出力の導関数に他のすべての出力が関わってしまいます。",
    ),
    "{units} output units, but {count} classes.": (
        "输出单元有 {units} 个，类别却有 {count} 个。",
        "出力ユニットは {units} 個ですが、クラスは {count} 個です。",
    ),
    "layer {label}: only the first layer can be the input.": (
        "层 {label}：只有第一层可以是输入层。",
        "層 {label}：入力層にできるのは最初の層だけです。",
    ),
    "layer {label}: the input needs a size like 4×3.": (
        "层 {label}：输入层需要像 4×3 这样的大小。",
        "層 {label}：入力層には 4×3 のようなサイズが必要です。",
    ),
    "layer {label}: softmax is for the output layer only.": (
        "层 {label}：softmax 只能用于输出层。",
        "層 {label}：softmax は出力層にしか使えません。",
    ),
    "softmax needs at least two output units: a single one is always 1.": (
        "softmax 至少需要两个输出单元：只有一个单元时输出总是 1。",
        "softmax には出力ユニットが二つ以上必要です。一つだけでは出力がいつも 1 になります。",
    ),
    "image {image}: softmax outputs need targets t that add up to 1, not {found}; only then is δ = a − t.": (
        "图像 {image}：softmax 输出要求目标 t 之和为 1，而不是 {found}；只有这样才有 δ = a − t。",
        "画像 {image}：softmax の出力では目標 t の和が 1 でなければなりません（{found} でした）。そのときにだけ δ = a − t です。",
    ),
    "layer {label}: the number of units must be at least 1.": (
        "层 {label}：单元数必须不小于 1。",
        "層 {label}：ユニット数は 1 以上でなければなりません。",
    ),
    "layer {label}: a convolution needs an image or maps before it, not units.": (
        "层 {label}：卷积层之前必须是图像或映射，不能是单元。",
        "層 {label}：畳み込み層の前は画像かマップでなければならず、ユニットは使えません。",
    ),
    "layer {label}: a convolution needs a filter size like 3×3 and a stride of 1 or more.": (
        "层 {label}：卷积层需要像 3×3 这样的过滤器大小，以及不小于 1 的步幅。",
        "層 {label}：畳み込み層には 3×3 のようなフィルターのサイズと、1 以上のストライドが必要です。",
    ),
    "layer {label}: a filter of {size} does not fit on {rows}×{columns}; it can have at most that size.": (
        "层 {label}：{size} 的过滤器放不进 {rows}×{columns}；最大只能是这个大小。",
        "層 {label}：{size} のフィルターは {rows}×{columns} に収まりません。このサイズまでにしてください。",
    ),
    "layer {label}: pooling needs the maps of a convolution before it.": (
        "层 {label}：池化层之前必须是卷积层的映射。",
        "層 {label}：プーリング層の前には畳み込み層のマップが必要です。",
    ),
    "layer {label}: windows of {size} do not fill maps of {rows}×{columns}; rows can be {rows_fit}, columns {columns_fit}.": (
        "层 {label}：{size} 的窗口不能恰好铺满 {rows}×{columns} 的映射；窗口的行数可为 {rows_fit}，列数可为 {columns_fit}。",
        "層 {label}：{size} の窓では {rows}×{columns} のマップを埋めきれません。"
        "窓の行数は {rows_fit}、列数は {columns_fit} にできます。",
    ),
    "layer {label}: the unit step has no slope at 0 and the slope 0 everywhere else, so no error "
    "comes back through it (book 2-1); train with sigmoid instead.": (
        "层 {label}：单位阶跃函数在 0 处不可导，在其他各处导数为 0，误差无法通过它反向传播（书 2-1）；请改用 sigmoid 训练。",
        "層 {label}：単位ステップ関数は 0 で微分できず、それ以外では導関数が 0 なので、誤差が逆伝播しません（本 2-1）。"
        "sigmoid で学習してください。",
    ),
    "expected images of {expected}, found an array of shape {found}.": (
        "图像应为 {expected}，实际是形状为 {found} 的数组。",
        "{expected} の画像が必要ですが、形が {found} の配列です。",
    ),
    "a network with classes needs the images' digits, one without needs t.": (
        "有类别的网络需要图像的数字，没有类别的网络需要 t。",
        "クラスのあるネットワークには画像の数字が、ないネットワークには t が必要です。",
    ),
    "{name}: expected {shape} numbers, found {count}: this cell is blank. "
    "Fill all of them, or clear all: empty parameters are drawn at random.": (
        "{name}：应有 {shape} 个数，实际有 {count} 个：这个单元格是空的。请全部填上，或全部清除：空白的参数会随机生成。",
        "{name}：数は {shape} 個のはずですが、{count} 個です。このセルが空です。"
        "すべて埋めるか、すべて消してください。空欄のパラメータは乱数で決まります。",
    ),
    "expected {name} of shape {expected}.": ("{name} 的形状应为 {expected}。", "{name} の形は {expected} でなければなりません。"),
    "training diverged: after update {iteration} {name} is no longer a finite number. Try a smaller η than {eta}.": (
        "训练发散：第 {iteration} 次更新后 {name} 不再是有限的数。请使用比 {eta} 小的 η。",
        "学習が発散しました。更新 {iteration} 回目の後、{name} が有限の数ではなくなりました。η を {eta} より小さくしてください。",
    ),
    "training diverged: after update {iteration} not every number is finite. Try a smaller η than {eta}.": (
        "训练发散：第 {iteration} 次更新后出现了非有限的数。请使用比 {eta} 小的 η。",
        "学習が発散しました。更新 {iteration} 回目の後、有限でない数が現れました。η を {eta} より小さくしてください。",
    ),
    "The iterations before are in {path}.": ("之前的迭代保存在 {path} 中。", "それまでの反復は {path} にあります。"),
    # ---- errors: options, layouts, limits ----
    "there is no section {name}; known: {known}.": (
        "没有 {name} 节；可用的有：{known}。",
        "{name} 節はありません。使えるのは：{known}。",
    ),
    "cannot keep {part}: write all, every:10, first,last, none or numbers from 1 to {iterations} like 1,2,50.": (
        "无法保留 {part}：请写 all、every:10、first,last、none，或 1 到 {iterations} 之间的数，如 1,2,50。",
        "{part} は残せません。all、every:10、first,last、none か、1 から {iterations} までの数（1,2,50 など）を書いてください。",
    ),
    "--detail totals leaves out what the formulas would refer to; use --detail units, or --cells values.": (
        "--detail totals 会省略公式要引用的内容；请使用 --detail units 或 --cells values。",
        "--detail totals では数式の参照先が省かれます。--detail units か --cells values を使ってください。",
    ),
    "there is no layout {name}; the layouts are {known}.": (
        "没有布局 {name}；可用的布局有：{known}。",
        "レイアウト {name} はありません。使えるのは：{known}。",
    ),
    "the layout {name} has no saved copy of the initial parameters.": (
        "布局 {name} 中没有保存参数初始值的副本。",
        "レイアウト {name} にはパラメータの初期値の控えがありません。",
    ),
    "a place needs one step for each of its {count} axes.": (
        "位置的 {count} 个轴中，每个都需要一个间隔。",
        "位置の {count} 本の軸には、それぞれ間隔が 1 つ必要です。",
    ),
    "{first} and {second} both lie in cell {cell}.": (
        "{first} 和 {second} 都位于单元格 {cell}。",
        "{first} と {second} がどちらもセル {cell} にあります。",
    ),
    "{name} would need the cells from row {row1}, column {column1} to row {row2}, column {column2}; "
    "a sheet has {rows} rows and {columns} columns.": (
        "{name} 需要从第 {row1} 行第 {column1} 列到第 {row2} 行第 {column2} 列的单元格；一张工作表有 {rows} 行、{columns} 列。",
        "{name} には {row1} 行 {column1} 列から {row2} 行 {column2} 列までのセルが必要です。"
        "シートは {rows} 行、{columns} 列です。",
    ),
    "{images} images need {needed} columns in the book's layout; a sheet has {columns}. "
    "At most {most} images fit; --layout table takes more.": (
        "按书的布局，{images} 个图像需要 {needed} 列；一张工作表只有 {columns} 列。"
        "最多可放 {most} 个图像；--layout table 可放更多。",
        "本のレイアウトでは画像 {images} 枚に {needed} 列が必要ですが、シートは {columns} 列です。"
        "入るのは {most} 枚までです。--layout table ならもっと入ります。",
    ),
    "{images} images need {needed} rows; a sheet has {rows}, so at most {most} images fit.": (
        "{images} 个图像需要 {needed} 行；一张工作表只有 {rows} 行，最多可放 {most} 个图像。",
        "画像 {images} 枚に {needed} 行が必要ですが、シートは {rows} 行なので、入るのは {most} 枚までです。",
    ),
    "a row of this network needs {needed} columns; a sheet has {columns}.": (
        "这个网络的一行需要 {needed} 列；一张工作表只有 {columns} 列。",
        "このネットワークの 1 行には {needed} 列が必要ですが、シートは {columns} 列です。",
    ),
    "a formula would have {length} characters; a cell holds {longest}.": (
        "公式将有 {length} 个字符；一个单元格最多容纳 {longest} 个。",
        "数式が {length} 文字になりますが、セルに入るのは {longest} 文字までです。",
    ),
    # ---- check: what went wrong on a sheet, and how to mend it ----
    "the number of decimals must lie between 0 and 15, not {digits}.": (
        "小数位数必须在 0 到 15 之间，不能是 {digits}。",
        "小数点以下の桁数は 0 から 15 まででなければならず、{digits} は使えません。",
    ),
    "there is nothing to check: no computed quantity was found. "
    "Say in a sheet Places where z, a, C … lie, or keep to the addresses of `xlnn train`.": (
        "没有可检查的内容：没有找到计算出的量。请在工作表 Places 中写明 z、a、C … 的位置，或使用 `xlnn train` 的地址。",
        "検査するものがありません。計算した量が見つかりません。"
        "シート Places に z、a、C … の位置を書くか、`xlnn train` と同じ番地に置いてください。",
    ),
    "the bias b is left out": ("漏掉了偏置 b", "バイアス b が抜けている"),
    "Add the unit's bias: z = Σwx + b.": ("请加上该单元的偏置：z = Σwx + b。", "ユニットのバイアスを足す：z = Σwx + b。"),
    "the bias b is subtracted, as a threshold θ would be": (
        "像阈值 θ 那样减去了偏置 b",
        "閾値 θ のように、バイアス b を引いている",
    ),
    "Add it: z = Σwx + b, where b = −θ.": (
        "应当加上：z = Σwx + b，其中 b = −θ。",
        "足すのが正しい：z = Σwx + b、ただし b = −θ。",
    ),
    "rows and columns of the weights are exchanged": ("权重的行和列颠倒了", "重みの行と列が入れ替わっている"),
    "Pair every weight with its own input: same row, same column.": (
        "每个权重要与自己的输入配对：同一行、同一列。",
        "各重みをそれぞれの入力と組にする：同じ行、同じ列。",
    ),
    "the image is read column by column": ("图像是逐列读取的", "画像を列ごとに読んでいる"),
    "Read it row by row, as the weights are.": ("请和权重一样逐行读取。", "重みと同じく行ごとに読む。"),
    "the weights are those of unit {other}": ("用的是单元 {other} 的权重", "ユニット {other} の重みを使っている"),
    "Take the weights of the unit itself; without $ a copied reference slides along.": (
        "请用该单元自己的权重；没有 $ 的引用在复制时会移动。",
        "そのユニット自身の重みを使う。$ のない参照はコピーするとずれる。",
    ),
    "the bias is that of unit {other}": ("用的是单元 {other} 的偏置", "ユニット {other} のバイアスを使っている"),
    "Take the bias of the unit itself; without $ a copied reference slides along.": (
        "请用该单元自己的偏置；没有 $ 的引用在复制时会移动。",
        "そのユニット自身のバイアスを使う。$ のない参照はコピーするとずれる。",
    ),
    "the inputs are those of image {other}": ("用的是图像 {other} 的输入", "画像 {other} の入力を使っている"),
    "Take the inputs of the image itself; with $ a copied reference stays behind.": (
        "请用该图像自己的输入；带 $ 的引用在复制时不会移动。",
        "その画像自身の入力を使う。$ のある参照はコピーしても動かない。",
    ),
    "the filter is turned by 180°": ("过滤器旋转了 180°", "フィルターが 180° 回転している"),
    "Lay the filter on the image as it is (book 5-2); going back, δ meets the weight it came from.": (
        "请把过滤器原样放在图像上（书 5-2）；反向传播时，δ 与它经过的权重相乘。",
        "フィルターはそのまま画像に重ねる（本 5-2）。逆伝播では、δ に、通ってきた重みを掛ける。",
    ),
    "each cell of a map has a bias of its own": ("映射的每个单元格各有一个偏置", "マップのセルごとに別のバイアスがある"),
    "One bias serves the whole map: fix its reference with $; its gradient is the sum over the map.": (
        "整个映射共用一个偏置：请用 $ 固定引用；其梯度是整个映射上的总和。",
        "バイアスはマップ全体で 1 つ。参照を $ で固定する。その勾配はマップ全体の合計である。",
    ),
    "the activation is {which}": ("激活函数用成了 {which}", "活性化関数が {which} になっている"),
    "Use the layer's own activation (sheet Settings).": (
        "请使用该层自己的激活函数（工作表 Settings）。",
        "その層の活性化関数を使う（シート Settings）。",
    ),
    "the sign in the exponent is missing: 1/(1 + exp(z))": (
        "指数中漏了负号：1/(1 + exp(z))",
        "指数の符号が抜けている：1/(1 + exp(z))",
    ),
    "a = 1/(1 + exp(−z)).": ("a = 1/(1 + exp(−z))。", "a = 1/(1 + exp(−z))。"),
    "the mean of the window is taken": ("取了窗口的平均值", "窓の平均をとっている"),
    "Take its largest number: MAX.": ("请取其中的最大值：MAX。", "最大の数をとる：MAX。"),
    "the ½ is left out": ("漏掉了 ½", "½ が抜けている"),
    "C = ½Σ(t − a)², so that ∂C/∂a = a − t.": ("C = ½Σ(t − a)²，于是 ∂C/∂a = a − t。", "C = ½Σ(t − a)²、よって ∂C/∂a = a − t。"),
    "the mean over the output units is taken": ("取了输出单元的平均", "出力ユニットの平均をとっている"),
    "Add them up: C = ½Σ(t − a)².": ("应当相加：C = ½Σ(t − a)²。", "合計する：C = ½Σ(t − a)²。"),
    "the differences t − a are not squared": ("差 t − a 没有平方", "差 t − a を 2 乗していない"),
    "Square them: C = ½Σ(t − a)².": ("请取平方：C = ½Σ(t − a)²。", "2 乗する：C = ½Σ(t − a)²。"),
    "the cost is {which}": ("代价用成了 {which}", "コストが {which} になっている"),
    "Use the cost of sheet Settings.": ("请使用工作表 Settings 中的代价。", "シート Settings のコストを使う。"),
    "image {image} is left out of the sum": ("总和中漏掉了图像 {image}", "合計に画像 {image} が入っていない"),
    "Add up all images.": ("请把全部图像相加。", "全画像を合計する。"),
    "images {images} are left out of the sum": ("总和中漏掉了图像 {images}", "合計に画像 {images} が入っていない"),
    "Let the range reach from the first image to the last.": (
        "区域应从第一个图像一直到最后一个图像。",
        "範囲を最初の画像から最後の画像までにする。",
    ),
    "the first image is counted for every image": ("每个图像都按第一个图像计算了", "どの画像にも最初の画像を数えている"),
    "Add up the images' own numbers; with $ a copied reference stays behind.": (
        "请把各图像自己的数相加；带 $ 的引用在复制时不会移动。",
        "各画像自身の数を合計する。$ のある参照はコピーしても動かない。",
    ),
    "the mean over the images is taken": ("取了图像的平均", "画像の平均をとっている"),
    "Add them up: C_T = ΣC.": ("应当相加：C_T = ΣC。", "合計する：C_T = ΣC。"),
    "the sum is not divided by the number of images": ("总和没有除以图像数", "合計を画像の数で割っていない"),
    "Divide by n: the total is the mean (sheet Settings).": (
        "请除以 n：这里取平均（工作表 Settings）。",
        "n で割る：ここでは平均をとる（シート Settings）。",
    ),
    "the sign is turned: t − a": ("符号反了：t − a", "符号が逆：t − a"),
    "a′ is taken at a in place of z": ("a′ 代入的是 a 而不是 z", "a′ に z でなく a を入れている"),
    "a′(z) = a(1 − a) has a itself in it: do not put a through the activation again.": (
        "a′(z) = a(1 − a) 中的 a 就是 a 本身：不要再代入一次激活函数。",
        "a′(z) = a(1 − a) の a は a そのもの。もう一度活性化関数に入れない。",
    ),
    "a(1 + a) stands for a(1 − a)": ("把 a(1 − a) 写成了 a(1 + a)", "a(1 − a) が a(1 + a) になっている"),
    "a′(z) = a(1 − a), for tanh 1 − a².": ("a′(z) = a(1 − a)，对 tanh 为 1 − a²。", "a′(z) = a(1 − a)、tanh では 1 − a²。"),
    "the factor a′(z) is left out": ("漏掉了因子 a′(z)", "因子 a′(z) が抜けている"),
    "Multiply by a′(z).": ("请乘以 a′(z)。", "a′(z) を掛ける。"),
    "the mask of ReLU is left out": ("漏掉了 ReLU 的导数", "ReLU の導関数が抜けている"),
    "a′(z) is 1 where z > 0, else 0: multiply by it.": (
        "z > 0 时 a′(z) 为 1，否则为 0：请乘上它。",
        "a′(z) は z > 0 なら 1、それ以外は 0。これを掛ける。",
    ),
    "Σwδ uses the new weights": ("Σwδ 用了新的权重", "Σwδ に新しい重みを使っている"),
    "Use the weights that this iteration used on the way forward.": (
        "请使用本次迭代正向计算时用的权重。",
        "この反復の順方向の計算で使った重みを使う。",
    ),
    "Σwδ uses the old weights": ("Σwδ 用了旧的权重", "Σwδ に古い重みを使っている"),
    "Sheet Settings says that the output layer is updated first: use the new ones.": (
        "按工作表 Settings，先更新输出层：请使用新的权重。",
        "シート Settings では出力層を先に更新する。新しい重みを使う。",
    ),
    "Σwδ adds up gradients": ("Σwδ 把梯度相加了", "Σwδ で勾配を合計している"),
    "Multiply each weight by the δ of its unit and add up: Σwδ.": (
        "请把每个权重与其单元的 δ 相乘，再相加：Σwδ。",
        "各重みにそのユニットの δ を掛けて合計する：Σwδ。",
    ),
    "Σwδ uses the layer's own weights": ("Σwδ 用了本层的权重", "Σwδ にその層自身の重みを使っている"),
    "Use the weights of the layer after it.": ("请使用下一层的权重。", "次の層の重みを使う。"),
    "Σwδ takes only the first unit of the layer after": (
        "Σwδ 只取了下一层的第一个单元",
        "Σwδ が次の層の最初のユニットだけになっている",
    ),
    "Add up over all of its units.": ("请对其所有单元求和。", "そのすべてのユニットについて合計する。"),
    "a shared maximum sends δ to each of its cells": (
        "并列最大值把 δ 传给了每个单元格",
        "同値の最大値が、そのすべてのセルに δ を伝えている",
    ),
    "Send it to the first of them, or set pooling ties to all.": (
        "请只传给其中第一个，或把“池化并列”设为 all。",
        "最初のセルだけに伝えるか、「プーリングの同値」を all にする。",
    ),
    "a shared maximum sends δ to its first cell only": (
        "并列最大值只把 δ 传给了第一个单元格",
        "同値の最大値が、最初のセルだけに δ を伝えている",
    ),
    "Send it to each of them, or set pooling ties to first.": (
        "请传给其中每一个，或把“池化并列”设为 first。",
        "そのすべてに伝えるか、「プーリングの同値」を first にする。",
    ),
    "what comes back stands in the wrong cell of the window": (
        "传回的值放在了窗口中错误的单元格",
        "戻ってきた値が窓の中の違うセルにある",
    ),
    "It belongs to the cell that was the largest.": ("它应放在取得最大值的单元格。", "最大だったセルに置く。"),
    "δ is multiplied by {which}": ("δ 乘的是 {which}", "δ に {which} を掛けている"),
    "Multiply by the outputs of the layer before.": ("请乘以前一层的输出。", "前の層の出力を掛ける。"),
    "only image {image} is taken": ("只取了图像 {image}", "画像 {image} だけになっている"),
    "Add up over all images.": ("请对全部图像求和。", "全画像について合計する。"),
    "the sum is divided by the number of images": ("总和除以了图像数", "合計を画像の数で割っている"),
    "∂C_T/∂w is the sum; do not divide, or set the total cost to mean.": (
        "∂C_T/∂w 是总和；请不要除，或把“代价函数”设为 mean。",
        "∂C_T/∂w は合計である。割らないか、「コスト関数」を mean にする。",
    ),
    "the sum is divided by the number of images twice": ("总和除以了两次图像数", "合計を画像の数で 2 回割っている"),
    "Divide at most once, as sheet Settings says.": (
        "最多除一次，以工作表 Settings 为准。",
        "割るのは多くて 1 回、シート Settings のとおりにする。",
    ),
    "the gradient of the bias is left out": ("漏掉了偏置的梯度", "バイアスの勾配が抜けている"),
    "the whole layer has one gradient of the bias": ("整层共用了一个偏置的梯度", "層全体でバイアスの勾配が 1 つになっている"),
    "Each unit has a bias of its own: ∂C/∂b = δ of that unit.": (
        "每个单元各有一个偏置：∂C/∂b 等于该单元的 δ。",
        "ユニットごとにバイアスがある。∂C/∂b はそのユニットの δ である。",
    ),
    "the gradient is added": ("加上了梯度", "勾配を足している"),
    "Subtract it: w − η ∂C_T/∂w goes downhill.": (
        "应当减去：w − η ∂C_T/∂w 才是下降的方向。",
        "引くのが正しい：w − η ∂C_T/∂w が下る向きである。",
    ),
    "η is left out": ("漏掉了 η", "η が抜けている"),
    "Multiply the gradient by η.": ("请把梯度乘以 η。", "勾配に η を掛ける。"),
    "η is left out for the biases only": ("只有偏置漏掉了 η", "バイアスだけ η が抜けている"),
    "Multiply the gradients of the biases by η too.": ("偏置的梯度也要乘以 η。", "バイアスの勾配にも η を掛ける。"),
    "η is squared": ("η 被平方了", "η が 2 乗されている"),
    "Multiply by η once.": ("η 只乘一次。", "η を掛けるのは 1 回。"),
    "η is {eta}": ("η 用成了 {eta}", "η が {eta} になっている"),
    "Use the η of sheet Settings, or say that it is this one: with --eta, or in a line eta of sheet Places.": (
        "请使用工作表 Settings 中的 η；如果它确实是 η，请用 --eta 或在工作表 Places 的 eta 一行说明。",
        "シート Settings の η を使う。これが η なら、--eta か、シート Places の eta の行で示す。",
    ),
    "the biases are not updated": ("偏置没有更新", "バイアスが更新されていない"),
    "b − η ∂C_T/∂b, or set freeze biases to yes.": (
        "b − η ∂C_T/∂b，或把“固定偏置”设为 yes。",
        "b − η ∂C_T/∂b とするか、「バイアス固定」を yes にする。",
    ),
    "the weights are not updated": ("权重没有更新", "重みが更新されていない"),
    "the output layer was updated before the hidden δ was computed": (
        "在计算隐藏层的 δ 之前更新了输出层",
        "隠れ層の δ を計算する前に出力層を更新している",
    ),
    "Compute every δ with the old weights, then update all parameters together.": (
        "请先用旧的权重算出所有 δ，再同时更新所有参数。",
        "すべての δ を古い重みで計算してから、全パラメータを同時に更新する。",
    ),
    "the parameters are updated after every image": ("每个图像之后都更新了参数", "画像 1 枚ごとにパラメータを更新している"),
    "Add up the gradients of all images, then update once.": (
        "请先把全部图像的梯度相加，再更新一次。",
        "全画像の勾配を合計してから、1 回更新する。",
    ),
    "the parameters are not the new ones of the iteration before": (
        "参数不是上一次迭代更新后的参数",
        "パラメータが前の反復で更新したものでない",
    ),
    "Iteration n + 1 uses the new parameters of iteration n.": (
        "第 n + 1 次迭代使用第 n 次迭代更新后的参数。",
        "n + 1 回目の反復は n 回目の反復で更新したパラメータを使う。",
    ),
    "{which} is taken from a neighbouring sheet": ("{which} 取自相邻的工作表", "{which} を隣のシートから取っている"),
    "Refer to the sheet of the iteration itself.": ("请引用本次迭代自己的工作表。", "その反復自身のシートを参照する。"),
    "the reference to {which} slid along when the formula was copied": (
        "复制公式时，对 {which} 的引用移动了",
        "数式をコピーしたときに {which} への参照がずれた",
    ),
    "Fix the reference with $ before copying.": ("请在复制之前用 $ 固定引用。", "コピーする前に参照を $ で固定する。"),
    "the reference to {which} stayed behind when the formula was copied": (
        "复制公式时，对 {which} 的引用没有移动",
        "数式をコピーしたときに {which} への参照が動かなかった",
    ),
    "Take the $ away where the reference has to move.": ("引用需要移动的地方请去掉 $。", "参照が動くべきところでは $ を取る。"),
    "the cells hold 0": ("单元格中是 0", "セルが 0 になっている"),
    "Enter the formula: {equation}.": ("请输入公式：{equation}。", "数式を入れる：{equation}。"),
    "the numbers are {factor} times what they should be": (
        "这些数是正确值的 {factor} 倍",
        "数が正しい値の {factor} 倍になっている",
    ),
    "Enter the formula as it is: {equation}.": ("请照原样输入公式：{equation}。", "数式をそのとおりに入れる：{equation}。"),
    "the numbers are rounded to {digits} decimals": (
        "这些数四舍五入到了 {digits} 位小数",
        "数が小数点以下 {digits} 桁に丸められている",
    ),
    "Keep all digits and only show fewer of them; or check with --digits {digits}.": (
        "请保留全部位数，只减少显示的位数；或用 --digits {digits} 检查。",
        "すべての桁を残し、表示する桁だけを減らす。または --digits {digits} で検査する。",
    ),
    # ---- check and compare: what is told ----
    "{workbook}: {cells} cells checked on {sheets}: ": (
        "{workbook}：检查了 {sheets} 的 {cells} 个单元格：",
        "{workbook}：{sheets} のセル {cells} 個を検査：",
    ),
    "all right.": ("全部正确。", "すべて正しい。"),
    "{wrong} wrong.": ("{wrong} 个错误。", "{wrong} 個が誤り。"),
    "{count} cells are empty: {quantities}": ("{count} 个单元格是空的：{quantities}", "セル {count} 個が空：{quantities}"),
    "{count} cells empty": ("{count} 个单元格为空", "空のセル {count} 個"),
    "{number}. {sheet}!{cell}: {symbol}, {wrong} of {all} cells wrong. Rule: {equation}": (
        "{number}. {sheet}!{cell}：{symbol}，{all} 个单元格中 {wrong} 个错误。公式：{equation}",
        "{number}. {sheet}!{cell}：{symbol}、セル {all} 個のうち {wrong} 個が誤り。式：{equation}",
    ),
    "The same on {count} more sheets: {sheets}.": (
        "另有 {count} 张工作表也是如此：{sheets}。",
        "ほか {count} 枚のシートでも同じ：{sheets}。",
    ),
    "None of the known mistakes gives these numbers.": (
        "没有任何已知的错误会得到这些数。",
        "既知の誤りにこれらの数になるものはない。",
    ),
    "not a known mistake": ("不是已知的错误", "既知の誤りではない"),
    "These numbers do not tell which of several mistakes it is:": (
        "仅凭这些数无法判断是以下哪一种错误：",
        "これらの数だけでは、次のどの誤りか区別できない：",
    ),
    " (in {quantity}, which is not on the sheet)": ("（在工作表上没有的 {quantity} 中）", "（シートにない {quantity} で）"),
    "{cell}: empty": ("{cell}：空", "{cell}：空"),
    "{cell}: found {found}, expected {expected}": (
        "{cell}：实际为 {found}，应为 {expected}",
        "{cell}：{found}、正しくは {expected}",
    ),
    "The numbers agree with {workbook}.": ("这些数与 {workbook} 一致。", "数は {workbook} と一致する。"),
    "Different from {workbook}:": ("与 {workbook} 不同：", "{workbook} との違い："),
    "{sheet}!{cell}: {quantity}, {different} of {cells} cells: {found}, there {other}": (
        "{sheet}!{cell}：{quantity}，{cells} 个单元格中 {different} 个：{found}，对方为 {other}",
        "{sheet}!{cell}：{quantity}、セル {cells} 個のうち {different} 個：{found}、相手は {other}",
    ),
    "marked copy: {path}": ("标记后的副本：{path}", "印を付けた写し：{path}"),
    "cell": ("单元格", "セル"),
    "wrong": ("错误数", "誤りの数"),
    "quantity": ("量", "量"),
    "rule": ("公式", "式"),
    "found": ("实际值", "実際の値"),
    "expected": ("正确值", "正しい値"),
    "mistake": ("错误", "誤り"),
    "explanation": ("说明", "説明"),
    "correction": ("改正", "訂正"),
    "other sheet": ("对方工作表", "相手のシート"),
    "difference": ("差", "差"),
    "{compared} cells compared, {different} differ; only {a} has {only_a}, only {b} has {only_b}.": (
        "比较了 {compared} 个单元格，{different} 个不同；只有 {a} 中有的 {only_a} 个，只有 {b} 中有的 {only_b} 个。",
        "セル {compared} 個を比較、{different} 個が異なる。{a} だけにあるもの {only_a} 個、{b} だけにあるもの {only_b} 個。",
    ),
    "The largest difference is {difference}, in {sheet}!{cell}.": (
        "最大的差是 {difference}，位于 {sheet}!{cell}。",
        "差の最大は {difference}、位置は {sheet}!{cell}。",
    ),
    "only {workbook} has the sheets {sheets}.": (
        "只有 {workbook} 中有工作表 {sheets}。",
        "シート {sheets} は {workbook} だけにある。",
    ),
    "{where}: a formula without a stored result; open the workbook in Excel or LibreOffice and save it.": (
        "{where}：没有保存结果的公式；请在 Excel 或 LibreOffice 中打开工作簿并保存。",
        "{where}：結果が保存されていない数式。ブックを Excel か LibreOffice で開いて保存する。",
    ),
    # ---- equations that have words in them ----
    "t = 1 where the unit stands for the right digit, else 0": (
        "单元代表正解的数字时 t = 1，否则 t = 0",
        "ユニットが正解の数字を表すとき t = 1、それ以外は 0",
    ),
    "a = 1 where z ≥ 0, else 0": ("z ≥ 0 时 a = 1，否则 a = 0", "z ≥ 0 のとき a = 1、それ以外は 0"),
    "a′(z) = 1 where z > 0, else 0": ("z > 0 时 a′(z) = 1，否则为 0", "z > 0 のとき a′(z) = 1、それ以外は 0"),
    "a = max a of the window": ("a = 窗口中 a 的最大值", "a = 窓の中の a の最大値"),
    "Σwδ at the largest cell, else 0": ("最大的单元格为 Σwδ，其他为 0", "最大のセルでは Σwδ、それ以外は 0"),
    "b stays": ("b 保持不变", "b は変えない"),
    "the new parameter of the iteration before": ("上一次迭代更新后的参数", "前の反復で更新したパラメータ"),
    "the digit that is meant": ("应识别的数字", "正解の数字"),
    "the target": ("正解 t", "正解 t"),
    "class of a ≥ ½": ("由 a ≥ ½ 判定的类别", "a ≥ ½ で決まるクラス"),
    "class of the largest a": ("a 最大的单元的类别", "a が最大のユニットのクラス"),
    "1 from a = ½ on": ("a ≥ ½ 时为 1", "a ≥ ½ のとき 1"),
    "1 at the largest a": ("a 最大处为 1", "a が最大のところで 1"),
    "right where both agree": ("两者一致即为正确", "両方が一致すれば正解"),
    "share = right images / images": ("正确率 = 正确的图像数 / 图像数", "正答率 = 正解した画像数 / 画像数"),
    "as on sheet Data": ("与工作表 Data 相同", "シート Data と同じ"),
    # ---- compare ----
    "{name} must be 0 or more, not {value}.": (
        "{name} 必须不小于 0，不能是 {value}。",
        "{name} は 0 以上でなければならず、{value} は使えません。",
    ),
    "there is nothing to compare: no number stands in these cells of {a} or {b}.": (
        "没有可比较的内容：{a} 和 {b} 的这些单元格中都没有数。",
        "比べるものがありません。{a} にも {b} にも、これらのセルに数がありません。",
    ),
    "the workbooks have no sheet of the same name; pair them like --sheet {example}.": (
        "两个工作簿没有同名的工作表；请像 --sheet {example} 这样指定配对。",
        "2 つのブックに同じ名前のシートがありません。--sheet {example} のように組を指定してください。",
    ),
    "cannot pair the sheets {text}; {a} has {sheets_a}, {b} has {sheets_b}.": (
        "无法配对工作表 {text}；{a} 中有 {sheets_a}，{b} 中有 {sheets_b}。",
        "シート {text} を組にできません。{a} にあるのは {sheets_a}、{b} にあるのは {sheets_b} です。",
    ),
    "{workbook} has no iteration with as many images to compare with.": (
        "{workbook} 中没有图像数相同、可供比较的迭代。",
        "{workbook} には、画像の数が同じで比べられる反復がありません。",
    ),
    # ---- the solver ----
    "solver": ("规划求解", "ソルバー"),
    "{steps} steps of the solver: C_T {before} → {after}": (
        "规划求解 {steps} 步：C_T {before} → {after}",
        "ソルバー {steps} ステップ：C_T {before} → {after}",
    ),
    "Network {network}, {steps} steps of the solver: C_T {before} → {after}.": (
        "网络 {network}，规划求解 {steps} 步：C_T {before} → {after}。",
        "ネットワーク {network}、ソルバー {steps} ステップ：C_T {before} → {after}。",
    ),
    "Solved: the parameters after {steps} steps of the solver": (
        "Solved：规划求解 {steps} 步后的参数",
        "Solved：ソルバー {steps} ステップ後のパラメータ",
    ),
    "It ended where C_T is flat: no ∂C_T/∂w is larger than 1e-6 in size.": (
        "求解在 C_T 平坦处结束：所有 ∂C_T/∂w 的绝对值都不超过 1e-6。",
        "C_T が平らな所で終了：どの ∂C_T/∂w も絶対値が 1e-6 以下。",
    ),
    "It ended after the largest number of steps (--steps); more may lower C_T further.": (
        "求解到达步数上限（--steps）而结束；增加步数可能使 C_T 继续下降。",
        "ステップ数の上限（--steps）で終了：ステップを増やせば C_T がさらに下がる可能性がある。",
    ),
    "It ended where no step lowered C_T any more.": (
        "求解结束：再走任何一步都不能使 C_T 下降。",
        "どのステップでも C_T が下がらなくなったので終了。",
    ),
    "C_T of all images is minimised over all parameters at once, without constraints, by SciPy's L-BFGS-B on the gradients "
    "∂C_T/∂w; η, iterations and batches of sheet Settings are for a later training.": (
        "用 SciPy 的 L-BFGS-B，根据梯度 ∂C_T/∂w，对全部参数同时求所有图像的 C_T 的最小值，不加约束；"
        "工作表 Settings 中的 η、迭代次数和批大小只用于以后的训练。",
        "SciPy の L-BFGS-B が勾配 ∂C_T/∂w を使い、全画像の C_T を全パラメータについて同時に、制約なしで最小化する。"
        "シート Settings の η、反復回数、バッチサイズは後の学習のためのもの。",
    ),
    "The cells hold live formulas with their results; the parameters are numbers, and sheet Solved does not "
    "follow sheet Start.": (
        "单元格中是公式及其结果；参数是数，工作表 Solved 不随工作表 Start 变化。",
        "セルには数式とその結果がある。パラメータは数であり、シート Solved はシート Start に連動しない。",
    ),
    "the number of steps must be at least 1, not {value}.": (
        "步数必须不小于 1，不能是 {value}。",
        "ステップ数は 1 以上でなければならず、{value} は使えません。",
    ),
    "after step {step} of the solver C_T is not a finite number; try other first parameters.": (
        "规划求解第 {step} 步后 C_T 不是有限的数；请换用其他参数初始值。",
        "ソルバーの {step} ステップ目の後、C_T が有限の数ではありません。ほかの初期パラメータを試してください。",
    ),
    "the solver needs SciPy. Install it with: pip install scipy": (
        "规划求解需要 SciPy。请安装：pip install scipy",
        "ソルバーには SciPy が必要です。インストール：pip install scipy",
    ),
    # ---- held-out images, Nielsen's network ----
    "held out": ("留出的图像", "取り分けた画像"),
    "held out: C_T": ("留出图像：C_T", "取り分けた画像：C_T"),
    "held out: share right": ("留出图像：正确率", "取り分けた画像：正答率"),
    "{right} of {images} held-out images right.": (
        "留出的 {images} 个图像中正确 {right} 个。",
        "取り分けた画像 {images} 枚のうち {right} 枚が正解。",
    ),
    "{images} images of sheet Held out are tried after each epoch, or step, but never trained with.": (
        "工作表 Held out 中的 {images} 个图像在每个轮次（或每一步）后用于检验，从不参与训练。",
        "シート Held out の画像 {images} 枚は、エポック（またはステップ）ごとに試すだけで、学習には使わない。",
    ),
    "Held out: images that are tried, but never trained with": (
        "Held out：只用于检验、不参与训练的图像",
        "Held out：試すだけで学習には使わない画像",
    ),
    "Nielsen's network for digits, 30 epochs in batches of 10, η 3, every tenth image held out; "
    "train it with --keep first,last": (
        "Nielsen 的手写数字网络，30 个轮次，每批 10 个图像，η 为 3，每 10 个图像留出 1 个；训练时请加 --keep first,last",
        "Nielsen の手書き数字ネットワーク、30 エポック、バッチ 10 枚、η は 3、画像は 10 枚に 1 枚を取り分け；"
        "学習には --keep first,last を付けてください",
    ),
    "section {name} has its own images.": ("{name} 节有自己的图像。", "{name} 節には専用の画像があります。"),
    "line {line}: expected a digit from 0 to 9 and the pixels of a square image, all images alike, separated by commas.": (
        "第 {line} 行：应为 0 到 9 的数字和正方形图像的像素，各图像大小相同，用逗号分隔。",
        "{line} 行目：0 から 9 の数字と正方形の画像の画素が、どの画像も同じ大きさで、コンマ区切りで必要です。",
    ),
    "the 8×8 digits come with scikit-learn. Install it with: pip install scikit-learn; or give images with --images.": (
        "8×8 的数字图像由 scikit-learn 提供。请安装：pip install scikit-learn；或用 --images 给出图像。",
        "8×8 の数字の画像は scikit-learn に付属しています。インストール：pip install scikit-learn。"
        "または --images で画像を指定してください。",
    ),
}
