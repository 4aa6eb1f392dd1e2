"""The third level: a document against the files that it describes.

1. Every file of the document that is found is compared by its SHA-256; other algorithms are not computed.
2. Numbers of parameters and element types are compared with the headers of the weights.
3. What could not be compared is counted. If nothing could, the level did not run.
"""

import re
from collections.abc import Iterator

import msgspec

from backstamp.bom.inventory import FileRecord, Inventory
from backstamp.bom.validate import checks
from backstamp.bom.validate.problem import Grade, Problem
from backstamp.core.finding import shown
from backstamp.core.location import joined
from backstamp.core.supply import Method, Stated, Trait
from backstamp.core.tree import Tree, text_at, tree_at, trees_at, walk
from backstamp.models.facts.weights import WeightsSummary

_COUNT = "cdx:ai-ml:model:parameter:count"
_TYPES = (":dtype", ":torch_dtype", ":precision", ":tensor_type", ":element_type")
_QUANTIZED = (":quantization", ":quantisation")
_SHA256 = frozenset({"SHA-256", "sha256"})
_CLOSE = 0.01  # buffers that are stored with parameters, and parameters that are tied
_WIDE = frozenset({"F64", "F32", "F16", "BF16"})
_ELEMENTS = {
    "FLOAT64": "F64", "DOUBLE": "F64", "FLOAT32": "F32", "FLOAT": "F32", "FP32": "F32", "FLOAT16": "F16",
    "HALF": "F16",
    "FP16": "F16", "BFLOAT16": "BF16", "INT8": "I8", "UINT8": "U8", "INT16": "I16", "INT32": "I32",
    "INT64": "I64",
}  # fmt: skip
_FACTORS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: how many values were compared, and how many could not be."""

    problems: tuple[Problem, ...]
    files: int
    missing: int
    values: int
    other: int

    @property
    def compared(self) -> str:
        """Say what was looked at, for people."""
        parts = [_counted(self.files, "file") + " by SHA-256", _counted(self.values, "value") + " of headers"]
        if self.missing:
            parts.append(_counted(self.missing, "file") + " not found")
        if self.other:
            parts.append(_counted(self.other, "file") + " without a SHA-256 to compare")
        return ", ".join(parts)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


class _Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the document: how it may be called, and its digest (empty if there is no SHA-256)."""

    pointer: str
    names: tuple[str, ...]
    digest: str
    digest_pointer: str


class _Stock:
    """The files of the artefacts, by the ends of their paths."""

    def __init__(self, inventory: Inventory) -> None:
        self.by_path = {joined(record.path): record for record in inventory.files}
        self.by_name: dict[str, list[FileRecord]] = {}
        for path, record in self.by_path.items():
            self.by_name.setdefault(path.rpartition("/")[2], []).append(record)
        self.target = inventory.target

    def found(self, name: str) -> list[FileRecord]:
        """Give the file of a name: by its path, else all whose paths end like it."""
        name = name.removeprefix("file://").replace("\\", "/").removeprefix("./").strip("/")
        for path in (name, name.removeprefix(f"{self.target}/")):
            if path in self.by_path:
                return [self.by_path[path]]
        below = self.by_name.get(name.rpartition("/")[2], [])
        return [record for record in below if ("/" + joined(record.path)).endswith("/" + name)]


def compared(tree: Tree, inventory: Inventory) -> Comparison:
    """Compare a document with what was found."""
    stock = _Stock(inventory)
    problems: list[Problem] = []
    matched: set[str] = set()
    files = missing = other = 0
    listed = list(_listed(tree))
    for each in listed:
        records = [record for name in each.names for record in stock.found(name)]
        matched.update(joined(record.path) for record in records)
        if not records:
            missing += 1
            problems.append(
                checks.FILE_MISSING.found(
                    each.pointer, f'"{shown(each.names[0])}" is not among the artefacts'
                )
            )
        elif not each.digest or all(record.digest is None for record in records):
            other += 1
        else:
            files += 1
            problems.extend(_mismatch(each, records))
    weights = [fact for fact in inventory.facts if isinstance(fact, WeightsSummary)]
    if listed:
        problems.extend(_unlisted(weights, matched))
    counts = _counts(inventory)
    values = 0
    for pointer, name, value, scope in _declared(tree, weights, stock):
        found = _contradiction(pointer, name, value, scope, counts)
        if found is not None:
            values += 1
            problems.extend(found)
    return Comparison(problems=tuple(problems), files=files, missing=missing, values=values, other=other)


