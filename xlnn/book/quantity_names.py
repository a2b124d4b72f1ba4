"""What people call a quantity: xlnn's own names, the book's symbols and words in three languages, with superscripts or digits."""

from __future__ import annotations

import re
import unicodedata

from xlnn.model.quantities import SYMBOLS
from xlnn.words import every

# besides the names and symbols in quantities.py; the book's Chinese and Japanese terms
OTHERS = {
    "x": ("input", "pixels", "输入", "像素", "入力", "画素"),
    "digit": ("label", "class", "标签", "数字", "ラベル"),
    "t": ("target", "目标", "目標", "教師データ"),
    "w": ("weight", "weights", "权重", "重み"),
    "b": ("bias", "biases", "偏置", "バイアス"),
    "z": ("weighted input", "加权输入", "重み付き入力"),
    "a": ("output", "activation", "输出", "出力"),
    "C": ("cost", "squared error", "代价", "コスト", "误差函数", "誤差関数", "平方误差", "平方誤差"),
    "CT": ("total cost", "代价函数", "コスト関数"),
    "slope": ("a′(z", "a'"),
    "back": ("Σwδ", "Σδw", "Σ w δ"),
    "delta": ("error", "误差", "誤差", "神经单元误差", "ユニットの誤差", "ユニット誤差"),
    "new_w": ("new w", "new weight", "new weights", "新的w", "新w", "新权重", "新しいw", "新しい重み"),
    "new_b": ("new b", "new bias", "new biases", "新的b", "新b", "新偏置", "新しいb", "新しいバイアス"),
    "eta": ("learning rate", "学习率", "学習率"),
}


THRESHOLD = "theta"
THRESHOLDS = re.compile(r"θ|theta|thresholds?|阈值|阀值|閾値|しきい値", re.IGNORECASE)  # in place of b: z = Σwa − θ


COUNTS = ("images", "cases", "examples", "图像数", "图片数", "例数", "样本数", "画像数", "データ数")


BIASES = ("b", "new_b", "dC_db", "dCT_db")


WITHOUT_LAYER = {
    "number", "x", "digit", "t", "answer", "C", "CT", "prediction", "right", "share", "eta",
}  # fmt: skip


def squeezed(text: str) -> str:
    """A name as it is compared: superscripts as digits; spaces, brackets, _ and ^ do not count, nor do capitals."""
    return _plain(text).casefold()


def _plain(text: str) -> str:
    return re.sub(r"[\s_^(){}\[\]/'′’ʹ]", "", unicodedata.normalize("NFKC", text.replace("′", "")))


def _spellings() -> dict[str, str]:
    """The kind of every spelling; what is said of two kinds is the first's."""
    found: dict[str, str] = {squeezed(kind): kind for kind in SYMBOLS}
    for kind, symbol in SYMBOLS.items():
        words = () if kind.startswith("new_") or not symbol else every(symbol)
        for word in (*words, *OTHERS.get(kind, ())):
            found.setdefault(squeezed(word), kind)
    return found


SPELLINGS = _spellings()


IMAGE_COUNT = {"en": "images", "zh": "图像数", "ja": "画像数"}  # as it is written; all of them are read


IMAGES = {squeezed(word) for word in COUNTS}


def quantity_name(value) -> str:
    """The name of the quantity that is meant: δ³, delta3, 误差3 and Δ3 are delta3; a text that is none stays as it is."""
    text = "" if value is None else unicodedata.normalize("NFKC", str(value)).strip()
    if text.endswith("_") or text.count("{") != text.count("}"):  # they belong to a label
        kind = max((kind for kind in SYMBOLS if text.casefold().startswith(kind.casefold())), key=len, default="")
        return kind + text[len(kind) :]
    plain = _plain(text)
    fits = [word for word in SPELLINGS if plain.casefold().startswith(word) and len(plain.casefold()) == len(plain)]
    for word in sorted(fits, key=len, reverse=True):
        kind, label = SPELLINGS[word], plain[len(word) :]
        if not label or ((kind not in WITHOUT_LAYER or kind == "eta") and _is_label(label)):
            return kind + label
    return text


def signed_name(value) -> tuple[str, float]:
    """The name of the quantity that is meant, and −1 for a threshold: θ2 is b2 with the other sign."""
    text = "" if value is None else unicodedata.normalize("NFKC", str(value)).strip()
    name = quantity_name(THRESHOLDS.sub("b", text, count=1)) if THRESHOLDS.search(text) else ""
    is_bias = any(name == kind or (name.startswith(kind) and _is_label(name[len(kind) :])) for kind in BIASES)
    return (name, -1.0) if is_bias else (quantity_name(value), 1.0)


def _is_label(text: str) -> bool:
    """Whether it can be a layer's label: a number, or one letter; a whole word would be another name."""
    return bool(re.fullmatch(r"[0-9]{1,4}|[^\W\d_]", text))
