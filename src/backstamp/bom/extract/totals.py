"""Sums what is counted file by file: the shards of a model together, its other formats apart.

Readers state ``PARAMETERS`` and ``ELEMENTS`` with the file's own name as scope (``file!/part`` for a further
part of one). A folder may hold the same model in several formats: they are not added up.
"""

from collections.abc import Iterable
from functools import cache
from re import Pattern

import msgspec

from backstamp.core.supply import Method, Stated, Trait


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """What the files of one set count together. ``missing`` is how many of its shards were not there."""

    files: tuple[str, ...]
    parameters: int
    elements: tuple[tuple[str, int], ...]
    missing: int = 0


# A folder that holds one model in several formats is described by the first of these.
_ORDER = (".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".keras", ".h5", ".gguf", ".onnx", ".pb", ".tflite")


def totals_of(statements: Iterable[Stated]) -> tuple[Total, ...]:
    """Sum the counts that one model's files state, set by set, the most telling set first."""
    counts: dict[str, dict[str, int]] = {}
    for each in statements:
        value = each.value
        is_count = each.trait in (Trait.PARAMETERS, Trait.ELEMENTS) and each.scope
        if not is_count or each.method is not Method.MEASURED or not isinstance(value, int):
            continue
        counts.setdefault(each.scope, {})["" if each.trait is Trait.PARAMETERS else each.name] = value
    sets: dict[tuple[str, int], list[str]] = {}
    for scope in counts:
        sets.setdefault(set_of(scope), []).append(scope)
    made = [_total(scopes, counts, of) for (_, of), scopes in sets.items()]
    return tuple(
        sorted(made, key=lambda total: (total.missing > 0, _rank(total.files[0]), -total.parameters))
    )


def set_of(scope: str) -> tuple[str, int]:
    """Name the set that a file belongs to, and of how many files it is; zero for a file that stands alone."""
    file = scope.partition("!/")[0]
    found = _shard().fullmatch(file)
    if found is None:
        return file, 0
    return f"{found['stem']}{found['suffix']}", int(found["count"])


def _total(scopes: list[str], counts: dict[str, dict[str, int]], of: int) -> Total:
    elements: dict[str, int] = {}
    for scope in scopes:
        for name, value in counts[scope].items():
            elements[name] = elements.get(name, 0) + value
    parameters = elements.pop("", 0)
    files = tuple(sorted({scope.partition("!/")[0] for scope in scopes}))
    ordered = tuple(sorted(elements.items(), key=lambda item: (-item[1], item[0])))
    return Total(files=files, parameters=parameters, elements=ordered, missing=max(0, of - len(files)))


def _rank(file: str) -> int:
    low = file.lower()
    return next((at for at, suffix in enumerate(_ORDER) if low.endswith(suffix)), len(_ORDER))


@cache
def _shard() -> Pattern[str]:
    import re

    return re.compile(
        r"(?P<stem>.{0,200}?)[-_.](?P<number>\d{1,6})-of-(?P<count>\d{1,6})(?P<suffix>\.\w{1,20})"
    )
