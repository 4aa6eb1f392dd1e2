"""Whole reports: every format, from the same few reports. ``UPDATE_GOLDEN=1`` writes them anew."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from backstamp.core.report import Report
from backstamp.report import html, json, junit, markdown, sarif, text
from kit.reports import REPORTS

FOLDER = Path(__file__).parent / "reports"
FORMATS: dict[str, Callable[[Report], str]] = {
    "narrow.txt": lambda r: text.render(r, text.Style(width=40, unicode=False)),
    "color.txt": lambda r: text.render(r, text.Style(color=True)),
    "txt": text.render,
    "html": html.render,
    "json": json.render,
    "junit.xml": junit.render,
    "md": markdown.render,
    "sarif": lambda r: sarif.render(r, folder="models"),
}


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_what_it_was(name, ending):
    written = FORMATS[ending](REPORTS[name]())
    golden = FOLDER / f"{name}.{ending}"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_bytes(written.encode())
    assert written.encode() == golden.read_bytes()


def test_every_golden_file_has_its_report():
    expected = {f"{name}.{ending}" for name in REPORTS for ending in FORMATS}
    assert {path.name for path in FOLDER.iterdir()} == expected
