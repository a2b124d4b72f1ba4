"""The words of sheet Places and of workbooks that are not recognised: from the English template to Chinese and Japanese."""

from __future__ import annotations

TABLE: dict[str, tuple[str, str]] = {
    "bias": ("偏置", "バイアス"),
    "layer {label} has none": ("层 {label} 没有", "層 {label} にはありません"),
    "yes / no": ("yes / no", "yes / no"),
    "note": ("注意", "注意"),
    "images: expected how many there are, like 12, found {found}.": (
        "images：应为图像的个数，例如 12，实际为 {found}。",
        "images：画像の枚数（12 など）が必要ですが、{found} がありました。",
    ),
    "sheet Places says that there are {count} images, but image {image} is blank.": (
        "工作表 Places 说有 {count} 个图像，但图像 {image} 是空白。",
        "シート Places では画像は {count} 枚ですが、画像 {image} は空白です。",
    ),
    "sheet Places says that there are {count} images, found {images}; for some of them it needs a line for x, too.": (
        "工作表 Places 说有 {count} 个图像，实际为 {images} 个；若只用其中一部分，还需要 x 的行。",
        "シート Places では画像は {count} 枚ですが、{images} 枚ありました。一部だけ使うには x の行も必要です。",
    ),
    "{where}: {found} beside the last image is no further image; there are {images}.": (
        "{where}：最后一个图像旁的 {found} 不是图像；共有 {images} 个。",
        "{where}：最後の画像の隣の {found} は画像ではありません。画像は {images} 枚です。",
    ),
    "expected image {image}, found {found}, but images or right answers go on at {cell}. Mend it, or say in sheet "
    "Places how many images there are: images | {images}.": (
        "应为图像 {image}，实际为 {found}，但图像或正解从 {cell} 继续。"
        "请改正，或在工作表 Places 中写明图像的个数：images | {images}。",
        "画像 {image} が必要ですが、{found} がありました。画像か正解は {cell} に続いています。"
        "直すか、シート Places に画像の枚数を書いてください：images | {images}。",
    ),
    "image {image} is blank, but has a right answer in {cell}. Fill it or delete that, or say in sheet Places how "
    "many images there are: images | {images}.": (
        "图像 {image} 是空白，但 {cell} 有它的正解。"
        "请填上图像或删去正解，或在工作表 Places 中写明图像的个数：images | {images}。",
        "画像 {image} は空白ですが、{cell} にその正解があります。画像を入力するか正解を消すか、"
        "シート Places に画像の枚数を書いてください：images | {images}。",
    ),
    "image {image} is blank, but images go on at {cell}. Close the gap or fill it, or say in sheet Places how many "
    "there are: images | {images}.": (
        "图像 {image} 是空白，但图像从 {cell} 继续。请填上或去掉空隙，或在工作表 Places 中写明图像的个数：images | {images}。",
        "画像 {image} は空白ですが、画像は {cell} に続いています。空きを詰めるか埋めるか、"
        "シート Places に画像の枚数を書いてください：images | {images}。",
    ),
    "more images seem to lie at {cell}, where the step to the next image does not lead. Put all images in one line, "
    "or say in sheet Places how many there are: images | {images}.": (
        "{cell} 处似乎还有图像，而“下一图像”的步长到不了那里。"
        "请把所有图像排成一行，或在工作表 Places 中写明图像的个数：images | {images}。",
        "{cell} にも画像があるようですが、「次の画像」の歩みでは届きません。すべての画像を一列に並べるか、"
        "シート Places に画像の枚数を書いてください：images | {images}。",
    ),
    "{name}: expected the layer, too; known: {known}.": (
        "{name}：还应写明是哪一层；已知：{known}。",
        "{name}：どの層かも必要です。使えるもの：{known}。",
    ),
    "{name}: layer {label} has no biases: there is no line for {bias}, its cells are blank, or sheet Settings says so.": (
        "{name}：层 {label} 没有偏置：没有 {bias} 的行，或它的单元格是空白，或工作表 Settings 这样规定。",
        "{name}：層 {label} にはバイアスがありません：{bias} の行がないか、セルが空白か、シート Settings がそう定めています。",
    ),
    "{name}: {count} numbers at its steps, but {weights} goes on for {more} units. Fill what is missing, or give all "
    "biases as one block: then they say how many units there are.": (
        "{name}：按步长只有 {count} 个数，而 {weights} 有 {more} 个单元。"
        "请补上缺少的数，或把全部偏置写成一块，由它决定单元的个数。",
        "{name}：その歩みには数が {count} 個ですが、{weights} は {more} ユニット分あります。"
        "足りない数を入力するか、すべてのバイアスを一つのブロックで示してください（ユニットの数はそれで決まります）。",
    ),
    "{name} needs the right answers, but there is no line for digit or t.": (
        "{name} 需要正解，但没有 digit 或 t 的行。",
        "{name} には正解が必要ですが、digit か t の行がありません。",
    ),
    "{name} lies on blank cells ({place}), its weights do not: layer {label} is taken as one without biases.": (
        "{name} 所在的单元格（{place}）是空白，而权重不是：层 {label} 按没有偏置处理。",
        "{name} のセル（{place}）は空白で、重みはそうではありません。層 {label} はバイアスなしとして扱います。",
    ),
    "{names}: in the result, which has one sheet for each iteration, their addresses are taken; they stand elsewhere.": (
        "{names}：结果中每次迭代只有一张工作表，它们的地址已被占用，因此放在别处。",
        "{names}：結果では反復ごとにシートが 1 枚なので、番地がふさがっています。ほかの場所に置きます。",
    ),
    "there is no quantity {name}; known: {known}, images.": (
        "没有名为 {name} 的量；已知：{known}、images。",
        "{name} という量はありません。使えるもの：{known}、images。",
    ),
    "there are no right answers to learn from: sheet Places has no line for digit or t. "
    "show, check and predict work without; for training add one of these lines.": (
        "没有可供学习的正解：工作表 Places 中没有 digit 或 t 的行。show、check 和 predict 不需要它；要训练，请加上其中一行。",
        "学習に使う正解がありません：シート Places に digit か t の行がありません。"
        "show、check、predict はそのまま使えます。学習するには、どちらかの行を加えてください。",
    ),
    "there is neither a sheet Settings nor the authors' arrangement (3-5 or 5-4) with its labels or formulas. Sheets, with "
    "their cells and numbers/formulas: {found}. Add a sheet Places with these lines, and your own cells and steps (like "
    "4 right) for the …; or start from `xlnn new 4-4 book.xlsx`.{lines}": (
        "既没有工作表 Settings，也没有带标签或公式的作者布局（3-5 或 5-4）。各工作表及其单元格和数值/公式个数：{found}。"
        "请添加工作表 Places，写入以下各行，把 … 换成自己的单元格和步长（如 4 right）；"
        "或用 `xlnn new 4-4 book.xlsx` 写出一个起始工作簿。{lines}",
        "シート Settings も、ラベルか数式のある著者の配置（3-5、5-4）もありません。各シートのセルと、数値/数式の数：{found}。"
        "シート Places を加えて次の行を書き、… を自分のセルと歩み（4 right など）に置き換えてください。"
        "または `xlnn new 4-4 book.xlsx` で出発点となるブックを作れます。{lines}",
    ),
}
