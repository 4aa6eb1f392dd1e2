"""A scan gives the same report however it is run, and never loses a file."""

import os
from collections.abc import Iterator

import pytest

from backstamp.core.codec import sealed, unsealed
from backstamp.core.errors import SourceError, UsageError
from backstamp.core.fact import FactBook, Present
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.core.location import Location
from backstamp.core.reading import Coverage, Status, Unread
from backstamp.engine.examine import Examination, with_faults
from backstamp.engine.isolation import guarded_file, guarded_rule
from backstamp.engine.pool import in_parallel, jobs_for
from backstamp.engine.remember import packed, unpacked
from backstamp.engine.scan import Options, scan
from backstamp.report.json import render
from backstamp.sources.cache import FolderCache, stamp
from backstamp.sources.tree import Entry, entries_of
from kit.pickle_asm import Call, Ref, pickled


def _tree(folder, files: int = 30) -> str:
    for number in range(files):
        (folder / f"d{number % 3}").mkdir(exist_ok=True)
        (folder / f"d{number % 3}" / f"{number}.txt").write_text("plain\n" * number)
    return str(folder)


def test_processes_do_not_show_in_the_report(tmp_path):
    target = _tree(tmp_path)
    assert render(scan([target], Options(jobs=2))) == render(scan([target], Options(jobs=1)))


def test_a_missing_target_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        scan([str(tmp_path / "absent")])


def test_an_unknown_area_is_an_error(tmp_path):
    with pytest.raises(UsageError, match="is not an area; known are: models"):
        scan([str(tmp_path)], Options(only=("modles",)))


def test_an_excluded_file_is_reported_as_skipped(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    report = scan([str(tmp_path)], Options(exclude=("*.txt",)))
    assert [(c.path, c.status, c.reason) for c in report.coverage] == [
        (("a.txt",), Status.SKIPPED, "excluded on request")
    ]


def test_a_dangling_link_and_a_pipe_are_reported(tmp_path):
    (tmp_path / "link").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    report = scan([str(tmp_path)])
    assert [(c.path[0], c.status) for c in report.coverage] == [
        ("link", Status.FAILED),
        ("pipe", Status.SKIPPED),
    ]
    assert report.verdict.exit_code == 3


def test_version_control_data_is_left_out_and_said_so(tmp_path):
    (tmp_path / ".git").mkdir()
    assert [e.skipped for e in entries_of(str(tmp_path))] == ["version control data"]


def _dies_on_b(entry: Entry) -> Examination:
    if entry.shown == "b":
        os._exit(9)
    return Examination(coverage=[_complete(entry)], findings=[], facts=[])


def _complete(entry: Entry) -> Coverage:
    return Coverage(path=(entry.shown,), status=Status.COMPLETE)


def _failed(entry: Entry, status: Status, reason: str) -> Examination:
    return Examination(
        coverage=[Coverage(path=(entry.shown,), status=status, reason=reason)], findings=[], facts=[]
    )


def test_a_child_that_dies_costs_one_file_only():
    entries = [Entry(path=n, shown=n) for n in "abc"]
    found = [c for _, e in in_parallel(_dies_on_b, entries, 2, _failed) for c in e.coverage]
    assert found == [
        _complete(entries[0]),
        Coverage(path=("b",), status=Status.FAILED, reason="the process which examined it died"),
        _complete(entries[2]),
    ]


def test_a_pool_is_used_only_where_it_helps():
    small = [Entry(path=str(n), shown=str(n), size=10) for n in range(10)]
    assert jobs_for(small, 0) == 1
    assert jobs_for(small, 2) == 2
    assert jobs_for(small[:1], 8) == 1


def test_a_remembered_examination_moves_to_its_new_place():
    found = Examination(coverage=[Coverage(path=("old", "m"), status=Status.COMPLETE)], findings=[], facts=[])
    again = unpacked(packed(found), "new")
    assert again is not None
    assert [c.path for c in again.coverage] == [("new", "m")]
    assert unpacked(b"damaged") is None


def test_the_cache_gives_back_what_was_put_and_ignores_what_it_cannot_write(tmp_path):
    cache = FolderCache(str(tmp_path / "c"))
    cache.put("aa" * 32, b"x")
    assert cache.get("aa" * 32) == b"x"
    assert cache.get("bb" * 32) is None
    blocked = FolderCache("/dev/null/x")
    blocked.put("aa" * 32, b"x")
    assert blocked.get("aa" * 32) is None
    assert len(stamp()) == 32


class _Faulty:
    """A rule with a bug."""

    RULE = Rule(code="TST101", name="faulty", severity=Severity.HIGH, confidence=Confidence.HIGH, message="x")
    WANTS = (Present,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        for fact in facts.of(Present):
            yield self.RULE.found(fact)
            raise AttributeError


def test_a_rule_that_fails_is_coverage_and_keeps_its_findings():
    book = FactBook([Present(place=Location(("a",)), size=1, kinds=())])
    said = list(guarded_rule(_Faulty(), book))
    assert isinstance(said[0], Finding)
    assert said[1:] == [Unread("rule TST101: internal error AttributeError", Status.FAILED)]
    whole = [Coverage(path=("a",), status=Status.COMPLETE), Coverage(path=("a", "b"), status=Status.COMPLETE)]
    assert [(c.status, c.reason) for c in with_faults(whole, [said[1]])] == [
        (Status.FAILED, "rule TST101: internal error AttributeError"),
        (Status.COMPLETE, ""),
    ]


def test_a_name_that_is_no_text_is_shown_by_escapes_however_the_scan_is_run(tmp_path):
    folder = os.fsencode(tmp_path) + b"/models"
    os.mkdir(folder)
    for name in (b"\xff\xfe.pkl", b"plain.pkl"):
        with open(folder + b"/" + name, "wb") as file:
            file.write(pickled([Call(Ref("os", "system"), "true"), *range(6000)]))
    target = str(tmp_path / "models")
    cache = FolderCache(str(tmp_path / "results"))
    reports = [
        render(scan([target], Options(jobs=jobs, stamp="x"), cache=kept))
        for jobs, kept in ((1, None), (2, None), (1, cache), (1, cache))
    ]
    assert reports[1:] == reports[:1] * 3
    assert '"path": "\\\\xff\\\\xfe.pkl"' in reports[0]


def test_facts_with_lone_surrogates_can_be_stored():
    fact = Present(place=Location(("a",)), size=1, kinds=("x\ud800",))
    assert unsealed(sealed([fact])) == [Present(place=Location(("a",)), size=1, kinds=("x\\xed\\xa0\\x80",))]


def test_a_fault_outside_of_readers_and_rules_costs_one_file():
    assert guarded_file(lambda: 1 // 0, lambda reason: reason) == "internal error ZeroDivisionError"
    assert guarded_file(lambda: "fine", lambda reason: reason) == "fine"
