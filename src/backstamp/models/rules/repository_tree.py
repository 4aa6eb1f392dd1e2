"""Rules about a repository as a whole: what its files say of one another."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.core.fact import FactBook, Present
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.core.location import joined
from backstamp.models.facts.repository import CodeReference, ShardIndex


class MissingShard:
    """
    ## What it does
    Compares the files that an index of weights names with those that are there, where some of them are.

    ## Why is this bad?
    What is missing was not examined: the loader will fetch it, or fail.

    ## What to do
    Fetch the missing files and examine the whole model.
    """

    RULE: ClassVar = Rule(
        code="REP102",
        name="missing-shard",
        severity=Severity.LOW,
        confidence=Confidence.HIGH,
        message='the index names "{shard}" and {count} files in all which are not there',
        maps=("CWE-1286",),
    )
    WANTS: ClassVar = (ShardIndex, Present)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each index of which some shards are there and others are not."""
        files = _files(facts)
        for index in facts.of(ShardIndex):
            folder = _folder(index.place.path)
            missing = [s for s in index.shards if folder + s not in files]
            if missing and len(missing) < len(index.shards):
                yield self.RULE.found(
                    index, evidence=tuple(missing[:5]), shard=missing[0], count=len(missing)
                )


class MissingCode:
    """
    ## What it does
    Looks for code which a configuration makes the loader run and which is not beside it, where other code is.

    ## Why is this bad?
    The code was not examined.

    ## What to do
    Fetch the whole repository and examine it again.
    """

    RULE: ClassVar = Rule(
        code="REP103",
        name="missing-code",
        severity=Severity.LOW,
        confidence=Confidence.HIGH,
        message='"{key}" names {target}, whose file is not there',
        maps=("CWE-829",),
    )
    WANTS: ClassVar = (CodeReference, Present)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each reference to a local file that is not in a folder of several."""
        files = _files(facts)
        for code in facts.of(CodeReference):
            folder = _folder(code.place.path)
            module = code.target.rpartition(".")[0].replace(".", "/")
            is_alone = sum(1 for f in files if f.startswith(folder)) < 3 if len(files) < 1000 else False
            if module and not code.repository and not is_alone and f"{folder}{module}.py" not in files:
                yield self.RULE.found(code, key=code.key, target=code.target)


def _files(facts: FactBook) -> frozenset[str]:
    return frozenset(joined(p.place.path) for p in facts.of(Present))


def _folder(path: tuple[str, ...]) -> str:
    """The folder of an artifact, with the containers around it, up to and with the last slash."""
    whole = joined(path)
    return whole[: whole.rfind("/") + 1]


RULES: tuple[type, ...] = (MissingShard, MissingCode)
