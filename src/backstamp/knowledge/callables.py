"""What importable callables do: the knowledge by which calls in pickles are judged.

The table is one file, ``data/callables.bin``, built offline by ``tools/knowledge`` from sources, never by
importing anything. A magic word and the length of the header come first, then the header (xz, JSON), then
chunks (xz, text) of whole modules in order of their names. A module is a form feed with its name, then a
line a name: ``name profile bases``, or ``name>module:name`` for another name of the same thing. Chunks are
read when a name in them is first asked for: a lookup costs microseconds, start-up nothing.
"""

import functools
import hashlib
import lzma
import mmap
import os
from bisect import bisect_right
from enum import StrEnum
from typing import NamedTuple

import msgspec

from backstamp.core.errors import KnowledgeError
from backstamp.core.report import Snapshot

MAGIC = b"backstamp.callables/1\n"


class Effect(StrEnum):
    """What a call does beyond returning a value."""

    DATA = "data"  # builds plain data or an object from its arguments, nothing else
    PURE = "pure"  # computes; no effect outside its result
    RESOLVE = "resolve"  # reaches other objects by name: getattr, attrgetter, import_module
    INVOKE = "invoke"  # calls a callable that it is given: map, reduce, partial, Thread
    CODE = "code"  # runs or compiles text, bytes or code objects: exec, eval
    PROCESS = "process"  # starts a process
    READ = "read"  # reads files, directories or the environment
    WRITE = "write"  # writes, moves or deletes files
    NETWORK = "network"  # opens connections, resolves names
    NATIVE = "native"  # loads libraries, touches raw memory
    LOAD = "load"  # unpickles or unmarshals bytes or files
    STATE = "state"  # changes the interpreter: sys.path, signals, hooks, patches
    STOP = "stop"  # ends or hangs the process
    SHOW = "show"  # opens windows, browsers, prompts
    UNKNOWN = "unknown"


HARMLESS = frozenset({Effect.DATA, Effect.PURE})
CONVICTS = frozenset(
    {
        Effect.CODE,
        Effect.PROCESS,
        Effect.WRITE,
        Effect.NETWORK,
        Effect.NATIVE,
        Effect.LOAD,
        Effect.STATE,
        Effect.STOP,
        Effect.SHOW,
    }
)


class Callable(msgspec.Struct, frozen=True):
    """One importable name.

    ``module`` and ``name`` are the canonical ones: a re-export (``pathlib`` ``os.system``) gives the
    real thing. ``kind`` is ``function``, ``class``, ``module`` or ``value``. ``effects`` is what a call does;
    for a class, what making one does. ``schema`` names the argument schema under which a call is plain data;
    empty if any arguments are.

    For a class, ``new`` is what ``__new__`` alone reaches (NEWOBJ), ``setstate`` what setting its state does
    (BUILD), ``container`` what append, extend, item setting and hashing do, ``destroy`` what its end does.
    ``basis`` tells how this is known: ``decided`` by hand, ``derived`` from the call graph, or ``absent``
    if the table has no such name and only the place speaks for it.
    """

    module: str
    name: str
    kind: str
    effects: frozenset[Effect]
    schema: str = ""
    new: frozenset[Effect] = frozenset()
    setstate: frozenset[Effect] = frozenset()
    container: frozenset[Effect] = frozenset()
    destroy: frozenset[Effect] = frozenset()
    basis: str = "derived"


def known(module: str, name: str) -> Callable | None:
    """Tell what ``name``, dotted or not, of ``module`` is; ``None`` if the table does not say."""
    return _table().find(module, name)


def is_standard(module: str) -> bool:
    """Say whether a module belongs to the standard library of Python 2.7 or 3.8-3.14, on any platform."""
    return _table().is_standard(module)


def is_covered(module: str) -> bool:
    """Say whether the top-level package of a module is in the table."""
    top = module.partition(".")[0]
    table = _table()
    return top in table.header.packages or table.is_standard(module)


def snapshot() -> Snapshot:
    """Give the name, day and digest of the table, for reports."""
    table = _table()
    return Snapshot(name="callables", as_of=table.header.as_of, digest=hashlib.sha256(table.data).hexdigest())


# --- the table -----------------------------------------------------------------------------------


class _Header(NamedTuple):
    as_of: str
    packages: dict[str, list[str]]
    standard: frozenset[str]
    prefixes: dict[str, str]
    profiles: list[list[str | int]]
    firsts: list[str]
    sizes: list[int]