def _mismatch(each: _Listed, records: list[FileRecord]) -> Iterator[Problem]:
    digests = [record.digest.hex for record in records if record.digest is not None]
    if each.digest.lower() not in digests:
        yield checks.DIGEST.found(
            each.digest_pointer, f'the SHA-256 of "{shown(joined(records[0].path))}" is {digests[0]}'
        )


def _unlisted(weights: list[WeightsSummary], matched: set[str]) -> Iterator[Problem]:
    for path in dict.fromkeys(joined(fact.place.path) for fact in weights):
        if path not in matched and path.partition("!/")[0] not in matched:
            yield checks.FILE_UNLISTED.found("", f'the document does not list "{shown(path)}"')


# --- what the document says -----------------------------------------------------------------------------


def _listed(tree: Tree) -> Iterator[_Listed]:
    for pointer, value in walk(tree):
        if not isinstance(value, dict):
            continue
        if text_at(value, "type") == "software_File":
            yield from _spdx_file(pointer, value)
        elif isinstance(value.get("hashes"), list) and isinstance(value.get("name"), str):
            yield from _component(pointer, value)


def _component(pointer: str, value: Tree) -> Iterator[_Listed]:
    """A file component, or another one that lies in one file and is called like it.

    Elsewhere occurrences are evidence (a lock file, a line of code), whose digest is not the component's.
    """
    name = text_at(value, "name")
    places = [
        text_at(each, "location")
        for each in trees_at(value, "evidence", "occurrences")
        if not each.keys() & {"line", "offset", "symbol"}
    ]
    is_file = value.get("type") == "file"
    if not is_file:
        places = [place for place in places if place.replace("\\", "/").rpartition("/")[2] == name]
        if len(places) != 1:
            return
    digest, at = _sha256(value, "hashes", "alg", "content")
    yield _Listed(
        pointer=pointer,
        names=tuple(dict.fromkeys(place for place in ([name, *places] if is_file else places) if place)),
        digest=digest,
        digest_pointer=f"{pointer}/hashes/{at}/content",
    )


def _spdx_file(pointer: str, value: Tree) -> Iterator[_Listed]:
    digest, at = _sha256(value, "verifiedUsing", "algorithm", "hashValue")
    if text_at(value, "name"):
        yield _Listed(
            pointer=pointer,
            names=(text_at(value, "name"),),
            digest=digest,
            digest_pointer=f"{pointer}/verifiedUsing/{at}/hashValue",
        )


def _sha256(value: Tree, key: str, algorithm: str, content: str) -> tuple[str, int]:
    hashes = value.get(key)
    for at, each in enumerate(hashes if isinstance(hashes, list) else []):
        if text_at(each, algorithm) in _SHA256:
            return text_at(each, content), at
    return "", 0


def _declared(
    tree: Tree, weights: list[WeightsSummary], stock: _Stock
) -> Iterator[tuple[str, str, str, list[WeightsSummary]]]:
    """Yield what is declared of weights, with the headers that it is about."""
    holders = [
        (pointer, value)
        for pointer, value in walk(tree)
        if isinstance(value, dict) and any(_is_compared(name) for _, name, _ in _properties(value))
    ]
    for pointer, value in holders:
        own = {joined(r.path) for each in _listed(value) for name in each.names for r in stock.found(name)}
        scope = [fact for fact in weights if joined(fact.place.path) in own]
        if not scope and len(holders) == 1:
            scope = weights
        for where, name, text in _properties(value):
            if scope and _is_compared(name):
                yield f"{pointer}/{where}", name, text, scope


def _properties(value: Tree) -> Iterator[tuple[str, str, str]]:
    for key, name, text in (
        ("properties", "name", "value"),
        ("extension_cdxProperty", "extension_cdxPropName", "extension_cdxPropValue"),
    ):
        for at, each in enumerate(trees_at(value, key)):
            yield f"{key}/{at}/{text}", text_at(each, name).lower(), text_at(each, text)
    for at, each in enumerate(trees_at(tree_at(value, "modelCard"), "properties")):
        yield f"modelCard/properties/{at}/value", text_at(each, "name").lower(), text_at(each, "value")


