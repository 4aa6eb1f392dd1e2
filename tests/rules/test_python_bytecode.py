"""Compiled Python beside weights, and marshalled code."""

import marshal
import struct
from importlib.util import MAGIC_NUMBER

import pytest

from backstamp.core.finding import Severity
from backstamp.core.verdict import Outcome
from backstamp.engine.scan import scan
from backstamp.policy.default import verdict_on
from kit.scanning import examined

ATTACK = "import os, base64\nexec(base64.b64decode('x'))\nos.system('ls')\n"


def compiled(source):
    return MAGIC_NUMBER + struct.pack("<III", 0, 0, 0) + marshal.dumps(compile(source, "m.py", "exec"))


def found(folder):
    report = scan([str(folder)])
    return [(f.rule, f.severity) for f in report.findings], report.verdict.outcome


@pytest.mark.parametrize("name", ["loader.pyc", "weights.bin", "__pycache__/loader.cpython-311.pyc"])
def test_denies_compiled_code_without_source_that_starts_processes(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(compiled(ATTACK))
    assert found(tmp_path) == ([("PYS151", Severity.HIGH)], Outcome.DENY)


def test_warns_of_plain_compiled_code_without_source(tmp_path):
    (tmp_path / "m.pyc").write_bytes(compiled("X = 1\n"))
    assert found(tmp_path) == ([("PYS152", Severity.MEDIUM)], Outcome.WARN)


def test_leaves_compiled_code_beside_its_source_alone(tmp_path):
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "m.py").write_text("import subprocess\n")
    (tmp_path / "__pycache__" / "m.cpython-311.pyc").write_bytes(compiled("import subprocess\n"))
    assert found(tmp_path) == ([], Outcome.ALLOW)


def test_judges_the_words_of_compiled_code_that_breaks_off():
    data = compiled(ATTACK)[:-30]
    assert [c.status for c in examined(data, "m.pyc").coverage] == ["partial"]


def test_denies_marshalled_code_that_source_runs():
    data = marshal.dumps(compile(ATTACK, "m.py", "exec"))
    result = examined(f"import marshal\nexec(marshal.loads({data!r}))\n".encode(), "m.py")
    assert verdict_on(result.findings, result.coverage).outcome is Outcome.DENY
    assert {f.rule for f in result.findings} == {"PYS103", "PYS153"}
