"""What somebody made of a file that xlnn wrote is not replaced: the seal says whether it is still what was written."""

from __future__ import annotations

import io
import os
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import office
import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.styles import PatternFill

import workbooks
import xlnn
from xlnn.cli.main import main
from xlnn.errors import SavedBeside
from xlnn.xlsx.saving import replacing
from xlnn.xlsx.seals import SEAL, untouched, written_by_xlnn

EDITED = "the file was edited since xlnn wrote it; --force replaces it."


def run(*arguments) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(map(str, arguments)))
    return result.exit_code, result.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder with a workbook and its training."""
    folder = tmp_path_factory.mktemp("made")
    xlnn.new("4-4", folder / "book.xlsx")
    xlnn.new("2-11", folder / "f.xlsx")
    xlnn.write(xlnn.read(folder / "book.xlsx", iterations=2), folder / "trained.xlsx")
    xlnn.write(xlnn.read(folder / "book.xlsx", iterations=1), folder / "other.xlsx")
    return folder


@pytest.fixture
def folder(made, tmp_path, monkeypatch) -> Path:
    for path in made.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


# ---- every edit is seen -----------------------------------------------------------------------------------


def note(book):
    book["Data"]["A20"].comment = Comment("mine", "me")


def picture(book):
    PIL = pytest.importorskip("PIL.Image")
    drawn = io.BytesIO()
    PIL.new("RGB", (2, 2)).save(drawn, "PNG")
    book["Data"].add_image(Image(drawn), "A20")


def swapped(book):
    book["Data"]["K5"], book["Data"]["L5"] = book["Data"]["L5"].value, book["Data"]["K5"].value


EDITS = {
    "a number": lambda book: book["Data"].__setitem__("K5", 0.5),
    "a number that was empty": lambda book: book["Data"].__setitem__("A40", 1),
    "a text": lambda book: book["Data"].__setitem__("A40", "my note"),
    "a formula": lambda book: book["Data"].__setitem__("K5", "=0.5+0.5"),
    "a cell emptied": lambda book: book["Data"].__setitem__("K5", None),
    "a note": note,
    "a picture": picture,
    "a colour": lambda book: setattr(book["Data"]["A40"], "fill", PatternFill("solid", fgColor="FF0000")),
    "a sheet more": lambda book: book.create_sheet("mine"),
    "a sheet less": lambda book: book.remove(book["Data"]),
    "another name": lambda book: setattr(book["Data"], "title", "mine"),
    "another order": lambda book: book.move_sheet("Start", -1),
    "a name for a cell": lambda book: book.defined_names.add(openpyxl.workbook.defined_name.DefinedName("eta", attr_text="A1")),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edited_workbook_is_refused(edit, folder):
    """As LibreOffice, Excel and openpyxl save: the mark stays, the seal does not."""
    book = openpyxl.load_workbook("book.xlsx")
    edit(book)
    book.save("book.xlsx")
    before = (folder / "book.xlsx").read_bytes()
    assert written_by_xlnn(Path("book.xlsx"))
    assert run("new", "4-4", "book.xlsx") == (6, f"xlnn: error: book.xlsx: {EDITED}\n")
    assert (folder / "book.xlsx").read_bytes() == before
    assert run("new", "4-4", "book.xlsx", "--force") == (0, "")
    assert untouched(Path("book.xlsx"))


PARTS = ("xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "docProps/custom.xml", "docProps/core.xml", "")


@pytest.mark.parametrize("part", PARTS)
def test_an_edit_that_keeps_the_seal_is_seen(part, folder):
    """A program that copies every part it does not know keeps the seal, too; "" stands for a part more."""
    with zipfile.ZipFile("book.xlsx") as old, zipfile.ZipFile("edited.xlsx", "w") as new:
        for entry in old.infolist():
            new.writestr(entry, old.read(entry) + b" " * (entry.filename == part))
        assert SEAL in old.namelist()
        if not part:
            new.writestr("xl/mine.xml", "<a/>")
    assert not untouched(Path("edited.xlsx"))
    with zipfile.ZipFile("book.xlsx") as old, zipfile.ZipFile("copied.xlsx", "w") as new:
        for entry in old.infolist():
            new.writestr(entry, old.read(entry), zipfile.ZIP_STORED)
    assert untouched(Path("copied.xlsx"))  # packed in another way, every part as it was


def test_what_was_written_without_a_seal_counts_as_edited(folder):
    """As by an older xlnn: nothing tells whether it is as it was."""
    with zipfile.ZipFile("book.xlsx") as old, zipfile.ZipFile("older.xlsx", "w") as new:
        for entry in old.infolist():
            if entry.filename != SEAL:
                new.writestr(entry, old.read(entry))
    assert run("train", "book.xlsx", "-n", 1, "-o", "older.xlsx") == (6, f"xlnn: error: older.xlsx: {EDITED}\n")


@office.needs_office
def test_a_workbook_that_libreoffice_saved_is_refused(folder):
    office.recalculate(folder / "book.xlsx", folder / "book.xlsx")
    assert run("new", "4-4", "book.xlsx") == (6, f"xlnn: error: book.xlsx: {EDITED}\n")


# ---- every command ----------------------------------------------------------------------------------------

COMMANDS = {
    "new": ("new", "4-4", "out.xlsx"),
    "new, a lesson": ("new", "2-8", "out.xlsx"),
    "new, descent": ("new", "2-11", "out.xlsx"),
    "exercise": ("new", "4-4", "out.xlsx", "--exercise"),
    "train": ("train", "book.xlsx", "-n", 1, "-o", "out.xlsx"),
    "resume": ("train", "--resume", "trained.xlsx", "-n", 1, "-o", "out.xlsx"),
    "solve": ("solve", "book.xlsx", "--steps", 1, "-o", "out.xlsx"),
    "sweep": ("sweep", "book.xlsx", "--seeds", "0:2", "-n", 1, "--keep", "none", "-o", "out.xlsx"),
    "landscape": ("landscape", "book.xlsx", "--over", "w3[0,0]", "w3[0,1]", "-n", 1, "-o", "out.xlsx"),
    "predict": ("predict", "trained.xlsx", "book.xlsx", "-o", "out.xlsx"),
    "descend": ("descend", "f.xlsx", "-o", "out.xlsx"),
    "check": ("check", "trained.xlsx", "--report", "out.xlsx"),
    "compare": ("compare", "trained.xlsx", "other.xlsx", "--report", "out.xlsx"),
    "plot": ("plot", "trained.xlsx", "--what", "cost", "-o", "out.png"),
    "plot, svg": ("plot", "trained.xlsx", "--what", "cost", "-o", "out.svg"),
    "animate": ("plot", "trained.xlsx", "--animate", "-o", "out.gif"),
}


def edit(path: Path) -> None:
    """A workbook gets a note; a picture a byte at its end, in its middle both are other tests' matter."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        book.worksheets[0]["A50"] = "my note"
        book.save(path)
    else:
        path.write_bytes(path.read_bytes() + b"\n")


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_every_command_replaces_its_own_and_no_edited_file(arguments, folder):
    name = next(str(part) for part in arguments if str(part).startswith("out."))
    if name != "out.xlsx":
        pytest.importorskip("matplotlib")
    for _ in range(2):  # a new file, and its own one
        assert run(*arguments)[0] in (0, 1)
        assert untouched(folder / name)
    edit(folder / name)
    before = workbooks.files(folder)
    assert run(*arguments) == (6, f"xlnn: error: {name}: {EDITED}\n")
    assert workbooks.files(folder) == before
    assert run(*arguments, "--force")[0] in (0, 1)
    assert untouched(folder / name)


