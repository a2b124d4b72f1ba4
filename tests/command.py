"""The command line, run inside the test's own process."""

from __future__ import annotations

from click.testing import CliRunner

from xlnn.cli.main import main


def run(*arguments) -> tuple[int, str, str]:
    """Exit code, what is printed, and what is said on the error stream; an exception that nobody caught fails the test."""
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr
