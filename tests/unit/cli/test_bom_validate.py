"""``backstamp bom validate``: exit codes, and nothing half written."""

import json

import pytest

from backstamp.cli.commands import main
from kit.boms import as_bytes, changed, cyclonedx, spdx, without


@pytest.fixture
def write(tmp_path):
    def written(name, data):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else as_bytes(data))
        return str(path)

    return written


def run(capsys, *arguments):
    code = main(["bom", "validate", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_valid_document_is_0(capsys, write):
    code, out, err = run(capsys, write("bom.json", cyclonedx()))
    assert (code, out.splitlines()[-1], err) == (0, "  valid by schema and semantics", "")


def test_a_document_with_errors_is_1(capsys, write):
    code, out, _ = run(capsys, write("bom.json", without(cyclonedx(), "/components/0/name")))
    assert (code, out.splitlines()[-1]) == (1, "  not valid")


def test_what_is_no_bom_is_2_and_says_which_file(capsys, write):
    path = write("bom.xml", b"<bom/>")
    code, out, err = run(capsys, write("good.json", cyclonedx()), path)
    assert (code, out, err.splitlines()) == (
        2,
        "",
        [
            f'backstamp: "{path}": XML or HTML: only JSON is understood',
            "Have the tool that wrote it write JSON, or convert it.",
        ],
    )


def test_a_file_that_is_not_there_is_2(capsys, tmp_path):
    code, out, err = run(capsys, str(tmp_path / "gone.json"))
    assert (code, out, err.endswith("cannot be read: no such file or directory\n")) == (2, "", True)


def test_what_cannot_be_read_to_the_end_is_3(capsys, write):
    code, out, err = run(capsys, write("bom.json", as_bytes(cyclonedx())[:-40]))
    assert (code, out, "the document ends too early (line 1" in err) == (3, "", True)


def test_larger_documents_than_asked_for_are_3(capsys, write):
    path = write("bom.json", {**cyclonedx(), "x": "y" * 1_100_000})
    assert run(capsys, path, "--max-size", "1")[0] == 3
    assert run(capsys, path, "--max-size", "2")[0] == 1


def test_a_level_that_was_asked_for_and_cannot_run_is_3(capsys, write):
    code, out, _ = run(capsys, write("bom.json", spdx()), "--deep")
    assert (
        code,
        "not checked: deep (it needs --shapes FILE and --context FILE; nothing is fetched)" in out,
    ) == (
        3,
        True,
    )


def test_invalid_weighs_more_than_undecided(capsys, write):
    bad = write("bad.json", changed(cyclonedx(), "/dependencies/0/ref", "gone"))
    assert run(capsys, write("good.json", cyclonedx()), bad, "--deep")[0] == 1


@pytest.mark.parametrize(
    "options",
    [
        ("--shapes", "x"),
        ("--context", "x"),
        ("--deep", "--shapes", "gone", "--context", "gone"),
        ("--artifacts", "gone"),
        ("--schema", "gone"),
        ("--max-size", "0"),
        ("--format", "xml"),
    ],
)
def test_what_is_used_wrongly_is_2(capsys, write, options):
    code, out, _ = run(capsys, write("bom.json", cyclonedx()), *options)
    assert (code, out) == (2, "")


def test_programs_get_json_in_a_file_whole_or_not_at_all(capsys, write, tmp_path):
    good, output = write("good.json", cyclonedx()), tmp_path / "result.json"
    assert run(capsys, good, "--format", "json", "--output", str(output)) == (0, "", "")
    result = json.loads(output.read_text())
    assert [(each["name"], each["answer"]) for each in result["documents"]] == [(good, "valid")]
    output.unlink()
    assert run(capsys, good, write("bad.json", b"{"), "--output", str(output))[0] == 3
    assert not output.exists()


def test_names_cannot_write_to_the_terminal(capsys, write):
    path = write("bom\x1b[31m.json", changed(cyclonedx(), "/dependencies/0/ref", "\x1b[31mgone\u202e"))
    _, out, _ = run(capsys, path)
    assert "\x1b" not in out
    assert "\u202e" not in out
