"""Rules about what licences want to be seen, and about licences that are not known or not agreed upon.

1. They warn: none is above low, since each can be put right in the card.
2. A choice agrees with each of its licences; what is not understood is not compared.
"""

from collections.abc import Iterator
from typing import ClassVar

from backstamp.bom.licence_facts import (
    CommerceExcluded,
    Doubt,
    LicenceDisagreement,
    LicenceUnclear,
    Mark,
    MarkMissing,
)
from backstamp.bom.rules.licence_words import ends, licence_words, way
from backstamp.core.fact import FactBook
from backstamp.core.finding import Confidence, Finding, Rule, Severity


class MissingNamePrefix:
    """
    ## What it does
    Looks for models made of others whose licence wants names to begin with a word: Llama 3 and later, EXAONE,
    HyperCLOVA X.

    ## Why is this bad?
    The licence is not kept. Who meets the model cannot see what it is made of.

    ## What to do
    Rename the model, and show the words that the licence wants (such as "Built with Llama") in its card.
    """

    RULE: ClassVar = Rule(
        code="LIC107",
        name="missing-name-prefix",
        severity=Severity.LOW,
        confidence=Confidence.MEDIUM,
        message=(
            'the name of {child} does not begin with "{wanted}", as the licence of {parent} ({asked}) '
            "wants (clause {clause})"
        ),
        since="0.2",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (MarkMissing,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        yield from _marks(self.RULE, facts, Mark.NAME)


class MissingNotice:
    """
    ## What it does
    Looks for models whose files have no notice file (NOTICE), made of others whose licence wants one: Llama,
    Gemma, Qwen, Stability AI and others.

    ## Why is this bad?
    The licence is not kept: the notice goes with every copy.

    ## What to do
    Add a file named NOTICE with the words that the licence gives.
    """

    RULE: ClassVar = Rule(
        code="LIC108",
        name="missing-licence-notice",
        severity=Severity.LOW,
        confidence=Confidence.MEDIUM,
        message=(
            "{child} has no notice file; the licence of {parent} ({asked}) wants {wanted} (clause {clause})"
        ),
        since="0.2",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (MarkMissing,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each."""
        yield from _marks(self.RULE, facts, Mark.NOTICE)


class UnclearLicence:
    """
    ## What it does
    Looks for models, adapters and datasets of the target without a licence, with "other" or "unknown" instead
    of one, or with words that name none.

    ## Why is this bad?
    Without a licence nothing is allowed, and nobody can tell what is.

    ## What to do
    Ask its maker for a licence. If it is yours, name one by its SPDX id, or add a LICENSE file and its name.
    """

    RULE: ClassVar = Rule(
        code="LIC110",
        name="unclear-licence",
        severity=Severity.LOW,
        confidence=Confidence.HIGH,
        message="{name} has no licence that is known: {why}",
        since="0.2",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (LicenceUnclear,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each part."""
        words = {
            Doubt.UNDECLARED: "none is declared",
            Doubt.OTHER: "it is said to be another or unknown one",
            Doubt.STRANGE: "what is written names none",
        }
        for unclear in facts.of(LicenceUnclear):
            parts = (unclear.end,) if unclear.demanding is None else (unclear.end, unclear.demanding)
            yield self.RULE.found(
                unclear, name=unclear.end.name, why=words[unclear.doubt], evidence=ends(*parts)
            )


class Disagreement:
    """
    ## What it does
    Looks for parts whose card, LICENSE file and file metadata name licences that cannot be meant by one
    licensor. A choice (MIT OR Apache-2.0) agrees with a text of either.

    ## Why is this bad?
    Only one of them holds, and it is not known which.

    ## What to do
    Ask its maker. If it is yours, say which licence is for what: code, weights, data.
    """

    RULE: ClassVar = Rule(
        code="LIC111",
        name="licence-disagreement",
        severity=Severity.LOW,
        confidence=Confidence.MEDIUM,
        message="{name} is under {chosen} by one place and under {other} by another",
        since="0.2",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (LicenceDisagreement,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each other licence."""
        for fact in facts.of(LicenceDisagreement):
            yield self.RULE.found(
                fact,
                name=fact.chosen.name,
                chosen=licence_words(fact.chosen),
                other=licence_words(fact.other),
                evidence=ends(fact.chosen, fact.other),
            )


class NoncommercialPart:
    """
    ## What it does
    Points out models and datasets that are not for commercial use, where a system uses them or where they are
    what is described.

    ## Why is this bad?
    It is fine for research, and an infringement in a product.

    ## What to do
    Check that the use is what the licence allows.
    """

    RULE: ClassVar = Rule(
        code="LIC113",
        name="noncommercial-part",
        severity=Severity.INFO,
        confidence=Confidence.HIGH,
        message="{used} is under {asked}, for {what} alone (clause {clause}); the use of {user} is not known",
        since="0.2",
        maps=("LLM03:2025",),
    )
    WANTS: ClassVar = (CommerceExcluded,)

    def detect(self, facts: FactBook) -> Iterator[Finding]:
        """Yield a finding for each use."""
        for fact in facts.of(CommerceExcluded):
            yield self.RULE.found(
                fact,
                used=fact.used.name,
                asked=licence_words(fact.used),
                what="research" if fact.is_research_only else "noncommercial use",
                user=fact.user.name,
                clause=fact.clause,
                evidence=ends(fact.used),
            )


def _marks(rule: Rule, facts: FactBook, mark: Mark) -> Iterator[Finding]:
    for missing in facts.of(MarkMissing):
        if missing.mark is mark:
            yield rule.found(
                missing,
                child=missing.child.name,
                parent=missing.parent.name,
                asked=licence_words(missing.parent),
                wanted=missing.wanted,
                clause=missing.clause,
                evidence=(*ends(missing.child, missing.parent), *way(missing.path)),
            )


RULES = (
    MissingNamePrefix,
    MissingNotice,
    UnclearLicence,
    Disagreement,
    NoncommercialPart,
)
