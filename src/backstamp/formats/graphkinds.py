"""Recognises the formats of model graphs by their content.

Protobuf has no magic: a file is taken for a model when its first fields are well formed and the
messages inside have the fields which no loader could do without. Unknown fields are skipped, as
parsers do, so that padding in front hides nothing. Names decide only where content cannot.
"""

from backstamp.formats.protobuf import FIXED32, LENGTH, VARINT, Field, first_fields

_TENSOR_VALUES = frozenset({3, 4, 5, 6, 7, 8, 9, 10, 11, 13})  # of tensors, and of sequences of them
_TOP = 128  # fields of a file that are looked at
_TABLE_MAGIC = b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"  # LevelDB table, TensorFlow's checkpoint index
_CHUNK = 1 << 20
_CONFIGURATIONS = (".yaml", ".yml", ".json")
_KEY = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./: ")
_R_HEADS = (
    *(head + form for head in (b"RDX2\n", b"RDX3\n") for form in (b"X\n",)),
    *(head + form for head in (b"RDA2\n", b"RDA3\n") for form in (b"A\n",)),
    *(head + form for head in (b"RDB2\n", b"RDB3\n") for form in (b"B\n",)),
    *(b"X\n\0\0\0" + version for version in (b"\x02", b"\x03")),
    *(b"B\n" + version + b"\0\0\0" for version in (b"\x02", b"\x03")),
    b"A\n2\n",
    b"A\n3\n",
)
# Models that are numbers and names through and through, by the bytes they begin with.
_RAW = (
    (b"CBM1", "catboost"),
    (b"{L\0\0\0\0\0\0\0\x07learner", "xgboost-ubjson"),
    (b"{i\x07learner", "xgboost-ubjson"),
    (b"binf", "xgboost-binary"),
)
_HDF5 = b"\x89HDF\r\n\x1a\n"
_NAMED = (
    (".onnx", "onnx"),
    (".tflite", "tflite"),
    (".h5", "hdf5"),
    (".hdf5", "hdf5"),
    (".mlmodel", "coreml"),
    (".binarypb", "mediapipe-graph"),
    ("saved_model.pb", "savedmodel"),
)


def graph_kinds(view: memoryview, size: int, name: str, *, is_unknown: bool) -> frozenset[str]:
    """Name the graph formats that the bytes could be taken for."""
    kinds = set(_protobuf_kinds(view, size))
    if len(view) > 512 and any(
        bytes(view[at : at + 8]) == _HDF5 for at in (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536)
    ):
        kinds.add("hdf5")
    if len(view) == size and bytes(view[-8:]) == _TABLE_MAGIC:
        kinds.add("tf-checkpoint-index")
    if bytes(view[64:68]) == b"\xef\xbe\xad\xde" and not any(view[8:64]) and 0 < view[4] < 3:
        kinds.add("coreml-weights")
    if not len(view):
        return frozenset(kinds)
    if view[0] in b"{[ \t\r\n\xef":
        kinds |= _json_kinds(view)
    if name.endswith(_CONFIGURATIONS) or name == "mlmodel":
        kinds.add("named-targets")
    if _is_xml(view):
        kinds.add("xml")
    if bytes(view[:16]) == bytes(16) and bytes(view[16:18]) != b"\0\0" and bytes(view[18:21]) == b"\0\0\x08":
        kinds.add("paddle-parameters")
    if _is_msgpack(view) or _is_numbered_map(view, size):
        kinds.add("msgpack")
    if bytes(view[:14]).startswith(_R_HEADS):
        kinds.add("r-data")
    kinds |= {kind for magic, kind in _RAW if bytes(view[: len(magic)]) == magic}
    if is_unknown and not kinds:
        kinds.update(kind for ending, kind in _NAMED if name.endswith(ending))
        if _is_checkpoint_data(name):
            kinds.add("tf-checkpoint-data")
        if ".onnx_data" in name or ".onnx.data" in name or (name.startswith("group") and "-shard" in name):
            kinds.add("tensor-data")
    return frozenset(kinds)


