"""Chooses among claims: one value a trait, the losers kept, disagreement recorded.

1. The stronger evidence wins (the weight of the method by the confidence), then the better method, then
   the earlier place; never the order of arrival.
2. A trait that can be said once has one value; a named one has one value a name and scope; of the rest
   all values stand.
3. Numbers that are stated file by file are summed by ``backstamp.bom.forms``.
4. Values that mean the same (``Apache-2.0``, ``apache-2.0``) do not disagree, and only of some traits is
   it a conflict if they do: a folder's name and a title may differ.
"""

from collections.abc import Iterable, Iterator

from backstamp.bom.claims import Claim, Evidence, Tie
from backstamp.bom.forms import summed
from backstamp.bom.graph import Edge, SupplyGraph, Value
from backstamp.bom.homes import PLANS, Homes, file_of, folder_of, is_state_of_training
from backstamp.bom.standing import agree
from backstamp.core.digest import Digest
from backstamp.core.supply import MANY, NAMED, Kind, Linked, Method, Part, Relation, Scalar, Stated, Trait
from backstamp.knowledge.licences import normalised

_CONTESTED = frozenset(
    {
        Trait.LICENSE, Trait.LICENSE_TEXT, Trait.VERSION, Trait.REVISION, Trait.PARAMETERS, Trait.FAMILY,
        Trait.DIMENSION, Trait.QUANTIZATION, Trait.SETTING, Trait.ROWS, Trait.DIGEST, Trait.COMMIT,
        Trait.STEPS, Trait.SEED, Trait.APPROACH, Trait.PRODUCER, Trait.METRIC, Trait.FLAG,
    }
)  # fmt: skip
_OF_WEIGHTS = frozenset({Trait.PARAMETERS, Trait.ELEMENTS, Trait.FORMAT})
_RUN = Part(Kind.RUN)
_FRAMEWORKS = {
    "torch": "pytorch", "pytorch": "pytorch", "sklearn": "scikit-learn", "scikit_learn": "scikit-learn",
    "tf": "tensorflow", "tensorflow": "tensorflow", "transformers": "transformers", "pt": "pytorch",
    "sentence_transformers": "sentence-transformers", "onnx_runtime": "onnxruntime",
}  # fmt: skip
_SLICES = {
    "evaluation set": "validation", "validation set": "validation", "eval": "validation", "dev": "validation",
    "val": "validation", "dev set": "validation", "evaluation": "validation", "test set": "test",
}  # fmt: skip
_FEWEST_PLACES = 2  # two results of one decimal may well be two results
_MODELS = (Kind.MODEL, Kind.ADAPTER)
_APPROXIMATE = 0.02  # "1.2B" against a count of the bytes


def claims_of(statements: Iterable[Stated | Linked], homes: Homes) -> tuple[list[Claim], list[Tie]]:
    """Give statements their digest and full keys."""
    digests = {record.path: record.digest for record in homes.inventory.files}
    claims: list[Claim] = []
    ties: list[Tie] = []
    for fact in statements:
        if _is_beside_the_point(fact, homes):
            continue
        evidence = _evidence(fact, digests)
        part = homes.bound(fact.part, fact.place)
        if isinstance(fact, Stated):
            claims.append(
                Claim(
                    part=part,
                    trait=fact.trait,
                    value=fact.value,
                    name=_name(fact),
                    scope=_scope(fact),
                    evidence=evidence,
                )
            )
            continue
        target = homes.bound(fact.target, fact.place)
        if fact.part == Part(Kind.MODEL) and fact.by.startswith(PLANS) and part.kind not in _MODELS:
            continue  # a plan that lies beside no model
        if target != part and not _is_homeless(fact, part):
            ties.append(
                Tie(
                    part=part,
                    relation=fact.relation,
                    target=target,
                    manner=fact.manner,
                    revision=fact.revision,
                    evidence=evidence,
                )
            )
    return claims, ties


_OF_MODELS = frozenset({Relation.DERIVED_FROM, Relation.TRAINED_ON, Relation.TESTED_ON, Relation.MADE_BY})


def _is_homeless(fact: Linked, part: Part) -> bool:
    """Say whether something is said of "the model" where there is none: a plan that lies elsewhere."""
    return fact.part == Part(Kind.MODEL) and part.kind is Kind.SYSTEM and fact.relation in _OF_MODELS


def _is_beside_the_point(fact: Stated | Linked, homes: Homes) -> bool:
    """Say whether a statement is about something else: an optimizer's numbers, a run told of elsewhere."""
    path = fact.place.path
    if fact.part == _RUN:
        return folder_of(path) in homes.runs.superseded
    if not isinstance(fact, Stated) or fact.trait not in _OF_WEIGHTS:
        return False
    return is_state_of_training(file_of(path)[-1].rsplit("/", 1)[-1].lower())


def _name(fact: Stated) -> str:
    """The name of a value; a framework by the name that it has for most."""
    return _FRAMEWORKS.get(fact.name.lower(), fact.name) if fact.trait is Trait.FRAMEWORK else fact.name


