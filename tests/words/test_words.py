"""Everything that xlnn says, it says in three languages: each template in its source stands in the catalogues.

The templates are found in the source itself: what the first argument of `say`, of `every` and of an error can
be, followed through variables, parameters, tables and returned values. Where the source alone does not tell,
SAID does; a new case of that kind fails until it is listed there, too.
"""

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from string import Formatter

import click
import numpy as np
import openpyxl
import pytest
from babel.messages.pofile import read_po

import xlnn
from xlnn import errors
from xlnn.book import (
    answers,
    completing,
    pixels,
    placed_settings,
    places_line,
    places_sheet,
    places_words,
    settings,
    understood_facts,
)
from xlnn.book import resume_record as record
from xlnn.book.heads import MEASURED
from xlnn.book.own_iterations import EPOCHS, FEWER, OTHER_BATCHES, WHOLE
from xlnn.book.own_understood import IRREGULAR
from xlnn.checking.conventions import OTHER_CONVENTIONS, OTHER_RATES
from xlnn.checking.formulas import NOT_SINCE, ONE_OF_THESE
from xlnn.checking.mistakes.search import catalogue
from xlnn.cli import speaking
from xlnn.cli.main import main
from xlnn.errors import ContentError, UsageError, Where, XlnnError
from xlnn.layout import layouts
from xlnn.lessons.catalogue import LESSONS
from xlnn.lessons.descent import Descent, stationary_lesson
from xlnn.lessons.lagrange import Stationary
from xlnn.model import problem, quantities
from xlnn.model.activations import ACTIVATIONS
from xlnn.model.costs import COSTS
from xlnn.model.examples import example
from xlnn.model.network import KINDS, Network
from xlnn.sections import sections
from xlnn.sweeps.variants import OF_LAYERS
from xlnn.words import LANGUAGES, WORDS, every, joined, say
from xlnn.words import translations as compiled
from xlnn.xlsx.sheet_names import LAID_OUT, TYPED
from xlnn.xlsx.workbook import NO_RESULT, NO_RESULTS

FOLDER = Path(xlnn.__file__).parent / "words"


def edited(language: str) -> dict[str, str]:
    """What a translator edits, by the English template."""
    with (FOLDER / language / "LC_MESSAGES" / "xlnn.po").open("rb") as file:
        return dict(_one(message) for message in read_po(file) if message.id)


def _one(message) -> tuple[str, str]:
    """Template and translation; of one that click has for one thing and for many, the first."""
    return (message.id[0], message.string[0]) if isinstance(message.id, tuple) else (message.id, message.string)


ZH, JA = edited("zh"), edited("ja")
TABLE = {english: (ZH.get(english, ""), JA.get(english, "")) for english in {**ZH, **JA}}
ERRORS = {name for name, found in vars(errors).items() if isinstance(found, type) and issubclass(found, XlnnError)}
Leaf = tuple[str, ast.AST]  # a module and an expression in it


