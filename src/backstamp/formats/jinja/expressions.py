"""Parses the expressions of templates, by the grammar of Jinja2 3.1."""

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.formats.jinja import nodes as n
from backstamp.formats.jinja.lexer import FLOAT, INTEGER, NAME, OPERATOR, STRING, Token

_DEEPEST = 100
_CONSTANTS = {"true": True, "True": True, "false": False, "False": False, "none": None, "None": None}
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_NO_ARGUMENT = frozenset(
    {"else", "or", "and", "is", "if", "in", "not", "recursive", "ignore", "with", "without"}
)
_LEVELS = (("+", "-"), ("~",), ("*", "/", "//", "%"), ("**",))


class Words:
    """The words of a template with a place among them."""

    __slots__ = ("at", "budget", "depth", "tokens")

    def __init__(self, tokens: list[Token], budget: Budget) -> None:
        self.tokens = tokens
        self.at = 0
        self.budget = budget
        self.depth = 0

    @property
    def now(self) -> Token:
        """The word at hand; an empty one behind the last."""
        return self.tokens[self.at] if self.at < len(self.tokens) else Token("end", "", 0)

    def take(self) -> Token:
        """Pass on, and give the word that was at hand."""
        self.budget.spend_operations()
        token = self.now
        self.at += 1
        return token

    def sees(self, text: str, kind: str = OPERATOR) -> bool:
        """Say whether this is the word at hand."""
        token = self.now
        return token.kind == kind and token.text == text

    def skips(self, text: str, kind: str = OPERATOR) -> bool:
        """Pass over the word at hand if it is this one, and say so."""
        if self.sees(text, kind):
            self.at += 1
            return True
        return False

    def expect(self, kind: str, text: str = "") -> Token:
        """Take a word of this kind. Raises ``ReadError`` if another is at hand."""
        token = self.now
        if token.kind != kind or (text and token.text != text):
            raise ReadError(f"line {token.line}: expected {text or kind}, found {token.text[:20]!r}")
        return self.take()


def expression(words: Words, *, choice: bool = True) -> n.Expr:
    """Parse one expression; ``choice`` allows ``a if b else c`` at its top."""
    words.depth += 1
    if words.depth > _DEEPEST:
        raise ReadError(f"line {words.now.line}: expression nested too deep")
    found = _either(words)
    while choice and words.sees("if", NAME):
        line = words.take().line
        test = _either(words)
        otherwise = expression(words) if words.skips("else", NAME) else None
        found = n.Choice(test, found, otherwise, line=line)
    words.depth -= 1
    return found


def listing(words: Words, *, choice: bool = True, ends: tuple[str, ...] = ()) -> n.Expr:
    """Parse an expression, or several with commas between as a tuple."""
    line = words.now.line
    first = expression(words, choice=choice)
    if not words.sees(","):
        return first
    items = [first]
    while words.skips(","):
        token = words.now
        if token.kind in ("%}", "}}", "end") or token.text in (")", "=", *ends):
            break
        items.append(expression(words, choice=choice))
    return n.Sequence(tuple(items), line=line)


def target(words: Words) -> n.Expr:
    """Parse what a value is assigned to: a name, an attribute of one, or several with commas between."""
    line = words.now.line
    items: list[n.Expr] = []
    while True:
        if words.skips("("):
            items.append(target(words))
            words.expect(OPERATOR, ")")
        else:
            items.append(_postfix(words, n.Name(words.expect(NAME).text, line=line)))
        if not words.skips(",") or words.sees("in", NAME) or words.sees("="):
            break
    return items[0] if len(items) == 1 else n.Sequence(tuple(items), line=line)


def filters(words: Words) -> tuple[n.Filter, ...]:
    """Parse the filters of a block: ``name(...) | name(...)``."""
    found = [_filter(words, None)]
    while words.skips("|"):
        found.append(_filter(words, None))
    return tuple(found)


def _either(words: Words) -> n.Expr:
    left = _both(words)
    while words.sees("or", NAME):
        line = words.take().line
        left = n.Binary("or", left, _both(words), line=line)
    return left


