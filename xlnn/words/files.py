"""The words of broken workbooks, saving and going on: from the English template to Chinese and Japanese."""

from __future__ import annotations

TABLE: dict[str, tuple[str, str]] = {
    # ---- reading sheets ----
    "Note: {note}": ("注意：{note}", "注意：{note}"),
    "the sheet {sheet} is hidden; it was read like the others.": (
        "工作表 {sheet} 是隐藏的，已照常读取。",
        "シート {sheet} は非表示ですが、ほかと同じように読み取りました。",
    ),
    "{where}: rows or columns with numbers are hidden; they were read like the others.": (
        "{where}：含有数值的行或列是隐藏的，已照常读取。",
        "{where}：数値のある行か列が非表示ですが、ほかと同じように読み取りました。",
    ),
    "the workbook refers to other workbooks; their stored values were used, nothing was fetched.": (
        "工作簿引用了其他工作簿；使用的是已保存的值，没有去读取那些文件。",
        "ブックがほかのブックを参照しています。保存されている値を使い、ほかのファイルは読んでいません。",
    ),
    "expected a truth value, found {found}.": ("应为逻辑值，实际为 {found}。", "論理値が必要ですが、{found} がありました。"),
    "the cell has more than one value.": ("这个单元格有不止一个值。", "このセルには値が二つ以上あります。"),
    "the cell is of an unknown type {found}.": ("这个单元格的类型 {found} 未知。", "このセルの種類 {found} は不明です。"),
    "the cell refers to the text number {found}, which the workbook does not have.": (
        "这个单元格引用第 {found} 个文本，而工作簿中没有。",
        "このセルは {found} 番の文字列を参照していますが、ブックにはありません。",
    ),
    "the cell {found} is off the sheet.": ("单元格 {found} 在工作表之外。", "セル {found} はシートの外にあります。"),
    "the row {found} is off the sheet.": ("行 {found} 在工作表之外。", "行 {found} はシートの外にあります。"),
    "the cells of this sheet lie too far apart, the last in row {row} and column {column}. Delete what lies far off.": (
        "这张工作表的单元格相距太远，最后的在第 {row} 行、第 {column} 列。请删除远处的内容。",
        "このシートのセルは離れすぎています（最後は {row} 行 {column} 列）。遠くにあるものを削除してください。",
    ),
    "the file is larger than {limit} MiB. If you trust it, raise the limit with {option}.": (
        "文件大于 {limit} MiB。如果信任该文件，请用 {option} 提高上限。",
        "ファイルが {limit} MiB より大きいです。信頼できるファイルなら {option} で上限を上げてください。",
    ),
    "the sheet is damaged: it merges the cells {found}.": (
        "工作表已损坏：它合并了单元格 {found}。",
        "シートが壊れています：セル {found} を結合しています。",
    ),
    "the sheet is damaged: its cells begin twice.": (
        "工作表已损坏：单元格数据出现了两次。",
        "シートが壊れています：セルの表が二つあります。",
    ),
    "the sheet is damaged: its part is no worksheet.": (
        "工作表已损坏：其部件不是工作表。",
        "シートが壊れています：部品がワークシートではありません。",
    ),
    "this cell is merged with others ({range}). Unmerge them: every number needs a cell of its own.": (
        "这个单元格与其他单元格合并了（{range}）。请取消合并：每个数值需要自己的单元格。",
        "このセルはほかのセルと結合されています（{range}）。結合を解除してください。数値にはそれぞれのセルが必要です。",
    ),
    "this cell stands out of order, or a second time. Open the workbook in Excel or LibreOffice and save it.": (
        "这个单元格次序不对，或者重复出现。请在 Excel 或 LibreOffice 中打开工作簿并保存。",
        "このセルは順序が違うか、二度現れています。Excel か LibreOffice でブックを開いて保存してください。",
    ),
    "this is a device or a pipe, not a workbook.": (
        "这是设备或管道，不是工作簿。",
        "これはデバイスかパイプで、ブックではありません。",
    ),
    # ---- what a file is, and its package ----
    "the workbook has more than {limit} parts. If you trust it, raise the limit with {option}.": (
        "工作簿的部件超过 {limit} 个。如果信任该文件，请用 {option} 提高上限。",
        "ブックの部品が {limit} 個を超えています。信頼できるファイルなら {option} で上限を上げてください。",
    ),
    "the workbook becomes larger than {limit} MiB when it is unpacked. If you trust it, raise the limit with {option}.": (
        "工作簿解压后超过 {limit} MiB。如果信任该文件，请用 {option} 提高上限。",
        "ブックを展開すると {limit} MiB を超えます。信頼できるファイルなら {option} で上限を上げてください。",
    ),
    "the part {part} becomes more than {limit} times as large when it is unpacked. "
    "If you trust the workbook, raise the limit with {option}.": (
        "部件 {part} 解压后超过原来的 {limit} 倍。如果信任该文件，请用 {option} 提高上限。",
        "部品 {part} は展開すると {limit} 倍を超えます。信頼できるファイルなら {option} で上限を上げてください。",
    ),
    "the part {part} has more than {limit} elements of XML within each other. "
    "If you trust the workbook, raise the limit with {option}.": (
        "部件 {part} 的 XML 元素嵌套超过 {limit} 层。如果信任该文件，请用 {option} 提高上限。",
        "部品 {part} の XML 要素の入れ子が {limit} 段を超えています。信頼できるファイルなら {option} で上限を上げてください。",
    ),
    "unknown limit {name}; known: {known}.": (
        "未知的上限 {name}；可用的有：{known}。",
        "不明な上限 {name}。使えるもの：{known}。",
    ),
    "{name} must be 1 or more, not {value}.": (
        "{name} 必须不小于 1，而不是 {value}。",
        "{name} は 1 以上でなければなりません（{value} は不可）。",
    ),
    "the workbook is damaged: its part {part} is no XML that can be read ({reason}).": (
        "工作簿已损坏：部件 {part} 不是可以读取的 XML（{reason}）。",
        "ブックが壊れています：部品 {part} は読み取れる XML ではありません（{reason}）。",
    ),
    "the part {part} declares a document type (DOCTYPE), as no workbook does. It is not read.": (
        "部件 {part} 声明了文档类型（DOCTYPE），正常的工作簿不会这样。不予读取。",
        "部品 {part} が文書型（DOCTYPE）を宣言しています。通常のブックにはないもので、読み取りません。",
    ),
    "the part {part} has a tag or comment of more than {limit} MiB, as no workbook has. It is not read.": (
        "部件 {part} 中有超过 {limit} MiB 的标记或注释，正常的工作簿不会这样。不予读取。",
        "部品 {part} に {limit} MiB を超えるタグまたはコメントがあります。通常のブックにはないもので、読み取りません。",
    ),
    "the workbook is damaged: its part {part} cannot be unpacked. Copy or download it once more.": (
        "工作簿已损坏：部件 {part} 无法解压。请重新复制或下载。",
        "ブックが壊れています：部品 {part} を展開できません。もう一度コピーまたはダウンロードしてください。",
    ),
    "the workbook is damaged: its list of parts cannot be read. Copy or download it once more.": (
        "工作簿已损坏：无法读取部件列表。请重新复制或下载。",
        "ブックが壊れています：部品の一覧を読めません。もう一度コピーまたはダウンロードしてください。",
    ),
    "the workbook is damaged: its part {part} is missing.": (
        "工作簿已损坏：缺少部件 {part}。",
        "ブックが壊れています：部品 {part} がありません。",
    ),
    "the workbook is damaged: its sheet {sheet} is missing.": (
        "工作簿已损坏：缺少工作表 {sheet}。",
        "ブックが壊れています：シート {sheet} がありません。",
    ),
    "two parts of the workbook have the name {part}. Such a file is not read.": (
        "工作簿中有两个部件都叫 {part}。不读取这样的文件。",
        "ブックの二つの部品が同じ名前 {part} です。このようなファイルは読み取りません。",
    ),
    "the part {part} is encrypted. Save the workbook without a password.": (
        "部件 {part} 已加密。请不带密码保存工作簿。",
        "部品 {part} は暗号化されています。パスワードなしで保存してください。",
    ),
    "the part {part} leads out of the workbook. Such a file is not read.": (
        "部件 {part} 的路径指向工作簿之外。不读取这样的文件。",
        "部品 {part} の名前がブックの外を指しています。このようなファイルは読み取りません。",
    ),
    "the sheet {sheet} lies outside the workbook. Nothing outside is read.": (
        "工作表 {sheet} 在工作簿之外。不读取外部的内容。",
        "シート {sheet} がブックの外にあります。外部のものは読み取りません。",
    ),
    "the workbook has no sheet with cells.": ("工作簿中没有含单元格的工作表。", "ブックにセルのあるシートがありません。"),
    "two sheets have the names {first} and {second}, which are the same to Excel. Rename one of them.": (
        "两张工作表分别叫 {first} 和 {second}，对 Excel 来说是同名的。请给其中一张改名。",
        "二枚のシートの名前 {first} と {second} は Excel では同じ名前です。どちらかの名前を変えてください。",
    ),
    "this file is empty. Copy or download it once more.": (
        "这个文件是空的。请重新复制或下载。",
        "このファイルは空です。もう一度コピーまたはダウンロードしてください。",
    ),
    "this is {what}, not an .xlsx workbook. Open it in Excel or LibreOffice and save it as .xlsx.": (
        "这是{what}，不是 .xlsx 工作簿。请在 Excel 或 LibreOffice 中打开并另存为 .xlsx。",
        "これは{what}で、.xlsx ブックではありません。Excel か LibreOffice で開き、.xlsx で保存してください。",
    ),
    "this is an archive with {part} in it. Unpack it first.": (
        "这是一个压缩包，其中有 {part}。请先解压。",
        "これは {part} の入った書庫です。まず展開してください。",
    ),
    "the workbook is protected by a password. Open it in Excel or LibreOffice and save it without a password.": (
        "工作簿受密码保护。请在 Excel 或 LibreOffice 中打开，并不带密码保存。",
        "ブックはパスワードで保護されています。Excel か LibreOffice で開き、パスワードなしで保存してください。",
    ),
    "this is an old workbook (.xls). Open it in Excel or LibreOffice and save it as .xlsx.": (
        "这是旧格式的工作簿（.xls）。请在 Excel 或 LibreOffice 中打开并另存为 .xlsx。",
        "これは古い形式のブック（.xls）です。Excel か LibreOffice で開き、.xlsx で保存してください。",
    ),
    "a PDF file": (" PDF 文件", " PDF ファイル"),
    "a picture": ("图片", "画像ファイル"),
    "a text document": ("文本文档", "文書ファイル"),
    "an archive": ("压缩包", "書庫ファイル"),
    "a binary workbook (.xlsb)": ("二进制工作簿（.xlsb）", "バイナリ形式のブック（.xlsb）"),
    "an OpenDocument file (.ods)": (" OpenDocument 文件（.ods）", " OpenDocument ファイル（.ods）"),
    "a presentation": ("演示文稿", "プレゼンテーション"),
    "a Numbers document": (" Numbers 文档", " Numbers の書類"),
    "a workbook in the XML format of Excel 2003": (" Excel 2003 的 XML 格式的工作簿", " Excel 2003 の XML 形式のブック"),
    "a web page (HTML)": ("网页（HTML）", " Web ページ（HTML）"),
    "a text file (CSV)": ("文本文件（CSV）", "テキストファイル（CSV）"),
    # going on with a training
    "{updates} updates need more lines than sheet Summary can have; at most {most} fit.": (
        "{updates} 次更新超出工作表 Summary 的行数；最多 {most} 次。",
        "{updates} 回の更新はシート Summary の行数を超えます。最大 {most} 回です。",
    ),
    "resumed": ("续训", "再開"),
    "unfinished": ("未完成", "未完了"),
    "approximate": ("近似", "近似"),
    "options": ("选项", "オプション"),
    "settings": ("全部设置", "すべての設定"),
    "fingerprint": ("指纹", "指紋"),
    "note": ("注意", "注意"),
    "parameters": ("参数", "パラメーター"),
    "right answers": ("正解", "正解"),
    "held-out images": ("留出图像", "検証用の画像"),
    "held-out right answers": ("留出图像的正解", "検証用の画像の正解"),
    "Unfinished: stopped after {updates} of {planned} updates. `xlnn train --resume` goes on with this workbook.": (
        "未完成：计划更新 {planned} 次，更新 {updates} 次后停止。用 `xlnn train --resume` 可从本工作簿继续。",
        "未完了：{planned} 回のうち {updates} 回の更新で停止しました。`xlnn train --resume` でこのブックから続けられます。",
    ),
    "went on after {updates} updates from {workbook}, SHA-256 {digest}; the sheets of the iterations before are there": (
        "更新 {updates} 次后由 {workbook}（SHA-256 {digest}）继续；此前各次迭代的工作表在该工作簿中",
        "{updates} 回の更新の後、{workbook}（SHA-256 {digest}）から続けました。それ以前の反復のシートはそのブックにあります",
    ),
    "{workbook}: after {updates} updates none are left; -n says how many more.": (
        "{workbook}：已更新 {updates} 次，没有剩余的更新；用 -n 指定再更新多少次。",
        "{workbook}：{updates} 回更新済みで、残りはありません。-n であと何回かを指定してください。",
    ),
    "sheet Conventions does not say how far a training came; only a result of `xlnn train` can be resumed. "
    "Without --resume a new training begins from this workbook.": (
        "工作表 Conventions 未说明训练进行到哪里；只有 `xlnn train` 的结果可以继续训练。不加 --resume 则由本工作簿开始新的训练。",
        "シート Conventions に学習がどこまで進んだか書かれていません。続けられるのは `xlnn train` の結果だけです。"
        "--resume を付けなければ、このブックから新しい学習が始まります。",
    ),
    "{input} has changed since this training began (Conventions has its SHA-256). Train it anew, or move it "
    "to another folder to go on with the images and settings that stand in {workbook}.": (
        "{input} 在这次训练开始之后有改动（其 SHA-256 记在 Conventions 中）。请重新训练；"
        "若要按 {workbook} 中的图像和设置继续，请把它移到别的文件夹。",
        "{input} はこの学習の開始後に変更されています（SHA-256 は Conventions にあります）。新しく学習するか、"
        "{workbook} にある画像と設定のまま続けるには、別のフォルダーに移してください。",
    ),
    "{what} was {before} when this training began, and is {now}. Set it back to go on; without --resume a new training begins.": (
        "{what}在这次训练开始时为 {before}，现为 {now}。改回原值即可继续；不加 --resume 则开始新的训练。",
        "{what}はこの学習の開始時には {before} でしたが、今は {now} です。元に戻せば続けられます。"
        "--resume を付けなければ新しい学習が始まります。",
    ),
    "{what}: these are not the numbers that the training wrote. Put them back to go on; without --resume "
    "a new training begins.": (
        "{what}：这些数不是训练写入的数。恢复原数即可继续；不加 --resume 则开始新的训练。",
        "{what}：学習が書き込んだ数ではありません。元に戻せば続けられます。--resume を付けなければ新しい学習が始まります。",
    ),
    "{workbook} was saved by another program since, which keeps fewer digits: "
    "the numbers go on nearly, not exactly, as in one run.": (
        "{workbook} 之后被另一程序保存过，位数变少：此后的数与一次训练到底的数近似而不完全相同。",
        "{workbook} はその後、桁数の少ない別のプログラムで保存されています。"
        "以後の数は一度に学習したときとほぼ同じですが、完全には一致しません。",
    ),
    "the training began with {before} and goes on with {now}: the last digits may differ from those of one run.": (
        "训练以 {before} 开始，以 {now} 继续：末几位可能与一次训练到底的不同。",
        "学習は {before} で始まり、{now} で続きます。末尾の桁は一度に学習したときと異なることがあります。",
    ),
    "{option} would change the training; --resume goes on with it as it is.": (
        "{option} 会改变训练；--resume 只能按原样继续。",
        "{option} を付けると学習が変わります。--resume は元のまま続けるものです。",
    ),
    "stopping; writing the iterations so far. Ctrl-C once more leaves them unwritten.": (
        "正在停止，写入到目前为止的迭代。再按一次 Ctrl-C 则不写入。",
        "停止しています。ここまでの反復を書き込みます。もう一度 Ctrl-C を押すと書き込みません。",
    ),
    "whoever reads {path} again must add {options}, so large it is; --keep and --detail write less.": (
        "{path} 很大，再次读取时必须加上 {options}；用 --keep 和 --detail 可以写得少一些。",
        "{path} は大きいので、もう一度読むには {options} を付けてください。--keep と --detail で小さくできます。",
    ),
    "stopped after {updates} of {planned} updates; {path} has them. To go on: {command}": (
        "计划更新 {planned} 次，更新 {updates} 次后停止；结果在 {path} 中。继续：{command}",
        "{planned} 回のうち {updates} 回の更新で停止しました。結果は {path} にあります。続けるには：{command}",
    ),
    # ---- saving ----
    "the result needs at least {needed} MB in {folder}, where {free} MB are free; --keep and --detail write less.": (
        "结果在 {folder} 至少需要 {needed} MB，那里只剩 {free} MB；用 --keep 和 --detail 可以少写一些。",
        "結果には {folder} に少なくとも {needed} MB が必要ですが、空きは {free} MB です。--keep と --detail で減らせます。",
    ),
    "the file does not read back as it was written ({part}). Is the disk all right?": (
        "读回的文件与写入的不一致（{part}）。磁盘是否正常？",
        "書いたファイルを正しく読み戻せません（{part}）。ディスクに異常はありませんか。",
    ),
    "{path} cannot be replaced (is it open in Excel?); the result is in {saved}.": (
        "无法替换 {path}（是否正在 Excel 中打开？）；结果保存在 {saved}。",
        "{path} を置き換えられません（Excel で開いていませんか）。結果は {saved} にあります。",
    ),
}
