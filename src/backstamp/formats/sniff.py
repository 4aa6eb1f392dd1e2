"""What bytes are, by their content: every format whose loader would take them, not the first that fits.

Names are hints only where the content is text, since text has no magic: a ``.py`` file is Python
because an interpreter would be told so.
"""

from functools import cache

from backstamp.core.blob import Blob
from backstamp.formats.compressed import stream_kind
from backstamp.formats.executable import native_at
from backstamp.formats.graphkinds import graph_kinds
from backstamp.formats.plaindata import KINDS, is_wide_text, plain_kinds
from backstamp.formats.zip import TAIL, has_end

# Formats which carry no code and that no model loader opens: known, and left alone.
_MEDIA = (
    (b"\x89PNG\r\n\x1a\n", 0, "png"),
    (b"\xff\xd8\xff", 0, "jpeg"),
    (b"GIF8", 0, "gif"),
    (b"WEBP", 8, "webp"),
    (b"WAVE", 8, "wav"),
    (b"fLaC", 0, "flac"),
    (b"OggS", 0, "ogg"),
    (b"ID3", 0, "mp3"),
    (b"ftyp", 4, "mp4"),
    (b"%PDF-", 0, "pdf"),
    (b"wOF2", 0, "font"),
    (b"wOFF", 0, "font"),
    (b"OTTO", 0, "font"),
    (b"ttcf", 0, "font"),
    (b"\x00\x01\x00\x00\x00", 0, "font"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "ole"),
    (b"!<arch>\n", 0, "object-archive"),
    (b"backstamp.callables/", 0, "callables-table"),
    (b"II*\0", 0, "tiff"),
    (b"MM\0*", 0, "tiff"),
    (b"\x1a\x45\xdf\xa3", 0, "matroska"),
    (b"AVI LIST", 8, "avi"),
    (b"FORM", 0, "aiff"),
    (b"PAR1", 0, "parquet"),
    (b"ARROW1\0\0", 0, "arrow"),
    (b"SQLite format 3\0", 0, "sqlite"),
    (b"\xde\x12\x04\x95\0\0", 0, "gettext"),
    (b"\x95\x04\x12\xde\0\0", 0, "gettext"),
    (b"TZif", 0, "timezone"),
    (b"\0\0\0\1Bud1", 0, "ds-store"),
    (b"\xde\xc0\xef\xbe\1\0\0\0", 16, "lmdb"),
)

_MAGIC = (
    (b"GGUF", 0, "gguf"),
    (b"FUGG", 0, "gguf"),
    (b"\x93NUMPY", 0, "npy"),
    (b"7z\xbc\xaf\x27\x1c", 0, "sevenzip"),
    (b"\x89HDF\r\n\x1a\n", 0, "hdf5"),
    (b"version https://git-lfs.github.com/spec/", 0, "lfs-pointer"),
    (b"TFL3", 4, "tflite"),
)

# ``raw-tensor`` is said by containers of members whose loader takes them for plain numbers.
_NAMED = (
    ((".bmp",), b"BM", "bmp"),
    ((".ico", ".cur"), b"\0\0", "icon"),
    ((".der", ".crt", ".cer", ".p12", ".pfx"), b"0", "certificate"),
    ((".class",), b"\xca\xfe\xba\xbe", "java-class"),
)
_KNOWN = frozenset(
    {
        "empty", "text", "json", "yaml", "lfs-pointer", "raw-tensor", *KINDS,
        *(kind for _, _, kind in _MEDIA), *(kind for _, _, kind in _NAMED),
    }
)  # fmt: skip
# What is named so and is nothing else must be read as what it promises, or be reported as unread.
_PROMISED = ((".safetensors", "safetensors"), (".gguf", "gguf"))
# Known formats that are not searched for other files: texts, what a container's reader searches, and
# office documents, which are made of parts (zips among them).
_PLAIN = frozenset("empty text json yaml lfs-pointer wide-text raw-tensor callables-table ole".split())
# Raw values that a reader explains as a whole, without looking at them.
_WHOLE = frozenset(
    "catboost coreml-weights mediapipe-graph paddle-parameters tensor-data tf-checkpoint-data "
    "tf-checkpoint-index xgboost-binary xgboost-ubjson".split()
)
_TEXT_SAMPLE = 64 * 1024
_TEXT_BYTES = bytes({9, 10, 12, 13, 27, *range(32, 127), *range(128, 256)})
_PIECE = 1024 * 1024
_STREAM_STARTS = b"\x1fB\xfd(\x04Z\x5dx"
_NATIVE_STARTS = b"\x7fM\xfe\xce\xcf\xca\0j"
_SCRIPT_NAMES = (
    ".sh", ".bash", ".zsh", ".command", ".bat", ".cmd", ".ps1", ".psm1", ".vbs", ".vbe", ".wsf", ".hta",
    ".desktop",
)  # fmt: skip
# First characters of encoded pickles, archives and programs: base64, base85 is unseen, hexadecimal, uuencode.
_ENCODED_STARTS = frozenset(bytes([c]) for c in b"gHYeUQTfNK/0123456789bcdefABCDE")
_CYTHON_NAMES = (".pyx", ".pxd", ".pxi")
_CODE_NAMES = (".py", ".pyw", ".pyi")
_TEMPLATE_NAMES = (".jinja", ".jinja2", ".j2")
_PICKLE_STARTS = b"(]})NIJKMLFGSTUVXcPBCgi\x80\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96\x97\x82\x83\x84"


