"""What holds for every test: nothing is skipped in silence.

Leaves out fixtures, which stand with the tests that use them. Always: a run ends by
saying what it skipped and how to get it, and with MOMENTS_NO_SKIPS=1 a skip fails.
"""

import os
from collections import Counter
from collections.abc import Generator
from typing import TypeVar

import pytest

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

STRICT = os.environ.get("MOMENTS_NO_SKIPS", "") not in ("", "0")


def why_skipped(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The reason given for a skip, which pytest keeps as (file, line, 'Skipped: reason')."""
    found = report.longrepr
    words = str(found[2]) if isinstance(found, tuple) else str(found)
    return words.removeprefix("Skipped: ")


def refuse_skip(report: Report) -> Report:
    """The report itself, or a failure in its place where skips are not allowed."""
    if STRICT and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, and MOMENTS_NO_SKIPS is set: {why_skipped(report)}"
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)  # outside pytest's own, so after it
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return refuse_skip((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)  # outside pytest's own, so after it
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return refuse_skip((yield))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = Counter(why_skipped(report) for report in terminalreporter.getreports("skipped"))
    if not skipped:
        return
    terminalreporter.section("skipped, and how to get it")
    for reason, number in skipped.most_common():
        terminalreporter.line(f"{number} skipped, {reason}")
