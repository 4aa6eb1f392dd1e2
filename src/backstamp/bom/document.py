"""BOM documents: bytes to a JSON tree and back, with nothing lost and nothing hidden.

1. A document is the tree that it is: order of keys, unknown properties, whole and broken numbers stay.
   A number that a float would change keeps its own digits (``Exact``).
2. What two readers could understand differently is refused with its place: keys that occur twice (RFC 8259,
   section 4), NaN and Infinity, halves of surrogate pairs.
3. Sizes are checked before anything is built: bytes, values, nesting, digits.
4. What is no BOM is used wrongly (exit code 2); what is damaged could not be read to the end (3).
"""

import json
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from json.encoder import encode_basestring
from re import Pattern
from typing import NoReturn, Self

import msgspec

from backstamp.core.budget import MIB
from backstamp.core.errors import BackstampError, BudgetExceeded, ReadError, UsageError
from backstamp.core.finding import shown
from backstamp.core.tree import Json, Tree, layer_below, list_at, text_at, texts_at
from backstamp.formats import json_text

VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
_MOST_DIGITS = 4000
_SPDX_CONTEXT = "https://spdx.org/rdf/3."
_INDENT = "  "


class Standard(StrEnum):
    """The standards that documents follow."""

    CYCLONEDX = "CycloneDX"
    SPDX = "SPDX"


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How large a document may be. Nesting below 255 is what the schema validator can follow."""

    size: int = 64 * MIB
    values: int = 4_000_000
    depth: int = 200


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A BOM document: what it follows, and its tree."""

    standard: Standard
    version: str
    tree: Tree

    @property
    def shown(self) -> str:
        """Name the standard with its version."""
        return f"{self.standard.value} {self.version}"


class Exact(float):
    """A number that no float is: it counts as the nearest one, and is written with the digits that it had."""

    __slots__ = ("digits",)

    def __new__(cls, digits: str) -> Self:
        """Keep the digits beside the value."""
        made = super().__new__(cls, digits)
        made.digits = digits
        return made

    digits: str


class _Repeated(ValueError):
    """An object has a key twice."""


class _Constant(ValueError):
    """NaN or Infinity."""


def loaded(data: bytes, bounds: Bounds = Bounds()) -> Document:  # noqa: B008  # frozen
    """Read a document and say what it is.

    Raises ``ReadError`` (with the place) for JSON that is damaged, ambiguous or too large, and ``UsageError``
    for what is not a BOM that is understood.
    """
    return told(parsed(data, bounds))


def parsed(data: bytes, bounds: Bounds = Bounds()) -> Json:  # noqa: B008  # frozen
    """Read any JSON document as strictly as a BOM. Raises ``ReadError`` with the place."""
    if len(data) > bounds.size:
        raise BudgetExceeded(
            f"the document has {len(data):,} bytes, more than the limit of {bounds.size:,}",
            hint="Raise the limit, or validate its parts.",
        )
    return _tree(_text(data), bounds)


def told(tree: Json) -> Document:
    """Say which standard a tree follows. Raises ``UsageError`` if it is none that is understood."""
    if not isinstance(tree, dict):
        raise _not_a_bom("JSON, but not an object")
    if tree.get("bomFormat") == "CycloneDX" or _looks_like_cyclonedx(tree):
        return _cyclonedx(tree)
    if "spdxVersion" in tree:
        version = text_at(tree, "spdxVersion").removeprefix("SPDX-")
        raise UsageError(
            f'an SPDX document of version "{shown(version, 40)}": only SPDX 3.0 is understood',
            hint="Convert it to CycloneDX or to SPDX 3.0 first.",
        )
    for context in texts_at(tree, "@context"):
        if context.startswith(_SPDX_CONTEXT):
            return _spdx(tree, context)
    raise _not_a_bom(_guessed(tree))


def written(tree: Json) -> str:
    """Write a tree: two blanks a level, the order that it has, a line break at the end.

    The same tree always gives the same text; what is read again is equal, digit for digit.
    """
    return "".join(_pieces(tree)) + "\n"


def is_link(text: str) -> bool:
    """Say whether a reference is a BOM-Link (to this or another document) and not a ``bom-ref``."""
    return text.startswith("urn:cdx:")


def _looks_like_cyclonedx(tree: Tree) -> bool:
    """A document without (or with a misspelt) ``bomFormat``: its schema says what is wrong with it."""
    if "cyclonedx.org/schema/" in text_at(tree, "$schema"):
        return True
    return "specVersion" in tree and (
        "bomFormat" in tree or not tree.keys().isdisjoint(("components", "serialNumber"))
    )


