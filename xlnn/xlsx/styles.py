"""How cells look: inputs blue on pale yellow, parameters on pale green as in the authors' sheets, pixels shaded."""

from __future__ import annotations

NUMBER = "0.000"


_GRID = {"border": 1, "border_color": "#BFBFBF"}


_CENTRE = {"align": "center"}


STYLES: dict[str, dict] = {
    "plain": {},
    "title": {"bold": True, "font_size": 14},
    "heading": {"bold": True, "font_color": "#1F3864"},
    "header": {"bold": True, "bg_color": "#DDEBF7", "bottom": 1, "text_wrap": True, "valign": "top"},
    "wrap": {"text_wrap": True, "valign": "top"},
    "top": {"valign": "top"},
    "label": {"font_color": "#595959"},
    "equation": {"font_color": "#1F3864", "italic": True, "indent": 1},
    "symbol": {"align": "right", "italic": True},
    "index": {"font_color": "#7F7F7F", **_CENTRE},
    "image": {"bold": True, "font_color": "#1F3864"},
    "link": {"font_color": "#0563C1", "underline": 1},
    "input": {"font_color": "#0000FF", "bg_color": "#FFFBE6", **_GRID},
    "input value": {"font_color": "#0000FF", "bg_color": "#FFFBE6", "num_format": NUMBER, **_GRID},
    "whole input": {"font_color": "#0000FF", "bg_color": "#FFFBE6", "num_format": "0", **_GRID},
    "error": {"num_format": "0.0000", "bg_color": "#F3EAFB", **_GRID},
    "typed": {"font_color": "#0000FF", "bg_color": "#FFFBE6", "num_format": "@", **_GRID},  # a text, whatever is typed
    "pixel": {"font_color": "#0000FF", "bg_color": "#FFFBE6", **_CENTRE, **_GRID},
    "target": {"font_color": "#0000FF", "bg_color": "#FFFBE6", **_CENTRE, **_GRID},
    "parameter": {"num_format": NUMBER, "bg_color": "#E2EFDA", **_GRID},
    "value": {"num_format": NUMBER, **_GRID},
    "fine": {"num_format": "0.00000", **_GRID},
    "fine input": {"font_color": "#0000FF", "bg_color": "#FFFBE6", "num_format": "0.00000", **_GRID},
    "limit": {"num_format": "0.0000000", **_GRID},
    "cost": {"num_format": "[<0.0005]0.00E+00;0.000", **_GRID},
    "digits": {"num_format": "0.0000000", "bold": True, "bg_color": "#FFE699", **_GRID},
    "output": {"num_format": NUMBER, "bg_color": "#FCE4D6", **_GRID},
    "backward": {"num_format": NUMBER, "bg_color": "#F3EAFB", **_GRID},
    "total": {"num_format": NUMBER, "bold": True, "bg_color": "#FFE699", **_GRID},
    "answer": {**_CENTRE, **_GRID},
    "percent": {"num_format": "0.0%", "bold": True, "bg_color": "#FFE699", **_GRID},
    "rose": {"font_color": "#C00000"},
    "integer": {"num_format": "0", **_CENTRE},
    # of a sweep: C_T in heat maps, that of the best run, C_T that ended higher than it began, a run that diverged
    "eta": {"bold": True, "bg_color": "#DDEBF7", "bottom": 1, **_CENTRE},
    "cell": {"num_format": "[<0.0005]0.00E+00;0.000"},
    "best": {"num_format": "[<0.0005]0.00E+00;0.000", "bold": True, "border": 2},
    "higher": {"num_format": "▲ 0.000", "font_color": "#C00000"},
    "share": {"num_format": "0%"},
    "best share": {"num_format": "0%", "bold": True, "border": 2},
    "gone": {"font_color": "#C00000", "bg_color": "#D9D9D9", **_CENTRE},
    # of a landscape: the parameters' values, C_T, and C_T where the path of training goes
    "axis": {"num_format": "0.00", "bold": True, "bg_color": "#E2EFDA", **_CENTRE},
    "height": {"num_format": "0.000"},
    "path": {"num_format": '"● "0.000', "bold": True, "border": 1},
    "path start": {"num_format": '"▶ "0.000', "bold": True, "border": 2},
    "path end": {"num_format": '"★ "0.000', "bold": True, "border": 2},
}


STYLE_OF = {
    "number": "image", "x": "pixel", "digit": "target", "t": "target", "eta": "input", "w": "parameter",
    "b": "parameter", "z": "value", "a": "output", "C": "total", "CT": "total", "answer": "answer",
    "prediction": "answer", "right": "answer", "share": "percent", "new_w": "parameter", "new_b": "parameter",
}  # fmt: skip


def style_of(kind: str) -> str:
    """The style of a kind of quantity; what belongs to the way back is pale violet."""
    return STYLE_OF.get(kind, "backward")
