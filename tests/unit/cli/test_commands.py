"""The command line, run as people run it: in a process of its own."""

import json
import os
import pickle
import subprocess
import sys

import pytest

ENVIRONMENT = {
    **{k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS"}},
    "PYTHONPATH": "src",
    "PYTHONIOENCODING": "utf-8",
}
_SOURCE = os.path.join(os.path.dirname(__file__), "..", "..", "..", "src")


_CHECK_PATH = "Check the path, and that you may read it."
_THRESHOLDS = "'critical', 'high', 'medium', 'low', 'never'"


class _System:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.system, ("touch /tmp/marker",))


def backstamp(*arguments: str, cwd: object, **options: object) -> subprocess.CompletedProcess[bytes]:
    environment = {**ENVIRONMENT, "PYTHONPATH": os.path.abspath(_SOURCE), "BACKSTAMP_CACHE": str(cwd)}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.run(
        [sys.executable, "-m", "backstamp", *arguments], cwd=str(cwd), env=environment, check=False, **options
    )


def told(*arguments: str, cwd: object) -> tuple[int, list[str]]:
    """The exit code, and the lines on standard error; standard output must be empty."""
    done = backstamp(*arguments, cwd=cwd)
    assert done.stdout == b""
    return done.returncode, done.stderr.decode().splitlines()


@pytest.fixture
def here(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "readme.md").write_text("nothing but words\n")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code", "lines"),
    [
        (
            ("scan", "nowhere"),
            2,
            [
                'backstamp: cannot open "nowhere": no such file or directory',
                "Check the path, and that you may read it.",
            ],
        ),
        (
            ("scam", "models"),
            2,
            ['backstamp: "scam" is not a command', 'Did you mean "scan"? See backstamp --help.'],
        ),
        (
            ("scan", "models", "--fromat", "json"),
            2,
            [
                'backstamp: "--fromat" is not an option of backstamp scan',
                'Did you mean "--format"? See backstamp scan --help.',
            ],
        ),
        (
            ("scan", "models", "--fail-on", "worst"),
            2,
            [
                "backstamp: invalid value for '--fail-on': 'worst' is not one of " + _THRESHOLDS,
                "See backstamp scan --help.",
            ],
        ),
        (
            ("scan", "-"),
            2,
            [
                'backstamp: "-" is not a file: standard input cannot be examined',
                "Save it to a file first; a file of that name is ./-",
            ],
        ),
        (
            ("scan", "models", "-o", "models"),
            4,
            ['backstamp: cannot write to "models": it is a folder', "Name a file inside it."],
        ),
        (
            ("scan", "models", "-o", "no/report.json"),
            4,
            [
                'backstamp: cannot write to "no/report.json": there is no folder "no"',
                "Make the folder first, or choose another place.",
            ],
        ),
        (
            ("scan", "models", "-o", "/dev/full"),
            4,
            [
                'backstamp: cannot write to "/dev/full": no space left on device',
                "Free some space or choose another place.",
            ],
        ),
        (
            ("explain", "zzz"),
            2,
            ['backstamp: "zzz" is not a rule', "backstamp explain lists all rules."],
        ),
        (
            ("scan", "bad\x1b[2J"),
            2,
            [
                'backstamp: cannot open "bad\\x1b[2J": no such file or directory',
                _CHECK_PATH,
            ],
        ),
    ],
)
def test_an_error_is_two_lines_and_a_code(here, arguments, code, lines):
    assert told(*arguments, cwd=here) == (code, lines)


def test_an_unknown_area_is_told_with_the_known_ones(here):
    code, lines = told("scan", "models", "--only", "modles", cwd=here)
    assert code == 2
    assert lines[0].startswith('backstamp: "modles" is not an area; known are: models')


def test_a_full_standard_output_is_an_error_of_ours(here):
    with open("/dev/full", "wb") as full:
        done = backstamp("scan", "models", cwd=here, stdout=full)
    assert (done.returncode, done.stderr.decode().splitlines()) == (
        4,
        [
            "backstamp: cannot write to standard output: no space left on device",
            "Free some space or use --output FILE.",
        ],
    )