def _cyclonedx(tree: Tree) -> Document:
    version = tree.get("specVersion")
    if version in VERSIONS:
        return Document(standard=Standard.CYCLONEDX, version=str(version), tree=tree)
    said = "no specVersion" if version is None else f"specVersion {shown(json.dumps(version), 60)}"
    raise UsageError(
        f"a CycloneDX document with {said}: expected one of {', '.join(VERSIONS)}",
        hint="Versions are texts in quotes, and 1.0 and 1.1 have no JSON form."
        if version is not None
        else "",
    )


def _spdx(tree: Tree, context: str) -> Document:
    version = context.removeprefix("https://spdx.org/rdf/").partition("/")[0]
    if not list_at(tree, "@graph") and "type" not in tree and "@type" not in tree:
        raise _not_a_bom("JSON-LD with the context of SPDX, but without a graph")
    return Document(standard=Standard.SPDX, version=shown(version, 20), tree=tree)


def _guessed(tree: Tree) -> str:
    if "payloadType" in tree and "signatures" in tree:
        return "a signed envelope (DSSE); the document is inside its payload"
    if "predicateType" in tree:
        return "an in-toto statement; the document is its predicate"
    if "bomFormat" in tree:
        return f"JSON with bomFormat {shown(json.dumps(tree['bomFormat']), 60)}"
    if "anchore/syft" in text_at(tree, "schema", "url"):
        return "a report in the own format of syft; have it write CycloneDX"
    if "@graph" in tree:
        return "JSON-LD, but without the context of SPDX 3.0"
    return "JSON, but neither bomFormat nor an SPDX context is in it"


def _not_a_bom(what: str) -> UsageError:
    return UsageError(f"not a BOM: {what}", hint="Expected CycloneDX JSON (1.2 to 1.7) or SPDX 3.0 JSON-LD.")


# --- bytes to text --------------------------------------------------------------------------------------


def _text(data: bytes) -> str:
    start = data[:4096].removeprefix(b"\xef\xbb\xbf")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start[:4]:
        raise UsageError(
            "not UTF-8: it looks like UTF-16 or UTF-32",
            hint="JSON is exchanged as UTF-8 (RFC 8259, section 8.1).",
        )
    word = start.lstrip()
    if not word:
        raise _not_a_bom("empty")
    if word.startswith(b"<"):
        what = "CycloneDX XML" if b"cyclonedx.org/schema/bom" in start else "XML or HTML"
        raise UsageError(
            f"{what}: only JSON is understood", hint="Have the tool that wrote it write JSON, or convert it."
        )
    if word.startswith(b"SPDXVersion:"):
        raise UsageError("SPDX tag-value: only SPDX 3.0 JSON-LD is understood", hint="Convert it first.")
    if word[:1] not in b"{[":
        raise _not_a_bom("neither JSON nor XML")
    try:
        return str(data, "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ReadError(
            f"not UTF-8 at byte {error.start:,} (line {line:,})", hint="Write the document as UTF-8."
        ) from error


# --- text to tree ---------------------------------------------------------------------------------------


def _tree(text: str, bounds: Bounds) -> Json:
    if len(text) > bounds.values and sum(map(text.count, (",", "[", "{"))) > bounds.values:
        raise BudgetExceeded(
            f"the document has more than {bounds.values:,} values", hint="Validate its parts."
        )
    try:
        tree: Json = json.loads(
            text, object_pairs_hook=_object, parse_int=_whole, parse_float=_broken, parse_constant=_constant
        )
    except _Repeated as error:
        raise _repeated(text, str(error)) from error
    except json.JSONDecodeError as error:
        raise _damaged(text, error) from error
    except (RecursionError, ValueError) as error:
        _refuse(text, bounds)
        raise ReadError(f"not valid JSON: {error}") from error
    if _is_deeper(tree, bounds.depth) or "\\u" in text:
        _refuse(text, bounds)
    return tree


def _object(pairs: list[tuple[str, Json]]) -> Tree:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Repeated(key)
            seen.add(key)
    return made


def _whole(digits: str) -> int | float:
    if len(digits) > _MOST_DIGITS:
        raise ValueError("number with too many digits")
    return int(digits) if digits != "-0" else -0.0


