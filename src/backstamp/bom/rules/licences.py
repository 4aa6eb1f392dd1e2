"""Rules about the licences of a supply graph: what is lost between a part and what it was made of.

1. They warn: none is above medium, and medium is what clearly drops a term of a licence that is known.
2. Both ends are named, with their licences and where those are written.
3. What is not known is said to be unknown; nothing is made of it.
"""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.bom.licence_facts import DataTerms, LicenceClash, LicenceMix, Stake
from backstamp.bom.rules.licence_words import ends, licence_words, way
from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity


class DroppedRestriction:
    """
    ## What it does
    Looks for models, adapters and datasets whose licence has no restrictions of use, made of others whose
    licence rules out some uses and wants that passed on (Llama, Gemma, RAIL ...).

    ## Why is this bad?
    Whoever relies on the licence that is written may use the model in ways that its origin forbids. The
    licence of the origin binds them all the same, and it can end for everybody in the chain.

    ## What to do
    Put what was made under a licence that carries the restrictions, with a copy of the original licence, and
    say so in the card. Do not rely on the licence that is written.
    """

    RULE: ClassVar = Rule(
        code="LIC101",
        name="dropped-restriction",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message=(
            "{child} is under {own}, but {parent}, of which it was made, is under {asked}: its "
            "restrictions of use have to be passed on (clause {clause})"
        ),
        since="0.2",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (LicenceClash,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        yield from _clashes(self.RULE, facts, Stake.RESTRICTIONS)


class NoncommercialOrigin:
    """
    ## What it does
    Looks for models, adapters and datasets whose licence allows commercial use, made of others whose licence
    does not: CC BY-NC, research licences and the like.

    ## Why is this bad?
    A licence cannot give away what its giver does not have. Products built on it infringe the licence of the
    origin.

    ## What to do
    Do not use it commercially without leave of the origin's licensor. If it is yours, give it the origin's
    terms.
    """

    RULE: ClassVar = Rule(
        code="LIC102",
        name="noncommercial-origin-relicensed",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message=(
            "{child} is under {own}, which allows commercial use; {parent}, of which it was made, is "
            "under {asked}, which does not (clause {clause})"
        ),
        since="0.2",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (LicenceClash,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        yield from _clashes(self.RULE, facts, Stake.COMMERCE)


class BrokenShareAlike:
    """
    ## What it does
    Looks for models, adapters and datasets made of others whose licence wants what is made of them under the
    same licence (GPL, CC BY-SA, ODbL ...), and which are under another.

    ## Why is this bad?
    The right to share the changed version hangs on keeping the licence. Whether weights count as a derivative
    work is not settled in every country; the licensor may see it so.

    ## What to do
    Use the licence of the origin or one that it counts as compatible, or start from another origin.
    """

    RULE: ClassVar = Rule(
        code="LIC103",
        name="broken-share-alike",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message=(
            "{child} is under {own}; {parent}, of which it was made, is under {asked}, which has to "
            "be kept (clause {clause})"
        ),
        since="0.2",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (LicenceClash,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        yield from _clashes(self.RULE, facts, Stake.SHARE_ALIKE)


class ForbiddenDerivative:
    """
    ## What it does
    Looks for models, adapters and datasets made of others whose licence does not allow changed versions to be
    shared (CC BY-ND). Copies in another format are left alone.

    ## Why is this bad?
    Nobody may pass it on, whatever licence is written on it.

    ## What to do
    Ask the licensor of the origin, or start from another origin.
    """

    RULE: ClassVar = Rule(
        code="LIC104",
        name="derivative-of-no-derivatives",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message=(
            "{child} was made of {parent}, whose licence {asked} does not allow changed versions to "
            "be shared (clause {clause})"
        ),
        since="0.2",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (LicenceClash,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        yield from _clashes(self.RULE, facts, Stake.DERIVATIVES)


class ReplacedRestrictions:
    """
    ## What it does
    Looks for models and adapters under one licence with restrictions of use, made of others under another
    such licence.

    ## Why is this bad?
    Both lists of forbidden uses hold, and both licences want to be passed on; only one of them is written.

    ## What to do
    Name both licences, and pass on copies of both.
    """

    RULE: ClassVar = Rule(
        code="LIC105",
        name="replaced-restrictions",
        severity=Severity.LOW,
        confidence=Confidence.MEDIUM,
        message=(
            "{child} is under {own}; the restrictions of use of {parent} ({asked}) have to be passed "
            "on as well (clause {clause})"
        ),
        since="0.2",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (LicenceClash,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        yield from _clashes(self.RULE, facts, Stake.REPLACED)


class RestrictedOutputs:
    """
    ## What it does
    Looks for models distilled from others whose licence does not allow to train other models on their
    outputs.

    ## Why is this bad?
    The licensor of the teacher can end the licence, and may object to the student.

    ## What to do
    Ask the licensor of the teacher, or use one whose licence leaves outputs free.
    """

    RULE: ClassVar = Rule(
        code="LIC106",
        name="model-from-restricted-outputs",
        severity=Severity.LOW,
        confidence=Confidence.LOW,
        message=(
            "{child} was distilled from {parent}, whose licence {asked} does not allow its outputs "
            "for that (clause {clause})"
        ),
        since="0.2",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (LicenceClash,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        yield from _clashes(self.RULE, facts, Stake.OUTPUTS)


class IncompatibleMerge:
    """
    ## What it does
    Looks for models and datasets made of two others of which one has to stay under its licence, while the
    other adds restrictions or has to stay under its own.

    ## Why is this bad?
    No licence on the result keeps both. Whoever shares it breaches one of them.

    ## What to do
    Leave one of the two out, or ask one of the licensors.
    """

    RULE: ClassVar = Rule(
        code="LIC109",
        name="incompatible-merge",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
        message=(
            "{child} was made of {one} ({first}) and {other} ({second}): both licences cannot be kept "
            "({clause})"
        ),
        since="0.2",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (LicenceMix,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each pair."""
        for mix in facts.of(LicenceMix):
            yield self.RULE.found(
                mix,
                child=mix.child.name,
                one=mix.one.name,
                first=licence_words(mix.one),
                other=mix.other.name,
                second=licence_words(mix.other),
                clause=mix.clause,
                evidence=(*ends(mix.one, mix.other), f"remedy: {mix.remedy}"),
            )


class DataAgainstLicence:
    """
    ## What it does
    Looks for models whose licence allows commercial use, trained on data whose licence does not, or which
    allows no changed versions.

    ## Why is this bad?
    Whether a model is bound by the licences of its training data is not settled. It is a risk that somebody
    should have weighed.

    ## What to do
    Have it weighed before commercial use; train on other data where the answer is no.
    """

    RULE: ClassVar = Rule(
        code="LIC112",
        name="data-against-its-licence",
        severity=Severity.LOW,
        confidence=Confidence.LOW,
        message=(
            "{model} is under {own} and was trained on {dataset}, whose licence {asked} does not "
            "allow {use} (clause {clause})"
        ),
        since="0.2",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (DataTerms,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each dataset."""
        for risk in facts.of(DataTerms):
            is_commerce = risk.stake is Stake.COMMERCE
            yield self.RULE.found(
                risk,
                model=risk.model.name,
                own=licence_words(risk.model),
                dataset=risk.dataset.name,
                asked=licence_words(risk.dataset),
                use="commercial use" if is_commerce else "changed versions to be shared",
                clause=risk.clause,
                evidence=(*ends(risk.model, risk.dataset), *way(risk.path)),
            )


def _clashes(rule: Rule, facts: FactBook, stake: Stake) -> Iterator[Finding]:
    for clash in facts.of(LicenceClash):
        if clash.stake is stake:
            yield rule.found(
                clash,
                child=clash.child.name,
                own=licence_words(clash.child),
                parent=clash.parent.name,
                asked=licence_words(clash.parent),
                clause=clash.clause,
                evidence=(*ends(clash.child, clash.parent), *way(clash.path), f"remedy: {clash.remedy}"),
            )


RULES = (
    DroppedRestriction,
    NoncommercialOrigin,
    BrokenShareAlike,
    ForbiddenDerivative,
    ReplacedRestrictions,
    RestrictedOutputs,
    IncompatibleMerge,
    DataAgainstLicence,
)
