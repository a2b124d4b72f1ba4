"""README's commands: in their order, beside the folder workbooks alone, each works; no shell splits or expands them."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from xlnn.errors import pip_install

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line.startswith("xlnn ")]
INLINE = [" ".join(found.split()) for found in re.findall(r"`(xlnn [^`]+)`", README)]
DIFFERS = ("check", "compare", "gradcheck")  # exit code 1 says that something differs: that is an answer, too


def test_each_works_in_an_empty_folder_in_bash(tmp_path):
    """One after the other, as they stand there; `xlnn` is on the path as after `activate`."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    (tmp_path / "bin").mkdir()
    shutil.copytree(Path(__file__).parents[2] / "workbooks", tmp_path / "work" / "workbooks")
    program = tmp_path / "bin" / "xlnn"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m xlnn "$@"\n')
    program.chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": os.pathsep.join(sys.path), "MPLBACKEND": "Agg"}
    for command in COMMANDS:
        process = subprocess.run(
            [bash, "-c", command],
            cwd=tmp_path / "work",
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        allowed = (0, 1) if command.split()[1] in DIFFERS else (0,)
        assert process.returncode in allowed, f"{command}\n{process.stderr}"
        assert "Traceback" not in process.stderr
    assert len(COMMANDS) >= 14


# ---- how shells take a line apart ------------------------------------------------------------------------


def powershell(line: str) -> list[str]:
    """The arguments that PowerShell gives to a program: outside quotes a comma parts a list, and # begins a comment.

    What it treats in another way still (a variable, a pipe, a bracket that calls) is an error here.
    """
    arguments = []
    for word in re.findall(r'(?:[^\s"\']|"[^"]*"|\'[^\']*\')+', line):
        if word.startswith("#"):
            break
        bare = re.sub(r'"[^"]*"|\'[^\']*\'', "", word)
        assert not re.search(r"[$`|&;<>(){}@]", bare), f"PowerShell reads {word!r} in {line!r} in its own way"
        parts = re.findall(r'(?:[^,"\']|"[^"]*"|\'[^\']*\')+', word)
        arguments += [re.sub(r'["\']', "", part) for part in parts]
    return arguments


def zsh(line: str) -> list[str]:
    """The arguments that zsh gives: outside quotes *, ?, [ … ] and ( … ) are patterns that no file matches, and a # in a line
    that is typed is no comment but an argument."""
    for word in re.findall(r'(?:[^\s"\']|"[^"]*"|\'[^\']*\')+', line):
        bare = re.sub(r'"[^"]*"|\'[^\']*\'', "", word)
        assert not re.search(r"[*?\[\](){}<>|&;$`^!~]", bare), f"zsh: no matches found: {word}"
        assert not bare.startswith("="), f"zsh looks for a program {word}"
    return shlex.split(line)


@pytest.mark.parametrize("line", [*COMMANDS, *(line for line in INLINE if "…" not in line and "|" not in line)])
def test_every_shell_takes_it_apart_alike(line):
    expected = shlex.split(line)
    assert powershell(line) == expected
    assert zsh(line) == expected
    assert "#" not in line  # a comment behind a command is an argument in zsh


def test_the_rules_find_what_shells_split():
    assert powershell("xlnn landscape book.xlsx --over w3[0,1]") == ["xlnn", "landscape", "book.xlsx", "--over", "w3[0", "1]"]
    assert powershell('xlnn sweep book.xlsx --eta "0.1,0.2"')[-1] == "0.1,0.2"
    with pytest.raises(AssertionError, match="no matches found"):
        zsh("xlnn landscape book.xlsx --over w3[0,1] w3[1,2]")


# ---- what README says of setting up ----------------------------------------------------------------------


def test_one_line_adds_all_extras():
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert '.venv/bin/python -m pip install ".[all]"' in README
    assert set(extras["all"]) == set(extras["digits"]) | set(extras["dask"])
    core = {re.split("[<>=]", name)[0].lower() for name in project["dependencies"]}
    assert {"scipy", "sympy", "matplotlib", "python-calamine", "watchfiles"} <= core


def test_a_hint_installs_for_this_python(monkeypatch):
    """The command that is printed, as a shell takes it apart, is this interpreter's own pip."""
    assert shlex.split(pip_install("scipy", "xlnn[all]")) == [sys.executable, "-m", "pip", "install", "scipy", "xlnn[all]"]
    monkeypatch.setattr(sys, "executable", "/Program Files/python")
    assert shlex.split(pip_install("scipy"))[0] == "/Program Files/python"


def test_how_to_get_it_and_how_long_the_tests_take():
    assert "Download ZIP" in README
    assert "half an hour" in README
