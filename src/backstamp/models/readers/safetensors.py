"""Reads safetensors: header and layout are stated, tensor data is explained without being touched."""

from collections import Counter
from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.fact import Embedded
from backstamp.core.finding import shown
from backstamp.core.reading import Explained, Member, Statement, Unread
from backstamp.formats import probe
from backstamp.formats.encoded import decoded, is_encoded
from backstamp.formats.safetensors import Flaw, Header, header_of
from backstamp.models.facts.weights import MetadataEntry, TensorName, WeightsFlaw, WeightsSummary

_MOST_FLAWS = 50
_MOST_METADATA = 64
_SMALLEST = 32  # bytes of a tensor that could hold more than numbers
_CALLS = ("system", "eval", "exec", "import", "subprocess", "pickle", "popen", "compile")
_ACTS = frozenset({"exec", "eval", "import", "pickle", "code", "script", "command", "payload", "reduce"})
_LEFT_UNREAD = frozenset(
    {Flaw.HEADER, Flaw.TRUNCATED, Flaw.OFFSETS, Flaw.OVERFLOW, Flaw.DTYPE, Flaw.SHAPE, Flaw.LENGTH}
)


class SafetensorsReader:
    """States what a safetensors file holds, and where it breaks its format."""

    name = "safetensors"
    version = 1
    kinds = frozenset({"safetensors"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield the summary, flaws, odd names and the explained runs."""
        header = header_of(blob.view, blob.size, budget)
        yield Explained(0, header.data)
        place = blob.at(8, header.data - 8)
        yield _summary(blob, header)
        for problem in header.problems[:_MOST_FLAWS]:
            yield WeightsFlaw(
                place=place,
                format="safetensors",
                flaw=problem.flaw,
                name=shown(problem.name),
                seen=shown(problem.seen),
            )
        if any(p.flaw in _LEFT_UNREAD for p in header.problems):
            yield Unread("safetensors: the header does not fit the data")
        for key, value in header.metadata:
            if len(value) > _SMALLEST and is_encoded(text := value[: 1 << 24].encode("utf-8", "replace")):
                yield Member(Blob(memoryview(decoded(text)), path=(*blob.path, f"metadata {shown(key)}")))
            if speaks_of_code(key, value):
                yield MetadataEntry(place=place, format="safetensors", key=key[:300], value=value[:1000])
        odd = 0
        for tensor in header.tensors:
            if is_odd(tensor.name) and odd < _MOST_FLAWS:
                odd += 1
                yield TensorName(place=place, format="safetensors", name=tensor.name[:1000])
        yield from _runs(header, blob.size)
        with blob.scattered():
            found = [*_stowaways(blob, header, budget)]
        yield from found


def speaks_of_code(key: str, value: str) -> bool:
    """Say whether an entry of metadata is worth a second look: a cheap test, the rule decides."""
    if "__" in key or "__" in value or key.lower() in _ACTS or "<script" in value:
        return True
    return "(" in value and any(word in value for word in _CALLS)


def is_odd(name: str) -> bool:
    """Say whether a tensor's name is more than letters, digits, dots, dashes and underscores."""
    return (
        not name.isascii()
        or not name.replace(".", "a").replace("-", "a").replace("_", "a").isalnum()
        or ".." in name
    )


def _summary(blob: Blob, header: Header) -> WeightsSummary:
    dtypes = Counter(t.dtype for t in header.tensors)
    return WeightsSummary(
        place=blob.whole(),
        format="safetensors",
        version=1,
        tensors=len(header.tensors),
        parameters=sum(t.elements for t in header.tensors),
        dtypes=tuple(dtypes.most_common(16)),
        metadata=tuple((shown(k), shown(v)) for k, v in header.metadata[:_MOST_METADATA]),
    )


def _stowaways(blob: Blob, header: Header, budget: Budget) -> Iterator[Statement]:
    """What begins where a tensor begins and is none; pickles and zips there may be training states."""
    for tensor in header.tensors:
        at, end = header.data + tensor.start, header.data + tensor.end
        if end - at < _SMALLEST or end > len(blob.view) or at < header.data:
            continue
        kind = probe.artifact_at(blob.view, at, budget)
        if not kind or kind == "gguf":
            continue
        if kind not in ("pickle", "zip"):
            yield Embedded(place=blob.at(at, end - at), kind=kind, host=("safetensors",))
        yield Member(blob.part(at, end, f"embedded {kind} at {at}"), kinds=(kind,))


def _runs(header: Header, size: int) -> Iterator[Explained]:
    """Neighbouring tensors are joined, so that a file of any length costs a handful of runs."""
    start = at = header.data
    for tensor in sorted(header.tensors, key=lambda t: t.start):
        if header.data + tensor.start > at:
            if at > start:
                yield Explained(start, at)
            start = header.data + tensor.start
        at = max(at, min(size, header.data + tensor.end))
    if at > start:
        yield Explained(start, at)


READER = SafetensorsReader()
