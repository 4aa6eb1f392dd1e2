"""Parses templates: the tags of Jinja2 3.1, loop controls, ``do`` and ``generation``."""

import msgspec

from backstamp.core.budget import Budget
from backstamp.core.errors import BudgetExceeded, ReadError
from backstamp.formats.jinja import nodes as n
from backstamp.formats.jinja.expressions import Words, expression, filters, listing, target
from backstamp.formats.jinja.lexer import (
    BLOCK,
    BLOCK_END,
    DATA,
    NAME,
    OPERATOR,
    OUTPUT,
    OUTPUT_END,
    Token,
    tokens_of,
)

_DEEPEST = 60


class Template(msgspec.Struct, frozen=True):
    """A template: its statements, or its words up to where it ``broken``."""

    body: tuple[n.Statement, ...]
    tokens: tuple[Token, ...]
    broken: str = ""


def template_of(text: str, budget: Budget) -> Template:
    """Parse a template. What cannot be parsed is given as words, with the reason."""
    tokens: list[Token] = []
    try:
        for token in tokens_of(text, budget):
            tokens.append(token)  # noqa: PERF402  # what came before an error is kept
        words = Words(tokens, budget)
        body, _ = _body(words, (), 0)
    except BudgetExceeded:
        raise
    except (ReadError, RecursionError) as error:
        return Template((), tuple(tokens), str(error) or "nested too deep")
    return Template(body, tuple(tokens))


def _body(words: Words, ends: tuple[str, ...], depth: int) -> tuple[tuple[n.Statement, ...], str]:
    """Parse statements up to one of the tags, which is taken; give that tag."""
    if depth > _DEEPEST:
        raise ReadError(f"line {words.now.line}: blocks nested too deep")
    out: list[n.Statement] = []
    while True:
        token = words.take()
        if token.kind == "end":
            if ends:
                raise ReadError(f"expected {ends[-1]}, found the end")
            return tuple(out), ""
        if token.kind == DATA:
            out.append(n.Text(token.text, line=token.line))
        elif token.kind == OUTPUT:
            out.append(n.Output(listing(words), line=token.line))
            words.expect(OUTPUT_END)
        elif token.kind == BLOCK:
            tag = words.expect(NAME).text
            if tag in ends:
                return tuple(out), tag
            out.append(_statement(words, tag, token.line, depth + 1))
        else:
            raise ReadError(f"line {token.line}: unexpected {token.text[:20]!r}")


def _closed(words: Words, depth: int, *ends: str) -> tuple[tuple[n.Statement, ...], str]:
    words.expect(BLOCK_END)
    return _body(words, ends, depth)


def _statement(words: Words, tag: str, line: int, depth: int) -> n.Statement:
    match tag:
        case "if":
            return _if(words, line, depth)
        case "for":
            return _for(words, line, depth)
        case "set":
            return _set(words, line, depth)
        case "macro":
            return _macro(words, line, depth)
        case "call":
            return _call(words, line, depth)
        case "with" | "filter" | "block" | "generation" | "autoescape":
            return _scope(words, tag, line, depth)
        case "include" | "import" | "from" | "extends":
            return _load(words, tag, line)
        case "do":
            found: n.Statement = n.Do(listing(words), line=line)
        case "break" | "continue":
            found = n.Jump(tag, line=line)
        case _:
            raise ReadError(f'line {line}: unknown tag "{tag[:40]}"')
    words.expect(BLOCK_END)
    return found


def _if(words: Words, line: int, depth: int) -> n.Statement:
    branches = []
    otherwise: tuple[n.Statement, ...] = ()
    tag = "elif"
    while tag == "elif":
        test = listing(words, choice=True)
        body, tag = _closed(words, depth, "elif", "else", "endif")
        branches.append((test, body))
    if tag == "else":
        otherwise, tag = _closed(words, depth, "endif")
    words.expect(BLOCK_END)
    return n.If(tuple(branches), otherwise, line=line)


def _for(words: Words, line: int, depth: int) -> n.Statement:
    names = target(words)
    words.expect(NAME, "in")
    iterable = listing(words, choice=False, ends=("recursive",))
    condition = expression(words) if words.skips("if", NAME) else None
    words.skips("recursive", NAME)
    body, tag = _closed(words, depth, "else", "endfor")
    otherwise: tuple[n.Statement, ...] = ()
    if tag == "else":
        otherwise, tag = _closed(words, depth, "endfor")
    words.expect(BLOCK_END)
    return n.For(names, iterable, condition, body, otherwise, line=line)


def _set(words: Words, line: int, depth: int) -> n.Statement:
    names = target(words)
    if words.skips("="):
        value = listing(words)
        words.expect(BLOCK_END)
        return n.Set(names, value, line=line)
    chain = filters(words) if words.skips("|") else ()
    body, _ = _closed(words, depth, "endset")
    words.expect(BLOCK_END)
    return n.SetBlock(names, chain, body, line=line)


def _parameters(words: Words) -> tuple[tuple[str, ...], tuple[n.Expr, ...]]:
    names: list[str] = []
    defaults: list[n.Expr] = []
    words.expect(OPERATOR, "(")
    while not words.skips(")"):
        if names:
            words.expect(OPERATOR, ",")
            if words.skips(")"):
                break
        names.append(words.expect(NAME).text)
        if words.skips("="):
            defaults.append(expression(words))
    return tuple(names), tuple(defaults)


def _macro(words: Words, line: int, depth: int) -> n.Statement:
    name = words.expect(NAME).text
    names, defaults = _parameters(words)
    body, _ = _closed(words, depth, "endmacro")
    _end_tag(words, name)
    return n.Macro(name, names, defaults, body, line=line)


def _call(words: Words, line: int, depth: int) -> n.Statement:
    names, defaults = _parameters(words) if words.sees("(") else ((), ())
    call = expression(words)
    body, _ = _closed(words, depth, "endcall")
    words.expect(BLOCK_END)
    return n.Macro("caller", names, defaults, body, call, line=line)


def _scope(words: Words, tag: str, line: int, depth: int) -> n.Statement:
    name = ""
    chain: tuple[n.Filter, ...] = ()
    values: list[tuple[n.Expr, n.Expr]] = []
    if tag == "filter":
        chain = filters(words)
    elif tag == "block":
        name = words.expect(NAME).text
        while words.now.kind == NAME:
            words.take()
    elif tag == "autoescape":
        expression(words)
    elif tag == "with":
        while words.now.kind != BLOCK_END:
            if values:
                words.expect(OPERATOR, ",")
            names = target(words)
            words.expect(OPERATOR, "=")
            values.append((names, expression(words)))
    body, _ = _closed(words, depth, f"end{tag}")
    _end_tag(words, name)
    return n.Scope(tag, name, tuple(values), chain, body, line=line)


def _end_tag(words: Words, name: str) -> None:
    """The end of a named tag may repeat the name."""
    if name:
        words.skips(name, NAME)
    words.expect(BLOCK_END)


def _load(words: Words, tag: str, line: int) -> n.Statement:
    template = expression(words)
    names: list[str] = []
    while words.now.kind != BLOCK_END:
        token = words.take()
        if token.kind == "end":
            raise ReadError(f"line {line}: tag without an end")
        if token.kind == NAME and token.text not in (
            "import",
            "as",
            "ignore",
            "missing",
            "with",
            "without",
            "context",
        ):
            names.append(token.text)
    words.expect(BLOCK_END)
    return n.Load(tag, template, tuple(names), line=line)
