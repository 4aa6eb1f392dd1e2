"""Chooses among claims: one value a trait, the losers kept, disagreement recorded.

1. The stronger evidence wins (the weight of the method by the confidence), then the better method, then
   the earlier place; never the order of arrival.
2. A trait that can be said once has one value; a named one has one value a name and scope; of the rest
   all values stand.
3. Parameters, elements and rows that are stated file by file (their scope is the file) are summed over
   the shards of one form of the model; other forms of it (ONNX beside safetensors) keep their file's name.
4. Values that mean the same (``Apache-2.0``, ``apache-2.0``) do not disagree, and only of some traits is
   it a conflict if they do: a folder's name and a title may differ.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

import msgspec

from backstamp.bom.claims import Claim, Evidence, Tie
from backstamp.bom.graph import Edge, SupplyGraph, Value
from backstamp.bom.homes import PLANS, Homes
from backstamp.bom.standing import agree
from backstamp.core.digest import Digest
from backstamp.core.supply import MANY, NAMED, Kind, Linked, Method, Part, Relation, Scalar, Stated, Trait
from backstamp.knowledge.licences import normalised

_CONTESTED = frozenset(
    {
        Trait.LICENSE, Trait.LICENSE_TEXT, Trait.VERSION, Trait.REVISION, Trait.PARAMETERS, Trait.FAMILY,
        Trait.DIMENSION, Trait.QUANTIZATION, Trait.SETTING, Trait.ROWS, Trait.DIGEST, Trait.COMMIT,
        Trait.STEPS, Trait.SEED, Trait.APPROACH, Trait.PRODUCER, Trait.TEXT, Trait.METRIC, Trait.FLAG,
    }
)  # fmt: skip
_SUMMED = frozenset({Trait.PARAMETERS, Trait.ELEMENTS, Trait.ROWS, Trait.SIZE})
_FORMS = (".safetensors", ".gguf", ".bin", ".pt", ".pth", ".ckpt", ".keras", ".h5", ".onnx", ".tflite")
_MODELS = (Kind.MODEL, Kind.ADAPTER)
_APPROXIMATE = 0.02  # "1.2B" against a count of the bytes


def claims_of(statements: Iterable[Stated | Linked], homes: Homes) -> tuple[list[Claim], list[Tie]]:
    """Give statements their digest and full keys."""
    digests = {record.path: record.digest for record in homes.inventory.files}
    claims: list[Claim] = []
    ties: list[Tie] = []
    for fact in statements:
        evidence = _evidence(fact, digests)
        part = homes.bound(fact.part, fact.place)
        if isinstance(fact, Stated):
            claims.append(
                Claim(
                    part=part,
                    trait=fact.trait,
                    value=fact.value,
                    name=fact.name,
                    scope=fact.scope,
                    evidence=evidence,
                )
            )
            continue
        target = homes.bound(fact.target, fact.place)
        if fact.part == Part(Kind.MODEL) and fact.by.startswith(PLANS) and part.kind not in _MODELS:
            continue  # a plan that lies beside no model
        if target != part:
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


def resolved(claims: Iterable[Claim], ties: Iterable[Tie], subject: Part) -> SupplyGraph:
    """Choose the values and join the edges."""
    grouped: dict[Part, dict[tuple[Trait, str, str], list[Claim]]] = {subject: {}}
    for claim in [*_summed(list(claims))]:
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
    return _plain(one) == _plain(other)


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
    return Value(
        trait=best.trait,
        name=best.name,
        scope=best.scope,
        value=best.value,
        claims=tuple(same),
        losers=tuple(claim for claim in ordered if claim not in same),
        is_contested=best.trait in _CONTESTED and len(same) < len(ordered),
    )


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


# --- sums over files -----------------------------------------------------------------------------


def _summed(claims: list[Claim]) -> Iterator[Claim]:
    """Sum what is stated file by file, within one form of the part; the rest passes through."""
    groups: dict[tuple[Part, Trait, str, Method], list[Claim]] = {}
    forms: dict[Part, set[str]] = {}
    for claim in claims:
        if claim.trait in _SUMMED and _is_of_its_file(claim):
            groups.setdefault((claim.part, claim.trait, claim.name, claim.evidence.method), []).append(claim)
            forms.setdefault(claim.part, set()).add(_form(claim.scope))
        else:
            yield claim
    for (part, *_), group in groups.items():
        yield from _sum_of(group, min(forms[part], key=lambda form: (_rank(form), form)))


def _is_of_its_file(claim: Claim) -> bool:
    """Say whether the scope of a claim is the file that it comes from, or a part of it (``file!/member``)."""
    if not claim.scope:
        return False
    name = claim.scope.partition("!/")[0]
    return any(path.rpartition("/")[2] == name for path in claim.evidence.place.path)


def _sum_of(group: list[Claim], best: str) -> Iterator[Claim]:
    """Sum the shards of each form; that of the best form stands for the part, others keep their file."""
    forms: dict[str, list[Claim]] = {}
    for claim in group:
        is_data = claim.part.kind is Kind.DATASET
        forms.setdefault(best if is_data else _form(claim.scope), []).append(claim)
    for form, shards in sorted(forms.items()):
        total = sum(claim.value for claim in shards if isinstance(claim.value, int))
        first = min(shards, key=_strength)
        yield msgspec.structs.replace(first, value=total, scope="" if form == best else first.scope)


def _form(name: str) -> str:
    """Name a form of a model: its file's name without the number of the shard."""
    return _shard().sub("", name.partition("!/")[0])


def _rank(name: str) -> int:
    file = name.partition("!/")[0]
    return next((at for at, end in enumerate(_FORMS) if file.endswith(end)), len(_FORMS))


@cache
def _shard() -> re.Pattern[str]:
    return re.compile(r"[-_.]?\d{5}-of-\d{5}")


def _is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(value: Scalar) -> str:
    """Write a value so that spellings of the same compare equal."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return " ".join(str(value).casefold().split())
