"""How cells look: inputs blue on pale yellow, parameters on pale green as in the authors' sheets, pixels shaded.

A number shows the digits that it needs. Three decimals would show most gradients as 0.000, so what belongs to the way back
has three significant digits (-0.148, 1.72E-2), and a number that the decimals of its style would show as 0 a style of its own.
These formats have no conditions: LibreOffice and Gnumeric leave out the sign where one holds for negative numbers. What is never
negative, a cost or a share, may have them.
"""

from __future__ import annotations

import re

from xlnn.errors import UsageError

NUMBER = "0.000"


SIGNIFICANT = "0.00E+0;-0.00E+0;0"  # three significant digits; 0 is 0


FITTED, DIGITS, TENTH = "0.000;-0.000;0", 3, 0.0995  # the same of numbers from a tenth on; smaller ones are SIGNIFICANT


COST = "[=0]0.000;[<0.0005]0.00E+0;0.000"  # of what is never negative


MOST = 15  # decimals: a float has no more digits


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
    "error": {"num_format": FITTED, "bg_color": "#F3EAFB", **_GRID},
    "setting": {"font_color": "#0000FF", "bg_color": "#FFFBE6", "align": "left", **_GRID},
    "typed": {"font_color": "#0000FF", "bg_color": "#FFFBE6", "num_format": "@", **_GRID},  # a text, whatever is typed
    "pixel": {"font_color": "#0000FF", "bg_color": "#FFFBE6", **_CENTRE, **_GRID},
    "pixel begins": {"font_color": "#0000FF", "bg_color": "#FFFBE6", **_CENTRE, **_GRID, "left": 2, "left_color": "#595959"},
    "target": {"font_color": "#0000FF", "bg_color": "#FFFBE6", **_CENTRE, **_GRID},
    "parameter": {"num_format": NUMBER, "bg_color": "#E2EFDA", **_GRID},
    "value": {"num_format": NUMBER, **_GRID},
    "fine": {"num_format": "0.00000", **_GRID},
    "fine input": {"font_color": "#0000FF", "bg_color": "#FFFBE6", "num_format": "0.00000", **_GRID},
    "limit": {"num_format": "0.0000000", **_GRID},
    "cost": {"num_format": COST, **_GRID},
    "significant": {"num_format": SIGNIFICANT, **_GRID},
    "digits": {"num_format": "0.0000000", "bold": True, "bg_color": "#FFE699", **_GRID},
    "output": {"num_format": NUMBER, "bg_color": "#FCE4D6", **_GRID},
    "backward": {"num_format": FITTED, "bg_color": "#F3EAFB", **_GRID},
    "total cost": {"num_format": COST, "bold": True, "bg_color": "#FFE699", **_GRID},
    "total": {"num_format": NUMBER, "bold": True, "bg_color": "#FFE699", **_GRID},
    "answer": {**_CENTRE, **_GRID},
    "percent": {"num_format": "[=0]0.0%;[<0.0005]0.0000%;0.0%", "bold": True, "bg_color": "#FFE699", **_GRID},
    "rose": {"font_color": "#C00000"},
    "integer": {"num_format": "0", **_CENTRE},
    # of a sweep: C_T in heat maps, that of the best run, C_T that ended higher than it began, a run that diverged
    "eta": {"bold": True, "bg_color": "#DDEBF7", "bottom": 1, **_CENTRE},
    "cell": {"num_format": COST},
    "best": {"num_format": COST, "bold": True, "border": 2},
    "higher": {"num_format": "[<0.0005]▲ 0.00E+0;▲ 0.000", "font_color": "#C00000"},
    "share": {"num_format": "[=0]0%;[<0.005]0.0000%;0%"},
    "best share": {"num_format": "[=0]0%;[<0.005]0.0000%;0%", "bold": True, "border": 2},
    "gone": {"font_color": "#C00000", "bg_color": "#D9D9D9", **_CENTRE},
    # of a landscape: the parameters' values, C_T, and C_T where the path of training goes
    "axis": {"num_format": "0.00", "bold": True, "bg_color": "#E2EFDA", **_CENTRE},
    "height": {"num_format": COST},
    "path": {"num_format": '[<0.0005]"● "0.00E+0;"● "0.000', "bold": True, "border": 1},
    "path start": {"num_format": '[<0.0005]"▶ "0.00E+0;"▶ "0.000', "bold": True, "border": 2},
    "path end": {"num_format": '[<0.0005]"★ "0.00E+0;"★ "0.000', "bold": True, "border": 2},
}


STYLE_OF = {
    "number": "image", "x": "pixel", "digit": "target", "t": "target", "eta": "input", "w": "parameter",
    "b": "parameter", "z": "value", "a": "output", "C": "total cost", "CT": "total cost", "answer": "answer",
    "prediction": "answer", "right": "answer", "share": "percent", "new_w": "parameter", "new_b": "parameter",
}  # fmt: skip


def style_of(kind: str) -> str:
    """The style of a kind of quantity; what belongs to the way back is pale violet."""
    return STYLE_OF.get(kind, "backward")


def look(name: str, decimals: int | None = None) -> dict:
    """A style as XlsxWriter takes it; its numbers with so many `decimals`, where that is said.

    Raises UsageError for more or fewer decimals than a cell can show.
    """
    if decimals is None:
        return STYLES[name]
    if not 0 <= decimals <= MOST:
        raise UsageError("decimals must be from 0 to {most}, not {value}.", most=MOST, value=decimals)
    fixed = f"0.{'0' * decimals}" if decimals else "0"
    format_ = STYLES[name].get("num_format", "")
    return (
        STYLES[name] | {"num_format": fixed} if format_ in (SIGNIFICANT, FITTED, COST) or decimals_of(format_) else STYLES[name]
    )


def decimals_of(format_: str) -> int:
    """How many decimals a format like 0.000 shows; 0 for every other."""
    match = re.fullmatch(r"0\.(0+)", format_)
    return len(match[1]) if match else 0
