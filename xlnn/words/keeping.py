"""The words of files that are kept and of output that cannot be written: from the English template to Chinese and Japanese."""

from __future__ import annotations

TABLE: dict[str, tuple[str, str]] = {
    "the file was edited since xlnn wrote it; --force replaces it.": (
        "xlnn 写出这个文件之后有人修改过它；用 --force 可以替换。",
        "このファイルは xlnn が書いた後に編集されています。--force を付けると置き換えます。",
    ),
    "{path} was changed while xlnn was at work and stays as it is; the result is in {saved}.": (
        "{path} 在 xlnn 运行期间有改动，保持原样；结果保存在 {saved}。",
        "{path} は xlnn の実行中に変更されたため、そのまま残します。結果は {saved} にあります。",
    ),
    "standard output cannot be written to: {reason}.": (
        "无法写入标准输出：{reason}。",
        "標準出力に書き込めません：{reason}。",
    ),
    # ---- the journal of a sweep ----
    "the journal of the sweep would stand here, but xlnn did not write this file; move it, or choose another --output.": (
        "扫描的日志要写在这里，但这个文件不是 xlnn 写的；请把它移走，或用 --output 另选名称。",
        "スイープの記録をここに書きますが、このファイルは xlnn が書いたものではありません。"
        "移動するか、--output で別の名前を選んでください。",
    ),
    "another sweep is writing this file; choose another name with --output.": (
        "另一次扫描正在写这个文件；请用 --output 另选名称。",
        "別のスイープがこのファイルに書いています。--output で別の名前を選んでください。",
    ),
    "the file cannot be written: {reason}. It has the runs that are done; --resume goes on with them.": (
        "无法写入文件：{reason}。已完成的训练在其中；用 --resume 可以继续。",
        "ファイルに書けません：{reason}。終わった学習はその中にあり、--resume で続けられます。",
    ),
    "{error} The runs that are done are in {path}; --resume goes on with them.": (
        "{error}已完成的训练在 {path} 中；用 --resume 可以继续。",
        "{error}終わった学習は {path} にあり、--resume で続けられます。",
    ),
}
