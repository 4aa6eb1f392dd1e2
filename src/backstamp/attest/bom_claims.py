"""What a BOM document says of the files and parameters of a model, to be held against the bytes.

Files are those of CycloneDX (components of type ``file`` with a SHA-256) and SPDX (``software_File``, and the
``files`` of 2.x); parameters are ``cdx:ai-ml:model:parameter:count`` of models, and its twin in SPDX 3.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.tree import Tree, text_at, trees_at, walk

_COUNT = "cdx:ai-ml:model:parameter:count"
_SHA256 = frozenset({"SHA-256", "sha256", "SHA256"})
_FACTORS = {"K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a BOM: its name and SHA-256 (empty if it has none)."""

    name: str
    sha256: str


class BomClaims(msgspec.Struct, frozen=True, kw_only=True):
    """What can be held against the bytes."""

    files: tuple[Listed, ...]
    counts: tuple[tuple[str, int], ...]


def claims_of(document: Tree) -> BomClaims:
    """Collect what a document says."""
    files: list[Listed] = []
    counts: list[tuple[str, int]] = []
    for _, value in walk(document):
        if isinstance(value, dict):
            files.extend(_files(value))
            counts.extend(_counts(value))
    return BomClaims(files=tuple(files), counts=tuple(counts))


def _files(value: Tree) -> Iterator[Listed]:
    if value.get("type") == "file" and text_at(value, "name"):
        yield Listed(name=text_at(value, "name"), sha256=_sha256(value, "hashes", "alg", "content"))
    elif text_at(value, "type") == "software_File" and text_at(value, "name"):
        digest = _sha256(value, "verifiedUsing", "algorithm", "hashValue")
        yield Listed(name=text_at(value, "name"), sha256=digest)
    elif text_at(value, "fileName") and isinstance(value.get("checksums"), list):
        digest = _sha256(value, "checksums", "algorithm", "checksumValue")
        yield Listed(name=text_at(value, "fileName"), sha256=digest)


def _sha256(value: Tree, key: str, algorithm: str, content: str) -> str:
    for each in trees_at(value, key):
        if text_at(each, algorithm) in _SHA256:
            return text_at(each, content).lower()
    return ""


def _counts(value: Tree) -> Iterator[tuple[str, int]]:
    if value.get("type") == "machine-learning-model":
        entries = ((text_at(e, "name"), text_at(e, "value")) for e in trees_at(value, "properties"))
        wanted = _COUNT
    elif value.get("type") == "ai_AIPackage":
        entries = ((text_at(e, "key"), text_at(e, "value")) for e in trees_at(value, "ai_hyperparameter"))
        wanted = "parameter:count"
    else:
        return
    for name, written in entries:
        if name == wanted and (count := count_of(written)) is not None:
            yield text_at(value, "name"), count


def count_of(written: str) -> int | None:
    """Understand a number of parameters: ``7241732096``, ``7,241,732,096`` or ``7.24B``."""
    text = written.strip().replace(",", "").replace("_", "")
    factor = _FACTORS.get(text[-1:].upper(), 1)
    number = (text[:-1] if factor != 1 else text).strip()
    if not number.isascii() or len(number) > 30:
        return None
    whole, mark, part = number.partition(".")
    if not whole.isdigit() or (mark and not part.isdigit()):
        return None
    return int(whole) * factor + (int(part) * factor // 10 ** len(part) if mark else 0)