class Source:
    """xlnn's modules as syntax trees, and what an expression in them can be."""

    def __init__(self, folder: Path):
        paths = {".".join(path.relative_to(folder).with_suffix("").parts): path for path in sorted(folder.rglob("*.py"))}
        self.trees = {
            name: ast.parse(path.read_text(encoding="utf-8")) for name, path in paths.items() if name.split(".")[0] != "words"
        }

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        nodes = [node for tree in self.trees.values() for node in ast.walk(tree)]
        return {child: parent for parent in nodes for child in ast.iter_child_nodes(parent)}

    @cached_property
    def calls(self) -> list[tuple[str, ast.Call]]:
        return [(module, node) for module, tree in self.trees.items() for node in ast.walk(tree) if isinstance(node, ast.Call)]

    @cached_property
    def functions(self) -> dict[str, dict[str, ast.FunctionDef]]:
        """By module and name."""
        nodes = {module: list(ast.walk(tree)) for module, tree in self.trees.items()}
        return {
            module: {node.name: node for node in found if isinstance(node, ast.FunctionDef)} for module, found in nodes.items()
        }

    def saying(self) -> Iterator[tuple[str, ast.Call]]:
        """Every call of `say`, of `every` and of an error (by its class, or by a variable that is raised)."""
        for module, call in self.calls:
            name = called(call)
            raised = isinstance(self.parents[call], ast.Raise) and isinstance(call.func, ast.Name)
            known = hasattr(builtins, name) or any(name in functions for functions in self.functions.values())
            if call.args and (
                name in ("say", "every") or (name in ERRORS and isinstance(call.func, ast.Name)) or (raised and not known)
            ):
                yield module, call

    def leaves(self, module: str, node: ast.AST | None, seen: frozenset = frozenset()) -> list[Leaf]:
        """The constants, tuples and tables that an expression can be; the expression itself where that is not known."""
        if node is None or node in seen:
            return []
        seen |= {node}
        match node:
            case ast.IfExp(body=body, orelse=other):
                return self.leaves(module, body, seen) + self.leaves(module, other, seen)
            case ast.Subscript(value=value, slice=key):
                return self.entry(module, value, key, seen)
            case ast.Call(func=ast.Attribute(value=value, attr="get"), args=[key, default]):
                return self.entry(module, value, key, seen) + self.leaves(module, default, seen)
            case ast.Call() if called(node) in self.functions[module]:
                function = self.functions[module][called(node)]
                values = [part.value for part in ast.walk(function) if isinstance(part, ast.Return)]
                return [leaf for value in values for leaf in self.leaves(module, value, seen)]
            case ast.Name(id=name):
                return self.variable(module, node, name, seen) or [(module, node)]
            case ast.Attribute(value=ast.Name(id=local), attr=name) if other := self.module(module, local):
                return self.variable(other, self.trees[other], name, seen) or [(module, node)]
        return [(module, node)]

    def entry(self, module: str, value: ast.AST, key: ast.AST, seen: frozenset) -> list[Leaf]:
        """What `value[key]` can be: any entry of a table, one of a tuple."""
        found: list[Leaf] = []
        for where, leaf in self.leaves(module, value, seen):
            if isinstance(leaf, ast.Dict):
                found += [part for entry in leaf.values for part in self.leaves(where, entry, seen)]
            elif isinstance(leaf, ast.Tuple) and isinstance(key, ast.Constant):
                found += self.leaves(where, leaf.elts[key.value], seen)
            else:
                found.append((where, leaf))
        return found

    def variable(self, module: str, at: ast.AST, name: str, seen: frozenset) -> list[Leaf]:
        """What a variable can be: from the loop around it, else from the function, else from the module or its imports."""
        scope: ast.AST | None = at
        while scope is not None:
            found: list[Leaf] = []
            match scope:
                case ast.For():
                    found = self.bound(module, [scope], name, seen)
                case ast.ListComp(generators=loops) | ast.SetComp(generators=loops) | ast.GeneratorExp(generators=loops):
                    found = self.bound(module, loops, name, seen)
                case ast.FunctionDef():
                    found = self.bound(module, list(ast.walk(scope)), name, seen) + self.parameter(scope, name, seen)
                case ast.Module(body=body):
                    found = self.bound(module, body, name, seen) or self.imported(module, name, seen)
            if found:
                return found
            scope = self.parents.get(scope)
        return []

    def module(self, module: str, local: str) -> str:
        """The module that a name means in another one, "" where it means something else."""
        for node in ast.walk(self.trees[module]):
            if isinstance(node, ast.ImportFrom):
                for part in node.names:
                    origin = f"{node.module}.{part.name}".removeprefix("xlnn.")
                    if (part.asname or part.name) == local and origin in self.trees:
                        return origin
        return ""

    def imported(self, module: str, name: str, seen: frozenset) -> list[Leaf]:
        for node in ast.walk(self.trees[module]):
            if isinstance(node, ast.ImportFrom):
                origin = (node.module or "").removeprefix("xlnn.")
                for part in node.names:
                    if (part.asname or part.name) == name and origin in self.trees:
                        return self.variable(origin, self.trees[origin], part.name, seen)
        return []

    def bound(self, module: str, nodes: list[ast.AST], name: str, seen: frozenset) -> list[Leaf]:
        """What `name` becomes by the assignments and loops among these nodes."""
        found: list[Leaf] = []
        for node in nodes:
            match node:
                case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.AST() as value):
                    loop = False
                case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                    loop = True
                case _:
                    continue
            if name in names_in(target):
                values = self.each(module, value, seen) if loop else [(module, value)]
                found += self.given(target, values, name, seen)
        return found

    def each(self, module: str, values: ast.AST, seen: frozenset) -> list[Leaf]:
        """What a loop goes through: of `enumerate` pairs of nothing and an entry."""
        if isinstance(values, ast.Call) and called(values) == "enumerate":
            entries = self.each(module, values.args[0], seen)
            return [(where, ast.Tuple([ast.Constant(0), entry])) for where, entry in entries]
        found: list[Leaf] = []
        for where, leaf in self.leaves(module, values, seen):
            found += [(where, entry) for entry in leaf.elts] if isinstance(leaf, ast.Tuple | ast.List) else [(where, leaf)]
        return found

    def given(self, target: ast.AST, values: list[Leaf], name: str, seen: frozenset) -> list[Leaf]:
        """What `name` gets where `target = value`; `a, b = value` takes a tuple apart."""
        found = [leaf for where, value in values for leaf in self.leaves(where, value, seen)]
        if not isinstance(target, ast.Tuple):
            return found
        position = names_in(target).index(name)
        return [
            part
            for where, leaf in found
            for part in (self.leaves(where, leaf.elts[position], seen) if isinstance(leaf, ast.Tuple) else [(where, leaf)])
        ]

    def parameter(self, function: ast.FunctionDef, name: str, seen: frozenset) -> list[Leaf]:
        """What the callers of a function pass for a parameter."""
        names = [part.arg for part in function.args.args if part.arg != "self"]
        if name not in names + [part.arg for part in function.args.kwonlyargs]:
            return []
        found: list[Leaf] = []
        for module, call in self.calls:
            if called(call) == function.name:
                passed = dict(zip(names, call.args, strict=False)) | {part.arg: part.value for part in call.keywords}
                found += self.leaves(module, passed.get(name), seen)
        return found


