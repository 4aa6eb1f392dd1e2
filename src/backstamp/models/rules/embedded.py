"""Rules about artifacts inside bytes that nobody explained, and about bytes that are two formats at once."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import Embedded, FactBook, Present, Unexplained
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.core.location import Bytes
from backstamp.models.facts.pickle import PickleStream

# Formats from which a loader takes weights; what is hidden in them is there on purpose.
WEIGHTS = frozenset(
    {"safetensors", "gguf", "npy", "pickle", "zip", "tar", "hdf5", "tflite", "onnx", "tensorflow", "keras"}
)
_PACKED = frozenset({"gzip", "bzip2", "xz", "lzma", "zlib", "zstd", "lz4", "zfile", "sevenzip"})
_NATIVE = frozenset({"elf", "pe", "macho"})
_STRONG = frozenset(
    {"safetensors", "gguf", "npy", "pickle", "zip", "hdf5", "tflite", "sevenzip", "tar", "elf", "pe", "macho"}
)
_PICTURES = frozenset(
    {"png", "jpeg", "gif", "webp", "wav", "flac", "ogg", "mp3", "mp4", "pdf", "tiff", "bmp"}
)
# Programs with a zip behind them unpack themselves; TensorFlow Lite puts labels into a zip behind the model.
_USUAL = (
    frozenset({"zip", "elf"}), frozenset({"zip", "pe"}), frozenset({"zip", "macho"}),
    frozenset({"zip", "tflite"}),
)  # fmt: skip


def _is_hidden(each: Embedded) -> bool:
    host = frozenset(each.host)
    if each.kind == "zip" and "tflite" in host:
        return False
    if not each.is_read and each.kind in ("zip", "pickle"):
        return False  # arrays of objects are pickles by right: only their reader could tell
    return bool(host & (WEIGHTS | _PACKED)) and not host & _NATIVE and each.kind != "gguf"


def _formats_of(present: Present, streams: frozenset[tuple[str, ...]]) -> frozenset[str]:
    """The formats that really are there: a pickle only if a stream of it was read to its end."""
    kinds = frozenset(present.kinds) & (_STRONG | _PICTURES)
    return kinds if present.place.path in streams else kinds - {"pickle"}


def _streams(facts: FactBook) -> frozenset[tuple[str, ...]]:
    return frozenset(each.place.path for each in facts.of(PickleStream))


class HiddenArtifact:
    """## What it does
    Looks for programs, scripts, archives and pickles in those bytes of a weights file that belong to no
    tensor, header or entry: behind its end, before its beginning, in a gap.

    ## Why is this bad?
    Weights do not carry such things by accident. A second step, or another loader, picks them up and
    runs them.

    ## What to do
    Do not use the file. Ask its maker for one that holds weights alone.
    """

    RULE: ClassVar = Rule(
        code="EMB101",
        name="hidden-artifact",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{kind} hidden at byte {at} of a {host} file",
        maps=("CWE-506", "AML.T0010", "LLM03:2025"),
    )
    WANTS: ClassVar = (Embedded,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(Embedded):
            if _is_hidden(each):
                yield self.RULE.found(each, kind=each.kind, at=_offset(each), host=", ".join(each.host))


class EmbeddedArtifact:
    """## What it does
    Looks for programs, scripts, archives and pickles in unexplained bytes of other files.

    ## Why is this bad?
    What a file holds beside what its format says may be picked up by a second step.

    ## What to do
    Find out what the bytes are for before you use the file.
    """

    RULE: ClassVar = Rule(
        code="EMB102",
        name="embedded-artifact",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="{kind} embedded at byte {at}",
        maps=("CWE-506",),
    )
    WANTS: ClassVar = (Embedded,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(Embedded):
            if not _is_hidden(each) and not (each.kind == "zip" and "tflite" in each.host):
                yield self.RULE.found(each, kind=each.kind, at=_offset(each))


class UnexplainedBytes:
    """## What it does
    Counts bytes, other than padding, which belong to nothing that the format knows.

    ## Why is this bad?
    Most often they are harmless leftovers; they were searched, and nothing known is in them.

    ## What to do
    Nothing, unless the number surprises you.
    """

    RULE: ClassVar = Rule(
        code="EMB103",
        name="unexplained-bytes",
        severity=Severity.INFO,
        confidence=Confidence.HIGH,
        message="{length} bytes belong to nothing in the file",
        maps=(),
    )
    WANTS: ClassVar = (Unexplained,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(Unexplained):
            yield self.RULE.found(each, length=each.length)


class TwoFormats:
    """## What it does
    Looks for files which are valid in two formats that loaders take models or code from.

    ## Why is this bad?
    What runs depends on who opens the file: a scanner sees weights, a loader a program or a pickle.

    ## What to do
    Do not use the file. Ask its maker for one that is packed by the usual tools.
    """

    RULE: ClassVar = Rule(
        code="EMB201",
        name="two-formats",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="the same bytes are {kinds}: what is loaded depends on the loader",
        maps=("CWE-436", "AML.T0010", "AML.T0011.000"),
    )
    WANTS: ClassVar = (Present, PickleStream)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        streams = _streams(facts)
        for each in facts.of(Present):
            if len(each.kinds) > 1:
                kinds = _formats_of(each, streams) & _STRONG
                if len(kinds) > 1 and not any(kinds <= usual for usual in _USUAL):
                    yield self.RULE.found(each, kinds=" and ".join(sorted(kinds)))


class ArchiveInMedia:
    """## What it does
    Looks for pictures, sounds and documents which are an archive or a model as well.

    ## Why is this bad?
    A picture passes where a model would be examined, and is opened as what it also is.

    ## What to do
    Find out why the file is both; separate the two.
    """

    RULE: ClassVar = Rule(
        code="EMB202",
        name="archive-in-media",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message="the same bytes are {kinds}: if loaded as an archive, other content is used",
        maps=("CWE-436",),
    )
    WANTS: ClassVar = (Present, PickleStream)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        streams = _streams(facts)
        for each in facts.of(Present):
            if len(each.kinds) > 1:
                kinds = _formats_of(each, streams)
                if kinds & _PICTURES and kinds & _STRONG:
                    yield self.RULE.found(each, kinds=" and ".join(sorted(kinds)))


def _offset(each: Embedded) -> int:
    where = each.place.where
    return where.offset if isinstance(where, Bytes) else 0


RULES = (HiddenArtifact, EmbeddedArtifact, UnexplainedBytes, TwoFormats, ArchiveInMedia)
