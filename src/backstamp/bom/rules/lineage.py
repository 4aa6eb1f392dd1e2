"""Rules about lineage: cycles, edges that are not pinned, children that cannot be of their parents."""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.bom.lineage_facts import LineageContradiction, LineageCycle, UnpinnedEdge
from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity
from backstamp.core.supply import Relation


class LineageLoop:
    """
    ## What it does
    Looks for models and datasets that are, by what is declared, made out of themselves.

    ## Why is this bad?
    One of the declarations is wrong, so that the origin of none of them is known: licences and recalls
    cannot be followed through.

    ## What to do
    Correct the base model in one of the cards or configurations.
    """

    RULE: ClassVar = Rule(
        code="LIN101",
        name="lineage-cycle",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        message="made out of itself: {way}",
        since="0.2",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (LineageCycle,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        for fact in facts.of(LineageCycle):
            yield self.RULE.found(fact, way=" <- ".join(fact.way))


class UnpinnedOrigin:
    """
    ## What it does
    Looks for base models and training data on a hub that are named without a revision.

    ## Why is this bad?
    What the name stands for can be changed by whoever owns it, or by whoever takes the account over. Nobody
    can say later which bytes went in.

    ## What to do
    Name the full commit (40 hexadecimal digits) beside the name, as ``revision``.
    """

    RULE: ClassVar = Rule(
        code="LIN102",
        name="unpinned-origin",
        severity=Severity.INFO,
        confidence=Confidence.HIGH,
        message="{part} {how} {target} without a revision",
        since="0.2",
        maps=("CWE-1357", "LLM03:2025", "AML.T0010"),
    )
    WANTS: ClassVar = (UnpinnedEdge,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each edge of lineage or training."""
        for fact in facts.of(UnpinnedEdge):
            if fact.relation is not Relation.USES:
                how = "was made from" if fact.relation is Relation.DERIVED_FROM else "was trained on"
                yield self.RULE.found(fact, part=fact.part, how=how, target=fact.target)


class UnpinnedUse:
    """
    ## What it does
    Looks for code and configurations that load models or data of a hub without a revision.

    ## Why is this bad?
    The next start may load other bytes than the last: whoever owns the name, or takes the account over,
    decides which.

    ## What to do
    Pass ``revision`` with the full commit (40 hexadecimal digits).
    """

    RULE: ClassVar = Rule(
        code="LIN103",
        name="unpinned-use",
        severity=Severity.LOW,
        confidence=Confidence.HIGH,
        message="{target} is loaded without a revision ({call})",
        since="0.2",
        maps=("CWE-1357", "LLM03:2025", "AML.T0010"),
    )
    WANTS: ClassVar = (UnpinnedEdge,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each use."""
        for fact in facts.of(UnpinnedEdge):
            if fact.relation is Relation.USES:
                yield self.RULE.found(fact, target=fact.target, call=fact.manner or "by name")


class ForeignChild:
    """
    ## What it does
    Holds what a model declares of its base against what is measured: the shapes and sampled values of its
    tensors, its architecture, its vocabulary. Looks for children that cannot be of their parent.

    ## Why is this bad?
    The model is not what it says it is: a wrong name, swapped weights, or a card copied from elsewhere.
    Licences, evaluations and trust that come with the parent do not hold for it.

    ## What to do
    Ask its maker. Do not rely on anything that is known of the parent.
    """

    RULE: ClassVar = Rule(
        code="LIN104",
        name="foreign-child",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message="{child} is declared {manner} from {parent}, but its {subject} says otherwise: {detail}",
        since="0.2",
        maps=("CWE-345", "AML.T0010.003", "LLM03:2025"),
    )
    WANTS: ClassVar = (LineageContradiction,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        for fact in facts.of(LineageContradiction):
            yield self.RULE.found(
                fact,
                child=fact.child,
                parent=fact.parent,
                manner=fact.manner or "made",
                subject=fact.subject,
                detail=f"{fact.seen}, expected {fact.declared}",
            )


RULES = (LineageLoop, UnpinnedOrigin, UnpinnedUse, ForeignChild)