def _json_kinds(view: memoryview) -> set[str]:
    """JSON that speaks of classes as Keras or skops do, or that writes its keys in escapes."""
    if bytes(view[:64]).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return set()
    kinds = set()
    for chunk in (bytes(view[at : at + _CHUNK + 16]) for at in range(0, len(view), _CHUNK)):
        escaped = b"\\u0063" in chunk or b"\\u005f" in chunk or b"\\u005F" in chunk
        if b"class_name" in chunk or escaped:
            kinds.add("keras-config")
        if b"__loader__" in chunk or escaped:
            kinds.add("skops-schema")
    return kinds


def _is_xml(view: memoryview) -> bool:
    """A declaration, a document type, or the root of a model that is written in XML."""
    head = bytes(view[:512]).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return (
        head.startswith((b"<?xml", b"<!DOCTYPE", b"<PMML", b"<net ", b"<!ENTITY"))
        and b"<html" not in head.lower()
    )


def _is_msgpack(view: memoryview) -> bool:
    """A map whose first key is a word: what Flax and other savers of parameters write."""
    first = view[0]
    at = {0xDE: 3, 0xDF: 5}.get(first, 1 if 0x80 < first < 0x90 else 0)
    if not at or len(view) < at + 2:
        return False
    tag = view[at]
    start, size = (at + 1, tag & 31) if 0xA0 <= tag < 0xC0 else (at + 2, view[at + 1] if tag == 0xD9 else 0)
    key = bytes(view[start : start + size])
    return 0 < size == len(key) and all(c in _KEY for c in key)


def _is_numbered_map(view: memoryview, size: int) -> bool:
    """An empty map, whole, or one from hashes to small numbers: what spaCy keeps of a vocabulary."""
    if size == 1:
        return view[0] == 0x80
    at = {0xDE: 3, 0xDF: 5}.get(view[0], 1 if 0x80 < view[0] < 0x90 else 0)
    return (
        at > 0
        and len(view) > at + 9
        and view[at] == 0xCF
        and (view[at + 9] < 0x80 or view[at + 9] in (0xCC, 0xCD))
    )


def is_serialized_graph(view: memoryview, start: int, end: int) -> bool:
    """Say whether the bytes from ``start`` to ``end`` are one GraphDef, whole."""
    fields = first_fields(view, start, end, _TOP)
    if not fields or (len(fields) < _TOP and fields[-1].end != end):
        return False
    if _is_graph_def(view, fields):
        return True
    library = _inside(view, fields, 2)
    function = _inside(view, library, 1)
    return bool(_word(view, _inside(view, function, 1), 1)) and bool(_inside(view, function, 3))


def _is_checkpoint_data(name: str) -> bool:
    """``variables.data-00000-of-00001``: raw values, whose meaning stands in the index beside it."""
    stem, _, shard = name.rpartition(".data-")
    number, _, count = shard.partition("-of-")
    return bool(stem) and len(number) == len(count) == 5 and number.isdigit() and count.isdigit()


def _protobuf_kinds(view: memoryview, size: int) -> list[str]:
    if not len(view) or view[0] & 7 not in (0, 1, 2, 3, 5):
        return []
    fields = first_fields(view, 0, size, _TOP)
    if not fields:
        return []
    is_end = fields[-1].end == size
    kinds = [kind for kind, holds in _TESTS if holds(view, fields)]
    if kinds or not is_end:
        return kinds
    return [kind for kind, holds in _WHOLE_TESTS if holds(view, fields)]


def _inside(view: memoryview, fields: tuple[Field, ...], number: int, most: int = 32) -> tuple[Field, ...]:
    """The first fields of the first message of that number that has any."""
    for field in fields:
        if field.number == number and field.wire == LENGTH and field.end > field.start:
            inner = first_fields(view, field.start, field.end, most)
            if inner:
                return inner
    return ()


def _has(fields: tuple[Field, ...], number: int, wire: int) -> bool:
    return any(f.number == number and f.wire == wire for f in fields)


def _word(view: memoryview, fields: tuple[Field, ...], number: int) -> str:
    for field in fields:
        if field.number == number and field.wire == LENGTH and field.end - field.start < 256:
            text = bytes(view[field.start : field.end])
            return text.decode("ascii", "replace")
    return ""


def _is_word(text: str) -> bool:
    return (
        bool(text) and text.replace("_", "a").replace(">", "a").replace(".", "a").replace(":", "a").isalnum()
    )


