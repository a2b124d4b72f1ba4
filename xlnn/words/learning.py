"""The words of sweeps, plots and landscapes: from the English template to Chinese and Japanese."""

from __future__ import annotations

TABLE: dict[str, tuple[str, str]] = {
    # ---- sweeps ----
    "--workers is for this machine; with --scheduler the cluster's workers are used.": (
        "--workers 用于本机；使用 --scheduler 时，由集群的工作进程计算。",
        "--workers はこのコンピューター用です。--scheduler を使うとクラスターのワーカーが計算します。",
    ),
    "The workbook's own start does not fit this network.": (
        "工作簿自己的初始值与这个网络的形状不符。",
        "ブック自身の初期値はこのネットワークの形に合わない。",
    ),
    "the workbook's own start fits none of these networks; draw others with --seeds.": (
        "工作簿自己的初始值与这些网络的形状都不符；请用 --seeds 另外抽取。",
        "ブック自身の初期値は、これらのどのネットワークの形にも合いません。--seeds で別の初期値を作ってください。",
    ),
    "--eta: expected from:to:count like 0.05:0.5:10, or values like 0.1,0.2; found {found}.": (
        "--eta：应为“起:止:个数”，如 0.05:0.5:10，或若干个值，如 0.1,0.2；实际为 {found}。",
        "--eta：0.05:0.5:10 のような「始:終:個数」か 0.1,0.2 のような値が必要ですが、{found} です。",
    ),
    "--scheduler needs Dask. Install it with: pip install dask distributed": (
        "--scheduler 需要 Dask。安装方法：pip install dask distributed",
        "--scheduler には Dask が必要です。インストール：pip install dask distributed",
    ),
    "--seeds: expected first:end like 0:20 (20 starts, 0 to 19), or numbers like 3,5; found {found}.": (
        "--seeds：应为“首:尾”，如 0:20（20 个初始值，0 到 19），或若干个数，如 3,5；实际为 {found}。",
        "--seeds：0:20（0 から 19 までの 20 個の初期値）のような「始:終」か 3,5 のような数が必要ですが、{found} です。",
    ),
    "--set: expected name=value,value like activation=sigmoid,tanh; found {found}.": (
        "--set：应为“名称=值,值”，如 activation=sigmoid,tanh；实际为 {found}。",
        "--set：activation=sigmoid,tanh のような「名前=値,値」が必要ですが、{found} です。",
    ),
    "--set: {name} is given twice; write all its values in one.": (
        "--set：{name} 给出了两次；请把它的所有值写在一起。",
        "--set：{name} が 2 回あります。すべての値を 1 つにまとめてください。",
    ),
    "Best: η = {eta}, start {start}: C_T {before} → {after}": (
        "最好：η = {eta}，初始值 {start}：C_T {before} → {after}",
        "最良：η = {eta}、初期値 {start}：C_T {before} → {after}",
    ),
    "Blue is good, orange bad. ▲: C_T ended higher than it began. ×: diverged. The thick frame is the best run, "
    "whose sheets follow from Summary on.": (
        "蓝色为好，橙色为差。▲：C_T 最后比开始时高。×：发散。粗框是最好的一次训练，从 Summary 起是它的各张工作表。",
        "青が良く、橙が悪い。▲：C_T が最初より高く終わった。×：発散した。太枠が最良の学習で、Summary 以降がそのシート。",
    ),
    "C_T after training": ("训练后的 C_T", "学習後の C_T"),
    "C_T before": ("训练前的 C_T", "学習前の C_T"),
    "C_T of the best, median and worst start of every η": (
        "每个 η 的最好、居中和最差初始值的 C_T",
        "各 η の最良・中央・最悪の初期値の C_T",
    ),
    "How long the runs took, on one core each": ("各次训练所用的时间（各用一个核）", "各学習にかかった時間（それぞれ 1 コア）"),
    "Interrupted: {done} of {all} runs are done. The same command with --resume goes on.": (
        "已中断：{all} 次训练中完成了 {done} 次。同一命令加上 --resume 可以继续。",
        "中断：{all} 回の学習のうち {done} 回が済んだ。同じコマンドに --resume を付けると続きを行う。",
    ),
    "Sweep: {network}": ("逐个试验：{network}", "総当たり：{network}"),
    "a worker process was ended from outside, perhaps for want of memory; --resume goes on.": (
        "一个工作进程被外部终止，可能是内存不足；加上 --resume 可以继续。",
        "ワーカーのプロセスが外から終了されました（メモリー不足の可能性）。--resume で続きを行えます。",
    ),
    "best start": ("最好的初始值", "最良の初期値"),
    "median start": ("居中的初始值", "中央の初期値"),
    "worst start": ("最差的初始值", "最悪の初期値"),
    "cannot try values of {name}; known: {known}.": (
        "不能试验 {name} 的值；可用的有：{known}。",
        "{name} の値は試せません。使えるもの：{known}。",
    ),
    "diverged after update": ("发散时的更新次数", "発散した更新の回数"),
    "every run diverged. Try smaller η; the table is in {path}.": (
        "所有训练都发散了。请试用更小的 η；表格在 {path} 中。",
        "すべての学習が発散しました。より小さい η を試してください。表は {path} にあります。",
    ),
    "first run": ("第一次训练", "最初の学習"),
    "interrupted; writing the runs that are done. Ctrl-C once more leaves them unwritten.": (
        "已中断；正在写出已完成的训练。再按一次 Ctrl-C 则不写出。",
        "中断しました。済んだ学習を書き出しています。もう一度 Ctrl-C を押すと書き出しません。",
    ),
    "last run": ("最后一次训练", "最後の学習"),
    "median": ("中位数", "中央値"),
    "milliseconds per run": ("每次训练的毫秒数", "学習 1 回のミリ秒"),
    "no Dask scheduler answers at {address}. Start one with: dask scheduler; and on each machine, in an environment "
    "that has xlnn: dask worker {address}": (
        "{address} 处没有 Dask 调度器应答。请启动调度器：dask scheduler；并在每台机器上、在装有 xlnn 的环境中启动："
        "dask worker {address}",
        "{address} で Dask のスケジューラーが答えません。dask scheduler で起動し、各コンピューターの xlnn がある環境で "
        "dask worker {address} を起動してください。",
    ),
    "--scheduler: expected an address like tcp://192.168.1.7:8786, found {found}.": (
        "--scheduler：应为像 tcp://192.168.1.7:8786 这样的地址，实际为 {found}。",
        "--scheduler：tcp://192.168.1.7:8786 のようなアドレスが必要ですが、{found} です。",
    ),
    "the Dask cluster at {address} was lost: its scheduler has ended, or its workers again and again; --resume goes on.": (
        "失去了 {address} 处的 Dask 集群：调度器已终止，或工作进程一再终止；加上 --resume 可以继续。",
        "{address} の Dask クラスターが失われました。スケジューラーが終了したか、"
        "ワーカーが何度も終了しました。--resume で続きを行えます。",
    ),
    "the tables of {runs} runs need {rows} rows and {columns} columns; a sheet has 1,048,576 and 16,384. Try fewer at once.": (
        "{runs} 次训练的表格需要 {rows} 行 {columns} 列；一张工作表只有 1,048,576 行 16,384 列。请减少一次试验的个数。",
        "{runs} 回の学習の表には {rows} 行 {columns} 列が必要ですが、シートは "
        "1,048,576 行 16,384 列です。一度に試す数を減らしてください。",
    ),
    "nothing to try: give --eta, --seeds or --set.": (
        "没有要试验的值：请给出 --eta、--seeds 或 --set。",
        "試すものがありません。--eta、--seeds、--set のどれかを指定してください。",
    ),
    "own": ("自己", "自身"),
    "run {done} of {total}, {left} left": ("第 {done} 次训练，共 {total} 次，还需 {left}", "学習 {done} / {total}、残り {left}"),
    "run": ("训练", "学習"),
    "runs": ("训练次数", "学習の回数"),
    "seconds": ("秒", "秒"),
    "start \\ η": ("初始值 \\ η", "初期値 \\ η"),
    "start: own is that of the workbook, a number the seed with which the parameters are drawn.": (
        "初始值：“自己”是工作簿里的初始值，数字是抽取参数所用的随机数种子。",
        "初期値：「自身」はブックの初期値、数字はパラメーターを作る乱数の種。",
    ),
    "the Dask scheduler at {address} has no workers. Start one on each machine, in an environment that has xlnn: "
    "dask worker {address}": (
        "{address} 处的 Dask 调度器没有工作进程。请在每台机器上、在装有 xlnn 的环境中启动：dask worker {address}",
        "{address} の Dask のスケジューラーにはワーカーがいません。各コンピューターの xlnn がある環境で dask worker "
        "{address} を起動してください。",
    ),
    "the number of workers must be at least 1, not {value}.": (
        "工作进程数至少为 1，不能是 {value}。",
        "ワーカーの数は 1 以上でなければなりません（{value} ではなく）。",
    ),
    "there is no interrupted sweep to resume: {path} is missing. Leave out --resume.": (
        "没有可以继续的中断试验：缺少 {path}。请去掉 --resume。",
        "続けるべき中断した総当たりがありません。{path} がありません。--resume を外してください。",
    ),
    "{count} runs diverged: their numbers left the finite ones. They are marked ×.": (
        "{count} 次训练发散：出现了非有限的数。它们用 × 标记。",
        "{count} 回の学習が発散し、有限でない数になった。× で示す。",
    ),
    "{count} runs. {best} {path}": ("{count} 次训练。{best} {path}", "{count} 回の学習。{best} {path}"),
    "{done} of {all} runs are done; {path} has them. To go on: the same command with --resume": (
        "{all} 次训练中完成了 {done} 次，在 {path} 中。要继续：同一命令加上 --resume",
        "{all} 回の学習のうち {done} 回が済み、{path} にあります。続けるには：同じコマンドに --resume を付ける",
    ),
    "{name}: no such layer; known: {known}.": (
        "{name}：没有这样的层；可用的有：{known}。",
        "{name}：そのような層はありません。使えるもの：{known}。",
    ),
    "{name}: no value to try; write {name}=value,value.": (
        "{name}：没有要试验的值；请写成 {name}=值,值。",
        "{name}：試す値がありません。{name}=値,値 と書いてください。",
    ),
    "{name}: of which layer? Write one of: {known}.": (
        "{name}：是哪一层的？请写成以下之一：{known}。",
        "{name}：どの層のですか。次のどれかを書いてください：{known}。",
    ),
    "{path} is of another sweep, or of another version of xlnn. Leave out --resume to begin anew.": (
        "{path} 属于另一次试验，或另一个版本的 xlnn。去掉 --resume 则重新开始。",
        "{path} は別の総当たりか、別の版の xlnn のものです。--resume を外すと最初から始めます。",
    ),
    "{runs} runs: {etas} η × {starts} starts": (
        "{runs} 次训练：{etas} 个 η × {starts} 个初始值",
        "{runs} 回の学習：η {etas} 個 × 初期値 {starts} 個",
    ),
    # pictures
    "picture": ("图", "図"),
    "pictures need matplotlib: pip install matplotlib": (
        "画图需要 matplotlib：pip install matplotlib",
        "図を描くには matplotlib が必要です：pip install matplotlib",
    ),
    "--animate shows weights and C_T over all iterations; leave out --what and --iteration.": (
        "--animate 显示全部迭代的权重和 C_T；请去掉 --what 和 --iteration。",
        "--animate は全反復の重みと C_T を示します。--what と --iteration を外してください。",
    ),
    "expected a name that ends in {endings}.": (
        "文件名应以 {endings} 结尾。",
        "ファイル名の末尾は {endings} でなければなりません。",
    ),
    "iteration {iteration} is not there; there are {known}.": (
        "没有迭代 {iteration}；有 {known}。",
        "反復 {iteration} はありません。あるのは {known} です。",
    ),
    "there is no training in this workbook (no sheet {sheet}). Train it with xlnn train, and plot the result.": (
        "该工作簿中没有学习过程（没有工作表 {sheet}）。请先用 xlnn train 学习，再对结果画图。",
        "このブックには学習の記録がありません（シート {sheet} がない）。xlnn train で学習し、その結果を図にしてください。",
    ),
    "expected a table of updates and C_T, found none.": (
        "应有更新次数与 C_T 的表，但没有找到。",
        "更新回数と C_T の表が必要ですが、見つかりません。",
    ),
    "the answers of this network are neither right nor wrong.": (
        "这个网络的回答没有正误之分。",
        "このネットワークの答えには正誤がありません。",
    ),
    "Cost after each update": ("每次更新后的代价函数", "更新ごとのコスト関数"),
    "after {count} updates": ("更新 {count} 次后", "{count} 回更新した後"),
    "after {count} steps of the solver": ("规划求解 {count} 步后", "ソルバー {count} ステップ後"),
    "Weights of layer {label}: red negative, blue positive": (
        "第 {label} 层的权重：红为负，蓝为正",
        "層 {label} の重み：赤は負、青は正",
    ),
    "No image is wrong {moment}.": ("{moment}没有错误的图像。", "{moment}に誤りの画像はありません。"),
    "Wrong {moment}: {wrong} of {images} images": (
        "{moment}错误的图像：{images} 张中的 {wrong} 张",
        "{moment}に誤りの画像：{images} 枚中 {wrong} 枚",
    ),
    "image: right answer → given": ("图像：正解 → 回答", "画像：正解 → 答え"),
    "the first {count} of them": ("其中前 {count} 张", "そのうち最初の {count} 枚"),
    "Outputs of layer {label} {moment}, images by right answer": (
        "{moment}第 {label} 层的输出，图像按正解排列",
        "{moment}の層 {label} の出力（画像は正解の順）",
    ),
    "right answer, map; the first {count} images of each": (
        "正解、映射；每种正解的前 {count} 张图像",
        "正解とマップ。各正解の最初の {count} 枚の画像",
    ),
    # landscapes
    "cannot read {value}: write a parameter with its indexes counted from 0, like w2[0,1,2].": (
        "无法读懂 {value}：参数请写成 w2[0,1,2] 这样，下标从 0 数起。",
        "{value} を読めません。パラメータは w2[0,1,2] のように、添字を 0 から数えて書いてください。",
    ),
    "there is no parameter {name}; known: {known}.": (
        "没有参数 {name}；有：{known}。",
        "パラメータ {name} はありません。あるのは：{known}。",
    ),
    "there is no {value}; indexes count from 0: {first} to {last}.": (
        "没有 {value}；下标从 0 数起：{first} 到 {last}。",
        "{value} はありません。添字は 0 から数えます：{first} から {last} まで。",
    ),
    "a landscape is over two parameters, not {count}.": (
        "地形图要用两个参数，而不是 {count} 个。",
        "地形図には 2 個のパラメータが要ります（{count} 個ではなく）。",
    ),
    "a landscape needs two different parameters, not {value} twice.": (
        "地形图需要两个不同的参数，而不是两次 {value}。",
        "地形図には異なる 2 個のパラメータが要ります（{value} が 2 回あります）。",
    ),
    "the grid must have {least} to {most} values, not {value}.": (
        "网格应有 {least} 到 {most} 个值，而不是 {value}。",
        "格子の値は {least} 個から {most} 個までです（{value} ではなく）。",
    ),
    "the margin must be a number above 0, not {value}.": (
        "边距必须是大于 0 的数，而不是 {value}。",
        "余白は 0 より大きい数でなければなりません（{value} ではなく）。",
    ),
    "C_T is not a finite number everywhere on this grid; try a smaller margin than {margin}.": (
        "在这个网格上 C_T 并非处处是有限的数；请试试比 {margin} 小的边距。",
        "この格子では C_T が有限でない所があります。{margin} より小さい余白を試してください。",
    ),
    "C_T over {first} and {second}: {least} to {most}, {cost} after training. {path}": (
        "{first} 与 {second} 上的 C_T：{least} 到 {most}，学习后为 {cost}。{path}",
        "{first} と {second} の上の C_T：{least} から {most}、学習後は {cost}。{path}",
    ),
    "C_T over {first} and {second}": ("{first} 与 {second} 上的 C_T", "{first} と {second} の上の C_T"),
    "row": ("行", "行"),
    "column": ("列", "列"),
    "unit before": ("前层单元", "前層ユニット"),
    "{first}: {place}. {second}: {other}. Indexes in brackets count from 0.": (
        "{first}：{place}。{second}：{other}。方括号中的下标从 0 数起。",
        "{first}：{place}。{second}：{other}。角括弧の添字は 0 から数える。",
    ),
    "All other parameters stand at their values after training; each cell is C_T of all {images} images.": (
        "其余参数都取学习后的值；每个单元格是全部 {images} 张图像的 C_T。",
        "ほかのパラメータは学習後の値のまま。各セルは全 {images} 枚の画像の C_T。",
    ),
    "The path is that of training, which moves all parameters at once: ▶ its start, ● on the way, ★ its end.": (
        "路径是学习的路径，学习时全部参数同时变动：▶ 起点，● 途中，★ 终点。",
        "経路は学習のもので、学習では全パラメータが同時に動く：▶ 始点、● 途中、★ 終点。",
    ),
    "So its cells before the end are not C_T of the training; sheet Path has both.": (
        "所以终点之前的单元格不是学习当时的 C_T；两者都在工作表 Path 中。",
        "そのため終点より前のセルは学習時の C_T ではない。両方がシート Path にある。",
    ),
    "The smallest C_T here: {cost}, at {first} = {across}, {second} = {up}.": (
        "这里最小的 C_T：{cost}，在 {first} = {across}、{second} = {up} 处。",
        "ここで最小の C_T：{cost}（{first} = {across}、{second} = {up}）。",
    ),
    "C_T on the surface": ("曲面上的 C_T", "曲面上の C_T"),
    "nearest cell": ("最近的单元格", "最も近いセル"),
    "Lines of equal C_T, and the path of training": ("C_T 的等高线与学习的路径", "C_T の等高線と学習の経路"),
    "path of training": ("学习的路径", "学習の経路"),
    "C_T as a surface": ("C_T 的曲面", "C_T の曲面"),
}
