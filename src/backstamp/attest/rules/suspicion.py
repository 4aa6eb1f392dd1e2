"""Rules about releases whose signature is valid and which differ from what was before.

1. They warn: none alone denies. The score of ``attest.suspicion`` tells how much comes together.
2. Each names both sides: what is, and what was expected from before.
"""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.attest.suspicion import (
    FirstSigner,
    ForkSource,
    LateBuild,
    OrphanCommit,
    OtherBuilder,
    OtherContent,
    OtherSource,
    SignerChange,
)
from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity


class FirstTimeSigner:
    """
    ## What it does
    Tells of a model whose signer was not seen before, where no earlier signer is known either.

    ## Why is this bad?
    It need not be. But a signature by somebody unknown only says that the bytes did not change since: who
    that is, and whether they may speak for the model, is still to be found out.

    ## What to do
    Compare the key or identity with what the maker publishes, then record it in the trust policy.
    """

    RULE: ClassVar = Rule(
        code="SIG101",
        name="first-time-signer",
        severity=Severity.INFO,
        confidence=Confidence.HIGH,
        message="signed by {signer}, of whom nothing was seen before",
        since="0.3",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (FirstSigner,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        for fact in facts.of(FirstSigner):
            yield self.RULE.found(fact, signer=fact.signer)


class ChangedSigner:
    """
    ## What it does
    Tells of a model that another key or identity signed than all releases before it.

    ## Why is this bad?
    Whoever takes over an account, or a name that was given up, signs with their own key: the signature is
    valid, and not by the maker.

    ## What to do
    Ask the maker over a channel that you had before. If the change is theirs, add the new signer to the
    trust policy and let the old one expire.
    """

    RULE: ClassVar = Rule(
        code="SIG102",
        name="signer-change",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="signed by {signer}; {releases} before by {before}",
        since="0.3",
        maps=("CWE-345", "AML.T0010.003", "LLM03:2025"),
    )
    WANTS: ClassVar = (SignerChange,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        for fact in facts.of(SignerChange):
            releases = "1 release" if fact.releases == 1 else f"{fact.releases} releases"
            yield self.RULE.found(
                fact, signer=fact.signer, releases=releases, before=", ".join(fact.before[:3])
            )


class BuiltFromOrphan:
    """
    ## What it does
    Tells of a release that was built, by its provenance, from a commit that is on no branch and no tag.

    ## Why is this bad?
    Such commits can be pushed by anybody with a fork: hosts show them under the address of the original
    repository. Nobody reviewed them, and nobody sees them in the history.

    ## What to do
    Look at the commit by its full hash, and ask the maker for a release from a branch.
    """

    RULE: ClassVar = Rule(
        code="SIG103",
        name="orphan-commit",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message="built from commit {commit} of {repository}, which is on no branch and no tag",
        since="0.3",
        maps=("CWE-494", "AML.T0010", "LLM03:2025"),
    )
    WANTS: ClassVar = (OrphanCommit,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        for fact in facts.of(OrphanCommit):
            yield self.RULE.found(fact, commit=fact.commit, repository=fact.repository or "its repository")


class BuiltFromFork:
    """
    ## What it does
    Tells of a release whose provenance names a fork as its source.

    ## Why is this bad?
    Whoever owns the fork decides what is in it. The name of the project stands on it all the same.

    ## What to do
    Use the release of the original repository, or treat the fork as a project of its own.
    """

    RULE: ClassVar = Rule(
        code="SIG104",
        name="provenance-from-fork",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message="built from {repository}, which is a fork",
        since="0.3",
        maps=("CWE-345", "AML.T0010", "LLM03:2025"),
    )
    WANTS: ClassVar = (ForkSource,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        for fact in facts.of(ForkSource):
            yield self.RULE.found(fact, repository=fact.repository)


class BuiltFromElsewhere:
    """
    ## What it does
    Tells of a release whose provenance names another repository than the project's own, or than the one
    that the last release was built from.

    ## Why is this bad?
    Valid provenance of the wrong place proves that the bytes are not of the maker's source.

    ## What to do
    Ask the maker whether the project moved. If it did, write the new address into the trust policy.
    """

    RULE: ClassVar = Rule(
        code="SIG105",
        name="provenance-from-elsewhere",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="built from {repository}; expected is {expected}",
        since="0.3",
        maps=("CWE-345", "AML.T0010", "LLM03:2025"),
    )
    WANTS: ClassVar = (OtherSource,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        for fact in facts.of(OtherSource):
            yield self.RULE.found(fact, repository=fact.repository, expected=fact.expected)


class ChangedBuilder:
    """
    ## What it does
    Tells of a release that another workflow built than the last one. Branches and tags do not count.

    ## Why is this bad?
    A workflow that was added for one release runs with the secrets of the project, and without the checks of
    the usual one.

    ## What to do
    Read the workflow and the commit that added it.
    """

    RULE: ClassVar = Rule(
        code="SIG106",
        name="builder-change",
        severity=Severity.LOW,
        confidence=Confidence.MEDIUM,
        message="built by {builder}; the last release by {before}",
        since="0.3",
        maps=("CWE-345", "LLM03:2025"),
    )
    WANTS: ClassVar = (OtherBuilder,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        for fact in facts.of(OtherBuilder):
            yield self.RULE.found(fact, builder=fact.builder, before=fact.before)


class BuiltOffTag:
    """
    ## What it does
    Tells of a release that was built more than a week after its tag was made, or before it.

    ## Why is this bad?
    Releases are built when they are tagged. A build long after, or before, goes with a tag that was moved or
    an old release that was replaced.

    ## What to do
    Compare the commit of the tag with that of the provenance, and the digest with what others have.
    """

    RULE: ClassVar = Rule(
        code="SIG107",
        name="build-off-tag",
        severity=Severity.LOW,
        confidence=Confidence.LOW,
        message="built {days} {when} its tag was made",
        since="0.3",
        maps=("CWE-345", "LLM03:2025"),
    )
    WANTS: ClassVar = (LateBuild,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        for fact in facts.of(LateBuild):
            days = "less than a day" if not fact.days else "1 day" if fact.days == 1 else f"{fact.days} days"
            yield self.RULE.found(fact, days=days, when="before" if fact.is_before else "after")


class UnlikeLastVersion:
    """
    ## What it does
    Holds the files of a release against those of the last one: tells when most names are others, when a file
    grew or shrank to more than four times or less than a quarter, and when kinds of files that can run code
    are new.

    ## Why is this bad?
    A next version looks like the last. One that does not may be something else under the same name.

    ## What to do
    Look at what is new, and scan it as something that was never seen.
    """

    RULE: ClassVar = Rule(
        code="SIG108",
        name="unlike-last-version",
        severity=Severity.LOW,
        confidence=Confidence.LOW,
        message="unlike the last version: {detail}",
        since="0.3",
        maps=("CWE-345", "AML.T0010.003", "LLM03:2025"),
    )
    WANTS: ClassVar = (OtherContent,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        for fact in facts.of(OtherContent):
            yield self.RULE.found(fact, detail=fact.detail)


RULES = (
    FirstTimeSigner,
    ChangedSigner,
    BuiltFromOrphan,
    BuiltFromFork,
    BuiltFromElsewhere,
    ChangedBuilder,
    BuiltOffTag,
    UnlikeLastVersion,
)
