"""Builders of columnar files: the smallest that readers of the format would take."""

import json
import struct

from kit.graphs import flat

# --- Parquet: Thrift's compact protocol ----------------------------------------------------------


def varint(value: int) -> bytes:
    """Write an unsigned number."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def zigzag(value: int) -> bytes:
    """Write a signed number."""
    return varint((value << 1) ^ (value >> 63))


def binary(value: str | bytes) -> bytes:
    """Write bytes with their length."""
    data = value.encode() if isinstance(value, str) else value
    return varint(len(data)) + data


def struct_of(*fields: tuple[int, int, bytes]) -> bytes:
    """Write a struct of (number, type, value) in order."""
    out, last = bytearray(), 0
    for number, kind, value in fields:
        out += bytes([(number - last) << 4 | kind]) + value
        last = number
    return bytes(out) + b"\0"


def list_of(kind: int, *items: bytes) -> bytes:
    """Write a list."""
    head = bytes([len(items) << 4 | kind]) if len(items) < 15 else bytes([0xF0 | kind]) + varint(len(items))
    return head + b"".join(items)


def element(
    name: str,
    physical: int = -1,
    *,
    children: int = 0,
    converted: int = -1,
    logical: int = 0,
    repetition: int = 1,
) -> bytes:
    """Write a node of a Parquet schema."""
    fields = []
    if physical >= 0:
        fields.append((1, 5, zigzag(physical)))
    fields.append((3, 5, zigzag(repetition)))
    fields.append((4, 8, binary(name)))
    if children:
        fields.append((5, 5, zigzag(children)))
    if converted >= 0:
        fields.append((6, 5, zigzag(converted)))
    if logical:
        fields.append((10, 12, struct_of((logical, 12, struct_of()))))
    return struct_of(*fields)


def parquet(*elements: bytes, rows: int = 3, notes: dict[str, str] | None = None, groups: int = 1) -> bytes:
    """Write a Parquet file of no data and a footer."""
    group = struct_of((1, 9, list_of(12)), (2, 6, zigzag(100)), (3, 6, zigzag(rows)))
    pairs = [struct_of((1, 8, binary(k)), (2, 8, binary(v))) for k, v in (notes or {}).items()]
    root = element("schema", children=len(elements))
    footer = struct_of(
        (1, 5, zigzag(2)),
        (2, 9, list_of(12, root, *elements)),
        (3, 6, zigzag(rows)),
        (4, 9, list_of(12, *([group] * groups))),
        (5, 9, list_of(12, *pairs)),
        (6, 8, binary("parquet-cpp-arrow version 14.0.2 (build abc)")),
    )
    return b"PAR1" + bytes(16) + footer + struct.pack("<I", len(footer)) + b"PAR1"


STRING = element("text", 6, converted=0)
LABEL = element("label", 2)


def features(**columns: str) -> str:
    """Write the note that ``datasets`` leaves."""
    made = {name: {"dtype": kind, "_type": "Value"} for name, kind in columns.items()}
    return json.dumps({"info": {"features": made}, "fingerprint": "0123456789abcdef"})


# --- Arrow ---------------------------------------------------------------------------------------


def _message(kind: int, header: dict, body: int = 0) -> bytes:
    made = flat({0: 4, 1: kind, 2: header, 3: body, 4: 0}, identifier=b"")
    made += bytes(-len(made) % 8)
    return b"\xff\xff\xff\xff" + struct.pack("<I", len(made)) + made + bytes(body)


def _schema() -> dict:
    text = {0: "text", 1: 1, 2: 5, 3: {}, 5: []}
    score = {0: "score", 1: 1, 2: 3, 3: {0: 2}, 5: []}
    count = {0: "count", 1: 1, 2: 2, 3: {0: 32, 1: 1}, 5: []}
    tags = {0: "tags", 1: 1, 2: 12, 3: {}, 5: [{0: "item", 2: 5, 3: {}}]}
    return {0: 0, 1: [text, score, count, tags], 2: [{0: "pandas", 1: '{"pandas_version": "2.2.0"}'}]}


def arrow_stream(*batches: int) -> bytes:
    """Write a stream whose batches have so many rows."""
    parts = [_message(1, _schema()), *(_message(3, {0: rows, 1: 0}, body=16) for rows in batches)]
    return b"".join(parts) + b"\xff\xff\xff\xff\0\0\0\0"
