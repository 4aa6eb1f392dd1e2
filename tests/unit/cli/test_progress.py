"""Progress is one line, only for work that takes long, and gone at the end."""

import io

from backstamp.cli.progress import Progress


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_quick_work_draws_nothing():
    stream, clock = io.StringIO(), _Clock()
    progress = Progress(stream, clock=clock)
    clock.now = 0.49
    progress.show(1, 2, "a")
    progress.clear()
    assert stream.getvalue() == ""


def test_long_work_draws_at_most_ten_times_a_second_and_clears():
    stream, clock = io.StringIO(), _Clock()
    progress = Progress(stream, width=40, clock=clock)
    for hundredth in range(50, 71):
        clock.now = hundredth / 100
        progress.show(hundredth, 1000, f"file{hundredth}")
    progress.clear()
    progress.clear()
    drawn = stream.getvalue().split("\r\x1b[K")
    assert drawn == ["", *(f"examined {n} of 1,000  file{n}" for n in (50, 60, 70)), ""]


def test_a_hostile_name_is_escaped_and_cut_to_the_line():
    stream, clock = io.StringIO(), _Clock()
    progress = Progress(stream, width=40, clock=clock)
    clock.now = 1.0
    progress.show(1, 2, "x" * 500 + "\x1b[2J\n漢字\udc80")
    line = stream.getvalue().removeprefix("\r\x1b[K")
    assert line == "examined 1 of 2  xxx\\x1b[2J\\x0a漢字\\x80"