def names_in(target: ast.AST) -> list[str]:
    """The names that an assignment or a loop binds; "" for what is no plain name."""
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    return [part.id if isinstance(part, ast.Name) else "" for part in parts]


def called(call: ast.Call) -> str:
    """The name of what is called: 'say' of `say(…)`, 'get' of `table.get(…)`."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


SOURCE = Source(Path(xlnn.__file__).parent)


def first_of_pairs(module: str, function: str) -> set[str]:
    """The texts that stand first in the pairs that a function makes."""
    pairs = [node for node in ast.walk(SOURCE.functions[module][function]) if isinstance(node, ast.Tuple) and len(node.elts) == 2]
    leaves = [leaf for pair in pairs for _, leaf in SOURCE.leaves(module, pair.elts[0])]
    return {leaf.value for leaf in leaves if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)}


def headings() -> set[str]:
    """The names of the parts of a sheet: the texts of labels."""
    labels = [(module, call) for module, call in SOURCE.calls if called(call) == "Label"]
    texts = [(module, part.value) for module, call in labels for part in call.keywords if part.arg == "text"]
    leaves = [leaf for module, text in texts for _, leaf in SOURCE.leaves(module, text)]
    return {leaf.value for leaf in leaves if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)}


def with_fields(module: str) -> set[str]:
    """The texts of a module that have fields to be filled."""
    parts = {part for node in ast.walk(SOURCE.trees[module]) if isinstance(node, ast.JoinedStr) for part in node.values}
    texts = {node.value for node in ast.walk(SOURCE.trees[module]) if isinstance(node, ast.Constant) and node not in parts}
    return {text for text in texts if isinstance(text, str) and "{" in text}


# the templates that an expression can be, where the source alone does not tell
FUNCTIONS = {"exp", "ln", "tanh", "max", "cos", "sin", "sqrt"}  # they are no words


def of_lessons(texts) -> list[str]:
    """Texts of the calculation sheets, those that are only mathematics left out."""
    lessons = [entry.make() for entry in LESSONS.values()]
    lessons.append(stationary_lesson(Descent("x+y", constraints=("x^2+y^2=1",)), Stationary((), complete=False)))
    found = [text for lesson in lessons for sheet in lesson.sheets for text in texts(sheet)]
    return [text for text in found if set(re.findall("[a-z]{3,}", text)) - FUNCTIONS]


SAID = {
    "checking.telling: origin_of(verdict.book.problem).told": first_of_pairs("book.understood", "notes")
    | first_of_pairs("book.understood", "summary")
    | {understood_facts.CONTRADICTED},
    "book.describing: origin_of(problem).facts": {
        text
        for function in ("facts", "_iterations", "_rates", "_left", "_labels")
        for text in first_of_pairs("book.understood_facts", function)
    },
    "book.describing: NEXTS.items()": (*places_line.AXIS_COLUMNS, "input", "iteration"),
    "book.iterations: error.message": [NO_RESULT, NO_RESULTS],
    "checking.verdict: self.convention": [OTHER_RATES, *(words for c in OTHER_CONVENTIONS for words in (c.words, c.doubt))],
    "checking.verdict: cause.mistake.words": [mistake.words for mistake in catalogue()],
    "checking.verdict: cause.mistake.correction": [mistake.correction for mistake in catalogue()],
    "errors: self.message": (),  # of an error that was found where it is raised
    "book.settings: error.message": (),
    "lessons.calculus: error.message": (),
    "checking.telling_formulas: finding.message": with_fields("checking.formulas")
    | with_fields("formula.building")
    | {NOT_SINCE, ONE_OF_THESE},
    "checking.telling_formulas: finding.lines": (),  # with the messages
    "layout.labels: label.text": headings(),
    "layout.labels: network.things": ("image", "case"),
    "cli.books: sections().items()": sections().values(),
    "book.heads: MEASURED.get(section, {}).items()": [text for heads in MEASURED.values() for text in heads.values()],
    "layout.labels: q.symbol": [quantities.SYMBOLS[kind] for kind in (*layouts.MARKS, "share", "digit")],
    "book.conventions: chosen.order": problem.ORDERS,
    "book.conventions: topic": first_of_pairs("book.conventions", "conventions")
    | first_of_pairs("book.conventions", "_resumed")
    | first_of_pairs("book.writer", "ending")
    | {"results", "formulas", "other sheets"},  # of a person's own sheets
    "book.places_words: *HEADER": places_words.COLUMNS,
    "book.places_writing: tuple((name for name in COLUMNS if name in HEADER or name in used))": places_words.COLUMNS,
    "book.resume_record: names.items()": (),  # as in parts
    "book.resume_record: parts.items()": [*record.SETTING_NAMES.values(), *record.PARTS],
    "book.places_words: DIRECTIONS.items()": places_words.DIRECTIONS,
    "book.settings: entry.name": [entry.name for entry in settings.ENTRIES],
    "book.settings: entry.meaning": [entry.meaning for entry in settings.ENTRIES],
    "book.settings: LANGUAGES": (),  # with the choices
    "book.settings: tuple(ACTIVATIONS)": (),  # names of functions
    "book.settings: tuple(COSTS)": (),  # with the choices
    "book.settings: tuple(LAYOUTS)": (),  # also
    "sweeps.variants: tuple(ACTIVATIONS)": (),  # names of functions
    "sweeps.variants: BY_FIELD[field].name": [entry.name for entry in settings.ENTRIES],
    "sweeps.variants: LAYER_ENTRIES.items()": settings.LAYER_COLUMNS,
    "checking.tell_compare: found.notes": first_of_pairs("checking.comparing", "_notes"),
    "errors: OPTION.sub(_argument, template)": (),  # of a template, for a program
    "book.describing: problem.notes": first_of_pairs("xlsx.workbook", "notes")
    | {completing.HELD, completing.ABSENT, completing.OTHER, completing.COMPLETED, completing.ALONE, completing.EARLIER}
    | first_of_pairs("book.own_images", "_notes")
    | first_of_pairs("book.own_places", "_left_out_biases")
    | first_of_pairs("book.own_places", "_notes_aside")
    | {pixels.COUNTED, pixels.SCALED, pixels.STRAY, answers.NAMED, answers.ONES, answers.CONTRADICTION}
    | {EPOCHS, FEWER, IRREGULAR, OTHER_BATCHES, WHOLE}
    | {placed_settings.BESIDE},
    "book.conventions: origin.notes": (),  # as in show
    "book.quantity_names: SYMBOLS.items()": [
        symbol for kind, symbol in quantities.SYMBOLS.items() if not kind.startswith("new_")
    ],
    "cli.books: sections()": sections().values(),
    "book.formulary: rule.equation": (),  # with the equations
    "lessons.pages: block.equation": (),  # with the equations
    "lessons.pages: block.label": of_lessons(lambda sheet: (block.label for block in sheet.blocks)),
    "lessons.pages: chart.title": of_lessons(lambda sheet: (chart.title for chart in sheet.charts)),
    "lessons.pages: chart.x": of_lessons(lambda sheet: (chart.x for chart in sheet.charts)),
    "lessons.pages: chart.y": of_lessons(lambda sheet: (chart.y for chart in sheet.charts)),
    "lessons.pages: series.name": of_lessons(lambda sheet: (series.name for chart in sheet.charts for series in chart.series)),
    "lessons.pages: sheet.title": of_lessons(lambda sheet: (sheet.title,)),
    "lessons.pages: text.text": of_lessons(lambda sheet: (text.text for text in sheet.texts)),
    "lessons.catalogue: sheet.title": (),  # as in lesson_book
    "cli.speaking: [part if part.startswith(UNBROKEN) else ' '.join(part.split()) for part in parts]": (),  # help_texts
    "cli.speaking: [re.split('\\\\s{2,}', line) for line in lines]": (),  # also
    "cli.speaking: [say(piece, language_of(ctx)) if piece in USAGE else piece for piece in found]": (),  # also
    "cli.speaking: lines[0].partition(' ')": (),  # also
    "cli.speaking: said.help": (),  # also
    "cli.speaking: said.metavar": (),  # also
    "xlsx.sheet_names: *LAID_OUT": LAID_OUT,
    "xlsx.sheet_names: *TYPED": TYPED,
    "xlsx.sheet_names: next((known for known in (*TYPED, *LAID_OUT) if is_called(name, *every(known))), None)": (),  # also
}


# click's own words, as far as a reader of xlnn meets them; the last are those of earlier versions
CLICK = (
    "Usage:", "Options", "Commands", "Show this message and exit.",
    "Missing argument", "Missing option", "Missing command.", "default: {default}", "required",
    "Invalid value: {message}", "Invalid value for {param_hint}: {message}",
    "No such option {name!r}.", "No such option: {name}", "No such command {name!r}.",
    "Got unexpected extra argument ({args})", "Option {name!r} does not take a value.", "Option {name!r} requires an argument.",
    "{value!r} is not a valid {number_type}.", "{value} is not in the range {range}.", "{value!r} is not {choice}.",
    "Takes {nargs} values but 1 was given.",
)  # fmt: skip


def help_texts() -> set[str]:
    """What `--help` says: paragraphs of the commands, of their examples the words, options and what their values are called."""
    params = [param for command in (main, *main.commands.values()) for param in command.params]
    found = {text for param in params for text in (getattr(param, "help", None), param.metavar) if text}
    found |= {param.name.upper() for param in params if isinstance(param, click.Argument) and not param.metavar}
    for command in (main, *main.commands.values()):
        for part in speaking.paragraphs(command.help):
            lines = part.split("\n")
            if lines[0] != speaking.UNBROKEN:
                found.add(part)
            elif lines[1].partition(" ")[0].endswith(":"):
                found.add(lines[1].partition(" ")[0])
            else:
                found |= {re.split(r"\s{2,}", line)[1] for line in lines[1:]}
    found |= {param.type.name.upper() for param in params if speaking.named_by_type(param)}
    return {text for text in found if len(text) > 1} | set(speaking.USAGE)


@cache
def spoken() -> tuple[dict[str, str], set[str]]:
    """Every template and where it stands; and the expressions of which the source does not tell what they say."""
    templates, open_ = {}, set()
    for module, call in SOURCE.saying():
        for where, leaf in SOURCE.leaves(module, call.args[0]):
            if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str):
                templates.setdefault(leaf.value, f"{where}.py:{leaf.lineno}")
            else:
                open_.add(f"{where}: {ast.unparse(leaf)}")
    for expression, found in (SAID | {"--help": help_texts(), "click": CLICK}).items():
        templates |= {template: expression for template in found if template not in templates}
    return {text: where for text, where in templates.items() if re.search("[a-z]{2}", text) or where == "--help"}, open_


def equations() -> dict[str, str]:
    """The equations that have words in them: those of rules, costs and activations."""
    tables = [text for entry in (*ACTIVATIONS.values(), *COSTS.values()) for text in (entry.equation, entry.slope_equation)]
    found = dict.fromkeys(tables, "activations.py, costs.py")
    for module, call in SOURCE.calls:
        if called(call) == "Rule" and len(call.args) > 2:
            found |= {
                leaf.value: f"{where}.py" for where, leaf in SOURCE.leaves(module, call.args[2]) if isinstance(leaf, ast.Constant)
            }
    found |= dict.fromkeys(of_lessons(lambda sheet: (block.equation for block in sheet.blocks)), "lessons.py")
    return {text: where for text, where in found.items() if set(re.findall("[a-z]{2,}", text)) - FUNCTIONS}


def choices() -> dict[str, list[str]]:
    """The words among which a setting chooses, by the setting; names of functions are the same in every language."""
    known = {entry.name: entry.expected for entry in settings.ENTRIES if isinstance(entry.expected, tuple)} | {"kind": KINDS}
    return {name: [word for word in words if word not in LANGUAGES and word not in ACTIVATIONS] for name, words in known.items()}


@cache
def words_in_fields() -> dict[str, str]:
    """Words that fill the fields of messages: names of settings, what they should be, axes, equations."""
    found = {entry.expected: "settings.py" for entry in settings.ENTRIES if isinstance(entry.expected, str)} | equations()
    words = [word for names in choices().values() for word in names]
    found |= {word: "settings.py" for word in words if re.search("[a-z]{2}", word)}
    found |= dict.fromkeys(OF_LAYERS, "variants.py") | dict.fromkeys((mistake.name for mistake in catalogue()), "mistakes")
    for module, call in SOURCE.saying():
        for keyword in (part for part in call.keywords if part.arg in WORDS):
            leaves = SOURCE.leaves(module, keyword.value)
            texts = [leaf.value for _, leaf in leaves if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)]
            if texts:
                found |= {text: f"{module}.py:{call.lineno}" for text in texts if re.search("[a-z]{2}", text)}
    return found


def fields(template: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(template) if name is not None)


# ---- the table -------------------------------------------------------------------------------------


def none_of(lines, otherwise: str) -> None:
    """Fails with all the lines, ready to be copied."""
    if lines:
        pytest.fail("\n".join([otherwise, *sorted(lines)]), pytrace=False)


def test_every_expression_that_is_said_is_understood():
    _, found = spoken()
    none_of(found - set(SAID), "say in SAID (test_words.py) which templates these can be, () for none:")
    none_of(set(SAID) - found, "these are no longer said; remove them from SAID (test_words.py):")


def test_everything_said_is_translated():
    said = spoken()[0] | words_in_fields()
    missing = [f'msgid "{text}"  # {where}' for text, where in said.items() if not all(TABLE.get(text, ("",)))]
    none_of(missing, "translate these in xlnn/words/zh/LC_MESSAGES/xlnn.po and in ja/…:")


def test_no_entry_of_the_table_is_left_over():
    said = set(spoken()[0]) | set(words_in_fields())
    own = {text.replace("{what}", things) for text in said if "{what}" in text for things in ("images", "cases")}
    none_of(set(TABLE) - said - own, "nothing says these; remove them from the catalogues:")


@pytest.mark.parametrize(("language", "texts"), [("zh", ZH), ("ja", JA)])
def test_the_compiled_catalogue_is_that_of_the_text(language, texts):
    """Made with: pybabel compile -d xlnn/words -D xlnn (CONTRIBUTING.md)."""
    assert {english: compiled(language).gettext(english) for english in texts} == texts


def test_translations_have_the_same_fields():
    """Of click's own a field may be left out: what kind of number was expected stands there as an English word."""
    wrong = [(text, said) for text, both in TABLE.items() for said in both if fields(said) != fields(text)]
    wrong = [(text, said) for text, said in wrong if text not in CLICK or set(fields(said)) - set(fields(text))]
    assert wrong == []


