"""Rules about containers of any format: names, links, devices, growth, entries behind the end."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.archive import (
    DuplicateEntry,
    EntryName,
    Expansion,
    HiddenEntry,
    LinkEntry,
    SpecialEntry,
)

_GIB = 1024 * 1024 * 1024


class EntryLeavesFolder:
    """## What it does
    Looks for entries whose names climb out of the folder they are unpacked into, are absolute, name a
    drive, or hold a NUL, at which some unpackers cut them.

    ## Why is this bad?
    Unpacking the archive writes files anywhere on the machine: start-up scripts, keys, other people's
    models.

    ## What to do
    Do not use the file. Ask its maker for one that is packed by the usual tools.
    """

    RULE: ClassVar = Rule(
        code="ARC101",
        name="entry-leaves-folder",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message='entry "{name}" would be unpacked outside its folder ({why})',
        maps=("CWE-22", "AML.T0011.000"),
    )
    WANTS: ClassVar = (EntryName,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(EntryName):
            yield self.RULE.found(each, name=each.name, why=each.why)


class LinkLeavesArchive:
    """## What it does
    Looks for symbolic and hard links whose target is outside the archive.

    ## Why is this bad?
    A later entry written through the link lands outside the folder; a loader that follows it reads
    other files.

    ## What to do
    Do not use the file. Ask its maker for one that is packed by the usual tools.
    """

    RULE: ClassVar = Rule(
        code="ARC102",
        name="link-leaves-archive",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message='{kind} "{name}" points outside the archive, to "{target}"',
        maps=("CWE-59", "AML.T0011.000"),
    )
    WANTS: ClassVar = (LinkEntry,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(LinkEntry):
            if each.escapes:
                yield self.RULE.found(each, kind=each.kind, name=each.name, target=each.target)


class SpecialFile:
    """## What it does
    Looks for devices and pipes among the entries.

    ## Why is this bad?
    A model needs none. Unpacked with rights, a device gives access to memory or disks; a pipe hangs its
    reader.

    ## What to do
    Do not use the file. Ask its maker for one that is packed by the usual tools.
    """

    RULE: ClassVar = Rule(
        code="ARC103",
        name="special-file",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message='entry "{name}" is a {kind}',
        maps=("CWE-59", "AML.T0011.000"),
    )
    WANTS: ClassVar = (SpecialEntry,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(SpecialEntry):
            yield self.RULE.found(each, name=each.name, kind=each.kind)


class DecompressionBomb:
    """## What it does
    Looks for compressed data which grows to more than a gigabyte, and more than two hundredfold.

    ## Why is this bad?
    Reading it fills memory or disk; scanners give up on it and let through what stands beside it.

    ## What to do
    Do not unpack the file. Ask its maker what it is meant to hold.
    """

    RULE: ClassVar = Rule(
        code="ARC104",
        name="decompression-bomb",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{compressed} compressed bytes grow to more than {expanded}",
        maps=("CWE-409",),
    )
    WANTS: ClassVar = (Expansion,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(Expansion):
            if each.expanded > _GIB:
                yield self.RULE.found(each, compressed=each.compressed, expanded=each.expanded)


class LargeExpansion:
    """## What it does
    Looks for compressed data which grows more than two hundredfold, to less than a gigabyte.

    ## Why is this bad?
    Zeros compress like this, and so do decompression bombs.

    ## What to do
    Check that the size is what you expect before unpacking it.
    """

    RULE: ClassVar = Rule(
        code="ARC105",
        name="large-expansion",
        severity=Severity.LOW,
        confidence=Confidence.MEDIUM,
        message="{compressed} compressed bytes grow to {expanded}",
        maps=("CWE-409",),
    )
    WANTS: ClassVar = (Expansion,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(Expansion):
            if each.expanded <= _GIB:
                yield self.RULE.found(each, compressed=each.compressed, expanded=each.expanded)


class EntryBehindEnd:
    """## What it does
    Looks for tar entries which stand behind the blocks that end the archive.

    ## Why is this bad?
    Some readers stop at the end, others go on: a scanner and a loader see different files.

    ## What to do
    Unpack the archive with a known tool and pack it again, if its maker says that all entries are
    meant.
    """

    RULE: ClassVar = Rule(
        code="ARC106",
        name="entry-behind-end",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message='entry "{name}" stands behind the end of the archive',
        maps=("CWE-436", "AML.T0011.000"),
    )
    WANTS: ClassVar = (HiddenEntry,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(HiddenEntry):
            if each.container == "tar":
                yield self.RULE.found(each, name=each.name)


class RepeatedTarEntry:
    """## What it does
    Looks for tars with two entries of one name, where the content can carry code and differs.

    ## Why is this bad?
    Which of them is used depends on the reader, so that a scanner may judge one and a loader use the
    other.

    ## What to do
    Ask which of the entries is meant, and for an archive without the other.
    """

    RULE: ClassVar = Rule(
        code="ARC107",
        name="repeated-tar-entry",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message='"{name}" occurs twice with different contents',
        maps=("CWE-436", "AML.T0011.000"),
    )
    WANTS: ClassVar = (DuplicateEntry,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(DuplicateEntry):
            if each.container == "tar" and each.differs and each.carries_code:
                yield self.RULE.found(each, name=each.name)


RULES = (
    EntryLeavesFolder,
    LinkLeavesArchive,
    SpecialFile,
    DecompressionBomb,
    LargeExpansion,
    EntryBehindEnd,
    RepeatedTarEntry,
)
