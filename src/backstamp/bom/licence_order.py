"""Orders licences by what they ask: which of two allows less."""

from backstamp.knowledge.licences import Obligations, normalised, obligations_of

_WEIGHTS = {
    "commercial": {"no": 8, "limited": 3},
    "derivatives": {"no": 8, "limited": 2},
    "redistribution": {"no": 8, "limited": 2},
    "share_alike": {"weak": 1, "strong": 3, "network": 4},
}
_ASKED = (
    "restrictions",
    "research_only",
    "outputs",
    "territory",
    "acceptance",
    "name_prefix",
    "display",
    "pass_on",
)


def compared(before: str, after: str) -> int:
    """Say whether the second licence allows less (above zero), more (below) or neither (zero).

    Licences that are not in the table are not judged.
    """
    one, other = _burden(before), _burden(after)
    return 0 if one is None or other is None else other - one


def _burden(text: str) -> int | None:
    """Weigh what a licence asks; of a choice of licences the lightest counts."""
    found = normalised(text)
    if found is None or not found.is_known or not found.choices:
        return None
    ways = []
    for way in found.choices:
        asked = [obligations_of(licence) for licence in way]
        if all(asked):
            ways.append(sum(_weight(one) for one in asked if one))
    return min(ways, default=None)


def _weight(one: Obligations) -> int:
    total = 0
    for subject, weights in _WEIGHTS.items():
        term = getattr(one.terms, subject)
        total += weights.get(term.says, 0) if term else 0
    return total + sum(2 for subject in _ASKED if getattr(one.terms, subject) is not None)