def test_translations_are_in_their_own_language():
    """No kana in a Chinese text, no simplified characters in a Japanese one."""
    assert [zh for zh, _ in TABLE.values() if re.search("[ぁ-ヺ]", zh)] == []
    assert [ja for _, ja in TABLE.values() if re.search("[层输权误单请为这图书张应]", ja)] == []


@pytest.mark.parametrize(
    "names",
    [
        [*(entry.name for entry in settings.ENTRIES), "setting", "layer"],
        settings.LAYER_COLUMNS,
        places_words.COLUMNS,
        list(places_words.DIRECTIONS),
        ["yes", "no", "all", "given"],
        *choices().values(),
    ],
    ids=["settings", "columns", "places", "directions", "answers", *choices()],
)
def test_a_name_means_one_thing_in_all_languages(names):
    owners = [(word.lower(), name) for name in names for word in every(name)]
    assert len(dict(owners)) == len(set(owners)), sorted(owners)


# ---- saying ----------------------------------------------------------------------------------------


def test_braces_stay_where_no_fields_are_given():
    assert say("of the sheets: {choices}", "zh") == "工作表的布局：{choices}"


def test_a_field_that_is_a_word_of_the_table_is_translated():
    text = say("{what}: expected {expected}, found {found}.", "zh", what="iterations", expected="a whole number", found="'ten'")
    assert text == "迭代次数：应为“整数”，实际为 'ten'。"


