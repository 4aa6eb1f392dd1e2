"""``backstamp bom TARGET``: each option does what it says, and refuses what it cannot do."""

import json
import os
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backstamp.cli.commands import main
from backstamp.core.tree import text_at, tree_at, trees_at
from kit.described import properties, written_to

TIME = "2026-01-02T03:04:05Z"


def weights(values: tuple[float, ...] = (1.0, -2.0, 3.0, -4.0)) -> bytes:
    """A safetensors file of one tensor."""
    size = 4 * len(values)
    header = json.dumps({"w": {"dtype": "F32", "shape": [len(values)], "data_offsets": [0, size]}}).encode()
    return struct.pack("<Q", len(header)) + header + struct.pack(f"<{len(values)}f", *values)


@pytest.fixture
def model(tmp_path: Path) -> str:
    files: dict[str, bytes | str] = {
        "config.json": '{"model_type": "bert", "architectures": ["BertModel"]}',
        "model.safetensors": weights(),
        "README.md": "---\nlicense: mit\n---\n# Small\n",
        "notes/secret.txt": "x",
    }
    return str(written_to(tmp_path / "small", files))


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = main(["bom", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def made(capsys, *arguments: str):
    code, out, _ = run(capsys, *arguments, "--timestamp", TIME, "-q")
    assert code == 0
    return json.loads(out)


def subject(document):
    return tree_at(document, "metadata", "component")


def refused(capsys, *arguments: str) -> tuple[int, list[str]]:
    """The code, and what is told: two lines, and nothing on standard output."""
    code, out, err = run(capsys, *arguments)
    assert out == ""
    assert "Traceback" not in err
    return code, err.splitlines()


def test_name_version_and_producer_are_what_was_asked_for(model, capsys):
    tree = subject(made(capsys, model, "--name", "n", "--version", "9", "--producer", "p"))
    assert (tree["name"], tree["version"], tree["manufacturer"]) == ("n", "9", {"name": "p"})


def test_without_them_the_folder_names_it_and_its_bytes_are_the_version(model, capsys):
    tree = subject(made(capsys, model))
    assert (text_at(tree, "name"), text_at(tree, "version")[:7], "manufacturer" in tree) == (
        "Small",
        "sha256:",
        False,
    )


def test_authors_are_those_of_the_document(model, capsys):
    document = made(capsys, model, "--author", "Ada", "--author", "Bob")
    assert document["metadata"]["authors"] == [{"name": "Ada"}, {"name": "Bob"}]
    assert "authors" not in made(capsys, model)["metadata"]


@pytest.mark.parametrize("option", ["--author", "--name", "--version", "--producer", "--exclude", "--parent"])
def test_an_option_without_its_value_is_refused(model, capsys, option):
    code, lines = refused(capsys, model, option)
    assert (code, lines[0]) == (2, f"backstamp: option '{option}' requires an argument")
    assert len(lines) == 2


def test_a_time_is_written_in_utc(model, capsys):
    for given in ("2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00", "2026-01-02T03:04:05"):
        _, out, _ = run(capsys, model, "--timestamp", given, "-q")
        assert json.loads(out)["metadata"]["timestamp"] == TIME


def test_source_date_epoch_decides_where_no_time_is_given(model, capsys, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767323045")
    _, out, _ = run(capsys, model, "-q")
    assert json.loads(out)["metadata"]["timestamp"] == TIME


@pytest.mark.parametrize("given", ["yesterday", "2026-13-01", "9" * 30, "2026-01-02T03:04:05+99:00"])
def test_what_is_no_time_is_refused(model, capsys, given):
    assert refused(capsys, model, "--timestamp", given) == (
        2,
        [f'backstamp: --timestamp "{given}" is not a time', "Example: 2026-11-25T12:00:00Z"],
    )


@pytest.mark.parametrize("epoch", ["x", "9" * 30])
def test_an_epoch_that_is_none_is_refused(model, capsys, monkeypatch, epoch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert refused(capsys, model)[0] == 2


@pytest.mark.parametrize(
    ("form", "key", "value"),
    [
        ("cyclonedx", "specVersion", "1.7"),
        ("cyclonedx-1.7", "specVersion", "1.7"),
        ("cyclonedx-1.6", "specVersion", "1.6"),
        ("spdx", "@context", "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"),
    ],
)
def test_the_format_is_the_one_that_was_asked_for(model, capsys, form, key, value):
    assert made(capsys, model, "--format", form)[key] == value


def test_a_format_that_is_not_known_is_refused(model, capsys):
    code, lines = refused(capsys, model, "--format", "xml")
    assert (code, len(lines), "'xml' is not one of" in lines[0]) == (2, 2, True)


def test_excluded_files_are_not_in_the_document(model, capsys):
    plain, left = made(capsys, model), made(capsys, model, "--exclude", "notes/*")
    names, fewer = ({c["name"] for c in trees_at(subject(d), "components")} for d in (plain, left))
    assert names - fewer == {"notes/secret.txt"}
    assert [d["compositions"][0]["aggregate"] for d in (plain, left)] == ["complete", "incomplete"]


def test_what_is_skipped_is_no_file_of_the_model_and_does_not_keep_it_from_a_digest(model, capsys):
    before = subject(made(capsys, model))
    Path(model, ".git").mkdir()
    Path(model, "link").symlink_to(model)
    assert subject(made(capsys, model)) == before


def test_excluding_everything_leaves_a_valid_document_that_says_so(model, capsys):
    document = made(capsys, model, "--exclude", "*")
    assert [c for c in trees_at(subject(document), "components") if "hashes" in c] == []


def test_without_digests_nothing_is_hashed(model, capsys):
    document = made(capsys, model, "--no-digests")
    assert [c for c in trees_at(subject(document), "components") if "hashes" in c] == []
    assert "hashes" in next(trees_at(subject(made(capsys, model)), "components"))


def test_a_parent_is_measured_against(model, tmp_path, capsys):
    child = written_to(
        tmp_path / "child",
        {"config.json": '{"model_type": "bert"}', "model.safetensors": weights()},
    )
    tree = subject(made(capsys, str(child), "--parent", f"org/base={model}"))
    (ancestor,) = trees_at(tree, "pedigree", "ancestors")
    assert (ancestor["group"], ancestor["name"]) == ("org", "base")
    assert "pedigree" not in subject(made(capsys, str(child)))


@pytest.mark.parametrize("given", ["nowhere", "org/base=nowhere"])
def test_a_parent_that_is_not_there_is_refused(model, capsys, given):
    code, lines = refused(capsys, model, "--parent", given)
    assert (code, lines[0]) == (2, 'backstamp: cannot open "nowhere": no such file or directory')


def test_what_is_withheld_is_said_to_be_so(model, capsys):
    plain = properties(subject(made(capsys, model)))
    kept = properties(subject(made(capsys, model, "--withhold", "producer")))
    assert "backstamp:withheld" not in plain
    assert kept["backstamp:withheld"] == "producer"


def test_what_cannot_be_withheld_is_refused(model, capsys):
    code, lines = refused(capsys, model, "--withhold", "everything")
    assert (code, lines[0]) == (2, 'backstamp: "everything" is nothing that can be withheld')
    assert "producer" in lines[1]


def test_findings_decide_the_exit_code_when_they_are_asked_to(tmp_path, capsys):
    bare = str(written_to(tmp_path / "bare", {"model.safetensors": weights()}))
    codes = [main(["bom", bare, "-q", "--fail-on", least]) for least in ("never", "high", "low", "info")]
    capsys.readouterr()
    assert codes == [0, 0, 1, 1]


@pytest.mark.parametrize("arguments", [["--nope"], ["extra"], ["--fail-on", "x"], ["--no-digest=1"]])
def test_wrong_options_are_told_in_two_lines(model, capsys, arguments):
    code, lines = refused(capsys, model, *arguments)
    assert (code, len(lines)) == (2, 2)


@pytest.mark.parametrize("columns", ["1", "40", "x", "-5", "100000"])
def test_help_fits_every_terminal(capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    code, out, err = run(capsys, "--help")
    assert (code, out.startswith("Usage: backstamp bom"), err) == (0, True, "")


@pytest.mark.parametrize("target", ["nowhere", "", "-", "a\0b", "x" * 5000])
def test_a_target_that_is_not_there_is_told(capsys, target):
    code, lines = refused(capsys, "create", target)
    assert (code, len(lines)) == (2, 2)


@pytest.mark.skipif(os.name == "nt", reason="no FIFOs")
def test_what_is_neither_a_file_nor_a_folder_is_refused(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    code, lines = refused(capsys, str(tmp_path / "pipe"))
    assert (code, lines[0].endswith("is neither a file nor a folder")) == (2, True)


def test_a_place_that_cannot_be_written_is_told_before_the_work(model, tmp_path, capsys):
    for place in (tmp_path, tmp_path / "no" / "bom.json"):
        code, lines = refused(capsys, model, "-o", str(place))
        assert (code, len(lines)) == (4, 2)


def test_an_old_document_stays_whole_when_a_new_one_fails(model, tmp_path, capsys):
    place = tmp_path / "bom.json"
    place.write_text("old")
    assert main(["bom", str(tmp_path / "nowhere"), "-o", str(place)]) == 2
    assert main(["bom", model, "-o", str(place), "--withhold", "x"]) == 2
    capsys.readouterr()
    assert (place.read_text(), sorted(os.listdir(tmp_path))) == ("old", ["bom.json", "small"])


KILLED = """
import os, sys
from backstamp.cli import output
write = os.write
def slow(handle, data):
    write(handle, data[:100])
    os.kill(os.getpid(), 9)
output.os.write = slow
from backstamp.cli.commands import main
main(sys.argv[1:])
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_an_old_document_stays_whole_when_writing_is_killed(model, tmp_path):
    place = tmp_path / "bom.json"
    place.write_text("old")
    sources = os.path.join(os.path.dirname(__file__), "..", "..", "..", "src")
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, "bom", model, "-q", "-o", str(place)],
        env={**os.environ, "PYTHONPATH": os.path.abspath(sources)},
        check=False,
    )
    assert (ended.returncode, place.read_text()) == (-9, "old")


def test_weights_of_twelve_gigabytes_are_described_by_their_header_alone(tmp_path, capsys):
    size = 12 * 2**30
    header = json.dumps({"w": {"dtype": "F16", "shape": [size // 2], "data_offsets": [0, size]}}).encode()
    with open(tmp_path / "model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.truncate(8 + len(header) + size)  # a hole: it takes no room on the disk
    started = time.process_time()
    tree = subject(made(capsys, str(tmp_path), "--no-digests"))
    assert time.process_time() - started < 5
    assert properties(tree)["cdx:ai-ml:model:parameter:count"] == str(size // 2)


def test_nothing_is_said_of_where_the_target_lies(model, capsys):
    code, out, err = run(capsys, model)
    assert code == 0
    assert os.path.dirname(model) not in out + err


def test_a_word_that_is_nearly_a_command_is_told(capsys):
    assert main(["bom", "validat", "bom.json"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        'backstamp: "validat" is neither a target nor a command',
        'Did you mean "validate"? See backstamp bom --help.',
    ]
