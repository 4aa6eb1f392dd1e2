"""Tells the forms of one model apart, and sums what is stated file by file.

A form is a file of weights with all its shards. A model's folder may hold several: safetensors beside ONNX,
or the same weights in five quantisations.

1. Parameters, elements and rows that are stated file by file (their scope is the file) are summed over the
   shards of a form, never over forms.
2. The form of the best format stands for the model; of several the one with a canonical name (``model.onnx``
   beside ``model_quantized.onnx``). What is known of the others keeps their form as its scope.
3. Where no form stands for the model (five GGUF files), what all agree on is said of the model.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

import msgspec

from backstamp.bom.claims import Claim
from backstamp.bom.homes import file_of
from backstamp.core.supply import Kind, Method, Part, Trait

_SUMMED = frozenset({Trait.PARAMETERS, Trait.ELEMENTS, Trait.ROWS, Trait.SIZE})
_OF_A_FORM = frozenset({Trait.QUANTIZATION})
_FORMATS = (".safetensors", ".gguf", ".bin", ".pt", ".pth", ".ckpt", ".keras", ".h5", ".onnx", ".tflite")
_CANONICAL = frozenset(
    "model pytorch_model tf_model adapter_model adapter diffusion_pytorch_model open_clip_model "
    "saved_model weights".split()
)


def summed(claims: list[Claim]) -> Iterator[Claim]:
    """Sum what is stated file by file; the rest passes through, scoped by its form."""
    groups: dict[tuple[Part, Trait, str, Method], list[Claim]] = {}
    forms: dict[Part, set[str]] = {}
    others: list[Claim] = []
    for claim in claims:
        if claim.trait in _SUMMED and _is_of_its_file(claim):
            groups.setdefault((claim.part, claim.trait, claim.name, claim.evidence.method), []).append(claim)
            forms.setdefault(claim.part, set()).add(_form(claim.scope))
        else:
            others.append(claim)
    best = {part: _best(found) for part, found in forms.items()}
    for claim in others:
        yield _scoped(claim, forms.get(claim.part, set()), best.get(claim.part, ""))
    for (part, trait, *_), group in groups.items():
        if part.kind is Kind.DATASET:
            yield _total(group, "")
        else:
            yield from _sums(trait, group, forms[part], best[part])


def _scoped(claim: Claim, forms: set[str], best: str) -> Claim:
    """Give what one of several forms says the scope of that form."""
    if claim.trait not in _OF_A_FORM or claim.scope or len(forms) < 2:
        return claim
    form = next((f for name in claim.evidence.place.path if (f := _form(name)) in forms), "")
    return claim if form in ("", best) else msgspec.structs.replace(claim, scope=form)


def _sums(trait: Trait, group: list[Claim], forms: set[str], best: str) -> Iterator[Claim]:
    shards: dict[str, list[Claim]] = {}
    for claim in group:
        shards.setdefault(_form(claim.scope), []).append(claim)
    totals = [_total(found, "" if form == best else form) for form, found in sorted(shards.items())]
    is_agreed = not best and trait is Trait.PARAMETERS and len(totals) == len(forms)
    if is_agreed and len({total.value for total in totals}) == 1:
        yield msgspec.structs.replace(totals[0], scope="")
    yield from totals


def _total(shards: list[Claim], scope: str) -> Claim:
    total = sum(claim.value for claim in shards if isinstance(claim.value, int))
    first = min(shards, key=lambda c: (*c.evidence.strength, c.evidence.path, c.evidence.locator))
    return msgspec.structs.replace(first, value=total, scope=scope)


def _best(forms: Iterable[str]) -> str:
    """The form that stands for the model; empty if none does."""
    rank = min(_rank(form) for form in forms)
    found = sorted(form for form in forms if _rank(form) == rank)
    if len(found) == 1:
        return found[0]
    canonical = [form for form in found if form.rpartition(".")[0].lower() in _CANONICAL]
    return canonical[0] if len(canonical) == 1 else ""


def _is_of_its_file(claim: Claim) -> bool:
    """Say whether the scope of a claim is the file that it comes from, or a part of it (``file!/member``)."""
    if not claim.scope:
        return False
    path = claim.evidence.place.path
    if claim.scope in ("/".join(path), "!/".join(path)):
        return True
    name = claim.scope.partition("!/")[0]
    return any(each.rpartition("/")[2] == name for each in path)


def _form(name: str) -> str:
    """Name a form of a model: its file's name without folders and without the number of the shard."""
    return _shard().sub("", file_of(tuple(name.split("!/")))[-1].rpartition("/")[2])


def _rank(name: str) -> int:
    return next((at for at, end in enumerate(_FORMATS) if name.endswith(end)), len(_FORMATS))


@cache
def _shard() -> re.Pattern[str]:
    return re.compile(r"[-_.]?\d{5}-of-\d{5}")