@pytest.mark.parametrize(
    ("things", "zh", "ja"),
    [
        ("images", "64 幅图像中正确 60 幅。", "画像 64 枚のうち 60 枚が正解。"),
        ("cases", "数据 64 个，其中正确 60 个。", "データ 64 件のうち 60 件が正解。"),
    ],
)
def test_a_sentence_of_its_own_for_a_word_has_its_measure_word(things, zh, ja):
    said = [say("{right} of {images} {what} right.", language, right=60, images=64, what=things) for language in LANGUAGES]
    assert said == [f"60 of 64 {things} right.", zh, ja]


def test_parts_are_joined_as_each_language_does():
    assert [joined(("a", "b"), ", ", language) for language in LANGUAGES] == ["a, b", "a、b", "a、b"]
    assert [joined(("A.", "B."), " ", language) for language in LANGUAGES] == ["A. B.", "A.B.", "A.B."]


@pytest.mark.parametrize(
    ("template", "one", "two"),
    [
        ("{count} more cells hold errors.", "1 more cell holds errors.", "2 more cells hold errors."),
        ("{count} {what} are fewer", "1 image is fewer", "2 images are fewer"),
        ("there are only {count} quantities", "there is only 1 quantity", "there are only 2 quantities"),
        ("3 of {count} runs need {count} axes", "3 of 1 run needs 1 axis", "3 of 2 runs need 2 axes"),
        ("{count} new parameters do not follow", "1 new parameter does not follow", "2 new parameters do not follow"),
        ("{count} lies on all cells", "1 lies on all cells", "2 lies on all cells"),
    ],
)
@pytest.mark.parametrize("kind", [int, str, np.int64])
def test_one_thing_is_spelled_as_one_in_english(template, one, two, kind):
    assert [say(template, count=kind(count), what="images") for count in (1, 2)] == [one, two]