def _broken(digits: str) -> float:
    made = float(digits)
    if repr(made) == digits:
        return made
    from decimal import Decimal, InvalidOperation

    if len(digits) > _MOST_DIGITS:
        raise ValueError("number with too many digits")
    try:
        is_same = made - made == 0 and Decimal(digits) == Decimal(repr(made))
    except InvalidOperation:  # an exponent beyond those of decimals
        is_same = False
    return made if is_same else Exact(digits)


def _constant(word: str) -> NoReturn:
    raise _Constant(word)


def _is_deeper(tree: Json, most: int) -> bool:
    layer: list[Json] = [tree]
    for _ in range(most + 1):
        layer = layer_below(layer)
        if not layer:
            return False
    return True


def _repeated(text: str, key: str) -> BackstampError:
    pointer = ""
    for visit in json_text.walked(json_text.parsed(text)):
        if isinstance(visit.value, json_text.JsonObject) and visit.value.repeated():
            key, pointer = visit.value.repeated()[0], visit.pointer
            break
    return ReadError(
        f'the key "{shown(key, 80)}" occurs twice in the object at "{shown(pointer, 200)}"',
        hint="Which value counts depends on who reads it: keep one.",
    )


def _damaged(text: str, error: json.JSONDecodeError) -> BackstampError:
    is_cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
    what = (
        "the document ends too early" if is_cut else f"not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
    )
    return ReadError(
        f"{what} (line {error.lineno:,}, column {error.colno:,})",
        hint="Was it copied whole?" if is_cut else "",
    )


def _refuse(text: str, bounds: Bounds) -> None:
    """Find the place of what the parser refuses without one. Raises ``ReadError`` if there is any."""
    depth = 0
    for found in _tokens().finditer(text):
        token = found.group()
        if token in ("{", "["):
            depth += 1
            if depth > bounds.depth:
                raise BudgetExceeded(
                    f"nested deeper than {bounds.depth} levels {_line(text, found.start())}",
                    hint="No BOM that a tool writes is.",
                )
        elif token in ("}", "]"):
            depth -= 1
        elif token[0] == '"':
            if "\\u" in token and _is_halved(token):
                raise ReadError(f"half of a surrogate pair in a text {_line(text, found.start())}")
        elif token[-1].isdigit():
            raise ReadError(f"a number of {len(token):,} digits {_line(text, found.start())}")
        else:
            raise ReadError(f"{token} is not JSON {_line(text, found.start())}", hint="Leave the value out.")


def _is_halved(token: str) -> bool:
    try:
        text: str = json.loads(token)
        text.encode()
    except UnicodeEncodeError:
        return True
    except ValueError:
        return False
    return False


def _line(text: str, at: int) -> str:
    return f"(line {text.count(chr(10), 0, at) + 1:,}, column {at - text.rfind(chr(10), 0, at):,})"


@cache
def _tokens() -> Pattern[str]:
    import re

    return re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]|-?\b(?:NaN|Infinity)\b|[0-9.]{4001,}', re.DOTALL)


# --- tree to text ---------------------------------------------------------------------------------------


def _pieces(tree: Json) -> Iterator[str]:
    """Write without recursion: what is open waits on a stack with its closing bracket."""
    if not isinstance(tree, dict | list) or not tree:
        yield _leaf(tree)
        return
    yield "{" if isinstance(tree, dict) else "["
    stack = [_entries(tree)]
    closing = ["}" if isinstance(tree, dict) else "]"]
    is_first = True
    while stack:
        entry = next(stack[-1], None)
        if entry is None:
            stack.pop()
            yield "\n" + _INDENT * len(stack) + closing.pop()
            is_first = False
            continue
        key, value = entry
        yield ("\n" if is_first else ",\n") + _INDENT * len(stack) + key
        is_first = isinstance(value, dict | list) and bool(value)
        if isinstance(value, dict | list) and value:
            yield "{" if isinstance(value, dict) else "["
            stack.append(_entries(value))
            closing.append("}" if isinstance(value, dict) else "]")
        else:
            yield _leaf(value)


def _entries(value: "dict[str, Json] | list[Json]") -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        return ((_quoted(key) + ": ", each) for key, each in value.items())
    return (("", each) for each in value)


def _leaf(value: Json) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Exact):
        return value.digits
    return json.dumps(value)  # true, null, numbers, and what is empty


def _quoted(text: str) -> str:
    made = encode_basestring(text)
    return made if made.isascii() or not _is_halved(json.dumps(text)) else json.dumps(text)
