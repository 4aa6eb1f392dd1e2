"""Keras configurations: the objects that loading a configuration would make.

Source: keras/src/saving/serialization_lib.py and legacy/saving. An object is a JSON object with
``class_name``; ``module``, ``registered_name`` and ``config`` say where its class comes from and what it
is given. Duplicate keys are kept, for parsers differ in which one they take.
"""

import json
from binascii import Error as BinasciiError
from binascii import a2b_base64
from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.core.tree import escaped

_CODE = 4 * 1024 * 1024  # characters of encoded bytecode that are decoded
_TEXT = 512
_PATH_KEYS = frozenset({"vocabulary", "filepath", "file_path", "path", "filename", "fname", "origin", "url"})
_LEADING = frozenset({"class_name", "module", "config", "registered_name", "function"})


class Object(msgspec.Struct, frozen=True):
    """A JSON object with its pairs as they stand, duplicates and all."""

    pairs: tuple[tuple[str, object], ...]

    def all(self, key: str) -> list[object]:
        """Every value of a key."""
        return [v for k, v in self.pairs if k == key]

    def text(self, key: str) -> str:
        """The last value of a key, if it is a text."""
        found = self.all(key)
        return found[-1] if found and isinstance(found[-1], str) else ""


class Layer(msgspec.Struct, frozen=True):
    """An object that loading makes.

    ``function`` is the name of the function that it is or calls; ``paths`` are texts in its configuration
    where a file or address is meant; ``codes`` is marshalled bytecode; ``repeated`` are keys given twice;
    ``texts`` are texts of the configuration that could be code.
    """

    class_name: str
    module: str
    registered_name: str
    function: str
    paths: tuple[tuple[str, str], ...]
    codes: tuple[bytes, ...]
    repeated: tuple[str, ...]
    texts: tuple[tuple[str, str], ...]
    pointer: str


def parsed(data: bytes) -> object:
    """Parse JSON, keeping duplicate keys. Raises ``ReadError`` if it is none or nested too deep."""
    try:
        return json.loads(data, object_pairs_hook=lambda pairs: Object(tuple(pairs)))
    except RecursionError:
        raise ReadError("configuration is nested too deep") from None
    except ValueError as error:
        raise ReadError(f"configuration is no JSON: {error}") from None


def may_be_configuration(text: bytes) -> bool:
    """Say whether a long text could be a document that ``is_configuration``, before it is parsed."""
    if text[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"[":
        return False
    return b'"config"' in text or b"keras_version" in text or b"\\u00" in text


def is_configuration(root: object) -> bool:
    """Say whether a JSON document is one that Keras would load: its root is an object to be made."""
    return isinstance(root, Object) and (
        bool(root.all("class_name") and root.all("config")) or bool(root.all("keras_version"))
    )


def layers_of(root: object, budget: Budget) -> Iterator[Layer]:
    """Yield the objects of a configuration, outermost first."""
    stack: list[tuple[object, str]] = [(root, "")]
    while stack:
        value, pointer = stack.pop()
        budget.spend_operations()
        if isinstance(value, Object):
            yield from _made_of(value, pointer, budget)
            stack.extend((v, f"{pointer}/{_escaped(k)}") for k, v in reversed(value.pairs) if _is_nested(v))
        elif isinstance(value, list):
            stack.extend((v, f"{pointer}/{i}") for i, v in enumerate(value) if _is_nested(v))


def _is_nested(value: object) -> bool:
    return isinstance(value, (Object, list)) and value not in ([], Object(()))


def _escaped(key: str) -> str:
    return escaped(key[:64])


def _made_of(value: Object, pointer: str, budget: Budget) -> Iterator[Layer]:
    """One layer for each class name that the object has."""
    keys = [k for k, _ in value.pairs]
    repeated = tuple(sorted(k for k in _LEADING if keys.count(k) > 1)) if len(set(keys)) < len(keys) else ()
    for class_name in dict.fromkeys(v for v in value.all("class_name") if isinstance(v, str)):
        for module in dict.fromkeys(value.all("module")) or {None: None}:
            yield Layer(
                class_name=class_name,
                module=module if isinstance(module, str) else "",
                registered_name=value.text("registered_name"),
                function=_function_of(value),
                paths=tuple(_paths_of(value)),
                codes=tuple(_codes_of(value, budget)),
                repeated=repeated,
                texts=tuple(_texts_of(value)),
                pointer=pointer,
            )


def _function_of(value: Object) -> str:
    for config in value.all("config"):
        if isinstance(config, str):
            return config[:_TEXT]
        if isinstance(config, Object):
            for key in ("function", "fn", "op", "symbol"):
                if config.text(key):
                    return config.text(key)[:_TEXT]
    return ""


def _paths_of(value: Object) -> Iterator[tuple[str, str]]:
    for config in value.all("config"):
        if isinstance(config, Object):
            for key, text in config.pairs:
                if key in _PATH_KEYS and isinstance(text, str) and text:
                    yield key, text[:_TEXT]


def _texts_of(value: Object) -> Iterator[tuple[str, str]]:
    """Texts of the configuration that could be an expression: they have a parenthesis."""
    for config in value.all("config"):
        if isinstance(config, Object):
            for key, text in config.pairs:
                if isinstance(text, str) and "(" in text:
                    yield key[:64], text[: 4 * _TEXT]


def _codes_of(value: Object, budget: Budget) -> Iterator[bytes]:
    """Bytecode: ``[code, defaults, closure]`` of Keras 2, ``__lambda__`` with ``code`` of Keras 3."""
    for config in value.all("config"):
        if not isinstance(config, Object):
            continue
        texts: list[object] = [*config.all("code"), *config.all("value")]
        functions = (*config.all("function"), *config.all("output_shape"), *config.all("mask"))
        texts.extend(f[0] for f in functions if isinstance(f, list) and f)
        for text in texts:
            if isinstance(text, str) and 16 <= len(text) <= _CODE:
                budget.spend_operations(1 + len(text) // 256)
                try:
                    code = a2b_base64(text.encode("utf-8", "replace"))
                except (BinasciiError, ValueError):
                    continue
                if code[:1] in (b"\xe3", b"c"):  # TYPE_CODE, with and without FLAG_REF
                    yield code
