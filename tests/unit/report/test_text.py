"""The text report says the verdict first, is bounded, and fits the terminal."""

import pytest

from backstamp.core.finding import Severity
from backstamp.core.location import Bytes, Location
from backstamp.core.reading import Status
from backstamp.report.layout import width_of, wrapped
from backstamp.report.outline import groups_of, headline, size_in_words
from backstamp.report.text import Style, render, render_verdict
from kit.reports import REMOTE, REPORTS, finding, read, report


def test_the_verdict_comes_first_with_its_reason():
    assert render(REPORTS["denied"]()).splitlines()[:2] == [
        " ✖ DENY  models",
        " Do not use this: 2 critical and 1 medium findings in 2 of 6 files.",
    ]


def test_each_verdict_has_its_sentence():
    assert {name: headline(REPORTS[name]()) for name in ("allowed", "undetermined", "warned")} == {
        "allowed": "Nothing bad was found: all 2 files were examined to the end.",
        "undetermined": "Nothing vouches for this: 1 of 2 files could not be examined to the end.",
        "warned": "Look before you use this: 1 medium finding in 1 of 1 file.",
    }
    assert headline(report()) == "There is nothing to examine here: the target holds no files."
    skipped = (read("a"), read("b", status=Status.SKIPPED, reason="excluded on request"))
    assert headline(report((), skipped)) == "Nothing bad was found in 1 of 2 files; 1 left out on purpose."


def test_a_finding_below_the_threshold_beside_a_gap_is_told_too():
    gap = read("b", status=Status.PARTIAL, reason="cut short")
    found = finding(REMOTE, path=("a",))
    assert headline(report((found,), (read("a"), gap))) == (
        "Nothing vouches for this: 1 of 2 files could not be examined to the end. There is 1 medium finding."
    )


def test_quiet_is_the_verdict_alone():
    assert render_verdict(REPORTS["allowed"]()) == (
        " ✔ ALLOW  models\n Nothing bad was found: all 2 files were examined to the end.\n"
    )


@pytest.mark.parametrize("width", [40, 59, 60, 80, 100])
@pytest.mark.parametrize("name", REPORTS)
def test_no_line_is_wider_than_the_terminal(name, width):
    lines = render(REPORTS[name](), Style(width=width)).splitlines()
    assert [line for line in lines if width_of(line) > width] == []


def test_a_long_path_is_wrapped_and_not_cut():
    path = "/".join(f"folder{n}" for n in range(40)) + "/model.pt"
    written = render(report((finding(path=(path,)),), (read(path),)), Style(width=40))
    assert path in "".join(line.strip() for line in written.splitlines())


def test_equal_findings_of_a_file_are_one_with_all_its_places():
    found = tuple(finding(place=Location(("evil.pt",), Bytes(n))) for n in (1, 2, 3))
    groups = groups_of(report(found, (read("evil.pt"),)))
    assert [item.places for group in groups for item in group.items] == [
        ("byte 1 (0x1)", "byte 2 (0x2)", "byte 3 (0x3)")
    ]


def test_the_worst_file_and_the_worst_finding_come_first():
    found = (
        finding(REMOTE, path=("a",)),
        finding(REMOTE, path=("b",)),
        finding(path=("b",)),
    )
    groups = groups_of(report(found))
    assert [(g.path, [i.code for i in g.items]) for g in groups] == [
        ("b", ["PKL101", "REP201"]),
        ("a", ["REP201"]),
    ]


def test_a_long_report_is_bounded_and_says_so():
    one = tuple(finding(path=("one.pt",), message=f"number {n}") for n in range(50))
    many = tuple(finding(path=(f"{n:03}.pt",)) for n in range(200))
    given = report((*one, *many), ())
    written = render(given)
    assert "number 19" not in written
    assert written.count("critical PKL101") == 100
    assert "... and 30 more in this file (see --verbose or --format json)" in render(report(one))
    assert "... and 100 more in 100 more files (see --verbose or --format json)" in render(report(many))
    assert render(given, Style(full=True)).count("critical PKL101") == 250


def test_why_and_what_to_do_are_told_once_a_rule():
    written = render(report((finding(path=("a",)), finding(path=("b",)))))
    assert written.count("Whoever loads the file") == 1
    assert written.count("Do not load the file.") == 1


def test_no_finding_denies_when_the_threshold_is_off():
    given = report((finding(),), (read("evil.pt"),), fail_on=None)
    assert (given.verdict.outcome, given.verdict.exit_code) == ("warn", 0)
    assert [item.is_denying for group in groups_of(given) for item in group.items] == [False]
    strict = report((finding(REMOTE),), (read("evil.pt"),), fail_on=Severity.MEDIUM)
    assert [item.is_denying for group in groups_of(strict) for item in group.items] == [True]


def test_wide_characters_take_two_columns():
    assert width_of("漢字a\u0301") == 5
    assert wrapped("漢字漢字", 4) == ["漢字", "漢字"]


def test_sizes_are_told_in_words():
    assert [size_in_words(n) for n in (0, 1, 999, 1000, 999_960, 10**12, 10**18)] == [
        "0 bytes",
        "1 byte",
        "999 bytes",
        "1.0 kB",
        "1.0 MB",
        "1.0 TB",
        "1000.0 PB",
    ]
