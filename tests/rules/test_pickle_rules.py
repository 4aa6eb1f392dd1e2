"""Each pickle rule: what it finds, what it leaves alone, and that it is not fooled."""

import pytest

from backstamp.core.reading import Status
from kit.pickle_asm import Appended, Built, Call, Code, New, Ref, asm, code, op, pickled
from kit.scanning import codes, examined

OS = Ref("os", "system")
GET = Ref("builtins", "getattr")

_CODE = Call(
    Ref("types", "CodeType"),
    0,
    0,
    0,
    1,
    2,
    3,
    b"d\0S\0",
    (None,),
    ("system",),
    (),
    "f",
    "f",
    1,
    b"",
    b"",
    (),
    (),
)
_PLAIN_CODE = Call(
    Ref("types", "CodeType"),
    1,
    0,
    0,
    1,
    2,
    3,
    b"|\0S\0",
    (None,),
    ("lower",),
    ("x",),
    "f",
    "f",
    1,
    b"",
    b"",
    (),
    (),
)
_DILL = Ref("dill._dill", "_create_function")

FINDS: dict[str, list[object]] = {
    "PKL101": [
        Call(OS, "true"),
        Call(Ref("subprocess", "Popen"), ["true"]),
        Call(Ref("pty", "spawn"), "true"),
    ],
    "PKL102": [Call(Ref("builtins", "eval"), "1"), Call(Ref("code", "InteractiveInterpreter"))],
    "PKL103": [Call(Ref("ctypes", "CDLL"), "/tmp/x.so")],
    "PKL104": [Call(Ref("os", "remove"), "/tmp/x"), Call(Ref("shutil", "rmtree"), "/tmp/x")],
    "PKL105": [Call(Ref("socket", "create_connection"), ("127.0.0.1", 9))],
    "PKL106": [Call(Ref("pickle", "loads"), b"N.")],
    "PKL107": [Call(Ref("sys", "settrace"), None), Call(Ref("builtins", "setattr"), None, "a", 1)],
    "PKL108": [Call(Ref("os", "_exit"), 0)],
    "PKL109": [Call(Ref("os", "listdir"), "/"), Call(Ref("linecache", "getlines"), "/etc/hostname")],
    "PKL110": [Call(Ref("builtins", "input"), "x")],
    "PKL111": [Call(GET, Ref("m", "x"), Call(Ref("m", "name")))],
    "PKL112": [Call(Ref("mylib", "apply_later"), OS), Call(Ref("collections", "defaultdict"), OS)],
    "PKL113": [{"f": OS}, Built(New(Ref("m", "Thing")), {"f": Ref("builtins", "exec")})],
    "PKL114": [Built(Ref("numpy", "size"), {"x": 1}), Appended(Ref("m", "registry"), (1,))],
    "PKL115": [Call(Ref("os", "not_there_at_all"), 1)],
    "PKL116": [Call(Ref("mylib", "rebuild"), 1, 2)],
    "PKL117": [
        Call(Ref("mylib", "rebuild"), "curl http://127.0.0.1/x | sh"),
        Call(Ref("mylib", "get"), "http://127.0.0.1:9/"),
        Call(Ref("mylib", "run_command"), "x"),
    ],
    "PKL118": [New(Ref("mylib", "Model"))],
    "PKL119": [Call(GET, Ref("builtins", "object"), "__subclasses__"), {"x": Ref("mylib", "f.__globals__")}],
    "PKL121": [Call(Call(Call(Ref("mylib", "factory")), "x"), "y")],
    "PKL122": [Call(_DILL, _PLAIN_CODE, {}, "f", None, None)],
    "PKL123": [Call(_DILL, _CODE, {}, "f", None, None)],
    "PKL126": [Call(Ref("pexpect", "spawn"), "x"), New(Ref("paramiko", "SSHClient"))],
    "PKL124": [Built(Ref("picklescan.scanner", "x"), {"a": 1})],
}

