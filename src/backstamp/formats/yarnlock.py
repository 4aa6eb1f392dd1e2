"""yarn.lock of yarn 1: blocks of selectors with indented words. Source: yarn's lockfile format 1."""

from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget


class YarnEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A locked package: its selectors (``name@^1.0``), and what is fixed."""

    line: int
    selectors: tuple[str, ...]
    version: str
    resolved: str
    integrity: str
    needs: tuple[tuple[str, str], ...]


def yarn_entries(text: str, budget: Budget) -> Iterator[YarnEntry]:
    """Yield the entries of a lock file."""
    start, head = 0, ""
    fields: dict[str, str] = {}
    needs: list[tuple[str, str]] = []
    inside = False
    for number, row in enumerate((*text.splitlines(), "end:"), 1):
        budget.spend_operations()
        bare = row.strip()
        if not bare or bare[0] == "#":
            continue
        if not row[0].isspace():
            if head and "version" in fields:
                yield _entry(start, head, fields, needs)
            start, head, fields, needs, inside = number, bare.removesuffix(":"), {}, [], False
            continue
        indent = len(row) - len(row.lstrip())
        key, _, value = _pair(bare)
        if indent <= 2:
            inside = bare.endswith(":") and key in ("dependencies", "optionalDependencies")
            fields[key] = value
        elif inside:
            needs.append((key, value))


def _pair(text: str) -> tuple[str, str, str]:
    if text.startswith('"') and (end := text.find('"', 1)) > 0:
        return text[1:end], " ", text[end + 1 :].strip().strip('"')
    key, sep, value = text.partition(" ")
    return key.rstrip(":"), sep, value.strip().strip('"')


def _entry(line: int, head: str, fields: dict[str, str], needs: list[tuple[str, str]]) -> YarnEntry:
    selectors = tuple(part.strip().strip('"') for part in head.split(","))
    return YarnEntry(
        line=line,
        selectors=selectors,
        version=fields["version"],
        resolved=fields.get("resolved", ""),
        integrity=fields.get("integrity", ""),
        needs=tuple(needs),
    )
