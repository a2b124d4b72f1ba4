"""A layer may have any label: in pictures, in the parameters of a landscape, in the settings of a sweep."""

from __future__ import annotations

import logging
import warnings
from importlib import import_module

import numpy as np
import pytest
from click.testing import CliRunner
from problems import random_problem

import xlnn
from xlnn.cli.main import main
from xlnn.errors import UsageError
from xlnn.pictures.landscapes import parameter
from xlnn.sweeps.grid import grid
from xlnn.sweeps.values import setting_values

LABELS = ("layer#2", "50%", "a_", "{", "\\x", "a_b_c", "$a$", "a^b^c", "隐藏", "輸出の層", "a b", "w[0]", "~&'\"", "é$", "=", "F")


def labelled(label: str):
    layers = (
        xlnn.LayerSettings("1", "input", size=(2, 3)),
        xlnn.LayerSettings(label, "dense", 3),
        xlnn.LayerSettings("last", "dense", 2),
    )
    return random_problem(xlnn.Network(layers, classes=(0.0, 1.0)), 6)


@pytest.fixture(name="strict")
def _strict(caplog):
    """A glyph that is missing is a warning, or in formulas a line of matplotlib's log: both fail."""
    pytest.importorskip("matplotlib")
    with caplog.at_level(logging.WARNING, "matplotlib"), warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
    assert not caplog.records


@pytest.mark.parametrize("label", LABELS)
def test_any_label_is_drawn(label, tmp_path, strict):
    path = xlnn.write(labelled(label), tmp_path / "t.xlsx").path
    for options in (["-o", "p.png"], ["-o", "p.svg"], ["-o", "p.gif", "--animate"]):
        options[1] = str(tmp_path / options[1])
        result = CliRunner().invoke(main, ["plot", str(path), *options], catch_exceptions=False)
        assert (result.exit_code, result.stderr) == (0, "")
    titles = [text.get_text() for text in xlnn.plot(path).texts]
    assert f"Weights of layer {label}: red negative, blue positive" in titles


@pytest.mark.parametrize(
    ("label", "drawn"), [("F", "$w^{F}_{2}$"), ("a_b", "w^a_b₂"), ("$", r"w^\$₂"), ("hidden_layer_1", "w^hidden_…₂")]
)
def test_a_unit_is_named_as_its_label_is_written(label, drawn):
    """Formulas for plain letters and digits; a dollar sign is escaped, as matplotlib wants it; what is long is cut."""
    panels = pytest.importorskip("xlnn.pictures.panels")
    q = labelled(label).network.parameters[0]
    assert panels.symbol(q, 2) == drawn


@pytest.mark.parametrize("text", ["隐藏", "輸出の層", "층", "é"])
def test_the_fonts_have_the_characters_or_no_font_of_the_system_has(text):
    """Looked up in the fonts' own tables."""
    pytest.importorskip("matplotlib")
    from matplotlib.font_manager import fontManager
    from matplotlib.ft2font import FT2Font

    plot = import_module("xlnn.pictures.plots")
    fonts = ["DejaVu Sans", *plot.fonts_with(text, ["DejaVu Sans"], "en")]
    files = {font.name: font.fname for font in fontManager.ttflist}
    shown = {chr(code) for name in fonts for code in FT2Font(files[name]).get_charmap()}
    if not set(text) <= shown:
        assert not any(ord(sign) in FT2Font(file).get_charmap() for file in files.values() for sign in set(text) - shown)
        pytest.skip("this system has no font with these characters")


def test_a_character_that_no_font_has_is_a_box_without_a_word(tmp_path, capfd):
    pytest.importorskip("matplotlib")
    path = xlnn.write(labelled("\U000e0041"), tmp_path / "t.xlsx").path
    result = CliRunner().invoke(main, ["plot", str(path), "-o", str(tmp_path / "p.png")], catch_exceptions=False)
    assert (result.exit_code, result.stderr, capfd.readouterr().err) == (0, "", "")


@pytest.mark.parametrize("label", LABELS)
def test_any_label_in_the_parameters_of_a_landscape(label):
    problem = labelled(label)
    found = parameter(problem, f" w{label}[ 2, 0,1 ]")
    assert (found.quantity.layer, found.index) == (label, (2, 0, 1))
    assert found.of(problem.parameters) == problem.parameters["w" + label][2, 0, 1]


@pytest.mark.parametrize("text", ["ｗ隐藏［０，０，１］", "w隐藏[0,0,1]", " w隐藏 [0, 0, 1] "])
def test_full_width_characters_are_plain_ones(text):
    assert str(parameter(labelled("隐藏"), text)) == "w隐藏[0,0,1]"


def test_a_landscape_over_layers_with_chinese_labels(tmp_path):
    path = xlnn.write_problem(labelled("输出"), tmp_path / "b.xlsx")
    over = ["--over", "w输出[0,0,0]", "w输出[1,1,2]"]
    result = CliRunner().invoke(main, ["landscape", str(path), *over, "--grid", "3", "-o", str(tmp_path / "l.xlsx")])
    assert result.exit_code == 0
    assert "C_T over w输出[0,0,0] and w输出[1,1,2]" in result.output


@pytest.mark.parametrize("label", LABELS)
def test_any_label_in_the_settings_of_a_sweep(label):
    settings = setting_values([f"units {label}=2,4"])
    found = grid(labelled(label), seeds=range(1), settings=settings)
    assert [variant.problem.network.layers[1].shape for variant in found.variants] == [(2,), (4,)]
    assert [variant.problem.network.output.shape for variant in found.variants] == [(2,), (2,)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("start=N(0, 1),N(0, 1/inputs)", ["N(0, 1)", "N(0, 1/inputs)"]),
        ("start=N(0, 1/inputs)", ["N(0, 1/inputs)"]),
        ('start="N(0, 1)", "N(0, 1/inputs)"', ["N(0, 1)", "N(0, 1/inputs)"]),
        ("x=(0, 1),[2, 3],{4, (5, 6)}", ["(0, 1)", "[2, 3]", "{4, (5, 6)}"]),
        ("x='0, 1','(', 2", ["0, 1", "(", "2"]),
        ("start=Ｎ（０，１），Ｎ（０，１/inputs）", ["N(0,1)", "N(0,1/inputs)"]),
        ("x=1,,2,", ["1", "2"]),
        ("x=N(0, 1,2", ["N(0, 1,2"]),
    ],
)
def test_commas_within_brackets_and_quotes_belong_to_the_value(text, values):
    assert list(setting_values([text]).values()) == [values]


def test_starts_are_tried():
    """N(0, 1/inputs): the weights of N(0, 1) divided by √6, of the second layer by √3."""
    problem = labelled("2")
    found = grid(problem, seeds=[7], settings=setting_values(["start=N(0, 1),N(0, 1/inputs)"]))
    plain, small = (found.problem_of(run).parameters for run in found.runs if run.seed == 7)
    np.testing.assert_allclose(small["w2"], plain["w2"] / 6**0.5, rtol=1e-15)
    np.testing.assert_allclose(small["wlast"], plain["wlast"] / 3**0.5, rtol=1e-15)
    np.testing.assert_array_equal(small["b2"], plain["b2"])


def test_a_layer_that_is_not_there():
    with pytest.raises(UsageError, match="units 出: no such layer; known: units 隐藏, units last"):
        grid(labelled("隐藏"), settings=setting_values(["units 出=2"]))