def _is_compared(name: str) -> bool:
    return name == _COUNT or name.endswith(_TYPES) or name.endswith(_QUANTIZED)


# --- what the headers say -------------------------------------------------------------------------------


def _counts(inventory: Inventory) -> dict[str, int]:
    """What readers count as parameters: no buffers of whole numbers, packed ones unpacked."""
    found: dict[str, int] = {}
    for fact in inventory.facts:
        if isinstance(fact, Stated) and fact.trait is Trait.PARAMETERS and fact.method is Method.MEASURED:
            path = joined(fact.place.path)
            found[path] = found.get(path, 0) + (fact.value if isinstance(fact.value, int) else 0)
    return found


def _contradiction(
    pointer: str, name: str, value: str, scope: list[WeightsSummary], counts: dict[str, int]
) -> tuple[Problem, ...] | None:
    """Give the problem of a declared value, none if it holds, and ``None`` if it cannot be compared."""
    if name == _COUNT:
        return _of_count(pointer, value, scope, counts)
    measured = {dtype.upper() for fact in scope for dtype, _ in fact.dtypes}
    holds = _holds(value, measured)
    if holds is None:
        return None
    if holds:
        return ()
    return (
        checks.ELEMENT_TYPE.found(
            pointer,
            f'"{shown(value, 60)}" is declared, but the weights have {", ".join(sorted(measured)[:8])}',
        ),
    )


def _of_count(
    pointer: str, value: str, scope: list[WeightsSummary], counts: dict[str, int]
) -> tuple[Problem, ...] | None:
    found = re.fullmatch(r"([0-9][0-9,_ ]*)(\.[0-9]+)?\s*([KMBT]?)", value.strip()[:40], re.IGNORECASE)
    if found is None:
        return None
    declared = float(re.sub(r"[,_ ]", "", found[1]) + (found[2] or "")) * _FACTORS[found[3].upper()]
    sums: dict[tuple[str, str], int] = {}
    for fact in scope:
        path = joined(fact.place.path)
        key = (path.rpartition("/")[0], fact.format)
        sums[key] = sums.get(key, 0) + counts.get(path, fact.parameters)
    each_file = [counts.get(joined(fact.place.path), fact.parameters) for fact in scope]
    measured = [*sums.values(), *each_file, *(fact.parameters for fact in scope)]
    if declared in measured:
        return ()
    nearest = min(measured, key=lambda each: abs(each - declared))
    is_close = abs(nearest - declared) <= (_CLOSE if not found[3] else 0.05) * max(nearest, 1)
    problem = checks.PARAMETERS.found(
        pointer, f'"{shown(value, 40)}" parameters are declared, {nearest:,} were measured'
    )
    if is_close and found[3]:
        return ()
    return (msgspec.structs.replace(problem, severity=Grade.WARNING),) if is_close else (problem,)


def _holds(value: str, measured: set[str]) -> bool | None:
    """Say whether a declared element type fits the measured ones; ``None`` if it is unknown."""
    word = re.sub(r"^(?:torch\.|tf\.|jnp\.)", "", value.strip()[:40], flags=re.IGNORECASE).upper()
    word = _ELEMENTS.get(word, word)
    if word in measured:
        return True
    block = re.match(r"(I?Q|TQ)([0-9])", word)
    if block:  # a mixture is called after most of its blocks: Q4_K_M is Q4_K, Q6_K and F32
        return any(each.startswith((f"Q{block[2]}", f"IQ{block[2]}", f"TQ{block[2]}")) for each in measured)
    if word in _ELEMENTS.values():
        return False
    if word in ("FP8", "FLOAT8") or word.startswith(("FLOAT8_", "F8_")):
        return any(each.startswith("F8") for each in measured)
    if re.search(r"GPTQ|AWQ|BITSANDBYTES|BNB|NF4|INT4|4-?BIT|8-?BIT|GGUF|GGML", word):
        return not measured <= _WIDE
    return None
