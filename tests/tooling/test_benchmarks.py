import json
import pickletools
import sys

import pytest

from benchmarks import corpus
from benchmarks.measure import Cost, measured, median, total
from benchmarks.run import Result
from benchmarks.scanners import DENIED, WARNED, environment_of, ours, peers
from benchmarks.table import written

BAD, ODD, GOOD = "malicious/0001-a.pkl", "malicious/0002-b.pt", "benign/0001-c.pkl"
SCANNERS = {
    s.name: s
    for s in peers(dict.fromkeys(["fickling", "hayward", "modelaudit", "modelscan", "picklescan"], "/p"))
}

REPORTS = {
    "hayward": json.dumps(
        {
            "findings": [
                {"file": f"corpus/{BAD}", "severity": "critical"},
                {"file": f"corpus/{BAD}", "severity": "low"},
                {"file": f"corpus/{ODD}", "severity": "medium"},
                {"file": f"corpus/{GOOD}", "severity": "info"},
            ],
            "coverage_gaps": [],
        }
    ),
    "modelaudit": json.dumps(
        {
            "issues": [
                {"location": f"/r/corpus/{BAD} (pos 54)", "severity": "critical"},
                {"location": f"/r/corpus/{ODD}:archive/data.pkl", "severity": "warning"},
                {"location": "", "severity": "info"},
            ]
        }
    ),
    "modelscan": json.dumps({"issues": [{"source": BAD}], "errors": [{"source": ODD}]}),
    "picklescan": f"/r/{BAD}: dangerous import 'os system' FOUND\n/r/{ODD}:x: suspicious import 'a b' FOUND",
    "backstamp": json.dumps(
        {
            "findings": [
                {"path": BAD, "severity": "high"},
                {"path": f"{GOOD}!/x", "severity": "info"},
            ],
            "coverage": [{"path": ODD, "status": "partial"}, {"path": BAD, "status": "failed"}],
        }
    ),
}


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_each_report_is_read_for_what_was_said_of_which_file(name):
    scanner = ours() if name == "backstamp" else SCANNERS[name]
    said = {path: word for path, word in scanner.read(REPORTS[name]).items() if path}
    assert said == {BAD: DENIED, ODD: WARNED}


@pytest.mark.parametrize(
    ("severities", "word"),
    [
        (["LIKELY_SAFE"], None),
        (["LIKELY_SAFE", "SUSPICIOUS"], WARNED),
        (["LIKELY_UNSAFE"], WARNED),
        (["LIKELY_SAFE", "LIKELY_OVERTLY_MALICIOUS"], DENIED),
        (["OVERTLY_MALICIOUS"], DENIED),
    ],
)
def test_the_worst_pickle_of_a_file_decides_for_fickling(severities, word):
    text = "".join(json.dumps({"severity": severity}) for severity in severities)
    assert SCANNERS["fickling"].read(text).get("") == word


def test_the_corpus_is_the_same_each_time_and_names_files_once():
    first = corpus.samples()
    paths = [sample.path for sample in first]
    assert first == corpus.samples()
    assert len(set(paths)) == len(paths)
    assert {path.partition("/")[0] for path in paths} == {"malicious", "benign"}


def test_the_large_pickle_is_as_long_as_it_says(tmp_path):
    path = tmp_path / "large.pkl"
    size, operations = corpus.write_large_pickle(str(path), entries=10)
    assert (size, operations) == (path.stat().st_size, sum(1 for _ in pickletools.genops(path.read_bytes())))


def test_the_sparse_file_is_long_and_takes_no_room(tmp_path):
    path = tmp_path / "sparse.safetensors"
    corpus.write_sparse_safetensors(str(path))
    length = int.from_bytes(_head(path, 8), "little")
    header = json.loads(_head(path, 8 + length)[8:])
    last = max(entry["data_offsets"][1] for entry in header.values())
    assert path.stat().st_size == 8 + length + last
    assert path.stat().st_blocks * 512 < 1024 * 1024


def _head(path, length):
    with open(path, "rb") as file:
        return file.read(length)


def _ran(tmp_path, code, limit=30.0):
    environment = environment_of(str(tmp_path))
    return measured([sys.executable, "-c", code], environment=environment, folder=str(tmp_path), limit=limit)


def test_a_command_is_measured_to_its_end(tmp_path):
    cost = _ran(tmp_path, "print('x' * 3); raise SystemExit(3)")
    assert (cost.code, cost.output, cost.is_finished) == (3, "xxx\n", True)
    assert cost.processor > 0
    assert cost.memory > 1024 * 1024


def test_a_command_that_takes_too_long_is_stopped(tmp_path):
    assert not _ran(tmp_path, "import time; time.sleep(60)", limit=0.2).is_finished


def test_costs_are_added_and_their_median_is_taken():
    costs = [Cost(0, 1.0, 30, "a"), Cost(1, 2.0, 10, "b"), Cost(0, 6.0, 20, "c")]
    assert total(costs) == Cost(0, 9.0, 30)
    assert median(costs) == Cost(0, 2.0, 20, "c")


def test_the_page_shows_shares_and_ratios():
    def result(name, seconds, counts):
        cost = Cost(0, seconds, 64 * 1024 * 1024)
        return Result(name, "1.0", cost, cost, Cost(0, seconds * 2, 0), cost, Cost(None, 120.0, 0), counts)

    words = ("malicious denied", "malicious warned", "benign denied", "benign warned")
    page = written(
        [
            result("ours", 0.5, dict(zip(words, (9, 1, 0, 1), strict=True))),
            result("theirs", 1.0, dict(zip(words, (5, 0, 2, 0), strict=True))),
        ],
        malicious=10,
        benign=4,
        size=1_000_000,
        operations=500_000,
        day="2026-01-01",
        machine="one core",
    )
    assert [line for line in page.splitlines() if line.startswith(("| ours", "| theirs"))] == [
        "| ours 1.0 | 9 (90.0 %) | 1 (10.0 %) | 0 (0.0 %) | 1 (25.0 %) |",
        "| theirs 1.0 | 5 (50.0 %) | 0 (0.0 %) | 2 (50.0 %) | 0 (0.0 %) |",
        "| ours 1.0 | 0.50 (1.0x) | 0.50 (1.0x) | 1.00 (1.0x) | 0.50 (1.0x) | stopped after 120 | 64 MiB |",
        "| theirs 1.0 | 1.00 (2.0x) | 1.00 (2.0x) | 2.00 (2.0x) | 1.00 (2.0x) | stopped after 120 | 64 MiB |",
    ]