NO_COUNT = {  # words with an s behind a field that is no count of them
    "is", "is always", "has", "was", "lies", "times", "ones", "its", "stands", "goes", "refers", "needs", "begins", "leads",
    "declares", "becomes", "takes", "does", "speaks", "than parameters",
    "or its", "when this", "and goes", "as", "in this", "that",
}  # fmt: skip


def test_every_count_of_things_in_the_catalogue_may_be_one():
    """Any template with 1 in all of its fields: no word behind one of them means several, but of "1 of 1 cells"."""
    found = []
    for template in set(TABLE) - set(CLICK):
        said = say(template, **dict.fromkeys(fields(template), 1))
        behind = re.findall(r"(?<!\} of )\{\w+\} ((?:[a-z]+ )?[a-z]+s)\b", template)
        found += [(words, template) for words in behind if re.search(rf"(?<!1 of )\b1 {words}\b", said)]
    assert [(words, template) for words, template in found if not {words, words.split()[0]} & NO_COUNT] == []


def test_words_of_earlier_versions_are_still_read():
    """A workbook that 0.2.0 wrote in Chinese has 单元数 and 代价 on its sheet Settings."""
    assert {"units", "神经单元数", "单元数", "ユニット数"} <= set(every("units"))
    assert {"cost", "误差函数", "代价"} <= set(every("cost"))


