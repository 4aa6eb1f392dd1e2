"""Any bytes: statements or ``ReadError``, within budget, by every reader of Python."""

import marshal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.errors import ReadError
from backstamp.core.reading import Explained
from backstamp.models.readers import notebook, pyc, python, torchscript

READERS = (notebook.READER, pyc.READER, python.READER, torchscript.READER)
_TOKENS = (
    "import os exec ( ) eval [ ] { } : = == . , ' \" def class lambda f x if else for in while try except with as"
    " system getattr __import__ base64 b64decode + % * ** 1 'a' yield await async return global del # @ -> :="
)
_LINES = [
    "\\",
    "\t",
    "\n    ",
    "\n",
    " ",
    "os.system('a')",
    "x = x + x\n",
    "exec(x)\n",
    "for c in x: y += chr(c)\n",
]
WORDS = st.sampled_from([*_TOKENS.split(" "), *_LINES])
CODE = marshal.dumps(compile("import os\ndef f(): os.system('x')\n", "m", "exec"))


def reads(reader, data):
    budget = Budget(Limits(operations=2_000_000))
    try:
        statements = list(reader.read(Blob(data, path=("m.py",)), budget))
    except ReadError:
        return
    for statement in statements:
        if isinstance(statement, Explained):
            assert 0 <= statement.start <= statement.end <= len(data)


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.name)
@given(data=st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_survives_any_bytes(reader, data):
    reads(reader, data)


@given(parts=st.lists(WORDS, max_size=60))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_survives_any_words(parts):
    reads(python.READER, ("import os\n" + "".join(parts)).encode())


@given(at=st.integers(0, len(CODE) - 1), byte=st.integers(0, 255))
@settings(max_examples=200, deadline=None)
def test_survives_any_change_of_marshalled_code(at, byte):
    reads(pyc.READER, CODE[:at] + bytes([byte]) + CODE[at + 1 :])
