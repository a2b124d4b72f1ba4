"""The words of the workbooks of chapters 1 to 3: from the English template to Chinese and Japanese."""

from __future__ import annotations

TABLE: dict[str, tuple[str, str]] = {
    # ---- regression: networks of a single unit, shown rows of numbers ----
    "images": ("图像", "画像"),
    "case": ("数据", "データ"),
    "cases": ("数据", "データ"),
    "Test: type other numbers into the yellow cells": ("Test：请在黄色单元格中输入其他数", "Test：黄色のセルに別の数を入力する"),
    "Cost after each update": ("每次更新后的代价函数", "更新ごとのコスト関数"),
    "Cost after each step of the solver": ("规划求解每一步后的代价函数", "ソルバーの各ステップ後のコスト関数"),
    "Regression: the normal equations": ("回归分析：正规方程", "回帰分析：正規方程式"),
    "The line y = px + q with the smallest C_T. There C_T is flat: ∂C_T/∂p = 0 and ∂C_T/∂q = 0 tell p and q.": (
        "使 C_T 最小的直线 y = px + q。在那里 C_T 是平的：∂C_T/∂p = 0 和 ∂C_T/∂q = 0 是关于 p 和 q 的两个方程。",
        "C_T が最小になる直線 y = px + q。そこでは C_T が平らで、∂C_T/∂p = 0 と ∂C_T/∂q = 0 が p と q の 2 つの方程式になる。",
    ),
    "p is the weight w² and q the bias b² of the network in this workbook: `xlnn solve` finds the same two.": (
        "p 是本工作簿中神经网络的权重 w²，q 是偏置 b²：`xlnn solve` 求出同样的两个数。",
        "p はこのブックのネットワークの重み w²、q はバイアス b²。`xlnn solve` も同じ 2 つの数を求める。",
    ),
    "height x (cm)": ("身高 x (cm)", "身長 x (cm)"),
    "weight y (kg)": ("体重 y (kg)", "体重 y (kg)"),
    "The solution": ("解", "解"),
    "The two equations": ("两个方程", "2 つの方程式"),
    "left side": ("左边", "左辺"),
    "right side": ("右边", "右辺"),
    "The cases and the line": ("数据和直线", "データと直線"),
    "Regression: descent on standardised data": (
        "回归分析：标准化数据上的梯度下降法",
        "回帰分析：標準化したデータでの勾配降下法",
    ),
    "On the data as they are, descent crawls: C_T is millions of times as steep one way as the other.": (
        "对原来的数据，梯度下降法进展极慢：C_T 在一个方向上比在另一个方向上陡几百万倍以上。",
        "もとのデータのままでは勾配降下法はほとんど進まない。C_T の傾きが、ある方向では別の方向の何百万倍以上もあるからである。",
    ),
    "Standardised, x′ and y′ have the mean 0 and the standard deviation 1, and C_T′ is equally steep all around:": (
        "标准化以后，x′ 和 y′ 的平均值为 0，标准差为 1；这时 C_T′ 在各个方向上一样陡：",
        "標準化すると x′ と y′ は平均 0、標準偏差 1 になり、C_T′ の傾きはどの方向にも同じになる。",
    ),
    "with η = 0.1 and 7 cases, each step leaves 1 − 0.1 · 7 = 0.3 of the distance to the lowest point.": (
        "取 η = 0.1、数据 7 个，每一步后到最低点的距离剩下 1 − 0.1 · 7 = 0.3 倍。",
        "η = 0.1、データ 7 件なら、1 ステップごとに最小の点までの距離は 1 − 0.1 · 7 = 0.3 倍になる。",
    ),
    "mean m": ("平均值 m", "平均 m"),
    "standard deviation s": ("标准差 s", "標準偏差 s"),
    "Each step: p′ and q′ less η times the gradient; p, q and C_T for the data as they are": (
        "每一步：p′ 和 q′ 减去 η 乘以梯度；p、q 和 C_T 对应原来的数据",
        "各ステップ：p′ と q′ から η × 勾配 を引く。p、q、C_T はもとのデータに対するもの",
    ),
    "C_T after each step": ("每一步后的 C_T", "各ステップ後の C_T"),
    "after the last step": ("最后一步之后", "最後のステップの後"),
    "normal equations": ("正规方程", "正規方程式"),
    "regression: heights and weights of 7 students, one linear unit; the line by solve, and on sheets of its own": (
        "回归分析：7 名学生的身高和体重，一个线性单元；用 solve 求直线，并在各工作表中计算",
        "回帰分析：生徒 7 人の身長と体重、線形ユニット 1 個。直線を solve で求め、専用のシートでも計算する",
    ),
    "logistic regression: hours of study of 20 students, one sigmoid unit that says who passes, cross-entropy": (
        "逻辑回归：20 名学生的学习时间，用一个 sigmoid 单元判断是否及格，交叉熵",
        "ロジスティック回帰：学生 20 人の勉強時間から合否を答えるシグモイドのユニット 1 個、交差エントロピー",
    ),
    "a neuron: weighted sum, threshold, bias, and five activation functions": (
        "一个神经元：加权和、阈值、偏置，以及五种激活函数",
        "1 個のニューロン：重み付きの和、閾値、バイアスと 5 つの活性化関数",
    ),
    "A neuron: weighted sum and threshold": (
        "神经元：加权和与阈值",
        "ニューロン：重み付きの和と閾値",
    ),
    "Shall I go to the concert? Three reasons, each 1 (yes) or 0 (no), with a weight for how much it counts.": (
        "要去听音乐会吗？三个理由，各取 1（是）或 0（否），权重表示各有多重要。",
        "コンサートに行くか？ 3 つの理由はそれぞれ 1（はい）か 0（いいえ）で、重みはその大切さを表す。",
    ),
    "reason": (
        "理由",
        "理由",
    ),
    "the weather is fine": (
        "天气好",
        "天気がよい",
    ),
    "a friend comes along": (
        "有朋友同行",
        "友人が一緒に行く",
    ),
    "the place is easy to reach": (
        "交通方便",
        "交通の便がよい",
    ),
    "All eight cases": (
        "全部八种情况",
        "8 通りすべて",
    ),
    "threshold θ": (
        "阈值 θ",
        "閾値 θ",
    ),
    "weighted sum s": (
        "加权和 s",
        "重み付きの和 s",
    ),
    "output y": (
        "输出 y",
        "出力 y",
    ),
    "y = 1 where s ≥ θ, else 0": (
        "s ≥ θ 时 y = 1，否则为 0",
        "s ≥ θ なら y = 1、そうでなければ 0",
    ),
    "bias b": (
        "偏置 b",
        "バイアス b",
    ),
    "weighted input z": (
        "加权输入 z",
        "重み付き入力 z",
    ),
    "the weights, and the bias as one more": (
        "权重，再加上作为一个权重的偏置",
        "重みと、重みの 1 つとみなしたバイアス",
    ),
    "the inputs, and a 1 as one more": (
        "输入，再加上一个 1",
        "入力と、もう 1 つの入力 1",
    ),
    "the same z": (
        "同一个 z",
        "同じ z",
    ),
    "the same y": (
        "同一个 y",
        "同じ y",
    ),
    "y = 1 where z ≥ 0, else 0": (
        "z ≥ 0 时 y = 1，否则为 0",
        "z ≥ 0 なら y = 1、そうでなければ 0",
    ),
    "Activation functions": (
        "激活函数",
        "活性化関数",
    ),
    "What a unit makes of its weighted input: a = a(z). Change the numbers in column A to look closer.": (
        "单元对加权输入所做的变换：a = a(z)。改变 A 列的数可以看得更细。",
        "ユニットが重み付き入力から作る出力：a = a(z)。A 列の数を変えると細かく見られる。",
    ),
    "step": (
        "单位阶跃",
        "単位ステップ",
    ),
    "softsign": (
        "softsign",
        "ソフトサイン",
    ),
    "relu": (
        "ReLU",
        "ReLU",
    ),
    "The neuron of sheet 1-2": (
        "工作表 1-2 的神经元",
        "シート 1-2 のニューロン",
    ),
    "z of sheet 1-2": (
        "工作表 1-2 的 z",
        "シート 1-2 の z",
    ),
    "step, sigmoid, tanh, softsign": (
        "单位阶跃、sigmoid、tanh、softsign",
        "単位ステップ、シグモイド、tanh、ソフトサイン",
    ),
    "the mathematics of sections 2-1 to 2-7, a sheet each": (
        "2-1 至 2-7 的数学，每节一张工作表",
        "2-1 から 2-7 の数学、1 節 1 シート",
    ),
    "Functions": (
        "函数",
        "関数",
    ),
    "Change the yellow and green cells: tables and charts follow.": (
        "改变黄色和绿色的单元格，表格和图表随之变化。",
        "黄色と緑色のセルを変えると、表とグラフも変わる。",
    ),
    "linear": (
        "一次",
        "1 次",
    ),
    "quadratic": (
        "二次",
        "2 次",
    ),
    "exponential": (
        "指数",
        "指数",
    ),
    "normal density": (
        "正态分布的密度",
        "正規分布の密度",
    ),
    "mean μ": (
        "期望值 μ",
        "期待値 μ",
    ),
    "standard deviation σ": (
        "标准差 σ",
        "標準偏差 σ",
    ),
    "linear and quadratic": (
        "一次函数与二次函数",
        "1 次関数と 2 次関数",
    ),
    "normal density: where initial weights are drawn from": (
        "正态分布的密度：初始权重由此产生",
        "正規分布の密度：重みの初期値はここから選ぶ",
    ),
    "Sequences and recurrences": (
        "数列与递推关系式",
        "数列と漸化式",
    ),
    "Two sequences, each made from both: aₙ and bₙ from aₙ₋₁ and bₙ₋₁": (
        "联立递推关系式：由 aₙ₋₁ 和 bₙ₋₁ 求 aₙ 和 bₙ",
        "連立漸化式：aₙ₋₁ と bₙ₋₁ から aₙ と bₙ を求める",
    ),
    "A network is the same: the outputs a of a layer from those of the layer before. Image 1 of 4-4": (
        "神经网络也是如此：由前一层的输出求这一层的输出 a。4-4 的图像 1",
        "ニューラルネットワークも同じ：前の層の出力からこの層の出力 a を求める。4-4 の画像 1",
    ),
    "a: factors of a, b, 1": (
        "a：a、b、1 的系数",
        "a：a、b、1 の係数",
    ),
    "b: factors of b, a, 1": (
        "b：b、a、1 的系数",
        "b：b、a、1 の係数",
    ),
    "a² once more": (
        "再写一次 a²",
        "a² をもう一度",
    ),
    "Sums": (
        "求和",
        "和",
    ),
    "Σ is linear: a sum of sums in parts, and a factor before or behind the Σ, give the same.": (
        "Σ 是线性的：分开求和，或把常数提到 Σ 前面，结果相同。",
        "Σ は線形：分けて足しても、定数を Σ の前に出しても、同じになる。",
    ),
    "Vectors and the inner product": (
        "向量与内积",
        "ベクトルと内積",
    ),
    "The inner product tells how much alike two patterns are: −|a||b| ≤ a·b ≤ |a||b|, and cos = 1 only for the same.": (
        "内积表示两个图案有多相似：−|a||b| ≤ a·b ≤ |a||b|，只有方向相同时 cos = 1。",
        "内積は 2 つの模様がどれだけ似ているかを表す：−|a||b| ≤ a·b ≤ |a||b|、同じ向きのときだけ cos = 1。",
    ),
    "pattern p: image 1 of 4-4": (
        "图案 p：4-4 的图像 1",
        "模様 p：4-4 の画像 1",
    ),
    "q: image 2": (
        "q：图像 2",
        "q：画像 2",
    ),
    "r: the first image of a 1": (
        "r：第一个“1”的图像",
        "r：最初の「1」の画像",
    ),
    "inner product": (
        "内积",
        "内積",
    ),
    "lower bound": (
        "下界",
        "下限",
    ),
    "upper bound": (
        "上界",
        "上限",
    ),
    "cosine of the angle": (
        "夹角的余弦",
        "なす角の余弦",
    ),
    "Matrices": (
        "矩阵",
        "行列",
    ),
    "AB and BA differ; the transpose of a product is the product of the transposes, the other way round.": (
        "AB 与 BA 不同；乘积的转置等于各转置按相反顺序的乘积。",
        "AB と BA は異なる。積の転置は、転置を逆の順に掛けたもの。",
    ),
    "A ⊙ B multiplies number by number: it is how δ comes from Σwδ and a′(z).": (
        "A ⊙ B 是逐元素相乘：δ 就是这样由 Σwδ 与 a′(z) 得到的。",
        "A ⊙ B は成分ごとの積：δ はこうして Σwδ と a′(z) から得られる。",
    ),
    "A ⊙ B: number by number (Hadamard)": (
        "A ⊙ B：逐元素相乘（哈达玛积）",
        "A ⊙ B：成分ごとの積（アダマール積）",
    ),
    "AB: rows times columns": (
        "AB：行乘以列",
        "AB：行 × 列",
    ),
    "BA: rows times columns": (
        "BA：行乘以列",
        "BA：行 × 列",
    ),
    "ᵗA: rows become columns": (
        "ᵗA：行变为列",
        "ᵗA：行を列にする",
    ),
    "ᵗB: rows become columns": (
        "ᵗB：行变为列",
        "ᵗB：行を列にする",
    ),
    "Derivatives": (
        "导数",
        "微分",
    ),
    "The derivative is what the difference quotient (f(x + h) − f(x))/h comes to when h becomes small.": (
        "当 h 变小时，差商 (f(x + h) − f(x))/h 趋近的值就是导数。",
        "h を小さくしたとき、差分商 (f(x + h) − f(x))/h が近づく値が導関数の値。",
    ),
    "difference quotient": (
        "差商",
        "差分商",
    ),
    "derivative": (
        "导数",
        "導関数",
    ),
    "difference quotient − derivative": (
        "差商 − 导数",
        "差分商 − 導関数",
    ),
    "σ and its derivative": (
        "σ 及其导数",
        "σ とその導関数",
    ),
    "Partial derivatives": (
        "偏导数",
        "偏微分",
    ),
    "A partial derivative moves one variable and keeps the other. Both are 0 at the minimum, x = y = 0.": (
        "偏导数只改变一个变量，另一个保持不变。在最小值处 x = y = 0，两者都为 0。",
        "偏微分は 1 つの変数だけを動かす。最小となる x = y = 0 では、どちらも 0。",
    ),
    "z = x² + y² over x (down) and y (to the right)": (
        "z = x² + y²：x 向下，y 向右",
        "z = x² + y²：x は下へ、y は右へ",
    ),
    "partial derivative": (
        "偏导数",
        "偏導関数",
    ),
    "The chain rule": (
        "链式法则",
        "チェーンルール",
    ),
    "One unit: C depends on w through z and a. Each factor is simple; their product is ∂C/∂w.": (
        "一个单元：C 通过 z 和 a 依赖于 w。每个因子都很简单，它们的乘积就是 ∂C/∂w。",
        "1 つのユニット：C は z と a を通して w で決まる。因子はどれも簡単で、その積が ∂C/∂w。",
    ),
    "Two ways: x goes into u and into v, and both go into C. What comes along both ways is added up.": (
        "两条路径：x 影响 u 和 v，两者都影响 C。沿两条路径得到的相加。",
        "2 つの道：x は u と v に入り、両方が C に入る。両方の道から来るものを足す。",
    ),
    "forward": (
        "正向",
        "順方向",
    ),
    "backward": (
        "反向",
        "逆方向",
    ),
    "Approximations": (
        "近似公式",
        "近似公式",
    ),
    "Half of h makes the error of the linear approximation a quarter, and with Taylor's next term an eighth.": (
        "h 减半，线性近似的误差变为四分之一；加上泰勒展开的下一项后变为八分之一。",
        "h を半分にすると 1 次近似の誤差は 4 分の 1、テイラー展開の次の項まで入れると 8 分の 1 になる。",
    ),
    "error / h²": (
        "误差 / h²",
        "誤差 / h²",
    ),
    "error / h³": (
        "误差 / h³",
        "誤差 / h³",
    ),
    "Two variables: every variable adds its partial derivative times its step": (
        "两个变量：每个变量各加上偏导数乘以其变化量",
        "2 変数：変数ごとに 偏導関数 × 変化量 を足す",
    ),
    "error / h²: comes to ½f″(x)": (
        "误差 / h²：趋近 ½f″(x)",
        "誤差 / h²：½f″(x) に近づく",
    ),
    "the error shrinks with h²": (
        "误差随 h² 缩小",
        "誤差は h² に比例して小さくなる",
    ),
    "second order": (
        "二阶",
        "2 次",
    ),
    "these sheets show no training to compare with another one; use xlnn compare.": (
        "这些工作表没有可与另一个工作簿比较的训练过程；请用 xlnn compare。",
        "これらのシートには別のブックと比べる学習過程がありません。xlnn compare を使ってください。",
    ),
    "{cell} is not a finite number.": (
        "{cell} 不是有限的数。",
        "{cell} が有限の数ではありません。",
    ),
    # ---- 2-11, 2-7: gradient descent, Lagrange ----
    "gradient descent on a function, x^2+y^2 or any other": (
        "函数的梯度下降法：x^2+y^2 或任意函数",
        "関数の勾配降下法：x^2+y^2 または任意の関数",
    ),
    "Gradient descent": ("梯度下降法", "勾配降下法"),
    "η of sheet Settings": ("工作表 Settings 的 η", "シート Settings の η"),
    "The path of the descent": ("下降的路径", "降下の経路"),
    "path": ("路径", "経路"),
    "function": ("函数", "関数"),
    "constraint": ("约束条件", "制約条件"),
    "variable": ("变量", "変数"),
    "each step moves by −η times the gradient (book 2-10)": (
        "每一步移动 −η 乘以梯度（书 2-10）",
        "1 ステップごとに −η × 勾配 だけ動く（本 2-10）",
    ),
    "of variables, numbers, + − * /, powers, brackets, {functions}, pi, e": (
        "由变量、数、+ − * /、乘方、括号、{functions}、pi、e 组成",
        "変数、数、+ − * /、累乗、括弧、{functions}、pi、e からなる",
    ),
    "how many; each becomes a row": ("步数；每步对应一行", "ステップの数。1 ステップが 1 行になる"),
    "an equation like x²+y²=1, or several with ; between: Lagrange's stationary points (2-7) instead": (
        "像 x²+y²=1 这样的方程，多个时用 ; 隔开：改为求拉格朗日乘数法的驻点（2-7）",
        "x²+y²=1 のような方程式、複数なら ; で区切る：代わりにラグランジュの未定乗数法で停留点を求める（2-7）",
    ),
    "After a change: xlnn descend": ("修改后运行：xlnn descend", "変更したら：xlnn descend"),
    "Stationary points on a constraint (Lagrange)": (
        "约束条件下的驻点（拉格朗日乘数法）",
        "制約条件のもとでの停留点（ラグランジュの未定乗数法）",
    ),
    "The points exactly": ("各点的精确值", "各点の正確な値"),
    "There may be more: sympy does not find all solutions of such equations.": (
        "可能还有其他点：sympy 不能求出这类方程的所有解。",
        "ほかにもあるかもしれない：このような方程式の解を sympy がすべて見つけるとは限らない。",
    ),
    "{steps} steps: {symbol} {before} → {after} at {where}. {path}": (
        "{steps} 步：{symbol} {before} → {after}，此时 {where}。{path}",
        "{steps} ステップ：{symbol} {before} → {after}（{where}）。{path}",
    ),
    "stationary points: {count}. {path}": ("驻点：{count} 个。{path}", "停留点：{count} 個。{path}"),
    "the descent diverged: after step {steps} not every number is finite. Try a smaller η than {eta}.": (
        "下降发散：第 {steps} 步之后出现了非有限的数。请使用小于 {eta} 的 η。",
        "降下が発散した：ステップ {steps} の後に有限でない数が現れた。{eta} より小さい η を試してください。",
    ),
    "{function} has no stationary point on the constraint.": (
        "{function} 在约束条件下没有驻点。",
        "{function} には制約条件のもとでの停留点がありません。",
    ),
    "{function} or its derivative has no value at the start; choose another start.": (
        "{function} 或其导数在初始值处没有值；请选择其他初始值。",
        "{function} またはその導関数は初期値で値をもちません。別の初期値を選んでください。",
    ),
    "the variable {name} needs a start: --start {example}.": (
        "变量 {name} 需要初始值：--start {example}。",
        "変数 {name} には初期値が必要です：--start {example}。",
    ),
    "the function has the variable {name}; give it a start in the table below.": (
        "函数含有变量 {name}；请在下面的表中给出其初始值。",
        "関数に変数 {name} があります。下の表に初期値を入れてください。",
    ),
    "--start: expected a number for each variable, like {example}, found {found}.": (
        "--start：应为每个变量的数，如 {example}，但得到 {found}。",
        "--start：{example} のように各変数の数が必要ですが、{found} でした。",
    ),
    "expected {expected} here, found {found}. `xlnn new 2-11` writes a workbook with this sheet.": (
        "此处应为{expected}，但找到 {found}。`xlnn new 2-11` 可生成含有此工作表的工作簿。",
        "ここには「{expected}」が必要ですが、{found} でした。`xlnn new 2-11` でこのシートのあるブックを作れます。",
    ),
    "the function has no variable {name}; delete this row.": (
        "函数中没有变量 {name}；请删除此行。",
        "関数に変数 {name} はありません。この行を削除してください。",
    ),
    "a variable cannot be called {name}: Δ is for the steps.": (
        "变量不能命名为 {name}：Δ 用于表示步长。",
        "変数名に {name} は使えません：Δ は変化量を表します。",
    ),
    "the function {text} has no variable.": ("函数 {text} 没有变量。", "関数 {text} に変数がありません。"),
    "the function has {length} characters; at most {longest}.": (
        "函数有 {length} 个字符；最多 {longest} 个。",
        "関数が {length} 文字あります。{longest} 文字までです。",
    ),
    "there is no function; type one like x^2+y^2.": (
        "没有函数；请输入像 x^2+y^2 这样的函数。",
        "関数がありません。x^2+y^2 のような関数を入力してください。",
    ),
    "the function {text}: expected {expected} before {found}.": (
        "函数 {text}：在 {found} 之前应有{expected}。",
        "関数 {text}：{found} の前に{expected}が必要です。",
    ),
    "the function {text}: expected {expected} at the end.": (
        "函数 {text}：末尾应有{expected}。",
        "関数 {text}：最後に{expected}が必要です。",
    ),
    "an operator such as + or *": ("+ 或 * 等运算符", "+ や * などの演算子"),
    "a number, a variable or a function": ("数、变量或函数", "数、変数または関数"),
    "a closing bracket": ("右括号", "閉じ括弧"),
    "the function {name} needs brackets: {name}(x).": (
        "函数 {name} 需要括号：{name}(x)。",
        "関数 {name} には括弧が必要です：{name}(x)。",
    ),
    "there is no function {name}; known: {known}.": (
        "没有函数 {name}；可用的有：{known}。",
        "関数 {name} はありません。使えるのは：{known}。",
    ),
    "the function holds {found}, which means nothing in a formula.": (
        "函数中含有 {found}，在公式中没有意义。",
        "関数に {found} がありますが、数式では意味がありません。",
    ),
    "the function holds {found}; write numbers with a point, like 0.5.": (
        "函数中含有 {found}；小数请用小数点书写，如 0.5。",
        "関数に {found} があります。小数は 0.5 のように小数点で書いてください。",
    ),
    "the function is nested too deeply or has too many terms; at most {deepest}.": (
        "函数嵌套过深或项数过多；最多 {deepest}。",
        "関数の入れ子が深すぎるか項が多すぎます。{deepest} までです。",
    ),
    "{number} lies beyond the numbers that can be calculated with.": (
        "{number} 超出了可计算的数的范围。",
        "{number} は計算できる数の範囲を超えています。",
    ),
    "the derivative of {function} is too long for a cell.": (
        "{function} 的导数太长，单元格放不下。",
        "{function} の導関数は長すぎてセルに入りません。",
    ),
    "derivatives need sympy. Install it with: pip install sympy": (
        "求导需要 sympy。请安装：pip install sympy",
        "微分には sympy が必要です。インストール：pip install sympy",
    ),
    "{function} cannot be calculated with a spreadsheet's functions.": (
        "{function} 不能用电子表格的函数计算。",
        "{function} は表計算ソフトの関数では計算できません。",
    ),
    "a constraint is an equation like x^2+y^2=1, not {found}.": (
        "约束条件应为像 x^2+y^2=1 这样的方程，而不是 {found}。",
        "制約条件は x^2+y^2=1 のような方程式です。{found} は使えません。",
    ),
    "a constraint needs a variable, and there cannot be more constraints ({count}) than variables ({names}).": (
        "约束条件必须含有变量，且约束条件的个数（{count}）不能多于变量（{names}）。",
        "制約条件には変数が必要で、制約条件の数（{count}）は変数（{names}）より多くできません。",
    ),
    "sympy finds no closed solution for the stationary points of {function}.": (
        "sympy 求不出 {function} 的驻点的解析解。",
        "{function} の停留点の閉じた解を sympy は見つけられません。",
    ),
    "sympy found no closed solution within {seconds} seconds.": (
        "sympy 在 {seconds} 秒内没有求出解析解。",
        "sympy は {seconds} 秒以内に閉じた解を見つけられませんでした。",
    ),
}
