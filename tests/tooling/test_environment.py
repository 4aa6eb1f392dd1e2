import pytest

from tools.environment import prepare
from tools.environment.lock import foreign_lines

LOCKS = ("build.txt", "peers.txt", "run.txt", "test.txt")


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "requirements").mkdir()
    for lock in LOCKS:
        (tmp_path / "requirements" / lock).write_text(f"{lock}\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / ".venv").mkdir()
    return tmp_path


def _stamp(checkout, kind):
    stamp = prepare.stamp_of(str(checkout), kind, "3.11")
    (checkout / ".venv" / f"backstamp-{kind}.stamp").write_text(stamp)


def _ready(checkout, interpreter="3.11"):
    folder = str(checkout / ".venv")
    return [kind for kind in ("run", "test") if prepare.is_ready(str(checkout), folder, kind, interpreter)]


def test_an_environment_without_a_stamp_is_not_ready(checkout):
    assert _ready(checkout) == []


def test_an_environment_for_use_does_not_serve_the_gates(checkout):
    _stamp(checkout, "run")
    assert _ready(checkout) == ["run"]


def test_an_environment_for_the_gates_serves_use_as_well(checkout):
    _stamp(checkout, "test")
    assert _ready(checkout) == ["run", "test"]


@pytest.mark.parametrize("changed", ["pyproject.toml", "requirements/run.txt", "requirements/build.txt"])
def test_a_changed_input_makes_it_anew(checkout, changed):
    _stamp(checkout, "run")
    (checkout / changed).write_text("changed\n")
    assert _ready(checkout) == []


def test_another_interpreter_makes_it_anew(checkout):
    _stamp(checkout, "run")
    assert _ready(checkout, "3.12") == []


def test_an_unknown_kind_is_named_in_two_lines_or_less(capsys):
    assert prepare.main(["fast"]) == 2
    assert capsys.readouterr().err == 'prepare: "fast" is not a kind of environment; one of: run, test\n'


def _pins(lock):
    with open(f"{prepare.ROOT}/requirements/{lock}", encoding="utf-8") as file:
        # Markers differ where a tool of the gates needs a package on more platforms than users do.
        return {line.split(" ")[0] for line in file if "==" in line}


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_no_index_no_file_and_no_machine(lock):
    with open(f"{prepare.ROOT}/requirements/{lock}", encoding="utf-8") as file:
        assert foreign_lines(file.read()) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_version_has_a_hash(lock):
    with open(f"{prepare.ROOT}/requirements/{lock}", encoding="utf-8") as file:
        entries = file.read().replace("\\\n", " ").splitlines()
    assert [e for e in entries if "==" in e and "--hash=sha256:" not in e] == []


def test_the_gates_use_the_versions_that_users_get():
    assert (_pins("run.txt") | _pins("build.txt")) - _pins("test.txt") == set()


def test_finds_lines_which_bind_a_lock_to_one_place():
    bound = ["--index-url https://pypi.example/simple", "a @ file:///tmp/a.whl", "--find-links /srv/wheels"]
    kept = ["a==1.0 ; python_full_version < '3.14' \\", "    --hash=sha256:00", "    # via b"]
    assert foreign_lines("\n".join(bound + kept)) == bound