def test_an_unknown_template_stays_english():
    assert say("{count} of something new", "ja", count=3) == "3 of something new"


def test_an_error_speaks_each_language():
    error = ContentError("expected a number, found a blank cell.", Where("a.xlsx", "Data", "C7"))
    assert [error.text(language) for language in LANGUAGES] == [
        "a.xlsx › 'Data'!C7: expected a number, found a blank cell.",
        "a.xlsx › 'Data'!C7：应为数，实际是空单元格。",
        "a.xlsx › 'Data'!C7：数が必要ですが、空のセルです。",
    ]


def test_a_setting_that_is_not_understood_is_named_in_the_readers_language():
    with pytest.raises(UsageError) as caught:
        settings.parse_value(settings.BY_FIELD["batch"], "half")
    assert caught.value.text("ja") == "バッチサイズ：「0 より大きい整数、または『すべて』」が必要ですが、'half' です。"


# ---- workbooks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", ["4-4", "5-6"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_reads_back_the_same_in_every_language(language, section, tmp_path):
    book = example(section)
    network = replace(book.network, total="mean", freeze_biases=True, update="output first", ties="all")
    chosen = replace(book.settings, eta=0.3, iterations=7, batch=16, order="shuffled", seed=5)
    xlnn.write_problem(replace(book, network=network, settings=chosen), tmp_path / "book.xlsx", language=language)
    found = xlnn.read(tmp_path / "book.xlsx")
    assert found.settings == chosen
    assert found.origin.language == language
    assert found.network.layers == network.layers
    assert [getattr(found.network, name) for name in ("total", "freeze_biases", "update", "ties", "classes")] == [
        "mean", True, "output first", "all", network.classes,
    ]  # fmt: skip
    np.testing.assert_array_equal(found.x, book.x)


