"""Pickles that change, or reach through, what the interpreter shares; and calls that take the memory."""

import pytest

from backstamp.core.verdict import Outcome
from kit.evasions import MARKER
from kit.pickle_asm import Appended, Call, New, Ref, Updated, pickled
from kit.scanning import codes, verdict

_PATH = Ref("sys", "path")
_ENVIRON = Ref("os", "environ")

HOSTILE = {
    "path by operator": Call(Ref("operator", "iadd"), _PATH, ["/tmp"]),
    "path by list method": Call(Ref("builtins", "list.append"), _PATH, "/tmp"),
    "path by opcode": Appended(_PATH, ("/tmp",)),
    "path's own method": Call(Ref("sys", "path.append"), "/tmp"),
    "environment by operator": Call(Ref("operator", "setitem"), _ENVIRON, "LD_PRELOAD", "/tmp/x.so"),
    "environment by opcode": Updated(_ENVIRON, {"LD_PRELOAD": "/tmp/x.so"}),
    "environment by method": Call(Ref("os", "environ.update"), {"PATH": "/tmp"}),
    "environment handed out": {"leak": _ENVIRON},
    "modules by dict method": Call(Ref("builtins", "dict.update"), Ref("sys", "modules"), {"os": 1}),
    "an imported object changed": Call(Ref("operator", "setitem"), Ref("numpy", "sctypeDict"), "f", 1),
    "libraries": Ref("ctypes", "cdll"),
    "the interpreter's own library": Call(Ref("ctypes", "pythonapi.PyRun_SimpleString"), b"import os"),
    "builtins as a dict": Ref("builtins", "__dict__"),
    "a file written by mapping": Call(Ref("numpy", "memmap"), "/tmp/x", "uint8", "w+", 0, (1,)),
    "a file opened by mapping": Call(Ref("numpy", "memmap"), "/tmp/x"),
    "a long text": Call(Ref("operator", "mul"), "A", 10**12),
    "a large buffer": Call(Ref("builtins", "bytes"), 10**12),
    "a high power": Call(Ref("builtins", "pow"), 9, 10**9),
    "another pickle module": Call(Ref("pickle5", "loads"), b"N."),
    "code from text": Call(Ref("decorator", "FunctionMaker.create"), "f(x)", "return 1", {}),
    "a file fetched by a reader of texts": Call(Ref("numpy", "genfromtxt"), "http://evil.example/x"),
    "run by python 2's helper": Call(Ref("past.builtins", "execfile"), MARKER),
}

HARMLESS = {
    "a product": Call(Ref("operator", "mul"), 3, 10**12),
    "a power": Call(Ref("builtins", "pow"), 2, 64),
    "a list of its own": Call(Ref("operator", "iadd"), [1], [2]),
    "a buffer": Call(Ref("builtins", "bytearray"), b"abc"),
    "an ordered dict": Updated(Call(Ref("collections", "OrderedDict")), {"a": 1}),
    "a booster": New(Ref("xgboost.core", "Booster")),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("protocol", [2, 4])
def test_denies(name: str, protocol: int) -> None:
    assert verdict(pickled(HOSTILE[name], protocol), "model.pkl").outcome is Outcome.DENY


@pytest.mark.parametrize("name", HARMLESS)
def test_leaves_alone(name: str) -> None:
    found = [c for c in codes(pickled(HARMLESS[name], 4), "model.pkl") if c != "PKL118"]
    assert found == []
