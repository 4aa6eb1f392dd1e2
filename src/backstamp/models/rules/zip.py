"""Rules about zip files on which loaders and scanners disagree."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.models.facts.archive import (
    DuplicateEntry,
    EncryptedEntry,
    HiddenEntry,
    OverlappingEntries,
    SecondDirectory,
    ZipMismatch,
)


class NameMismatch:
    """## What it does
    Looks for entries which the central directory and the local header call by different names.

    ## Why is this bad?
    A scanner that reads one and a loader that reads the other see different models. No tool writes such
    files (CVE-2025-1944).

    ## What to do
    Do not use the file. Ask its maker for one that is packed by the usual tools.
    """

    RULE: ClassVar = Rule(
        code="ZIP101",
        name="zip-name-mismatch",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message='an entry is "{central}" in the directory and "{local}" in its own header',
        maps=("CWE-436", "CVE-2025-1944", "AML.T0011.000"),
    )
    WANTS: ClassVar = (ZipMismatch,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(ZipMismatch):
            if each.field in ("name", "unicode name"):
                yield self.RULE.found(
                    each, name=each.name, field=each.field, central=each.central, local=each.local
                )


class UnlistedEntry:
    """## What it does
    Looks for entries which no central directory lists.

    ## Why is this bad?
    Libraries do not show them, streaming readers unpack them: whoever put them there meant them to be
    overlooked.

    ## What to do
    Do not use the file. Ask its maker for one that is packed by the usual tools.
    """

    RULE: ClassVar = Rule(
        code="ZIP102",
        name="zip-unlisted-entry",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message='entry "{name}" ({size} bytes) is in the file but in no directory',
        maps=("CWE-436", "AML.T0011.000"),
    )
    WANTS: ClassVar = (HiddenEntry,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(HiddenEntry):
            if each.container == "zip":
                yield self.RULE.found(each, name=each.name, size=each.size)


class RepeatedCodeEntry:
    """## What it does
    Looks for two entries of one name with different contents, where the content can carry code.

    ## Why is this bad?
    Python takes the last, torch may take the first: a scanner and a loader see different models.

    ## What to do
    Do not use the file. Ask its maker for one that is packed by the usual tools.
    """

    RULE: ClassVar = Rule(
        code="ZIP103",
        name="zip-repeated-code",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message='"{name}" occurs twice with different contents',
        maps=("CWE-436", "AML.T0011.000"),
    )
    WANTS: ClassVar = (DuplicateEntry,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(DuplicateEntry):
            if each.container == "zip" and each.differs and each.carries_code:
                yield self.RULE.found(each, name=each.name)


class FalseEncryption:
    """## What it does
    Looks for entries which are flagged as encrypted and are not.

    ## Why is this bad?
    Python's zipfile refuses them, and scanners built on it report nothing; torch ignores the flag and
    loads them (CVE-2025-1945).

    ## What to do
    Do not use the file. Ask its maker for one that is packed by the usual tools.
    """

    RULE: ClassVar = Rule(
        code="ZIP104",
        name="zip-false-encryption",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message='entry "{name}" says that it is encrypted and is not',
        maps=("CWE-436", "CVE-2025-1945", "AML.T0011.000"),
    )
    WANTS: ClassVar = (EncryptedEntry,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(EncryptedEntry):
            if each.is_plain:
                yield self.RULE.found(each, name=each.name)


class ContentMismatch:
    """## What it does
    Looks for entries whose directory, local header and bytes disagree about method or sizes.

    ## Why is this bad?
    A scanner that reads one and a loader that reads the other see different models.

    ## What to do
    Do not use the file. Ask its maker for one that is packed by the usual tools.
    """

    RULE: ClassVar = Rule(
        code="ZIP105",
        name="zip-content-mismatch",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        message='{field} of entry "{name}" is {central} in the directory and {local} in the file',
        maps=("CWE-436", "AML.T0011.000"),
    )
    WANTS: ClassVar = (ZipMismatch,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(ZipMismatch):
            if each.field in ("method", "compressed size", "size", "content size"):
                yield self.RULE.found(
                    each, name=each.name, field=each.field, central=each.central, local=each.local
                )


class WrongChecksum:
    """## What it does
    Looks for entries whose checksum does not fit their bytes, or differs between directory and local
    header.

    ## Why is this bad?
    The file was damaged or changed after it was written. Python's zipfile stops at it, and scanners
    built on it report nothing; torch does not look at checksums (CVE-2025-10156). The bytes were
    examined all the same.

    ## What to do
    Fetch the file again and compare its digest with the one that its maker names.
    """

    RULE: ClassVar = Rule(
        code="ZIP106",
        name="zip-wrong-checksum",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message='checksum of entry "{name}" is {central} in the directory, and really {local}',
        maps=("CWE-354", "CVE-2025-10156"),
    )
    WANTS: ClassVar = (ZipMismatch,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(ZipMismatch):
            if each.field in ("crc", "content crc"):
                yield self.RULE.found(
                    each, name=each.name, field=each.field, central=each.central, local=each.local
                )


class OverlappingContents:
    """## What it does
    Looks for entries which share bytes.

    ## Why is this bad?
    So are decompression bombs made, and files that hide one entry in another.

    ## What to do
    Do not use the file. Ask its maker for one that is packed by the usual tools.
    """

    RULE: ClassVar = Rule(
        code="ZIP107",
        name="zip-overlap",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="{count} entries overlap others",
        maps=("CWE-409", "CWE-436"),
    )
    WANTS: ClassVar = (OverlappingEntries,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(OverlappingEntries):
            yield self.RULE.found(each, count=each.count)


class SecondList:
    """## What it does
    Looks for zips with more than one central directory.

    ## Why is this bad?
    Which list of entries is used depends on the reader: a scanner and a loader see different models.

    ## What to do
    Do not use the file. Ask its maker for one that is packed by the usual tools.
    """

    RULE: ClassVar = Rule(
        code="ZIP108",
        name="zip-second-directory",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        message="the file has a second directory, of {entries} entries",
        maps=("CWE-436", "AML.T0011.000"),
    )
    WANTS: ClassVar = (SecondDirectory,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(SecondDirectory):
            yield self.RULE.found(each, entries=each.entries)


class BrokenDirectory:
    """## What it does
    Looks for directories which list more or fewer entries than they say, or entries that are not there.

    ## Why is this bad?
    The file is damaged, or made so that readers disagree about what it holds.

    ## What to do
    Fetch the file again; if it stays so, ask its maker for another.
    """

    RULE: ClassVar = Rule(
        code="ZIP109",
        name="zip-broken-directory",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="{field}: the directory says {central}, the file {local}",
        maps=("CWE-436",),
    )
    WANTS: ClassVar = (ZipMismatch,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(ZipMismatch):
            if each.field in ("entry count", "local header", "encrypted flag"):
                yield self.RULE.found(
                    each, name=each.name, field=each.field, central=each.central, local=each.local
                )


class EncryptedContent:
    """## What it does
    Looks for entries which are encrypted.

    ## Why is this bad?
    They cannot be examined, and a model needs no password: malware is passed by scanners in this way.

    ## What to do
    Decrypt the archive, then have it examined again.
    """

    RULE: ClassVar = Rule(
        code="ZIP110",
        name="zip-encrypted",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message='entry "{name}" is encrypted',
        maps=("CWE-506",),
    )
    WANTS: ClassVar = (EncryptedEntry,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(EncryptedEntry):
            if not each.is_plain:
                yield self.RULE.found(each, name=each.name)


class RepeatedEntry:
    """## What it does
    Looks for two entries of one name which are equal or carry no code.

    ## Why is this bad?
    Careless writers do this; it does no harm by itself.

    ## What to do
    Nothing, unless two different contents surprise you.
    """

    RULE: ClassVar = Rule(
        code="ZIP111",
        name="zip-repeated-entry",
        severity=Severity.INFO,
        confidence=Confidence.HIGH,
        message='"{name}" occurs twice',
        maps=(),
    )
    WANTS: ClassVar = (DuplicateEntry,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each place."""
        for each in facts.of(DuplicateEntry):
            if each.container == "zip" and not (each.differs and each.carries_code):
                yield self.RULE.found(each, name=each.name)


RULES = (
    NameMismatch,
    UnlistedEntry,
    RepeatedCodeEntry,
    FalseEncryption,
    ContentMismatch,
    WrongChecksum,
    OverlappingContents,
    SecondList,
    BrokenDirectory,
    EncryptedContent,
    RepeatedEntry,
)
