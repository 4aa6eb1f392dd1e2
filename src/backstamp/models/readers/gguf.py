"""Reads GGUF: keys, tensors and layout are stated, chat templates become members, data is not touched."""

from collections import Counter
from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.finding import shown
from backstamp.core.reading import Explained, Member, Statement, Unread
from backstamp.formats.gguf import Flaw, Gguf, head_of
from backstamp.models.facts.weights import MetadataEntry, TensorName, WeightsFlaw, WeightsSummary
from backstamp.models.readers.safetensors import is_odd, speaks_of_code

_MOST_FLAWS = 50
_MOST_METADATA = 64
_TEMPLATE = "tokenizer.chat_template"
_STRING = 8
_WHOLE = frozenset({Flaw.ALIGNMENT, Flaw.DUPLICATE, Flaw.LAYOUT, Flaw.DIMENSIONS})


class GgufReader:
    """States what a GGUF file holds, and where it breaks its format."""

    name = "gguf"
    version = 1
    kinds = frozenset({"gguf"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield the summary, flaws, odd names, chat templates and the explained runs."""
        head = head_of(blob.view, blob.size, budget)
        yield Explained(0, head.head)
        yield _summary(blob, head)
        for problem in head.problems[:_MOST_FLAWS]:
            yield WeightsFlaw(
                place=blob.at(problem.at),
                format="gguf",
                flaw=problem.flaw,
                name=shown(problem.name),
                seen=shown(problem.seen),
            )
        if head.broken:
            yield Unread(f"gguf: {shown(head.broken)}")
        elif any(p.flaw not in _WHOLE for p in head.problems):
            yield Unread("gguf: the head does not fit the data")
        odd = [t for t in head.tensors if is_odd(t.name)][:_MOST_FLAWS]
        for tensor in odd:
            yield TensorName(place=blob.at(tensor.at), format="gguf", name=tensor.name[:1000])
        for pair in head.pairs:
            if (
                isinstance(pair.value, str)
                and not _holds_template(pair.key)
                and speaks_of_code(pair.key, pair.value)
            ):
                yield MetadataEntry(
                    place=blob.at(pair.start), format="gguf", key=pair.key[:300], value=pair.value[:1000]
                )
            if pair.kind == _STRING and _holds_template(pair.key):
                budget.spend_members()
                yield Member(blob.part(pair.start, pair.end, pair.key), kinds=("jinja",))
        yield from _runs(head, blob)


def _holds_template(key: str) -> bool:
    return key.startswith(_TEMPLATE) or key.endswith(".chat_template") or ".chat_template." in key


def _summary(blob: Blob, head: Gguf) -> WeightsSummary:
    general = [
        (p.key, str(p.value)) for p in head.pairs if p.key.startswith("general.") and p.value is not None
    ]
    return WeightsSummary(
        place=blob.whole(),
        format="gguf",
        version=head.version,
        tensors=len(head.tensors),
        parameters=sum(t.elements for t in head.tensors),
        dtypes=tuple(Counter(t.kind for t in head.tensors).most_common(16)),
        metadata=tuple((shown(k), shown(v)) for k, v in general[:_MOST_METADATA]),
    )


def _runs(head: Gguf, blob: Blob) -> Iterator[Explained]:
    """Tensor data, and paddings that hold nothing but zeros; neighbours are joined."""
    if head.broken:
        return
    at = head.head
    start = at
    spans = sorted((head.data + t.offset, head.data + t.offset + t.length) for t in head.tensors if t.length)
    for first, last in [*spans, (_end(head, blob, spans), 0)]:
        first, last = min(first, blob.size), min(last, blob.size)
        if first > at and not _is_padding(blob, at, first, head.alignment):
            yield Explained(start, at)
            start = first
        at = max(at, first, last)
    yield Explained(start, at)


def _end(head: Gguf, blob: Blob, spans: list[tuple[int, int]]) -> int:
    """Where the padding behind the last tensor ends."""
    last = max((end for _, end in spans), default=head.head)
    padded = last + -(last - head.data if spans else last) % head.alignment
    return min(padded, blob.size) if _is_padding(blob, last, min(padded, blob.size), head.alignment) else last


def _is_padding(blob: Blob, start: int, end: int, alignment: int) -> bool:
    if end - start >= max(alignment, 32):
        return False
    run = bytes(blob.view[start:end])  # empty where only the head of the file is at hand
    return not run.strip(b"\0")


READER = GgufReader()
