"""Whatever bytes a file of data holds: statements or a reason, within the budget."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from backstamp.core.budget import Limits
from backstamp.core.reading import Status
from kit.stock import stock
from kit.tables import LABEL, STRING, arrow_stream, parquet

_LIMITS = Limits(operations=300_000)
_WHOLE = (
    parquet(STRING, LABEL),
    arrow_stream(3, 4),
    b'a,b\n1,"x\n"\n',
    b'{"a": [1, "\\""]}\n' * 3,
    b'[{"a": 1}]',
)
_NAMES = ("a.parquet", "a.arrow", "a.csv", "a.jsonl", "a.json")


def _failures(data: bytes, name: str) -> list[str]:
    return [c.reason for c in stock(data, name, _LIMITS).coverage if c.status is Status.FAILED]


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(_NAMES), st.sampled_from([b"", b"PAR1", b"ARROW1\0\0", b"\xff\xff\xff\xff"]), st.binary()
)
@example("a.arrow", b"\xff\xff\xff\xff", b"\x10\0\0\0" + bytes(16))
def test_any_bytes_give_statements_or_a_reason(name: str, start: bytes, data: bytes):
    assert _failures(start + data, name) == []


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(_WHOLE) - 1), st.data())
def test_a_changed_byte_gives_statements_or_a_reason(which: int, data: st.DataObject):
    whole = bytearray(_WHOLE[which])
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert _failures(bytes(whole), _NAMES[which]) == []
