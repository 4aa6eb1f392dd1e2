"""A result is written whole or not at all, and every failure is two lines."""

import os

import pytest

from backstamp.cli import output
from backstamp.core.errors import OutputError


def test_a_file_is_written_and_nothing_is_left_beside_it(tmp_path):
    output.write("é\n", str(tmp_path / "report.txt"))
    assert [(p.name, p.read_text("utf-8")) for p in tmp_path.iterdir()] == [("report.txt", "é\n")]


def test_a_file_gets_the_rights_of_an_ordinary_file(tmp_path):
    before = os.umask(0o027)
    try:
        output.write("x", str(tmp_path / "report.txt"))
    finally:
        os.umask(before)
    assert (tmp_path / "report.txt").stat().st_mode & 0o777 == 0o640


def test_an_old_report_is_replaced_and_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    output.write("new", str(tmp_path / "link.txt"))
    assert ((tmp_path / "real.txt").read_text(), (tmp_path / "link.txt").is_symlink()) == ("new", True)


def test_a_failed_write_leaves_the_old_report_and_no_part(tmp_path, monkeypatch):
    place = tmp_path / "report.txt"
    place.write_text("old")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OutputError) as caught:
        output.write("new", str(place))
    monkeypatch.undo()
    assert caught.value.message == f'cannot write to "{place}": no space left on device'
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("report.txt", "old")]


def test_a_full_device_is_told():
    with pytest.raises(OutputError, match='cannot write to "/dev/full": no space left on device'):
        output.write("x", "/dev/full")


def test_a_folder_and_a_missing_folder_are_told_before_the_work(tmp_path):
    with pytest.raises(OutputError, match="it is a folder"):
        output.check_place(str(tmp_path))
    with pytest.raises(OutputError, match="there is no folder"):
        output.check_place(str(tmp_path / "no" / "report.txt"))
    output.check_place("")
    output.check_place("-")
    output.check_place(str(tmp_path / "report.txt"))


@pytest.mark.parametrize(
    ("settings", "terminal", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colour_follows_the_terminal_and_the_users_wish(monkeypatch, settings, terminal, wanted):
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert output.wants_color(terminal) is wanted


def test_the_width_is_that_of_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "57")
    assert output.terminal_width(1) == 57
    monkeypatch.setenv("COLUMNS", "wide")
    assert output.terminal_width(9999) == 80