def kinds_of(blob: Blob) -> frozenset[str]:
    """Name the formats that the bytes could be taken for. Empty if nothing is known of them."""
    if blob.size == 0:
        return frozenset({"empty"})
    view = blob.view
    head = bytes(view[:512])
    first = head[0]
    kinds = {
        kind for magic, at, kind in (*_magics().get(first, ()), *_magics()[-1]) if head.startswith(magic, at)
    }
    if first in _STREAM_STARTS and (stream := stream_kind(head)):
        kinds.add(stream)
    if first in _NATIVE_STARTS and (native := _native_kind(view)):
        kinds.add(native)
    if len(head) >= 512 and _is_tar(head):
        kinds.add("tar")
    if _is_zip(view, head):
        kinds.add("torch-shards" if _is_shard(blob) else "zip")
    if _is_safetensors(head, blob.size):
        kinds.add("safetensors")
    name = blob.name.lower()
    kinds |= {kind for suffixes, magic, kind in _NAMED if head.startswith(magic) and name.endswith(suffixes)}
    kinds |= plain_kinds(view, blob.size, name)
    kinds |= _text_kinds(view, name)
    if "text" in kinds:
        kinds.discard("zlib")
    kinds |= _graph_kinds(blob, name, kinds)
    if name.endswith(_CODE_NAMES):
        kinds.add("python")
    if name.endswith(".pth") and "text" in kinds and b"import" in head:
        kinds.add("site-paths")
    if name.endswith(".ipynb") and "json" in kinds:
        kinds.add("notebook")
    if _is_pyc(head):
        kinds.add("pyc")
    if _is_pickle(view, name):
        kinds.add("pickle")
    kinds |= {kind for suffix, kind in _PROMISED if name.endswith(suffix) and not kinds - {"text", "json"}}
    return frozenset(kinds)


@cache
def _magics() -> dict[int, tuple[tuple[bytes, int, str], ...]]:
    """The magic words by their first byte; under -1 those that stand further in."""
    table: dict[int, tuple[tuple[bytes, int, str], ...]] = {-1: ()}
    for entry in (*_MAGIC, *_MEDIA):
        key = entry[0][0] if entry[1] == 0 else -1
        table[key] = (*table.get(key, ()), entry)
    return table


def settled(found: frozenset[str], forced: tuple[str, ...]) -> tuple[str, ...]:
    """Join what bytes look like with what their container's loader takes them for.

    TorchScript code ends in ``.py`` and no Python ever runs it.
    """
    if "torchscript-code" in forced:
        found -= {"python"}
    return tuple(sorted({*found, *forced}))


def _graph_kinds(blob: Blob, name: str, kinds: set[str]) -> frozenset[str]:
    """Name the formats of model graphs; a name counts only where nothing else is known of the bytes."""
    return graph_kinds(blob.view, blob.size, name, is_unknown=not kinds)


def is_known(kinds: tuple[str, ...]) -> bool:
    """Say whether bytes of these formats need no reader: text, pictures, sound and the like."""
    return bool(kinds) and _KNOWN.issuperset(kinds)