class _Written(msgspec.Struct):
    """The header as it stands in the file."""

    as_of: str
    packages: dict[str, list[str]]
    standard: str
    prefixes: dict[str, str]
    profiles: list[list[str | int]]
    firsts: list[str]
    sizes: list[int]


_Section = dict[str, str]
_EFFECTS = tuple(Effect)
_DEPTH = 24  # aliases and bases followed before giving up

# Attributes of any function or class that lead away from it.
_ESCAPES = frozenset(
    {
        "__globals__",
        "__builtins__",
        "__subclasses__",
        "__dict__",
        "__class__",
        "__base__",
        "__bases__",
        "__mro__",
        "mro",
        "__getattribute__",
        "__getattr__",
        "__code__",
        "__closure__",
        "__loader__",
        "__spec__",
        "__reduce__",
        "__reduce_ex__",
        "__wrapped__",
        "__func__",
        "__self__",
        "__setattr__",
        "__delattr__",
        "__init_subclass__",
        "__kwdefaults__",
        "__defaults__",
        "func_globals",
        "func_code",
        "im_func",
        "im_class",
        "im_self",
    }
)


@functools.cache
def _table() -> "_Table":
    with open(os.path.join(os.path.dirname(__file__), "data", "callables.bin"), "rb") as file:
        return _Table(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


class _Table:
    """The opened file; chunks and modules are kept once read."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        if data[: len(MAGIC)] != MAGIC:
            raise KnowledgeError("the table of callables is damaged", hint="install Backstamp again")
        start = len(MAGIC) + 4
        length = int.from_bytes(data[len(MAGIC) : start], "little")
        head = msgspec.json.decode(lzma.decompress(data[start : start + length]), type=_Written)
        self.data = data
        self.header = _Header(
            head.as_of,
            head.packages,
            frozenset(head.standard.split()),
            head.prefixes,
            head.profiles,
            head.firsts,
            head.sizes,
        )
        self._starts = [start + length]
        for size in self.header.sizes:
            self._starts.append(self._starts[-1] + size)
        self._chunks: dict[int, dict[str, str]] = {}
        self._sections: dict[str, _Section | None] = {}
        self._profiles: dict[str, Callable] = {}
        self._found: dict[tuple[str, str], Callable | None] = {}

    def is_standard(self, module: str) -> bool:
        standard = self.header.standard
        return module in standard or module.partition(".")[0] + ".*" in standard

    def find(self, module: str, name: str) -> Callable | None:
        place = (module, name)
        if place not in self._found:
            if len(self._found) > 100_000:
                self._found.clear()
            self._found[place] = self._find(module, name, 0)
        return self._found[place]

    def section(self, module: str) -> _Section | None:
        """Read the lines of one module."""
        if module in self._sections:
            return self._sections[module]
        number = bisect_right(self.header.firsts, module) - 1
        section = None
        if number >= 0:
            if number not in self._chunks:
                data = self.data[self._starts[number] : self._starts[number + 1]]
                self._chunks[number] = {
                    part[: part.index("\n")]: part for part in lzma.decompress(data).decode().split("\f")[1:]
                }
            text = self._chunks[number].get(module)
            if text is not None:
                section = dict(_halves(line) for line in text.split("\n")[1:-1])
        if len(self._sections) > 50_000:
            self._sections.clear()
        self._sections[module] = section
        return section

    def _find(self, module: str, name: str, depth: int) -> Callable | None:
        if depth > _DEPTH:
            return None
        section = self.section(module)
        found = self._inside(module, section, name, depth) if section is not None else None
        if found is None:
            renamed = self._renamed(module)
            found = self._find(renamed, name, depth + 1) if renamed else None
        return found or self._anywhere(module, name)

    def _renamed(self, module: str) -> str:
        """Give the name of today for a module of old: the longest known beginning counts."""
        head = module
        while head:
            if head in self.header.prefixes:
                return self.header.prefixes[head] + module[len(head) :]
            head = head.rpartition(".")[0]
        return ""

    def _inside(self, module: str, section: _Section, name: str, depth: int) -> Callable | None:
        if not name:
            return Callable(module, "", "module", frozenset())
        if name in section:
            return self._line(module, name, section[name], depth)
        first, dot, rest = name.partition(".")
        if not dot:
            return self._single(module, section, name)
        if first in section:
            line = section[first]
            if line.startswith(">"):
                target, _, place = line[1:].partition(":")
                return self._find(target, f"{place}.{rest}" if place else rest, depth + 1)
            return self._attribute(module, first, rest, depth)
        if self.section(f"{module}.{first}") is not None:
            return self._find(f"{module}.{first}", rest, depth + 1)
        return _escape(module, name) if first in _ESCAPES or first == "__builtins__" else None

    def _single(self, module: str, section: _Section, name: str) -> Callable | None:
        if self.section(f"{module}.{name}") is not None:
            return Callable(f"{module}.{name}", "", "module", frozenset())
        if name in _ESCAPES:
            return _escape(module, name)
        best = ""
        for pattern in section.get("*patterns", ">")[1:].split():
            if name.startswith(pattern[:-1]) and len(pattern) > len(best):
                best = pattern
        return self._absent(module, name, section[best]) if best else None

    def _anywhere(self, module: str, name: str) -> Callable | None:
        """Look for a word on everything below a package: ``idlelib.*``."""
        head = module
        while head:
            section = self.section(head + ".*")
            if section is not None:
                return self._absent(module, name, section["*"])
            head = head.rpartition(".")[0]
        return None

    def _absent(self, module: str, name: str, line: str) -> Callable:
        entry = self._entry(module, name, line)
        return msgspec.structs.replace(entry, basis="absent") if entry.basis != "decided" else entry

    def _line(self, module: str, name: str, line: str, depth: int) -> Callable | None:
        if line.startswith(">"):
            target, _, place = line[1:].partition(":")
            if self.section(target) is None and not self._renamed(target):
                return None if place else Callable(target, "", "module", frozenset())
            return self._find(target, place, depth + 1)
        return self._entry(module, name, line)

    def _entry(self, module: str, name: str, line: str) -> Callable:
        number = line.partition(" ")[0]
        if number not in self._profiles:
            kind, effects, new, setstate, container, destroy, schema, basis = self.header.profiles[
                _long(number)
            ]
            self._profiles[number] = Callable(
                "",
                "",
                str(kind),
                _effects(effects),
                str(schema),
                _effects(new),
                _effects(setstate),
                _effects(container),
                _effects(destroy),
                str(basis),
            )
        return msgspec.structs.replace(self._profiles[number], module=module, name=name)

    def _attribute(self, module: str, owner: str, rest: str, depth: int) -> Callable | None:
        """Find ``rest`` below a class or function of a module."""
        section = self.section(module) or {}
        line = section.get(owner, "")
        found = self._entry(module, owner, line) if line and not line.startswith(">") else None
        first, _, more = rest.partition(".")
        if found is None or depth > _DEPTH:
            return None
        nested = f"{owner}.{first}"
        if nested in section:
            if section[nested].startswith(">") or not more:
                target = section[nested]
                if target.startswith(">") and more:
                    place, _, name = target[1:].partition(":")
                    return self._find(place, f"{name}.{more}" if name else more, depth + 1)
                return self._line(module, nested, target, depth + 1)
            return self._attribute(module, nested, more, depth + 1)
        if first in {"__call__", "__init__", "__new__"} and not more:
            if found.kind == "class" and first == "__new__":
                return msgspec.structs.replace(
                    found, name=f"{owner}.{first}", kind="function", effects=found.new
                )
            return msgspec.structs.replace(found, name=f"{owner}.{first}", kind="function")
        if first == "__self__" and found.kind == "function" and more:
            return self._find(module, more, depth + 1)
        if first in _ESCAPES:
            return _escape(module, f"{owner}.{rest}")
        for base in line.partition(" ")[2].split(","):
            place, _, name = base.partition(":")
            inherited = self._attribute(place, name, rest, depth + 1) if name else None
            if inherited:
                return inherited
        if found.kind == "value":  # an object of whose class nothing is known
            return Callable(module, f"{owner}.{rest}", "value", frozenset({Effect.UNKNOWN}))
        return None


def _escape(module: str, name: str) -> Callable:
    return Callable(module, name, "value", frozenset({Effect.RESOLVE}), basis="decided")


def _halves(line: str) -> tuple[str, str]:
    head, arrow, target = line.partition(">")
    if arrow:
        return head, arrow + target
    head, _, rest = line.partition(" ")
    return head, rest


def _long(text: str) -> int:
    number = 0
    for character in text:
        number = number * 62 + _DIGITS.index(character)
    return number


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _effects(bits: str | int) -> frozenset[Effect]:
    return frozenset(effect for place, effect in enumerate(_EFFECTS) if int(bits) >> place & 1)
