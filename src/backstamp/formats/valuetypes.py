"""Types of values in text tables and JSON: what a column is, by a sample of it.

1. A type is said only if every value of the sample that is not empty has it.
2. Whether values look like e-mail addresses and the like is said as a share; values are never kept.
"""

from collections.abc import Iterable
from functools import cache
from re import Pattern

EMPTY = frozenset({"", "na", "n/a", "nan", "null", "none", "nil", "-", "?", r"\n"})
_BOOLEANS = frozenset({"true", "false", "yes", "no", "t", "f", "y", "n"})
_LONG = 400  # longer cells are prose, whatever else they might be


def type_of_cells(cells: Iterable[str]) -> str:
    """Name the one type that all cells have: integer, number, boolean, date, timestamp, string; or empty."""
    found = {_type_of_cell(cell.strip()) for cell in cells} - {"empty"}
    if not found:
        return "empty"
    if len(found) == 1:
        return found.pop()
    if found == {"integer", "number"}:
        return "number"
    return "timestamp" if found == {"date", "timestamp"} else "string"


def type_of_values(values: Iterable[object]) -> str:
    """Name the types of JSON values of one key: ``integer``, ``list<object>``, ``string|null``."""
    found = {_type_of_value(value) for value in values}
    if {"integer", "number"} <= found:
        found.discard("integer")
    if "list" in found and any(word.startswith("list<") for word in found):
        found.discard("list")
    return "|".join(sorted(found - {"null"}) + (["null"] if "null" in found else []))


def looks(cells: Iterable[str]) -> dict[str, float]:
    """Give the share of cells that are wholly an e-mail address, a phone number, an IP address and so on."""
    held = [cell.strip() for cell in cells if cell and len(cell) <= _LONG and cell.strip()]
    if not held:
        return {}
    shares = {name: sum(1 for c in held if p.fullmatch(c)) / len(held) for name, p in _looks().items()}
    return {name: share for name, share in shares.items() if share}


def _type_of_cell(cell: str) -> str:
    if cell.casefold() in EMPTY:
        return "empty"
    if len(cell) > 40:
        return "string"
    if _integer().fullmatch(cell):
        return "integer"
    if _number().fullmatch(cell):
        return "number"
    if cell.casefold() in _BOOLEANS:
        return "boolean"
    if match := _date().fullmatch(cell):
        return "timestamp" if match[1] else "date"
    return "string"


def _type_of_value(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            inner = type_of_values(value[:20]) if value and not isinstance(value[0], list) else ""
            return f"list<{inner}>" if inner else "list"
        case _:
            return "object"


@cache
def _integer() -> Pattern[str]:
    import re

    return re.compile(r"[-+]?[0-9]{1,20}")


@cache
def _number() -> Pattern[str]:
    import re

    return re.compile(
        r"[-+]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]{1,4})?|[-+]?inf(?:inity)?", re.IGNORECASE
    )


@cache
def _date() -> Pattern[str]:
    import re

    return re.compile(
        r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
        r"([T ][0-9]{1,2}:[0-9]{2}(?::[0-9.]{2,9})?(?:Z|[-+][0-9:]{2,5})?)?"
    )


@cache
def _looks() -> dict[str, Pattern[str]]:
    import re

    return {
        "email": re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}"),
        "phone": re.compile(
            r"(?:\+[0-9]{1,3}[ .-]?)?\(?[0-9]{3}\)?[ .-][0-9]{3,4}[ .-][0-9]{3,4}|\+[0-9]{9,14}"
        ),
        "ssn": re.compile(r"[0-9]{3}-[0-9]{2}-[0-9]{4}"),
        "ip": re.compile(
            r"(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
        ),
        "iban": re.compile(r"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?"),
        "card": re.compile(r"[3-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{3,4}"),
    }