def _both(words: Words) -> n.Expr:
    left = _not(words)
    while words.sees("and", NAME):
        line = words.take().line
        left = n.Binary("and", left, _not(words), line=line)
    return left


def _not(words: Words) -> n.Expr:
    lines = []
    while words.sees("not", NAME):
        lines.append(words.take().line)
    found = _comparison(words)
    for line in reversed(lines[:2] if len(lines) > 2 else lines):
        found = n.Unary("not", found, line=line)
    return found


def _comparison(words: Words) -> n.Expr:
    left = _arithmetic(words, 0)
    while True:
        token = words.now
        if token.kind == OPERATOR and token.text in _COMPARISONS:
            words.take()
            operator = token.text
        elif words.skips("in", NAME):
            operator = "in"
        elif words.sees("not", NAME) and _next_is_in(words):
            words.at += 2
            operator = "not in"
        else:
            return left
        left = n.Binary(operator, left, _arithmetic(words, 0), line=token.line)


def _next_is_in(words: Words) -> bool:
    following = words.tokens[words.at + 1 : words.at + 2]
    return bool(following) and following[0].kind == NAME and following[0].text == "in"


def _arithmetic(words: Words, level: int) -> n.Expr:
    if level == len(_LEVELS):
        return _unary(words)
    left = _arithmetic(words, level + 1)
    while words.now.kind == OPERATOR and words.now.text in _LEVELS[level]:
        token = words.take()
        left = n.Binary(token.text, left, _arithmetic(words, level + 1), line=token.line)
    return left


def _unary(words: Words, *, filtered: bool = True) -> n.Expr:
    signs = []
    while words.now.kind == OPERATOR and words.now.text in ("-", "+"):
        signs.append(words.take())
    found = _postfix(words, _primary(words))
    if signs and filtered:
        for sign in reversed(signs[:2]):
            found = n.Unary(sign.text, found, line=sign.line)
    return _filtered(words, found)


def _primary(words: Words) -> n.Expr:
    token = words.take()
    match token.kind:
        case "name":
            if token.text in _CONSTANTS:
                return n.Const(_CONSTANTS[token.text], line=token.line)
            return n.Name(token.text, line=token.line)
        case "string":
            text = token.text
            while words.now.kind == STRING:  # neighbours are joined
                text += words.take().text
            return n.Const(text, line=token.line)
        case "integer" | "float":
            return n.Const(_number(token), line=token.line)
    if token.text == "(":
        if words.skips(")"):
            return n.Sequence((), line=token.line)
        found = listing(words)
        words.expect(OPERATOR, ")")
        return found
    if token.text == "[":
        return n.Sequence(_items(words, "]"), line=token.line)
    if token.text == "{":
        return _mapping(words, token.line)
    raise ReadError(f"line {token.line}: unexpected {token.text[:20]!r}")


def _number(token: Token) -> int | float:
    digits = token.text.replace("_", "")
    try:
        return float(digits) if token.kind == FLOAT else int(digits, 0 if digits[1:2].isalpha() else 10)
    except ValueError as error:
        raise ReadError(f"line {token.line}: bad number") from error


def _items(words: Words, close: str) -> tuple[n.Expr, ...]:
    items: list[n.Expr] = []
    while not words.skips(close):
        if items:
            words.expect(OPERATOR, ",")
            if words.skips(close):
                break
        items.append(expression(words))
    return tuple(items)


def _mapping(words: Words, line: int) -> n.Expr:
    pairs: list[tuple[n.Expr, n.Expr]] = []
    while not words.skips("}"):
        if pairs:
            words.expect(OPERATOR, ",")
            if words.skips("}"):
                break
        key = expression(words)
        words.expect(OPERATOR, ":")
        pairs.append((key, expression(words)))
    return n.Mapping(tuple(pairs), line=line)