def test_a_reader_that_goes_away_is_no_error(here):
    reading, writing = os.pipe()
    os.close(reading)
    done = backstamp("scan", "models", cwd=here, stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_debug_adds_the_traceback(here):
    done = backstamp("scan", "nowhere", "--debug", cwd=here)
    assert done.returncode == 2
    assert done.stderr.startswith(b"Traceback")
    assert done.stderr.splitlines()[-2:] == [
        b'backstamp: cannot open "nowhere": no such file or directory',
        b"Check the path, and that you may read it.",
    ]


def test_a_clean_folder_is_allowed_in_words(here):
    done = backstamp("scan", "models", cwd=here)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines()[:2] == [
        " ✔ ALLOW  models",
        " Nothing bad was found: the file was examined to the end.",
    ]


def test_quiet_says_the_verdict_alone(here):
    assert len(backstamp("scan", "-q", "models", cwd=here).stdout.splitlines()) == 2


def test_a_malicious_pickle_is_denied(here):
    (here / "models" / "evil.pkl").write_bytes(pickle.dumps(_System(), 2))
    done = backstamp("scan", "models", "--format", "json", cwd=here)
    document = json.loads(done.stdout)
    assert (done.returncode, document["verdict"]) == (1, "deny")


@pytest.mark.parametrize("form", ["text", "json", "sarif", "html", "markdown", "junit"])
def test_a_report_goes_to_a_file_whole_and_is_the_same_as_on_standard_output(here, form):
    done = backstamp("scan", "models", "-f", form, "-o", "report", cwd=here)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (here / "report").read_bytes() == backstamp("scan", "models", "-f", form, cwd=here).stdout


def test_what_is_excluded_is_left_out_and_said(here):
    (here / "models" / "strange.xyz").write_bytes(bytes(range(256)))
    (here / "models" / "deep" / "er").mkdir(parents=True)
    (here / "models" / "deep" / "er" / "strange.xyz").write_bytes(bytes(range(256)))
    for patterns in (["*.xyz"], ["strange.*"], ["strange.xyz", "deep/"], ["strange.xyz", "deep/er"]):
        options = [each for pattern in patterns for each in ("--exclude", pattern)]
        document = json.loads(backstamp("scan", "models", "-f", "json", *options, cwd=here).stdout)
        assert [(c["path"], c["status"], c["reason"]) for c in document["coverage"]] == [
            ("deep/er/strange.xyz", "skipped", "excluded on request"),
            ("readme.md", "complete", ""),
            ("strange.xyz", "skipped", "excluded on request"),
        ]


def test_results_are_remembered_unless_that_is_declined(here):
    (here / "models" / "large.pkl").write_bytes(pickle.dumps(list(range(300, 20_000)), 2))
    declined = backstamp("scan", "models", "-f", "json", "--no-cache", cwd=here).stdout
    assert not (here / "results").exists()
    first = backstamp("scan", "models", "-f", "json", cwd=here).stdout
    kept = [path for path in (here / "results").rglob("*") if path.is_file()]
    again = backstamp("scan", "models", "-f", "json", cwd=here).stdout
    assert (len(kept), first, again) == (1, declined, declined)


def test_the_number_of_processes_does_not_show_in_a_report(here):
    for number in range(4):
        (here / "models" / f"{number}.pkl").write_bytes(pickle.dumps(list(range(number)), 2))
    reports = [backstamp("scan", "models", "-f", "json", "-j", jobs, cwd=here).stdout for jobs in "12"]
    assert reports[0] == reports[1]


def test_files_of_several_targets_are_told_apart(here):
    (here / "other").mkdir()
    (here / "other" / "readme.md").write_text("other words\n")
    document = json.loads(backstamp("scan", "models/", "other/readme.md", "-f", "json", cwd=here).stdout)
    assert [c["path"] for c in document["coverage"]] == ["models/readme.md", "other/readme.md"]


def test_an_undecodable_name_is_in_every_report(here):
    with open(os.path.join(os.fsencode(here / "models"), b"bad\xff.txt"), "w", encoding="utf-8") as file:
        file.write("words\n")
    for form in ("text", "json", "sarif", "html", "markdown", "junit"):
        done = backstamp("scan", "models", "-v", "-f", form, cwd=here)
        assert (done.returncode, done.stderr) == (0, b"")
        done.stdout.decode("utf-8")


def test_a_terminal_of_another_charset_gets_ascii(here):
    environment = {**ENVIRONMENT, "PYTHONPATH": os.path.abspath(_SOURCE), "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(  # our own command
        [sys.executable, "-m", "backstamp", "scan", "models"],
        cwd=here, env=environment, check=False, capture_output=True,
    )  # fmt: skip
    assert done.stdout.isascii()


def test_no_colour_and_no_progress_when_there_is_no_terminal(here):
    done = backstamp("scan", "models", cwd=here)
    assert b"\x1b" not in done.stdout + done.stderr


def test_interrupting_leaves_one_line_and_no_report(here):
    code = (
        "import sys, backstamp.engine.scan as engine, backstamp.cli.commands as commands\n"
        "def stopped(*given, **named):\n    raise KeyboardInterrupt\n"
        "engine.scan = stopped\n"
        "sys.exit(commands.main(['scan', 'models', '-o', 'report']))\n"
    )
    environment = {**ENVIRONMENT, "PYTHONPATH": os.path.abspath(_SOURCE)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=here, env=environment, check=False, capture_output=True
    )
    assert (done.returncode, done.stdout) == (130, b"")
    assert done.stderr.strip() == b"backstamp: stopped; no report was written"
    assert [p.name for p in here.iterdir()] == ["models"]


def test_the_version_and_the_help_are_told(here):
    from backstamp import __version__

    assert backstamp("--version", cwd=here).stdout.decode() == f"backstamp {__version__}\n"
    for arguments in (("--help",), ("scan", "-h"), ("explain", "--help"), ("rules", "--help")):
        done = backstamp(*arguments, cwd=here)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.startswith(b"Usage: backstamp")


def test_rules_are_listed_for_programs(here):
    from backstamp.engine.catalog import all_detectors

    document = json.loads(backstamp("rules", "--format", "json", cwd=here).stdout)
    assert document["schema"] == "backstamp.rules/1"
    assert [rule["code"] for rule in document["rules"]] == [d.RULE.code for d in all_detectors()]
