"""What a template writes out only if a message holds certain words.

Values are followed through variables, namespaces, loops and macros, twice over the template, so that
a flag that is set at one place and asked at another is seen. The rules of the tracing:

1. ``messages`` and what is taken out of it is a message; its ``content``, ``text`` and the like is content.
2. A test of content against a constant is a gate; the constants are its triggers.
3. What is set behind a gate carries the gate's triggers; a test of it is the same gate.
4. Constant text behind a gate, written out or put into a variable, is gated text.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget
from backstamp.formats.jinja import nodes as n
from backstamp.formats.jinja.folding import Unknown, folded, shown_of

_CONTENT_KEYS = frozenset(
    {"content", "text", "value", "parts", "input_text", "prompt", "query", "body", "data"}
)
_CONTENT_NAMES = frozenset(
    {"content", "prompt", "query", "user_input", "user_message", "user_prompt", "question", "instruction"}
)
_MESSAGES = frozenset({"messages", "message", "conversation", "history", "loop_messages", "chat", "dialogue"})
_TO_TEXT = frozenset(
    {
        "string",
        "tojson",
        "join",
        "lower",
        "upper",
        "trim",
        "replace",
        "list",
        "map",
        "safe",
        "e",
        "escape",
        "title",
    }
)
_ASKING = frozenset(
    {
        "startswith",
        "endswith",
        "find",
        "index",
        "count",
        "split",
        "rfind",
        "partition",
        "rsplit",
        "__contains__",
    }
)
_EQUAL = frozenset(
    {
        "equalto",
        "eq",
        "==",
        "in",
        "sameas",
        "ne",
        "match",
        "search",
        "regex",
        "contains",
        "startswith",
        "endswith",
    }
)
_SILENT = frozenset({"raise_exception"})
_LONGEST = 4000
_MOST = 200
_DEEPEST = 150  # readers refuse deeper trees

NONE, MESSAGE, CONTENT, DATE = 0, 1, 2, 3


class Gated(msgspec.Struct, frozen=True):
    """Text behind a gate. ``on_date`` says that the gate asks for the date."""

    triggers: tuple[str, ...]
    text: str
    line: int


class Shade(msgspec.Struct, frozen=True):
    """What is known of a value: where it comes from, the gates it depends on, the constant text in it."""

    origin: int = NONE
    triggers: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  # the constants it may be, to be asked for


_PLAIN = Shade()


def gated_texts(body: tuple[n.Statement, ...], budget: Budget) -> Iterator[Gated]:
    """Yield the text behind each gate. May raise ``RecursionError`` on absurdly nested templates."""
    flow = _Flow(budget)
    flow.walk(body, frozenset(), 0)
    flow.gated.clear()
    flow.walk(body, frozenset(), 0)
    for (triggers, line), texts in flow.gated.items():
        told = sorted(t for t in triggers if t.strip())
        if told and texts:
            yield Gated(tuple(told)[:20], " ".join(dict.fromkeys(texts))[:_LONGEST], line)


class _Flow:
    """The state of one tracing."""

    __slots__ = ("budget", "gated", "macros", "values")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.values: dict[str, Shade] = {}
        self.macros: dict[str, tuple[n.Macro, tuple[str, ...]]] = {}
        self.gated: dict[tuple[frozenset[str], int], list[str]] = {}

    def walk(self, body: tuple[n.Statement, ...], gates: frozenset[str], line: int) -> None:
        """Go over statements behind the gates which a test on ``line`` opened."""
        for node in body:
            self.budget.spend_operations()
            self._statement(node, gates, line)

    def _statement(self, node: n.Statement, gates: frozenset[str], line: int) -> None:
        match node:
            case n.Text():
                self._write((node.text,), gates, line)
            case n.Output() | n.Do():
                shade = self.shade(node.expression)
                self._write(shade.texts, gates | shade.triggers, line or node.line)
            case n.If():
                self._if(node, gates, line)
            case n.For():
                self._for(node, gates, line)
            case n.Set():
                shade = self.shade(node.value)
                self._assign(node.target, shade, gates)
                self._write(shade.texts, gates | shade.triggers, line or node.line)
            case n.SetBlock():
                texts = _texts_of(node.body)
                self.walk(node.body, gates, line)
                self._assign(node.target, Shade(texts=texts), gates)
            case n.Macro():
                self._macro(node, gates, line)
            case n.Scope():
                for target, value in node.values:
                    self._assign(target, self.shade(value), gates)
                self.walk(node.body, gates, line)

    def _write(self, texts: tuple[str, ...], gates: frozenset[str], line: int) -> None:
        if gates:
            found = self.gated.setdefault((gates, line), [])
            if len(found) < _MOST:
                found.extend(t for t in texts if t.strip())

    def _if(self, node: n.If, gates: frozenset[str], line: int) -> None:
        passed = gates
        for test, body in node.branches:
            triggers = frozenset(t for t in self.shade(test).triggers if t.strip())
            behind = frozenset(f"without {t}" for t in triggers) if _asks_for_absence(test) else triggers
            self.walk(body, passed | behind, test.line if triggers else line)
            passed |= triggers
        self.walk(node.otherwise, passed, node.line if passed != gates else line)

    def _for(self, node: n.For, gates: frozenset[str], line: int) -> None:
        over = self.shade(node.iterable)
        self._assign(node.target, Shade(over.origin, over.triggers, (), over.words), gates)
        opened = gates | over.triggers
        if node.condition is not None:
            opened |= self.shade(node.condition).triggers
        self.walk(node.body, opened, node.line if opened != gates else line)
        self.walk(node.otherwise, opened, node.line if opened != gates else line)

    def _macro(self, node: n.Macro, gates: frozenset[str], line: int) -> None:
        self.macros[node.name] = (node, _texts_of(node.body))
        if node.call is not None:
            self.shade(node.call)
        self.walk(node.body, gates, line)

    def _assign(self, target: n.Expr, shade: Shade, gates: frozenset[str]) -> None:
        if isinstance(target, n.Sequence):
            for item in target.items:
                self._assign(item, shade, gates)
            return
        key = shown_of(target)
        old = self.values.get(key, _PLAIN)
        self.values[key] = Shade(
            max(old.origin, shade.origin) if DATE not in (old.origin, shade.origin) else shade.origin,
            _few(old.triggers | shade.triggers | gates),
            tuple(dict.fromkeys(old.texts + shade.texts))[:_MOST],
            tuple(dict.fromkeys(old.words + shade.words))[:50],
        )

    def shade(self, node: n.Expr | None, depth: int = 0) -> Shade:
        """Say what is known of an expression."""
        if node is None or depth > _DEEPEST:
            return _PLAIN
        self.budget.spend_operations()
        match node:
            case n.Const():
                text = (node.value,) if isinstance(node.value, str) else ()
                return Shade(texts=text, words=text)
            case n.Name():
                return self._name(node)
            case n.Attribute():
                return self._member(node, node.name, node.of, depth)
            case n.Item():
                return self._index(node, depth)
            case n.Call():
                return self._call(node, depth)
            case n.Filter():
                return self._filter(node, depth)
            case n.Test():
                return self._test(node, depth)
            case n.Binary():
                return self._binary(node, depth)
            case n.Choice():
                test, then, other = (self.shade(x, depth + 1) for x in (node.test, node.then, node.otherwise))
                return _joined(then, other, triggers=test.triggers)
            case n.Unary():
                return self.shade(node.of, depth + 1)
            case n.Sequence():
                return _joined(*(self.shade(i, depth + 1) for i in node.items[:_MOST]))
            case n.Mapping():
                return _joined(*(self.shade(v, depth + 1) for _, v in node.pairs[:_MOST]))
            case _:
                return _PLAIN

    def _name(self, node: n.Name) -> Shade:
        if node.name in self.values:
            found = self.values[node.name]
            origin = MESSAGE if node.name in _MESSAGES and found.origin == NONE else found.origin
            return Shade(origin, found.triggers, found.texts, found.words)
        if node.name in _MESSAGES:
            return Shade(MESSAGE)
        return Shade(CONTENT) if node.name in _CONTENT_NAMES else _PLAIN

    def _member(self, node: n.Expr, key: str, of: n.Expr, depth: int) -> Shade:
        stored = self.values.get(shown_of(node))
        if stored is not None:
            return stored
        holder = self.shade(of, depth + 1)
        if key in _CONTENT_KEYS:
            return Shade(CONTENT, holder.triggers)
        return Shade(NONE, holder.triggers)

    def _index(self, node: n.Item, depth: int) -> Shade:
        holder = self.shade(node.of, depth + 1)
        if isinstance(node.key, n.Slice):
            return holder
        if isinstance(node.key, n.Const) and isinstance(node.key.value, str):
            return self._member(node, node.key.value, node.of, depth)
        key = self.shade(node.key, depth + 1)
        if isinstance(node.of, n.Mapping) and key.origin == CONTENT:  # {'word': 'text'}[content]
            words = tuple(w for k, _ in node.of.pairs for w in self.shade(k, depth + 1).words)
            return Shade(NONE, frozenset(words) | key.triggers, holder.texts)
        return Shade(holder.origin, holder.triggers | key.triggers, holder.texts, holder.words)

    def _call(self, node: n.Call, depth: int) -> Shade:
        arguments = [self.shade(a, depth + 1) for a in (*node.arguments, *(v for _, v in node.keywords))]
        callee = node.callee
        if isinstance(callee, n.Name):
            if callee.name in _SILENT:
                return _PLAIN
            if callee.name == "strftime_now":
                return Shade(DATE)
            if callee.name == "namespace":
                for name, value in node.keywords:
                    self.values.setdefault(f"?.{name}", self.shade(value, depth + 1))
                return _joined(*arguments, texts=())
            return self._macro_call(callee.name, arguments)
        if isinstance(callee, n.Attribute):
            holder = self.shade(callee.of, depth + 1)
            if callee.name == "get" and node.arguments:
                return self._get(callee.of, node, arguments, depth)
            if callee.name in _ASKING and holder.origin == CONTENT:
                words = frozenset(w for a in arguments for w in a.words)
                return Shade(
                    CONTENT if "split" in callee.name or "part" in callee.name else NONE,
                    holder.triggers | words,
                )
            if callee.name == "replace" and len(arguments) >= 2:
                return self._replaced(holder, arguments, node.line)
            return _joined(holder, *arguments)
        return _joined(self.shade(callee, depth + 1), *arguments)

    def _get(self, of: n.Expr, node: n.Call, arguments: list[Shade], depth: int) -> Shade:
        first = node.arguments[0]
        if isinstance(first, n.Const) and isinstance(first.value, str):
            found = self._member(n.Item(of, first), first.value, of, depth)
            return _joined(found, *arguments[1:])
        return self._index(n.Item(of, first), depth)

    def _macro_call(self, name: str, arguments: list[Shade]) -> Shade:
        known = self.macros.get(name)
        whole = _joined(*arguments)
        if known is None:
            return whole
        macro, texts = known
        for parameter, shade in zip(macro.parameters, arguments, strict=False):
            self._assign(n.Name(parameter), Shade(shade.origin, shade.triggers, (), shade.words), frozenset())
        return Shade(whole.origin, whole.triggers, (*whole.texts, *texts)[:_MOST])

    def _filter(self, node: n.Filter, depth: int) -> Shade:
        of = self.shade(node.of, depth + 1)
        arguments = [self.shade(a, depth + 1) for a in node.arguments]
        words = frozenset(w for a in arguments for w in a.words)
        if node.name in ("selectattr", "rejectattr", "select", "reject") and of.origin in (MESSAGE, CONTENT):
            return self._selected(node, of, arguments)
        if node.name == "length":
            return Shade(NONE, of.triggers)
        origin = CONTENT if of.origin == MESSAGE and node.name in _TO_TEXT else of.origin
        if node.name == "replace" and len(arguments) >= 2:
            return self._replaced(of, arguments, node.line)
        texts = (
            of.texts + tuple(t for a in arguments for t in a.texts)
            if node.name in ("default", "d")
            else of.texts
        )
        return Shade(origin, of.triggers, texts, of.words if words is not None else ())

    def _replaced(self, of: Shade, arguments: list[Shade], line: int) -> Shade:
        """A replacement is itself text that is written out only if the replaced is there."""
        if of.origin in (CONTENT, MESSAGE):
            self._write(arguments[1].texts, frozenset(arguments[0].words), line)
            return Shade(CONTENT, of.triggers, of.texts)
        return Shade(of.origin, of.triggers, of.texts + arguments[1].texts)

    def _selected(self, node: n.Filter, of: Shade, arguments: list[Shade]) -> Shade:
        first = node.arguments[0] if node.arguments else None
        is_attribute = node.name.endswith("attr")
        key = first.value if isinstance(first, n.Const) and is_attribute else "content"
        is_content = str(key).rpartition(".")[2] in _CONTENT_KEYS
        rest = arguments[2:] if is_attribute else arguments[1:]
        if not is_content or (not is_attribute and of.origin != CONTENT):
            return of
        return Shade(of.origin, of.triggers | frozenset(w for a in rest for w in a.words))

    def _test(self, node: n.Test, depth: int) -> Shade:
        of = self.shade(node.of, depth + 1)
        words = frozenset(w for a in node.arguments for w in self.shade(a, depth + 1).words)
        if of.origin in (CONTENT, DATE) and node.name in _EQUAL:
            return Shade(NONE, of.triggers | words)
        return Shade(NONE, of.triggers)

    def _binary(self, node: n.Binary, depth: int) -> Shade:
        left, right = self.shade(node.left, depth + 1), self.shade(node.right, depth + 1)
        triggers = left.triggers | right.triggers
        match node.operator:
            case "and" | "or":
                return Shade(
                    max(left.origin, right.origin),
                    triggers,
                    left.texts + right.texts,
                    left.words + right.words,
                )
            case "==" | "!=" | "in" | "not in" | "<" | ">" | "<=" | ">=":
                for asked, given, expr in ((left, right, node.right), (right, left, node.left)):
                    if asked.origin == CONTENT:
                        triggers |= frozenset(given.words) | _folded_words(expr)
                    elif asked.origin == DATE and given.words:
                        triggers |= frozenset(f"date {w}" for w in given.words)
                return Shade(NONE, triggers)
            case _:
                return _joined(left, right)


def _asks_for_absence(test: n.Expr) -> bool:
    """Say whether a test holds where the words are not: what most prompts are written for."""
    match test:
        case n.Binary(operator="not in" | "!="):
            return True
        case n.Binary(operator="and" | "or"):
            return _asks_for_absence(test.left) and _asks_for_absence(test.right)
        case n.Unary(operator="not", of=n.Binary(operator="in" | "==") | n.Call(callee=n.Attribute())):
            return True
        case _:
            return False


def _folded_words(node: n.Expr) -> frozenset[str]:
    value = folded(node, {})
    if isinstance(value, str):
        return frozenset({value})
    return (
        frozenset()
        if isinstance(value, Unknown) or not isinstance(value, list)
        else frozenset(str(v) for v in value)
    )


def _joined(
    *shades: Shade, triggers: frozenset[str] = frozenset(), texts: tuple[str, ...] | None = None
) -> Shade:
    if not shades:
        return _PLAIN
    origins = {s.origin for s in shades} - {NONE}
    found = tuple(t for s in shades for t in s.texts)[:_MOST] if texts is None else texts
    return Shade(
        CONTENT if CONTENT in origins else max(origins, default=NONE),
        _few(triggers.union(*(s.triggers for s in shades))),
        found,
        tuple(w for s in shades for w in s.words)[:50],
    )


def _few(triggers: frozenset[str]) -> frozenset[str]:
    return triggers if len(triggers) <= 100 else frozenset(sorted(triggers)[:100])


def _texts_of(body: tuple[n.Statement, ...]) -> tuple[str, ...]:
    """The texts that a body writes out, whatever the way."""
    from backstamp.formats.jinja.folding import every

    out: list[str] = []
    for node in every(body):
        if isinstance(node, n.Text) and node.text.strip():
            out.append(node.text)
        elif (
            isinstance(node, n.Output)
            and isinstance(node.expression, n.Const)
            and isinstance(node.expression.value, str)
        ):
            out.append(node.expression.value)
        if len(out) >= _MOST:
            break
    return tuple(out)
