"""A native surface chart, which Excel has and XlsxWriter has not: C_T as a hilly land over two parameters.

It replaces private methods of XlsxWriter's chart: pyproject.toml bounds XlsxWriter's version. LibreOffice has no such
chart and shows columns in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from xlsxwriter.chart import Chart

# seen from above and from the side
VIEW = '<c:view3D><c:rotX val="25"/><c:rotY val="40"/><c:rAngAx val="0"/><c:perspective val="30"/></c:view3D>'


BAND = '<c:bandFmt><c:idx val="{number}"/><c:spPr><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></c:spPr></c:bandFmt>'


DEPTH_AXIS = (
    '<c:serAx><c:axId val="{this}"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/><c:axPos val="b"/>'
    "<c:title><c:tx><c:rich><a:bodyPr/><a:lstStyle/><a:p><a:r><a:t>{name}</a:t></a:r></a:p></c:rich></c:tx>"
    '<c:overlay val="0"/></c:title><c:majorTickMark val="out"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
    '<c:crossAx val="{other}"/><c:crosses val="autoZero"/><c:tickLblSkip val="{every}"/></c:serAx>'
)


class SurfaceChart(Chart):
    """Every series is one line of the surface, from the front to the back; `depth` names the axis that goes there.

    `colours` are those of the bands between the marks of the value axis, from below; `every` so many lines get a label.
    """

    def __init__(self, depth: str, colours: Sequence[str], every: int):
        super().__init__()
        self.depth, self.colours, self.every, self.embedded = depth, colours, every, True
        self.cross_between = "midCat"

    def _write_plot_area(self) -> None:
        self.fh.write(VIEW + "<c:plotArea><c:layout/>")
        self._write_surface()
        axes = {"x_axis": self.x_axis, "y_axis": self.y_axis, "axis_ids": self.axis_ids}
        self._write_cat_axis(axes)
        self._write_val_axis(axes)
        across, _, depth = self.axis_ids
        self.fh.write(DEPTH_AXIS.format(this=depth, other=across, name=escape(self.depth), every=self.every) + "</c:plotArea>")

    def _write_surface(self) -> None:
        self.fh.write('<c:surface3DChart><c:wireframe val="0"/>')
        for line in self.series:
            self._write_ser(line)
        bands = (BAND.format(number=number, colour=colour.removeprefix("#")) for number, colour in enumerate(self.colours))
        self.fh.write(f"<c:bandFmts>{''.join(bands)}</c:bandFmts>")
        self._write_axis_ids({"primary_axes": True})
        self.axis_ids.append(self.axis_ids[-1] + "0")
        self.fh.write(f'<c:axId val="{self.axis_ids[-1]}"/></c:surface3DChart>')
