"""How sheets are printed: paper, pages, footers."""

from __future__ import annotations

from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from xlnn.layout.cells import Cell

A4 = 9  # as Excel numbers paper


@dataclass(frozen=True)
class Paper:
    """The pages of a sheet: their scale, the last cell that is printed, how many they are, the last columns and rows of all
    but the last, and the first and last column, and row, of those that stand on every page."""

    scale: float
    last: Cell
    upright: bool = False
    pages: int = 1
    columns: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()
    labels: tuple[int, int] = (1, 0)
    numbers: tuple[int, int] = (1, 0)


def print_on(sheet: Worksheet, paper: Paper) -> None:
    """Says of a sheet how it is printed. The scale of a single page is left to the program, which knows the font's width."""
    if not paper.upright:
        sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.print_area(0, 0, paper.last.row - 1, paper.last.column - 1)
    if paper.labels[1] >= paper.labels[0] and paper.columns:
        sheet.repeat_columns(paper.labels[0] - 1, paper.labels[1] - 1)
    if (
        paper.numbers[1] >= paper.numbers[0] and paper.pages > len(paper.columns) + 1
    ):  # rows for nothing take LibreOffice half of its time to open
        sheet.repeat_rows(paper.numbers[0] - 1, paper.numbers[1] - 1)
    if paper.pages == 1:
        sheet.fit_to_pages(1, 1)
    else:
        sheet.set_print_scale(int(paper.scale * 100))
        sheet.set_v_pagebreaks(list(paper.columns))
        sheet.set_h_pagebreaks(list(paper.rows))
    footed(sheet)


def one_page_wide(sheet: Worksheet, high: int = 0, upright: bool = False) -> None:
    """How a sheet of texts and tables is printed: A4, as many pages `high`, 0 for as many as it needs."""
    if not upright:
        sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, high)
    footed(sheet)


def footed(sheet: Worksheet) -> None:
    """The sheet's name and the page's number below every page, and narrow margins."""
    sheet.set_footer("&L&A&R&P / &N")
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
