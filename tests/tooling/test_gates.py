import pytest

from tools.gates import gates


def _ran(codes):
    def run(command):
        return codes[command[0]], f"output of {command[0]}"

    return run


CHOSEN = (("format", ["ruff"], (0,)), ("types", ["mypy"], (0,)), ("self", ["backstamp"], (0, 3)))


def test_all_gates_run_and_those_that_failed_are_named(capsys):
    assert gates.failed(CHOSEN, _ran({"ruff": 1, "mypy": 0, "backstamp": 1})) == ["format", "self"]
    shown = capsys.readouterr().out
    assert [line for line in shown.splitlines() if line.startswith("output")] == [
        "output of ruff",
        "output of backstamp",
    ]


def test_the_count_of_tests_is_shown_when_they_pass(capsys):
    assert gates.failed((("tests", ["pytest"], (0,)),), lambda _: (0, "...\n12 passed in 1.00s\n")) == []
    assert capsys.readouterr().out.splitlines()[1:] == ["12 passed in 1.00s"]


@pytest.mark.parametrize("code", [0, 3])
def test_our_own_sources_need_not_be_denied(code):
    assert gates.failed(CHOSEN, _ran({"ruff": 0, "mypy": 0, "backstamp": code})) == []


def test_one_processor_runs_the_tests_in_one_process():
    commands = {n: {name: command for name, command, _ in gates.gates("/nowhere", n)} for n in (1, 4)}
    assert commands[1]["tests"][1:] == ["-m", "pytest"]
    assert commands[4]["tests"][1:] == ["-m", "pytest", "-n", "4"]
    assert [*commands[1]] == ["format", "lint", "types", "architecture", "dependencies", "tests", "self"]


def test_an_unknown_gate_is_used_wrongly(capsys):
    assert gates.main(["typos"]) == 2
    assert capsys.readouterr().err.splitlines()[0] == "gates: no such gate: typos"