@pytest.mark.parametrize(
    ("text", "step"), [("4 右", (0, 4)), ("3 下 2 左", (3, -2)), ("33下", (33, 0)), ("1 上", (-1, 0)), ("4 right", (0, 4))]
)
def test_steps_of_places_are_understood_in_every_language(text, step):
    assert places_sheet.step(text) == step


def test_places_are_read_under_a_translated_header():
    header = tuple(say(name, "zh") for name in places_words.HEADER)
    found = places_sheet.parse([header, ("z2", "学习!O11:O13", "4 右", None, None, None)], "a.xlsx")
    assert (found["z2"].sheet, found["z2"].block.name, dict(found["z2"].nexts)) == ("学习", "O11:O13", {"image": (0, 4)})


def kept_words(network: Network) -> set[str]:
    """What stays English in every workbook: names of sheets, quantities and activations, programs, formulas."""
    names = [
        "Start",
        "Held out",
        "Summary",
        "Conventions",
        "Settings",
        "Data",
        "Places",
        "Iteration",
        "Trained",
        "Test",
        *network.quantities,
    ]
    values = [*ACTIVATIONS, *places_words.DIRECTIONS, *LANGUAGES]
    others = [
        "max exp",
        "SHA",
        "MSE SGD",
        "xlnn",
        "NumPy",
        "Python",
        "b.xlsx a.xlsx",
        "xlnn predict --cells formulas values --detail units --keep",
    ]
    return set(re.findall("[A-Za-z]{2,}", " ".join(names + values + others)))


@pytest.mark.parametrize("section", ["4-4", "5-6"])
@pytest.mark.parametrize("language", ["zh", "ja"])
def test_no_english_is_left_in_a_workbook(language, section, tmp_path):
    book = example(section)
    answers = {name: getattr(book, name)[:3] for name in ("digits", "t") if getattr(book, name) is not None}
    small = replace(book, x=book.x[:3], settings=replace(book.settings, iterations=2, batch=2), **answers)
    xlnn.write_problem(small, tmp_path / "a.xlsx", language=language)
    xlnn.write(xlnn.read(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", detail="units", keep="2")
    sheets = openpyxl.load_workbook(tmp_path / "b.xlsx").worksheets
    texts = {cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.data_type == "s"}
    digest = "[0-9a-f]{64}"
    assert {word for text in texts for word in re.findall("[A-Za-z]{2,}", re.sub(digest, "", text))} - kept_words(
        book.network
    ) == set()