def _is_onnx(view: memoryview, fields: tuple[Field, ...]) -> bool:
    if not (_has(fields, 1, VARINT) or _has(fields, 8, LENGTH)):
        return False
    graph = _inside(view, fields, 7)
    if not graph:
        return _has(fields, 1, VARINT) and bool(_word(view, _inside(view, fields, 25), 1))
    node = _inside(view, graph, 1)
    if node:
        return _is_word(_word(view, node, 4))
    return all(f.number < 17 and f.wire == LENGTH for f in graph) and bool(_word(view, graph, 2))


def _is_graph_def(view: memoryview, fields: tuple[Field, ...]) -> bool:
    node = _inside(view, fields, 1)
    if not node or not all(f.wire == LENGTH for f in node):
        return False
    return bool(_word(view, node, 1)) and _is_word(_word(view, node, 2)) and not _has(node, 1, FIXED32)


def _is_meta_graph(view: memoryview, fields: tuple[Field, ...]) -> bool:
    graph = _inside(view, fields, 2)
    return bool(graph) and _is_graph_def(view, graph)


def _is_saved_model(view: memoryview, fields: tuple[Field, ...]) -> bool:
    if fields[0].number > 2 and not _has(fields, 1, VARINT):
        return False
    return _is_meta_graph(view, _inside(view, fields, 2))


def _is_coreml(view: memoryview, fields: tuple[Field, ...]) -> bool:
    version = next((f.value for f in fields if f.number == 1 and f.wire == VARINT), 0)
    if not 0 < version < 100 or not _inside(view, fields, 2):
        return False
    return any(200 <= f.number < 4000 and f.wire == LENGTH for f in fields)


def _is_mediapipe(view: memoryview, fields: tuple[Field, ...]) -> bool:
    """A CalculatorGraphConfig: nodes that name calculators, without names of their own."""
    node = _inside(view, fields, 1)
    return (
        bool(node)
        and _word(view, node, 2).endswith(("Calculator", "Cpu", "Gpu", "CPU", "GPU"))
        and not _has(node, 1, LENGTH)
    )


def _is_paddle(view: memoryview, fields: tuple[Field, ...]) -> bool:
    """A ProgramDesc: blocks with their number and their parent's, variables and operators."""
    block = _inside(view, fields, 1)
    if not (_has(block, 1, VARINT) and _has(block, 2, VARINT)):
        return False
    return bool(_word(view, _inside(view, block, 3), 1) or _word(view, _inside(view, block, 4), 3))


def _is_sentencepiece(view: memoryview, fields: tuple[Field, ...]) -> bool:
    piece = _inside(view, fields, 1)
    return bool(piece) and _has(piece, 1, LENGTH) and _has(piece, 2, FIXED32)


def _is_tensor(view: memoryview, fields: tuple[Field, ...]) -> bool:  # noqa: ARG001  # one shape of test
    kind = next((f.value for f in fields if f.number == 2 and f.wire == VARINT), 0)
    if not 0 < kind < 40 or any(f.number > 16 for f in fields):
        return False
    return any(f.number in _TENSOR_VALUES for f in fields)


def _is_fingerprint(view: memoryview, fields: tuple[Field, ...]) -> bool:  # noqa: ARG001  # one shape of test
    return (
        len(fields) >= 4
        and all(f.number <= 6 and f.wire in (VARINT, LENGTH) for f in fields)
        and (sum(f.wire == VARINT and f.value > 1 << 32 for f in fields) >= 3)
    )


def _is_keras_metadata(view: memoryview, fields: tuple[Field, ...]) -> bool:
    node = _inside(view, fields, 1)
    return _word(view, node, 4).startswith("_tf_keras_")


_TESTS = (
    ("onnx", _is_onnx),
    ("graphdef", _is_graph_def),
    ("metagraph", _is_meta_graph),
    ("savedmodel", _is_saved_model),
    ("coreml", _is_coreml),
    ("sentencepiece", _is_sentencepiece),
    ("paddle", _is_paddle),
    ("mediapipe-graph", _is_mediapipe),
    ("keras-metadata", _is_keras_metadata),
)
_WHOLE_TESTS = (("onnx-tensor", _is_tensor), ("tf-fingerprint", _is_fingerprint))