def _scope(fact: Stated) -> str:
    """The scope of a value; the part of the data that a result is for by one word."""
    return _SLICES.get(fact.scope.casefold(), fact.scope) if fact.trait is Trait.METRIC else fact.scope


def resolved(claims: Iterable[Claim], ties: Iterable[Tie], subject: Part) -> SupplyGraph:
    """Choose the values and join the edges."""
    grouped: dict[Part, dict[tuple[Trait, str, str], list[Claim]]] = {subject: {}}
    for claim in summed(list(claims)):
        traits = grouped.setdefault(claim.part, {})
        traits.setdefault(_key(claim), []).append(claim)
    edges = sorted(_edges(ties), key=lambda e: (e.part, e.relation.value, e.target, e.manner))
    for edge in edges:
        for part in (edge.part, edge.target):
            grouped.setdefault(part, {})
    values = {
        part: tuple(_chosen(group) for _, group in sorted(traits.items(), key=lambda item: _order(item[0])))
        for part, traits in grouped.items()
    }
    return SupplyGraph(subject, values, edges)


def is_same(trait: Trait, one: Scalar, other: Scalar) -> bool:
    """Say whether two values of a trait mean the same."""
    if one == other:
        return True
    if trait in (Trait.LICENSE, Trait.LICENSE_TEXT):
        first, second = normalised(str(one)), normalised(str(other))
        return bool(first and second and (agree(first, second) or not (first.is_known and second.is_known)))
    if trait in (Trait.PARAMETERS, Trait.ROWS) and _is_number(one) and _is_number(other):
        return abs(float(one) - float(other)) <= _APPROXIMATE * max(abs(float(one)), abs(float(other)))
    if trait is Trait.METRIC and is_rounded(str(one), str(other)):
        return True
    return _plain(one) == _plain(other)


def is_rounded(one: str, other: str) -> bool:
    """Say whether two numbers are the same but for the places that one is rounded to: 0.93 and 0.9312."""
    short, long = sorted((one, other), key=len)
    places = len(short.partition(".")[2])
    try:
        return places >= _FEWEST_PLACES and round(float(long), places) == float(short)
    except (ValueError, OverflowError):
        return False


def _order(key: tuple[Trait, str, str]) -> tuple[int, str, str]:
    return _TRAIT_ORDER[key[0]], key[1], key[2]


_TRAIT_ORDER = {trait: at for at, trait in enumerate(Trait)}


def _evidence(fact: Stated | Linked, digests: dict[tuple[str, ...], Digest | None]) -> Evidence:
    path = fact.place.path
    digest = digests.get(path) or digests.get(path[:1])
    return Evidence(
        place=fact.place, digest=digest, method=fact.method, confidence=fact.confidence, by=fact.by
    )


def _key(claim: Claim) -> tuple[Trait, str, str]:
    if claim.trait in NAMED:
        return claim.trait, claim.name, claim.scope
    if claim.trait in MANY:
        return claim.trait, f"{claim.name}={_plain(claim.value)}", claim.scope
    return claim.trait, "", claim.scope if claim.trait in (Trait.ROWS, Trait.PARAMETERS) else ""


def _chosen(group: list[Claim]) -> Value:
    ordered = sorted(group, key=lambda claim: (claim.value == "", *_strength(claim)))
    best = ordered[0]
    same = [claim for claim in ordered if claim.value == "" or is_same(best.trait, best.value, claim.value)]
    agreeing = {id(claim) for claim in same}
    return Value(
        trait=best.trait,
        name=best.name,
        scope=best.scope,
        value=best.value,
        claims=tuple(same),
        losers=(losers := tuple(claim for claim in ordered if id(claim) not in agreeing)),
        is_contested=best.trait in _CONTESTED and any(_is_word_against(claim) for claim in losers),
    )


def _is_word_against(claim: Claim) -> bool:
    """Say whether a claim that loses contradicts: an inference, or prose on the kind of model, does not."""
    method = claim.evidence.method
    return method is not Method.DERIVED and not (method is Method.PARSED and claim.trait is Trait.FAMILY)


def _strength(claim: Claim) -> tuple[float, int, str, str, str]:
    evidence = claim.evidence
    return (*evidence.strength, evidence.path, evidence.locator, str(claim.value))


def _edges(ties: Iterable[Tie]) -> Iterator[Edge]:
    """Join ties that say the same; a tie that leaves open how joins one that says it."""
    grouped: dict[tuple[Part, Relation, Part], list[Tie]] = {}
    for tie in ties:
        grouped.setdefault((tie.part, tie.relation, tie.target), []).append(tie)
    for (part, relation, target), group in grouped.items():
        ordered = sorted(group, key=lambda t: (*t.evidence.strength, t.evidence.path, t.evidence.locator))
        manners = list(dict.fromkeys(t.manner for t in ordered if t.manner))
        if relation is not Relation.USES:
            manners = manners[:1]
        yield Edge(
            part=part,
            relation=relation,
            target=target,
            manner=", ".join(manners),
            revision=next((t.revision for t in ordered if t.revision), ""),
            evidence=tuple(t.evidence for t in ordered),
        )


def _is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(value: Scalar) -> str:
    """Write a value so that spellings of the same compare equal."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return " ".join(str(value).casefold().split())
