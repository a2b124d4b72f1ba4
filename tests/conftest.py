"""The tests speak English, whatever the system does. Hypothesis without time limits: a slow machine is no error.

In CI (environment variable CI) a skipped test is an error.
"""

from __future__ import annotations

import os
import signal

from hypothesis import settings

os.environ["XLNN_LANGUAGE"] = "en"

settings.register_profile("xlnn", deadline=None)
settings.load_profile("xlnn")

# Ignored where the tests run in the background; some of them are about Ctrl-C
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        reporter.write_line("a test was skipped: in CI that is a failure", red=True)
        session.exitstatus = 1
