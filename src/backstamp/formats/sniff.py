"""What bytes are, by their content: every format whose loader would take them, not the first that fits.

Names are hints only where the content is text, since text has no magic: a ``.py`` file is Python
because an interpreter would be told so.
"""

from backstamp.core.blob import Blob

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
    (b"\x00\x01\x00\x00\x00", 0, "font"),
)

_MAGIC = (
    (b"GGUF", 0, "gguf"),
    (b"FUGG", 0, "gguf"),
    (b"\x93NUMPY", 0, "npy"),
    (b"\x1f\x8b", 0, "gzip"),
    (b"BZh", 0, "bzip2"),
    (b"\xfd7zXZ\x00", 0, "xz"),
    (b"\x5d\x00\x00", 0, "lzma"),
    (b"\x28\xb5\x2f\xfd", 0, "zstd"),
    (b"\x04\x22\x4d\x18", 0, "lz4"),
    (b"7z\xbc\xaf\x27\x1c", 0, "sevenzip"),
    (b"\x7fELF", 0, "elf"),
    (b"MZ", 0, "pe"),
    (b"\xfe\xed\xfa\xce", 0, "macho"),
    (b"\xfe\xed\xfa\xcf", 0, "macho"),
    (b"\xce\xfa\xed\xfe", 0, "macho"),
    (b"\xcf\xfa\xed\xfe", 0, "macho"),
    (b"\x89HDF\r\n\x1a\n", 0, "hdf5"),
    (b"version https://git-lfs.github.com/spec/", 0, "lfs-pointer"),
    (b"TFL3", 4, "tflite"),
    (b"#!", 0, "script"),
)

_KNOWN = frozenset({"empty", "text", "json", "yaml", "lfs-pointer", *(kind for _, _, kind in _MEDIA)})
_TEXT_SAMPLE = 64 * 1024
_ZIP_TAIL = 66_000
_CODE_NAMES = (".py", ".pyw", ".pyi")
_TEMPLATE_NAMES = (".jinja", ".jinja2", ".j2")


def kinds_of(blob: Blob) -> frozenset[str]:
    """Name the formats that the bytes could be taken for. Empty if nothing is known of them."""
    if blob.size == 0:
        return frozenset({"empty"})
    view = blob.view
    head = bytes(view[:512])
    kinds = {kind for magic, at, kind in _MAGIC if head.startswith(magic, at)}
    kinds |= {kind for magic, at, kind in _MEDIA if head.startswith(magic, at)}
    if head.startswith(b"PK\x03\x04") or _has_zip_end(view):
        kinds.add("zip")
    if len(head) >= 512 and _is_tar(head):
        kinds.add("tar")
    if _is_safetensors(head, blob.size):
        kinds.add("safetensors")
    if _is_zlib(head):
        kinds.add("zlib")
    name = blob.name.lower()
    kinds |= _text_kinds(view, name, head)
    if name.endswith(_CODE_NAMES):
        kinds.add("python")
    if name.endswith(".ipynb") and "json" in kinds:
        kinds.add("notebook")
    if _is_pyc(head):
        kinds.add("pyc")
    if _is_pickle(view, name, kinds):
        kinds.add("pickle")
    return frozenset(kinds)


def is_known(kinds: tuple[str, ...]) -> bool:
    """Say whether bytes of these formats need no reader: text, pictures, sound and the like."""
    return bool(kinds) and _KNOWN.issuperset(kinds)


def _is_pyc(head: bytes) -> bool:
    # Magic numbers of CPython 2.7 and 3.0 to 3.16, then CR LF, then marshalled code where the header ends.
    if head[2:4] != b"\r\n" or len(head) < 17:
        return False
    magic = int.from_bytes(head[:2], "little")
    return (62011 <= magic <= 62300 and head[8] == 0x63) or (
        3000 <= magic < 3900 and (head[16] & 0x7F == 0x63 or head[12] & 0x7F == 0x63)
    )


def _has_zip_end(view: memoryview) -> bool:
    return b"PK\x05\x06" in bytes(view[-_ZIP_TAIL:])


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


def _is_zlib(head: bytes) -> bool:
    return len(head) > 8 and head[0] == 0x78 and head[1] in (0x01, 0x5E, 0x9C, 0xDA)


def _text_kinds(view: memoryview, name: str, head: bytes) -> set[str]:
    sample = bytes(view[:_TEXT_SAMPLE])
    if not _is_text(sample):
        return set()
    kinds = {"text"}
    first = sample.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first in (b"{", b"["):
        kinds.add("json")
    if name.endswith(_TEMPLATE_NAMES):
        kinds.add("jinja")
    return kinds


def _is_text(sample: bytes) -> bool:
    if b"\0" in sample:
        return False
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(sample) - 4 and len(sample) == _TEXT_SAMPLE
    return True


def _is_pickle(view: memoryview, name: str, kinds: set[str]) -> bool:
    first = view[0]
    return first == 0x80 and len(view) > 1 and view[1] <= 5