LEAVES: dict[str, list[object]] = {
    "PKL101": ["os.system('x')", Call(Ref("collections", "OrderedDict"))],
    "PKL102": [{"code": "eval(1)"}],
    "PKL103": [{"library": "/tmp/x.so"}],
    "PKL104": [Call(Ref("pathlib", "PosixPath"), "/", "tmp")],
    "PKL105": [["http://example.org"]],
    "PKL106": [{"blob": b"\x80\x04N."}],
    "PKL107": [Call(Ref("types", "SimpleNamespace"))],
    "PKL108": [{"exit": 1}],
    "PKL109": [Call(Ref("zoneinfo", "ZoneInfo._unpickle"), "Europe/Berlin", True)],
    "PKL110": [{"f": Ref("builtins", "print")}],
    "PKL111": [Call(GET, Ref("builtins", "str"), "lower")],
    "PKL112": [Call(Ref("collections", "defaultdict"), Ref("builtins", "list"))],
    "PKL113": [{"f": Ref("builtins", "len")}],
    "PKL114": [Built(New(Ref("m", "Thing")), {"x": 1})],
    "PKL115": [Call(Ref("datetime", "date"), b"\x07\xe4\x01\x02")],
    "PKL116": [Call(Ref("mylib", "Model"), 1)],
    "PKL117": [Call(Ref("mylib", "rebuild"), "plain text"), New(Ref("mylib", "Model"))],
    "PKL118": [Call(Ref("collections", "Counter"))],
    "PKL119": [Call(Ref("operator", "attrgetter"), "name")],
    "PKL121": [Call(Ref("functools", "partial"), Ref("builtins", "int"))],
    "PKL122": [Call(Ref("functools", "partial"), Ref("builtins", "int"))],
    "PKL123": [Call(_DILL, _PLAIN_CODE, {}, "f", None, None)],
    "PKL126": [New(Ref("shapely", "Point")), {"requests": 3}],
    "PKL124": [{"tool": "picklescan"}],
}


@pytest.mark.parametrize("rule", FINDS)
def test_a_rule_finds_what_it_is_for(rule: str):
    for value in FINDS[rule]:
        assert rule in codes(pickled(value, 4)), value


@pytest.mark.parametrize("rule", LEAVES)
def test_a_rule_leaves_alone_what_only_looks_like_it(rule: str):
    for value in LEAVES[rule]:
        assert rule not in codes(pickled(value, 4)), value


def test_a_dotted_name_that_crosses_modules_is_found_even_if_nothing_calls_it():
    assert "PKL120" in codes(pickled({"f": Ref("pathlib", "os.path")}, 4))
    assert "PKL120" not in codes(pickled({"f": Ref("collections", "OrderedDict.fromkeys")}, 4))


def test_frames_that_hide_a_program_are_found():
    payload = code(Call(OS, "true"), 4)
    short = b"\x80\x04\x95\x03" + b"\0" * 7 + payload + b"."
    assert {"PKL101", "PKL201"} <= set(codes(short))
    whole = b"\x80\x04\x95" + len(payload + b".").to_bytes(8, "little") + payload + b"."
    assert "PKL201" not in codes(whole)


def test_extension_codes_are_found():
    assert "PKL202" in codes(b"\x80\x02" + op("EXT1", 5) + b".")
    assert "PKL202" not in codes(pickled({"a": 1}))


def test_a_break_after_calls_is_found():
    assert "PKL203" in codes(
        asm("PROTO 2", "GLOBAL 'collections OrderedDict'", "EMPTY_TUPLE", "REDUCE") + b"\xff"
    )
    assert "PKL203" not in codes(pickled(Call(Ref("collections", "OrderedDict"))))


def test_a_finding_names_the_call_and_its_arguments():
    found = [f for f in examined(pickled(Call(OS, "touch x"))).findings if f.rule == "PKL101"]
    assert [f.message for f in found] == ["loading this pickle starts a process: it calls os.system"]
    assert found[0].evidence == ("os.system('touch x')",)


def test_a_computed_name_is_found():
    computed = Code(code(Call(Ref("mylib", "name")), 4) + code("system", 4) + op("STACK_GLOBAL"))
    assert "PKL204" in codes(pickled(computed, 4))
    assert "PKL204" not in codes(pickled(Ref("os.path", "join"), 4))


def test_many_pickles_in_one_file_are_examined_to_the_last():
    plain = pickled({"a": 1})
    found = examined(plain * 3000 + pickled(Call(OS, "true")))
    assert [f.rule for f in found.findings] == ["PKL101"]
    assert [c.status for c in found.coverage] == [Status.COMPLETE]
