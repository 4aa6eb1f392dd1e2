"""The walk of marshalled code against the interpreter's own."""

import marshal
import struct

import pytest

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.formats.marshal import CodeObject, compiled_of, marshalled_of, version_of

SOURCE = "import os\ndef f(a):\n    return os.system('ls ' + a)\nX = (1, 2.5, 3j, None, 'caf\\xe9', b'x', 10**40)\n"


def test_names_what_code_uses():
    data = marshal.dumps(compile(SOURCE, "m.py", "exec"))
    found = marshalled_of(memoryview(data), Budget())
    assert found.end == len(data)
    assert [(c.name, c.filename, "system" in c.names) for c in found.codes] == [
        ("<module>", "m.py", False),
        ("f", "m.py", True),
    ]


def test_walks_a_python_2_file():
    def text(value, mark=b"s"):
        return mark + struct.pack("<i", len(value)) + value

    code = (
        b"c" + struct.pack("<4i", 0, 0, 2, 0x40) + text(b"d\0\0S") + b"(" + struct.pack("<i", 2) + text(b"ls", b"t") + b"N"
        + b"(" + struct.pack("<i", 1) + text(b"system", b"t") + b"(\0\0\0\0" + b"(\0\0\0\0" + b"(\0\0\0\0"
        + text(b"m.py") + text(b"<module>", b"t") + struct.pack("<i", 1) + text(b"")
    )  # fmt: skip
    found = compiled_of(memoryview(b"\x03\xf3\r\n\0\0\0\0" + code), Budget())
    assert found.codes == (CodeObject("<module>", "m.py", ("system",), ("ls",), 1),)


@pytest.mark.parametrize(
    ("magic", "version"),
    [(62211, (2, 7)), (3379, (3, 6)), (3394, (3, 7)), (3413, (3, 8)), (3425, (3, 9)), (3439, (3, 10)),
    (3495, (3, 11)),
     (3531, (3, 12)), (3571, (3, 13)), (3627, (3, 14)), (100, None)],
)  # fmt: skip
def test_knows_the_magic_numbers(magic, version):
    assert version_of(magic.to_bytes(2, "little") + b"\r\n") == version


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"?",
        b"(\xff\xff\xff\x7f",
        b")\xff",
        b"[" * 5000,
        b"r\x05\0\0\0",
        b"s\xff\xff\xff\xff",
        b"(\x01\0\0\0" * 5000,
    ],
)
def test_refuses_what_lies_about_itself(data):
    with pytest.raises(ReadError):
        marshalled_of(memoryview(data), Budget())
