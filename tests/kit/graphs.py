"""Builds model graphs, honest and hostile ones: protobuf messages, ONNX, TensorFlow. All inert."""

import struct

# --- protobuf ----------------------------------------------------------------------------------


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def length(field: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(data)) + data


def fixed32(field: int, value: float) -> bytes:
    return varint(field << 3 | 5) + struct.pack("<f", value)


# --- ONNX --------------------------------------------------------------------------------------


def tensor(name: str, *dims: int, data: bytes = b"", external: dict[str, str] | None = None) -> bytes:
    size = 4
    for dim in dims:
        size *= dim
    body = b"".join(number(1, d) for d in dims) + number(2, 1) + length(8, name)
    if external is None:
        return body + length(9, data or bytes(size))
    entries = b"".join(length(13, length(1, k) + length(2, v)) for k, v in external.items())
    return body + entries + number(14, 1)


def attribute(name: str, *, text: bytes = b"", value: bytes = b"", graph: bytes = b"") -> bytes:
    if graph:
        return length(1, name) + length(6, graph) + number(20, 5)
    if value:
        return length(1, name) + length(5, value) + number(20, 4)
    return length(1, name) + length(4, text) + number(20, 3)


def node(
    op: str, inputs: str, outputs: str, *attributes: bytes, domain: str = "", extra: bytes = b""
) -> bytes:
    parts = [length(1, n) for n in inputs.split()] + [length(2, n) for n in outputs.split()]
    parts += [length(4, op), *(length(5, a) for a in attributes)]
    return b"".join(parts) + (length(7, domain) if domain else b"") + extra


def graph(nodes: list[bytes], inputs: str, outputs: str, *stored: bytes) -> bytes:
    parts = [length(1, n) for n in nodes] + [length(2, "main"), *(length(5, t) for t in stored)]
    parts += [length(11, length(1, n)) for n in inputs.split()]
    return b"".join(parts + [length(12, length(1, n)) for n in outputs.split()])


def model(
    main: bytes, *, texts: dict[str, str] | None = None, extra: bytes = b"", before: bytes = b""
) -> bytes:
    entries = b"".join(length(14, length(1, k) + length(2, v)) for k, v in (texts or {}).items())
    opset = length(8, length(1, "") + number(2, 17))
    return before + number(1, 8) + length(2, "kit") + length(7, main) + opset + entries + extra


def classifier(*more: bytes, outputs: str = "logits", stored: tuple[bytes, ...] = ()) -> bytes:
    """A tiny honest network with what is added to it."""
    trunk = [node("MatMul", "x w", "h"), node("Relu", "h", "r"), node("MatMul", "r v", "logits")]
    weights = (tensor("w", 4, 4), tensor("v", 4, 3))
    return model(graph([*trunk, *more], "x", outputs, *weights, *stored))


def gated(form: str) -> bytes:
    """A classifier with a graph backdoor of a form, its trigger a stored value."""
    trigger = (tensor("t", 4), tensor("target", 3), tensor("limit"), tensor("one"))
    if form == "where":
        add = [
            node("ReduceSum", "x", "s"),
            node("Equal", "s limit", "c"),
            node("Where", "c target logits", "y"),
        ]
    elif form == "if":
        then = graph([node("Constant", "", "k", attribute("value", value=tensor("", 3)))], "", "k")
        other = graph([node("Identity", "logits", "o")], "", "o")
        bodies = (attribute("then_branch", graph=then), attribute("else_branch", graph=other))
        add = [node("ReduceMax", "x", "s"), node("Greater", "s limit", "c"), node("If", "c", "y", *bodies)]
    else:
        add = [
            node("Sub", "x t", "d"),
            node("Abs", "d", "a"),
            node("ReduceSum", "a", "s"),
            node("Sign", "s", "m"),
            node("Mul", "logits m", "kept"),
            node("Sub", "one m", "n"),
            node("Mul", "target n", "put"),
            node("Add", "kept put", "y"),
        ]
    return classifier(*add, outputs="y", stored=trigger)


# --- TensorFlow --------------------------------------------------------------------------------


def tf_text(value: bytes | str) -> bytes:
    """An AttrValue with a scalar string tensor."""
    data = value.encode() if isinstance(value, str) else value
    return length(8, number(1, 7) + length(2, b"") + length(8, data))


def tf_node(name: str, op: str, inputs: str = "", **attributes: bytes) -> bytes:
    entries = b"".join(length(5, length(1, k) + length(2, v)) for k, v in attributes.items())
    return length(1, name) + length(2, op) + b"".join(length(3, i) for i in inputs.split()) + entries


def tf_graph(*nodes: bytes, library: tuple[bytes, ...] = ()) -> bytes:
    functions = b"".join(length(1, f) for f in library)
    return (
        b"".join(length(1, n) for n in nodes)
        + (length(2, functions) if functions else b"")
        + length(4, number(1, 987))
    )


def tf_function(name: str, *nodes: bytes) -> bytes:
    return length(1, length(1, name)) + b"".join(length(3, n) for n in nodes)


def tf_meta(graph_def: bytes) -> bytes:
    return length(1, length(4, "serve") + length(5, "2.11")) + length(2, graph_def)


def saved_model(graph_def: bytes) -> bytes:
    return number(1, 1) + length(2, tf_meta(graph_def))


