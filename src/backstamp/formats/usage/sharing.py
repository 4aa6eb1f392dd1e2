"""What a module offers to others: names that stand for texts which may name a model.

Only names that say so are offered (``DEFAULT_MODEL``, ``settings.llm``); what nobody loads names nothing.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache

from backstamp.formats.python.values import Class, Const, Function, Instance, Items, Pairs, Scope, Value
from backstamp.formats.usage.records import Shared
from backstamp.formats.usage.texts import DEFAULT, flat

_MOST_SHARED = 600
_MOST_MEMBERS = 64
_MOST_TEXT = 300


def may_share(data: bytes) -> bool:
    """Say whether source bytes hold a text under a name that speaks of models."""
    return _offers().search(data) is not None or _constants().search(data) is not None


def shared_in(tree: ast.Module, names: Scope) -> Iterator[Shared]:
    """Yield the texts under the names of a module, attributes of its records and settings included."""
    lines = _lines_of(tree)
    count = 0
    for name, value in names.names.items():
        held = (m for symbol, found in _texts_under(name, value, names) for m in _members(symbol, found))
        for symbol, found in held:
            for one in flat(found):
                if not isinstance(one, Const) or not isinstance(one.value, str) or not _is_name(one.value):
                    continue
                if count < _MOST_SHARED and (_speaks().search(symbol) or _is_like_name(one.value)):
                    count += 1
                    yield Shared(lines.get(name, 1), symbol, one.value, bool(one.taint & DEFAULT))


def _is_name(text: str) -> bool:
    return 1 < len(text) <= _MOST_TEXT and not set(text) & set(" \n\t{}<>\"'")


def _is_like_name(text: str) -> bool:
    return text.count("/") == 1 or bool(_marks().search(text))


def _members(symbol: str, value: Value, depth: int = 3) -> Iterator[tuple[str, Value]]:
    """The entries of a table or list under the names by which others fetch them; ``*`` is whichever."""
    if isinstance(value, Pairs) and depth:
        for key, held in list(value.pairs.items())[:_MOST_MEMBERS]:
            for name in (f"{symbol}[{key}]", f"{symbol}[*]"):
                yield from _members(name, held, depth - 1)
    elif isinstance(value, Items) and depth:
        for at, held in enumerate(value.items[:_MOST_MEMBERS]):
            for name in (f"{symbol}[{at}]", f"{symbol}[*]"):
                yield from _members(name, held, depth - 1)
    else:
        yield symbol, value


def _texts_under(name: str, value: Value, names: Scope) -> Iterator[tuple[str, Value]]:
    match value:
        case Class():
            for field, found in _fields_of(value):
                yield f"{name}.{field}", found
                yield f"{name}().{field}", found
        case Instance(cls=cls):
            for field, found in _fields_of(cls):
                yield f"{name}.{field}", found
        case Function(node=ast.FunctionDef(returns=ast.Name(id=word))):
            made = names.names.get(word)
            for field, found in _fields_of(made) if isinstance(made, Class) else ():
                yield f"{name}().{field}", found
        case _:
            yield name, value


def _fields_of(cls: Class, depth: int = 4) -> Iterator[tuple[str, Value]]:
    for parent in cls.bases[:4]:
        if isinstance(parent, Class) and depth:
            yield from _fields_of(parent, depth - 1)
    for name, value in list(cls.fields.items())[:_MOST_SHARED]:
        if isinstance(value, Instance) and depth:
            for inner, found in _fields_of(value.cls, depth - 1):
                yield f"{name}.{inner}", found
        else:
            yield name, value


def _lines_of(tree: ast.Module) -> dict[str, int]:
    lines: dict[str, int] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                lines[name] = node.lineno
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                lines[name] = node.lineno
    return lines


@cache
def _marks() -> re.Pattern[str]:
    return re.compile(r"^(?:gpt-|claude-|gemini-|text-embedding|[0-9a-f]{40}$|v\d)|-\d+[bB]\b|:\d+b\b")


_WORDS = "model|llm|embed|rerank|repo|checkpoint|lora|adapter|dataset|deployment|gpt|claude|tokenizer"


@cache
def _speaks() -> re.Pattern[str]:
    return re.compile(_WORDS, re.IGNORECASE)


@cache
def _constants() -> re.Pattern[bytes]:
    """A constant that holds a name of the hub or of a hosted model, or a table of such."""
    name = rb"[\w.-]{2,80}/[\w.-]{2,90}[\"']|(?:gpt|claude|gemini)-[\w.-]+[\"']"
    return re.compile(
        rb"^[ \t]*[A-Z][A-Z0-9_]{1,40}[ \t]*(?::[^=\n]{1,80})?=[^=\n][^\n]{0,200}?[\"'](?:" + name + rb")",
        re.MULTILINE,
    )


@cache
def _offers() -> re.Pattern[bytes]:
    words = _WORDS.encode()
    name = rb"^[ \t]*\w{0,40}(?:" + words + rb")\w{0,40}[ \t]*(?::[^=\n]{1,80})?=[^=\n][^\n]{0,120}?"
    return re.compile(name + rb"[\"']\w[\w.]*[/:-][\w./:@-]+[\"']", re.IGNORECASE | re.MULTILINE)