# ---- while a training goes on -----------------------------------------------------------------------------


def test_what_is_edited_meanwhile_is_not_lost_and_the_result_neither(folder):
    """The user opens the old result, adds a note and saves, while the new one is being made."""
    problem = xlnn.read("book.xlsx", iterations=2)

    def progress(done: int, _) -> None:
        if done == 1:
            edit(folder / "trained.xlsx")

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        result = xlnn.write(problem, folder / "trained.xlsx", progress=progress)
    assert [str(w.message) for w in told if w.category is SavedBeside] == [
        f"{folder / 'trained.xlsx'} was changed while xlnn was at work and stays as it is; "
        f"the result is in {folder / 'trained (1).xlsx'}."
    ]
    assert result.path == folder / "trained (1).xlsx"
    assert untouched(result.path)
    assert openpyxl.load_workbook("trained.xlsx").worksheets[0]["A50"].value == "my note"


def test_a_foreign_file_that_came_meanwhile_stays(folder):
    writing = replacing(folder / "new.xlsx")
    with zipfile.ZipFile(writing.__enter__(), "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    (folder / "new.xlsx").write_text("mine")
    with pytest.warns(SavedBeside):
        writing.__exit__(None, None, None)
    assert (folder / "new.xlsx").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="needs links")
@pytest.mark.parametrize("name", ["out.xlsx", "out.png"])
def test_a_file_behind_a_link_is_judged_by_the_links_name(name, folder):
    pytest.importorskip("matplotlib")
    (folder / name).symlink_to("kept.data")
    arguments = COMMANDS["new" if name == "out.xlsx" else "plot"]
    for _ in range(2):
        assert run(*arguments) == (0, "")
    assert sorted(path.name for path in folder.glob("*out*")) == [name]
    assert (folder / name).is_symlink()