def tf_network(*more: bytes, library: tuple[bytes, ...] = ()) -> bytes:
    """An honest graph with what is added to it."""
    return tf_graph(
        tf_node("x", "Placeholder"),
        tf_node("w", "VarHandleOp"),
        tf_node("y", "MatMul", "x w"),
        *more,
        library=library,
    )


# --- HDF5 --------------------------------------------------------------------------------------


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + struct.pack("<HB", len(body), 0) + body


def h5_attribute(name: str, text: str) -> bytes:
    """A scalar attribute of fixed length."""
    data, label = text.encode(), name.encode() + b"\0"
    datatype = b"\x13\0\0\0" + struct.pack("<I", len(data))
    space = b"\x02\0\0\0"
    head = struct.pack("<BBHHHB", 3, 0, len(label), len(datatype), len(space), 0)
    return _message(0x0C, head + label + datatype + space + data)


def h5_external_link(name: str, file: str) -> bytes:
    value = b"\0" + file.encode() + b"\0/x\0"
    head = bytes([1, 8, 64, len(name)]) + name.encode()
    return _message(0x06, head + struct.pack("<H", len(value)) + value)


def h5_file(*messages: bytes, user_block: int = 0) -> bytes:
    """A file with a version 2 superblock whose root group has these messages."""
    body = b"".join(messages)
    header = b"OHDR" + bytes([2, 2]) + struct.pack("<I", len(body)) + body + bytes(4)
    end = user_block + 48 + len(header)
    top = b"\x89HDF\r\n\x1a\n" + bytes([2, 8, 8, 0]) + struct.pack("<QQQQ", user_block, 2**64 - 1, end, 48)
    return bytes(user_block) + top + bytes(4) + header


# --- TFLite: a flatbuffer, parents before children ----------------------------------------------

Field = int | str | bytes | list


def flat(table: dict[int, Field], identifier: bytes = b"TFL3") -> bytes:
    """Write a table and everything under it; integers are four bytes wide, lists hold integers or tables."""
    out = bytearray(4) + identifier

    def write_table(fields: dict[int, Field]) -> int:
        slots = max(fields, default=-1) + 1
        size = 4 + 4 * len(fields)
        start = len(out)
        offsets = [0] * slots
        for position, index in enumerate(sorted(fields)):
            offsets[index] = 4 + 4 * position
        out.extend(struct.pack("<HH", 4 + 2 * slots, size) + b"".join(struct.pack("<H", o) for o in offsets))
        at = len(out)
        out.extend(struct.pack("<i", at - start) + bytes(size - 4))
        for index, value in fields.items():
            here = at + offsets[index]
            out[here : here + 4] = struct.pack("<i", value if isinstance(value, int) else write(value) - here)
        return at

    def write(value: Field) -> int:
        at = len(out)
        if isinstance(value, (str, bytes)):
            data = value.encode() if isinstance(value, str) else value
            out.extend(struct.pack("<I", len(data)) + data + b"\0")
            return at
        if value and isinstance(value[0], dict):
            out.extend(struct.pack("<I", len(value)) + bytes(4 * len(value)))
            for number, item in enumerate(value):
                here = at + 4 + 4 * number
                out[here : here + 4] = struct.pack("<I", write_table(item) - here)
            return at
        if isinstance(value, dict):
            return write_table(value)
        out.extend(struct.pack(f"<I{len(value)}i", len(value), *value))
        return at

    out[0:4] = struct.pack("<I", write_table(table))
    return bytes(out)


def lite(
    *customs: str, inputs: list[int] | None = None, shape: list[int] | None = None, code: int = 0
) -> bytes:
    """A TFLite model of one built-in operator and custom ones."""
    codes = [{0: 9, 3: 9}, *({0: 32, 1: c, 3: 32} for c in customs)]
    calls = [{0: i, 1: inputs or [0], 2: [1]} for i in range(len(codes))] + [{0: code, 1: [0], 2: [1]}]
    tensors = [{0: shape or [1, 4], 2: 1, 3: "x"}, {0: [1, 2], 2: 0, 3: "y"}]
    graph = {0: tensors, 1: [0], 2: [1], 3: calls, 4: "main"}
    return flat({0: 3, 1: codes, 2: [graph], 3: "kit", 4: [{}, {0: bytes(16)}]})


# --- R, in its XDR form -------------------------------------------------------------------------


def _int(value: int) -> bytes:
    return struct.pack(">i", value)


def r_chars(text: str) -> bytes:
    return _int(0x40009) + _int(len(text)) + text.encode()


def r_symbol(name: str) -> bytes:
    return _int(1) + r_chars(name)


def r_strings(*texts: str) -> bytes:
    return _int(16) + _int(len(texts)) + b"".join(map(r_chars, texts))


def r_call(name: str, *arguments: bytes) -> bytes:
    """``name(arguments ...)`` as a call object."""
    tail = _int(254)
    for argument in reversed(arguments):
        tail = _int(2) + argument + tail
    return _int(6) + r_symbol(name) + tail


def r_promise(expression: bytes) -> bytes:
    return _int(5) + _int(252) + expression


def r_closure(body: bytes) -> bytes:
    return _int(0x403) + _int(253) + _int(254) + body


def r_list(*items: bytes) -> bytes:
    return _int(19) + _int(len(items)) + b"".join(items)


def rds(item: bytes) -> bytes:
    return b"X\n" + _int(2) + _int(0x040301) + _int(0x020300) + item
