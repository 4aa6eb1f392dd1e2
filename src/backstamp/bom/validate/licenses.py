"""Licences of documents: expressions that can be parsed, with ids that the SPDX list has.

Source: SPDX specification 3.0.1, annex on licence expressions. Operators are AND, OR (binary) and WITH
(a licence with an exception); they and ids are compared without regard to case, and written as the list does.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from backstamp.bom.validate import checks
from backstamp.bom.validate.index import Index
from backstamp.bom.validate.near import nearest
from backstamp.bom.validate.problem import Problem
from backstamp.core.finding import shown

_LONGEST = 20_000
_MOST_BRACKETS = 200
_MOST_GUESSES = 100
_JOINS = ("AND", "OR")
_OWN = ("licenseref-", "documentref-", "additionref-")
_SPECIAL = frozenset({"NONE", "NOASSERTION"})


def problems(index: Index) -> Iterator[Problem]:
    """Check the licences of all components and services."""
    words = Words(index.license_ids)
    for spot, text in index.texts("expression"):
        if spot.owner is not None and (spot.owner.key == "licenses" or "licenseChoice" in spot.owner.names):
            yield from expression_problems(spot.pointer, text, words)
    for spot, license_ in index.objects("license"):
        name = license_.get("name")
        if isinstance(name, str) and "id" not in license_ and name.strip().lower() in words.known:
            known = words.known[name.strip().lower()]
            yield checks.LICENSE_NAME.found(
                f"{spot.pointer}/name",
                f'"{shown(name)}" is the id of a licence',
                fix=f'Write "id": "{known}".',
            )


class Words:
    """The ids of the SPDX list by their lower case, and some guesses at what was meant by others."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.known = {each.lower(): each for each in ids}
        self._guesses: dict[str, str] = {}

    def nearest(self, token: str) -> str:
        """Give the id that was probably meant; only for so many words, since each costs a search."""
        if token not in self._guesses and len(self._guesses) < _MOST_GUESSES:
            self._guesses[token] = self.known.get(nearest(token, self.known), "")
        return self._guesses.get(token, "")


def expression_problems(pointer: str, text: str, words: Words) -> Iterator[Problem]:
    """Check one expression."""
    known = words.known
    wrong = fault_of(text)
    if wrong:
        yield checks.EXPRESSION.found(pointer, f'"{shown(text)}" is not a licence expression: {wrong}')
        return
    unknown: dict[str, None] = {}
    miswritten: dict[str, str] = {}
    for token in _tokens().findall(text):
        plain = token.removesuffix("+")
        if token in "()" or token.lower().startswith(_OWN) or plain in _SPECIAL:
            continue
        if token.upper() in (*_JOINS, "WITH"):
            if not token.isupper():
                miswritten[token] = token.upper()
        elif token.lower() in known or plain.lower() in known:
            right = known.get(token.lower()) or known[plain.lower()]
            if right not in (token, plain):
                miswritten[plain] = right
        else:
            unknown[token] = None
    for token in list(unknown)[:10]:
        near = words.nearest(token.removesuffix("+"))
        hint = f'Did you mean "{near}"? Own licences are written LicenseRef-NAME.' if near else ""
        yield checks.EXPRESSION_ID.found(pointer, f'"{shown(token, 80)}" is not on the SPDX list', fix=hint)
    for token, right in list(miswritten.items())[:10]:
        yield checks.EXPRESSION_CASE.found(pointer, f'"{shown(token, 80)}" is written "{right}"')


def fault_of(text: str) -> str:
    """Say what is wrong with the grammar of an expression; empty if nothing is."""
    if len(text) > _LONGEST:
        return f"it has {len(text):,} characters"
    stray = _stray().search(text)
    if stray:
        return f'"{shown(stray.group(), 10)}" has no place in it'
    depth, wants_id, last, before = 0, True, "", ""
    for token in _tokens().findall(text):
        word = token.upper()
        if wants_id and token == "(" and last != "WITH":
            depth += 1
        elif not wants_id and token == ")" and depth:
            depth -= 1
        elif not wants_id and (word in _JOINS or (word == "WITH" and last != ")" and before != "WITH")):
            wants_id = True
        elif wants_id and token not in ("(", ")") and word not in (*_JOINS, "WITH"):
            wants_id = False
        else:
            return (
                f'"{shown(token, 40)}" after "{shown(last, 40)}"'
                if last
                else f'it starts with "{shown(token, 40)}"'
            )
        if depth > _MOST_BRACKETS:
            return "too many brackets"
        before, last = last.upper(), token if word != "WITH" else "WITH"
    if wants_id:
        return f'it ends with "{shown(last, 40)}"' if last else "it is empty"
    return "a bracket is not closed" if depth else ""


@cache
def _tokens() -> re.Pattern[str]:
    return re.compile(r"[()]|[^()\s]+")


@cache
def _stray() -> re.Pattern[str]:
    return re.compile(r"[^\w\s().+:-]|[^\x00-\x7f]", re.ASCII)