def _postfix(words: Words, found: n.Expr) -> n.Expr:
    while words.now.kind == OPERATOR:
        line = words.now.line
        if words.skips("."):
            token = words.take()
            if token.kind == NAME:
                found = n.Attribute(found, token.text, line=line)
            elif token.kind == INTEGER:
                found = n.Item(found, n.Const(_number(token), line=line), line=line)
            else:
                raise ReadError(f"line {line}: expected a name after the dot")
        elif words.skips("["):
            found = n.Item(found, _subscript(words), line=line)
        elif words.sees("("):
            found = _call(words, found)
        else:
            break
    return found


def _subscript(words: Words) -> n.Expr:
    line = words.now.line
    items: list[n.Expr] = []
    while not words.skips("]"):
        if items:
            words.expect(OPERATOR, ",")
        items.append(_slice(words))
    if not items:
        raise ReadError(f"line {line}: empty brackets")
    return items[0] if len(items) == 1 else n.Sequence(tuple(items), line=line)


def _slice(words: Words) -> n.Expr:
    line = words.now.line
    first = None if words.sees(":") else expression(words)
    if not words.sees(":"):
        return first if first is not None else n.Const(None, line=line)
    parts: list[n.Expr | None] = [first]
    while words.skips(":") and len(parts) < 3:
        is_empty = words.sees(":") or words.sees("]") or words.sees(",")
        parts.append(None if is_empty else expression(words))
    return n.Slice(tuple(parts), line=line)


def _call(words: Words, callee: n.Expr) -> n.Expr:
    line = words.now.line
    arguments, keywords = _arguments(words)
    return n.Call(callee, arguments, keywords, line=line)


def _arguments(words: Words) -> tuple[tuple[n.Expr, ...], tuple[tuple[str, n.Expr], ...]]:
    words.expect(OPERATOR, "(")
    arguments: list[n.Expr] = []
    keywords: list[tuple[str, n.Expr]] = []
    while not words.skips(")"):
        if arguments or keywords:
            words.expect(OPERATOR, ",")
            if words.skips(")"):
                break
        if words.skips("*") or words.skips("**"):
            arguments.append(expression(words))
        elif (
            words.now.kind == NAME
            and words.tokens[words.at + 1 : words.at + 2]
            and (words.tokens[words.at + 1].kind == OPERATOR and words.tokens[words.at + 1].text == "=")
        ):
            name = words.take().text
            words.at += 1
            keywords.append((name, expression(words)))
        else:
            arguments.append(expression(words))
    return tuple(arguments), tuple(keywords)


def _filtered(words: Words, found: n.Expr) -> n.Expr:
    while True:
        if words.skips("|"):
            found = _filter(words, found)
        elif words.sees("is", NAME):
            found = _test(words, found)
        elif words.sees("("):
            found = _call(words, found)
        elif words.now.kind == OPERATOR and words.now.text in (".", "["):
            found = _postfix(words, found)  # minja and others go on behind a filter
        else:
            return found


def _filter(words: Words, found: n.Expr | None) -> n.Filter:
    token = words.expect(NAME)
    name = _dotted(words, token.text)
    arguments, keywords = _arguments(words) if words.sees("(") else ((), ())
    return n.Filter(found, name, arguments, keywords, line=token.line)


def _dotted(words: Words, name: str) -> str:
    while words.sees("."):
        words.take()
        name += "." + words.expect(NAME).text
    return name


def _test(words: Words, found: n.Expr) -> n.Expr:
    line = words.take().line
    is_negated = words.skips("not", NAME)
    name = _dotted(words, words.expect(NAME).text)
    arguments: tuple[n.Expr, ...] = ()
    keywords: tuple[tuple[str, n.Expr], ...] = ()
    token = words.now
    if words.sees("("):
        arguments, keywords = _arguments(words)
    elif (token.kind in (STRING, INTEGER, FLOAT) or token.text in ("[", "{") or token.kind == NAME) and not (
        token.kind == NAME and token.text in _NO_ARGUMENT
    ):
        arguments = (_postfix(words, _primary(words)),)
    test: n.Expr = n.Test(found, name, arguments, keywords, line=line)
    return n.Unary("not", test, line=line) if is_negated else test