# ---- pictures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["out.png", "out.svg", "out.gif"])
def test_every_byte_of_a_picture_is_sealed(name, folder):
    pytest.importorskip("matplotlib")
    run("plot", "trained.xlsx", *(["--animate"] if name.endswith("gif") else ["--what", "cost"]), "-o", name)
    whole = (folder / name).read_bytes()
    for at in [*range(0, len(whole), max(1, len(whole) // 50)), *range(len(whole) - 150, len(whole))]:
        (folder / name).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert not untouched(folder / name), at
    for other in (whole + b" ", whole[:-1], whole[:30], b"", whole[-200:]):
        (folder / name).write_bytes(other)
        assert not untouched(folder / name)


def test_a_sealed_png_is_one_to_the_letter(folder):
    """The format's own rules: chunks of length, kind, data and CRC of the two, from IHDR to IEND, and nothing behind."""
    pytest.importorskip("matplotlib")
    run("plot", "trained.xlsx", "--what", "cost", "-o", "out.png")
    content, kinds = (folder / "out.png").read_bytes()[8:], []
    while content:
        (length,), kind, data = struct.unpack(">I", content[:4]), content[4:8], content[8:]
        assert struct.unpack(">I", data[length : length + 4])[0] == zlib.crc32(kind + data[:length])
        kinds.append(kind)
        content = data[length + 4 :]
    assert (kinds[0], kinds[-2:]) == (b"IHDR", [b"tEXt", b"IEND"])


def test_a_sealed_svg_and_gif_can_be_read(folder):
    import xml.etree.ElementTree as ET

    PIL = pytest.importorskip("PIL.Image")
    pytest.importorskip("matplotlib")
    run("plot", "trained.xlsx", "--what", "cost", "-o", "out.svg")
    assert ET.parse("out.svg").getroot().tag.endswith("svg")
    run("plot", "trained.xlsx", "--animate", "-o", "out.gif")
    with PIL.open("out.gif") as picture_:
        assert picture_.n_frames == 3
        picture_.seek(2)
        picture_.load()


# ---- the workbook itself ----------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes(folder):
    os.makedirs("again")
    xlnn.new("4-4", "again/book.xlsx")
    assert Path("again/book.xlsx").read_bytes() == Path("book.xlsx").read_bytes()


def test_the_seal_costs_nothing_to_read(folder, monkeypatch):
    """No part but the seal is unpacked, however large the workbook is."""
    opened, real = [], zipfile.ZipFile.open

    def watched(self, name, *more, **options):
        opened.append(getattr(name, "filename", name))
        return real(self, name, *more, **options)

    monkeypatch.setattr(zipfile.ZipFile, "open", watched)
    assert untouched(Path("trained.xlsx"))
    assert opened == [SEAL]
