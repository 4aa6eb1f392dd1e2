"""Measured lineage: what the weights themselves say of how one model hangs on another.

1. Names and shapes in common say that two models are built alike, not that one was made from the other.
2. Samples that are the same say that weights were taken over: all of them, or some.
3. Signs that agree far more often than by chance say that one was trained further, merged or quantised from
   the other; weights that were trained apart agree in half of them.
4. Adapters have weights of their own: what can be told is whether they fit the layers of the parent.
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from backstamp.core.fact import Fact
from backstamp.core.supply import Kind, Relation, Scalar, Stated, Trait
from backstamp.models.facts.weights import TensorSample

_ALL = 0.98
_MOST = 0.9
_HALF = 0.5
_RELATED = 0.75  # agreement of signs; by chance it is 0.5
_DOUBTFUL = 0.62
_KEPT = 0.9995  # a cast to a shorter type loses no sign
_FEWEST_SIGNS = 64
_MANY_SIGNS = 1000
# What a saved model may have beyond the same model saved elsewhere: tied weights and what is computed.
_ADDED = ("lm_head.weight", "inv_freq", "position_ids", "rope_freqs.weight", "masked_bias")
_FLOATS = frozenset({"F64", "F32", "F16", "BF16"})
_LORA_ENDS = {
    ".lora_A.weight": 1,
    ".lora_B.weight": 0,
    ".lora_A.default.weight": 1,
    ".lora_B.default.weight": 0,
}


class Verdict(StrEnum):
    """How a child's weights relate to those of a supposed parent."""

    SAME = "same weights"
    FINETUNE = "fine-tune"
    PARTIAL = "partial"  # some weights were taken over into a model that is built differently
    ADAPTER = "adapter"
    QUANTIZED = "quantized"
    UNRELATED = "unrelated"


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a comparison; ``strength`` says how surely, from 0 to 1.

    ``shared`` is the share of the child's tensors which the parent has with the same name and shape,
    ``identical`` the share of those with telling samples that are the same, ``agreement`` that of signs
    (of ``signs`` that were held against each other); ``tokenizer`` and ``template`` say whether these are
    the same, ``None`` where it is not known.
    """

    verdict: Verdict
    strength: float
    shared: float
    identical: float
    agreement: float
    compared: int
    signs: int
    tokenizer: bool | None = None
    template: bool | None = None

    relation: Relation = Relation.DERIVED_FROM

    @property
    def manner(self) -> str:
        """The manner of the edge that this is evidence for."""
        return {
            Verdict.FINETUNE: "finetune",
            Verdict.PARTIAL: "finetune",
            Verdict.ADAPTER: "adapter",
            Verdict.QUANTIZED: "quantized",
            Verdict.SAME: "converted",
        }.get(self.verdict, "")

    @property
    def is_evidence(self) -> bool:
        """The weights speak for an edge."""
        return self.verdict is not Verdict.UNRELATED and self.strength >= _HALF


def measured_lineage(child: Iterable[Fact], parent: Iterable[Fact]) -> Measured | None:
    """Hold the facts of a child's files against a parent's; ``None`` where weights were not sampled."""
    child, parent = tuple(child), tuple(parent)
    ours, theirs = _samples(child), _samples(parent)
    if not ours or not theirs:
        return None
    found = _adapter(ours, theirs) or _weights(*_aligned(ours, theirs))
    return msgspec.structs.replace(
        found,
        tokenizer=_same(child, parent, Kind.TOKENIZER, "vocabulary"),
        template=_same(child, parent, Kind.TEMPLATE, "sha256"),
    )


Samples = dict[str, TensorSample]


def _samples(facts: Iterable[Fact]) -> Samples:
    return {fact.name: fact for fact in facts if isinstance(fact, TensorSample)}


def _same(child: Iterable[Fact], parent: Iterable[Fact], kind: Kind, name: str) -> bool | None:
    ours, theirs = _digests(child, kind, name), _digests(parent, kind, name)
    return not ours.isdisjoint(theirs) if ours and theirs else None


def _digests(facts: Iterable[Fact], kind: Kind, name: str) -> set[Scalar]:
    stated = (fact for fact in facts if isinstance(fact, Stated) and fact.part.kind is kind)
    return {fact.value for fact in stated if fact.trait is Trait.DIGEST and fact.name == name}


def _aligned(ours: Samples, theirs: Samples) -> tuple[Samples, Samples]:
    """Models with a head have a prefix before the names of their base: try without it."""
    best = (ours, theirs)
    for left, right in ((_stripped(ours), theirs), (ours, _stripped(theirs))):
        if len(left.keys() & right.keys()) > len(best[0].keys() & best[1].keys()):
            best = (left, right)
    return best


def _stripped(samples: Samples) -> Samples:
    heads: dict[str, int] = {}
    for name in samples:
        head = name.partition(".")[0]
        heads[head] = heads.get(head, 0) + 1
    common = max(heads, key=lambda head: (heads[head], head))
    return {name.removeprefix(f"{common}."): sample for name, sample in samples.items()}


def _weights(ours: Samples, theirs: Samples) -> Measured:
    both = [(ours[name], theirs[name]) for name in ours if name in theirs]
    fitting = [(a, b) for a, b in both if a.shape == b.shape]
    telling = [(a, b) for a, b in fitting if a.digest and b.digest]
    same = sum(a.digest == b.digest for a, b in telling)
    signs, agreeing = _agreement(fitting)
    shared = len(fitting) / len(ours)
    identical = same / len(telling) if telling else 0.0
    agreement = agreeing / signs if signs else 0.0
    is_packed = sum(a.dtype != b.dtype and a.dtype not in _FLOATS for a, b in both) * 2 > len(both) > 0
    # Packed tensors have shapes of their own, so their names have to do.
    named = len(both) / len(ours)
    is_whole = all(name in theirs or name.endswith(_ADDED) for name in ours) and shared >= _MOST
    verdict, strength = Verdict.UNRELATED, 1.0 - min(shared, _HALF)
    if is_packed and named >= _MOST:
        verdict, strength = _packed(signs, agreement, same)
    elif is_whole and telling and identical >= _ALL and len(fitting) >= _MOST * len(theirs):
        verdict, strength = Verdict.SAME, 1.0
    elif is_whole and _is_cast(both) and signs >= _MANY_SIGNS and agreement >= _KEPT:
        verdict, strength = Verdict.SAME, 0.95 if identical >= _HALF else 0.8
    elif same:
        verdict = Verdict.FINETUNE if shared >= _MOST else Verdict.PARTIAL
        strength = min(0.99, 0.7 + 0.05 * same)
    elif signs >= _FEWEST_SIGNS and agreement >= _DOUBTFUL:
        verdict = Verdict.FINETUNE if shared >= _HALF else Verdict.PARTIAL
        strength = 0.95 if agreement >= _RELATED else 0.6
    elif signs >= _FEWEST_SIGNS:
        strength = 0.95
    return Measured(
        verdict=verdict,
        strength=round(strength, 3),
        shared=round(shared, 4),
        identical=round(identical, 4),
        agreement=round(agreement, 4),
        compared=len(telling),
        signs=signs,
    )


def _is_cast(pairs: list[tuple[TensorSample, TensorSample]]) -> bool:
    """Say whether most tensors are stored as floats of another length."""
    return sum(a.dtype != b.dtype for a, b in pairs) * 2 > len(pairs)


def _packed(signs: int, agreement: float, same: int) -> tuple[Verdict, float]:
    """Judge quantised weights by signs, if blocks can be read, by what was left as it was, else by names."""
    if signs >= _FEWEST_SIGNS:
        if agreement >= _RELATED or same:
            return Verdict.QUANTIZED, 0.95
        return (Verdict.QUANTIZED, 0.6) if agreement >= _DOUBTFUL else (Verdict.UNRELATED, 0.9)
    return Verdict.QUANTIZED, 0.95 if same else 0.5


def _agreement(pairs: Iterable[tuple[TensorSample, TensorSample]]) -> tuple[int, int]:
    """Count signs that could be compared, and those that agree; tensors of one sign say nothing."""
    count = agreeing = 0
    for a, b in pairs:
        if len(a.signs) != len(b.signs) or not (_is_mixed(a.signs) and _is_mixed(b.signs)):
            continue
        for ours, theirs in zip(a.signs, b.signs, strict=True):
            if ours != "0" and theirs != "0":
                count += 1
                agreeing += ours == theirs
    return count, agreeing


def _is_mixed(signs: str) -> bool:
    rarer = min(signs.count("+"), signs.count("-"))
    return rarer * 5 >= len(signs) > 0


def _adapter(ours: Samples, theirs: Samples) -> Measured | None:
    """Low-rank factors fit a layer if the outer side of each is that of the layer's weight."""
    factors = [(name, sample, *_layer(name)) for name, sample in ours.items()]
    lora = [(sample, layer, side) for _, sample, layer, side in factors if layer]
    if len(lora) * 2 <= len(ours):
        return None
    ends: dict[str, list[TensorSample]] = {}
    for name, sample in theirs.items():
        ends.setdefault(_tail(name), []).append(sample)
    fits = sum(
        any(w.shape[side] == sample.shape[side] for w in ends.get(_tail(layer), ()) if len(w.shape) == 2)
        for sample, layer, side in lora
        if len(sample.shape) == 2
    )
    share = fits / len(lora)
    return Measured(
        verdict=Verdict.ADAPTER if share >= _MOST else Verdict.UNRELATED,
        strength=0.6 if share >= _MOST else round(1 - share, 3),
        shared=round(share, 4),
        identical=0.0,
        agreement=0.0,
        compared=len(lora),
        signs=0,
    )


def _layer(name: str) -> tuple[str, int]:
    """The weight that a factor belongs to, and the side of it that the factor shares; empty for others."""
    for end, side in _LORA_ENDS.items():
        if name.endswith(end):
            return name.removesuffix(end).removeprefix("base_model.model.") + ".weight", side
    return "", 0


def _tail(name: str) -> str:
    """The last five words of a name: prefixes differ between a base and what wraps it."""
    return ".".join(name.split(".")[-5:])