def is_searched(kinds: tuple[str, ...], *, was_read: bool) -> bool:
    """Say whether bytes that were taken as a whole are searched for what travels in or behind them."""
    if was_read:
        return not _WHOLE.isdisjoint(kinds)
    return not _PLAIN.issuperset(kinds)


def _is_zip(view: memoryview, head: bytes) -> bool:
    """Zips begin with a local header, or end with an end record which a directory goes with.

    Behind other beginnings the record must end the file: else each tar that holds a zip were one.
    """
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return True
    if len(view) < 22 or b"PK\x05\x06" not in bytes(view[-TAIL:]):
        return False
    return has_end(view, exact=True)


def _is_shard(blob: Blob) -> bool:
    """A shard's name and more than one zip: no other loader takes bytes of that name."""
    if not blob.name.endswith(".distcp") or not blob.is_whole:
        return False
    from backstamp.formats.distcp import runs_of

    return len(runs_of(blob.view)) > 1


def _native_kind(view: memoryview) -> str:
    native = native_at(view)
    if native is None:
        return ""
    return "pe" if native.kind == "ape" else native.kind


def _is_pyc(head: bytes) -> bool:
    # Magic numbers of CPython 2.7 and 3.0 to 3.16, then CR LF, then marshalled code where the header ends.
    if head[2:4] != b"\r\n" or len(head) < 17:
        return False
    magic = int.from_bytes(head[:2], "little")
    return (62011 <= magic <= 62300 and head[8] == 0x63) or (
        3000 <= magic < 3900 and (head[16] & 0x7F == 0x63 or head[12] & 0x7F == 0x63)
    )


def _is_tar(head: bytes) -> bool:
    if head[257:262] == b"ustar":
        return True
    field = head[148:156].strip(b" \0")
    if not field or not field.isdigit():
        return False
    total = sum(head[:148]) + sum(head[156:512]) + 8 * 32
    return any(c > ord("7") for c in field) is False and total == int(field, 8)


def _is_safetensors(head: bytes, size: int) -> bool:
    if len(head) < 9 or head[8:9] != b"{":
        return False
    return int.from_bytes(head[:8], "little") <= size


def _text_kinds(view: memoryview, name: str) -> set[str]:
    sample = bytes(view[:_TEXT_SAMPLE])
    if not _is_text(sample) or _turns_binary(view):
        if is_wide_text(sample) and not name.endswith((*_SCRIPT_NAMES, *_CODE_NAMES)):
            return {"wide-text"}
        # A shell reads a script line by line, and never gets to what stands behind its exit.
        return {"script"} if sample.startswith(b"#!/") else set()
    kinds = {"text"}
    first = sample.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first in (b"{", b"["):
        kinds.add("json")
    if name.endswith(_TEMPLATE_NAMES):
        kinds.add("jinja")
    if first in _ENCODED_STARTS and not name.endswith(_CODE_NAMES):
        from backstamp.formats.encoded import is_encoded

        if is_encoded(sample):
            kinds.add("encoded")
    if sample.startswith(b"#!") and not name.endswith(_CYTHON_NAMES):
        # Without a suffix, the first line says who reads a text.
        kinds.add("python" if _names_python(sample) else "script")
    elif name.endswith(_SCRIPT_NAMES):
        kinds.add("script")
    return kinds


def _names_python(sample: bytes) -> bool:
    line = sample[: sample.find(b"\n")] if b"\n" in sample[:256] else sample[:256]
    return b"python" in line or b"pypy" in line


def _turns_binary(view: memoryview) -> bool:
    """Say whether null bytes follow a long beginning of text: something else stands behind it."""
    return any(b"\0" in bytes(view[at : at + _PIECE]) for at in range(_TEXT_SAMPLE, len(view), _PIECE))


def _is_text(sample: bytes) -> bool:
    """Texts are UTF-8, or of an older eight-bit encoding: then without control characters."""
    if b"\0" in sample:
        return False
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(sample) - 4 and len(sample) == _TEXT_SAMPLE:
            return True
        return len(sample) >= 64 and not sample.translate(None, _TEXT_BYTES)
    return True


def _is_pickle(view: memoryview, name: str) -> bool:
    if view[0] not in _PICKLE_STARTS:
        return False
    from backstamp.formats.pickle.recognise import looks_like_pickle

    return looks_like_pickle(view, name)
