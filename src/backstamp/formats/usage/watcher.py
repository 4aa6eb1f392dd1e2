"""Watches the walk of a module for calls that use a part, and remembers what such calls made.

1. What a call of the table returns is a name with a number, ``openai.OpenAI(3)``: what it was made with is
   looked up when something is done with it.
2. The command line is modelled by its defaults: ``add_argument`` fills the record that ``parse_args`` gives.
3. A place counts once a part, by the best way in which its name got there.
"""

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from backstamp.core.supply import Part
from backstamp.formats.python.lookup import item
from backstamp.formats.python.values import (
    Choice,
    Class,
    Const,
    Instance,
    Items,
    Pairs,
    Ref,
    Value,
    unknown,
)
from backstamp.formats.usage import worlds
from backstamp.formats.usage.noting import address_of, open_pin_of, pin_of
from backstamp.formats.usage.records import Gap, How, Open, Use
from backstamp.formats.usage.roads import ROADS, parent_of, record_of
from backstamp.formats.usage.signatures import Signature, is_of_table, signature_of
from backstamp.formats.usage.texts import Argument, flat, is_unsaid, tainted_default, united

if TYPE_CHECKING:
    from backstamp.formats.python.machine import Machine

_MOST_USES = 5000
_MOST_NAME = 180
_ORDER = {How.LITERAL: 0, How.CARRIED: 1, How.DEFAULT: 2}


class Call(msgspec.Struct, frozen=True):
    """A call that the table knows, with all that is known of its arguments."""

    name: str
    signature: Signature
    arguments: list[Value]
    keywords: dict[str, Value]
    node: ast.Call | None
    line: int
    column: int

    def argument(self, position: int, names: tuple[str, ...]) -> Argument:
        """Give an argument by its names, or by its position."""
        for name in names:
            if name in self.keywords:
                written = [k.value for k in self.node.keywords if k.arg == name] if self.node else []
                return Argument(self.keywords[name], written[0] if written else None)
        if 0 <= position < len(self.arguments):
            written = self.node.args if self.node is not None else []
            is_plain = len(written) == len(self.arguments) and not isinstance(written[position], ast.Starred)
            return Argument(self.arguments[position], written[position] if is_plain else None)
        return Argument(None)

    @property
    def main(self) -> Argument:
        """The argument that says which part is used."""
        return self.argument(self.signature.position, self.signature.names)

    @property
    def callee(self) -> str:
        """The callee as reports show it: without the calls inside of its name."""
        name = self.name.replace(".from_pretrained().", ".").replace("()", "")
        return "*" + name[1:] if name.startswith("?") else name


class Made(msgspec.Struct, frozen=True):
    """What a call of the table made: with which settings, and of which parts."""

    name: str
    keywords: dict[str, Value]
    parts: tuple[Part, ...]


class UsageWatcher:
    """Collects uses. ``targets`` are names to which calls are assigned, ``texts`` names of long constants."""

    def __init__(self, targets: dict[tuple[int, int], str], texts: dict[str, str], *, is_ai: bool) -> None:
        self.targets = targets
        self.texts = texts
        self.is_ai = is_ai
        self.uses: dict[tuple[int, int, str, Part, Part | None], Use] = {}
        self.gaps: dict[tuple[int, int], Gap] = {}
        self.filled: set[tuple[int, int]] = set()
        self.made: list[Made] = []
        self.opens: dict[tuple[int, int, str], Open] = {}
        self.options: dict[str, Value] = {}
        self.records: list[Class] = []
        self.is_complete = True

    # --- what the machine asks ---------------------------------------------------------------------

    def called(
        self, m: "Machine", callee: Ref, arguments: list[Value], keywords: dict[str, Value]
    ) -> Value | None:
        """Hear of a call of something from outside: a road, a use, or nothing of interest."""
        name = callee.name
        tail = name[name.rfind(".") + 1 :]
        if tail in _COMMAND_LINE:
            found = self._command_line(tail, arguments, keywords)
            if found is not None:
                return found
        if tail.endswith(")"):
            tail = _plain(tail)
        road = ROADS.get(tail)
        if road is not None:
            found = road(m, name, arguments, keywords)
            if found is not None:
                return found
        plain = _plain(name)
        if plain == "?.__init__":
            return self._made_by_parent(m, arguments, keywords)
        signature = signature_of(plain)
        if signature is None:
            return self._kept(plain, keywords) if tail in _SETTINGS else None
        node = m.node if isinstance(m.node, ast.Call) else None
        call = Call(plain, signature, arguments, keywords, node, m.line, m.column)
        maker = self.maker_of(name)
        answer = worlds.looked_at(self, call, maker)
        self._waits(call, maker)
        return answer

    def asked(
        self,
        m: "Machine",
        receiver: Const | Items | Pairs,
        name: str,
        arguments: list[Value],
        keywords: dict[str, Value],
    ) -> Value | None:
        """Hear of a method of a known value: look-ups by unknown keys, formats of several texts."""
        if isinstance(receiver, Pairs) and name in {"get", "pop"} and arguments:
            if isinstance(arguments[0], Const):
                return None
            known = any(isinstance(v, Const) for v in flat(arguments[0]))
            found = [item(m, receiver, arguments[0], m.globals)] if known else list(receiver.pairs.values())
            return united([*found, *arguments[1:2]])
        if isinstance(receiver, Const) and isinstance(receiver.value, str):
            given = [*arguments, *keywords.values()]
            chosen = next((v for v in given if isinstance(v, Choice)), None)
            if chosen is not None and name in {"format", "replace", "join"}:
                return self._each(m, receiver, name, arguments, keywords, chosen)
            if name in {"with_suffix", "with_name"}:
                return unknown(receiver.taint)
        return None

    def _each(
        self,
        m: "Machine",
        receiver: Const,
        name: str,
        arguments: list[Value],
        keywords: dict[str, Value],
        chosen: Choice,
    ) -> Value | None:
        from backstamp.formats.python.calls import call_method

        found: list[Value] = []
        for option in chosen.values[:16]:
            row = [option if a is chosen else a for a in arguments]
            named = {k: option if v is chosen else v for k, v in keywords.items()}
            one = call_method(m, receiver, name, row, named)
            found += [one] if one is not None else []
        return united(found)

    def fetched(self, base: Const | Pairs, name: str) -> Value | None:
        """Hear of an attribute: values of enumerations, parents of paths, entries of settings."""
        if isinstance(base, Pairs):
            return base.pairs.get(name)
        if name == "value":
            return base
        if isinstance(base.value, str) and name == "parent":
            return Const(parent_of(base.value), base.taint)
        if isinstance(base.value, str) and name == "parents":
            return Items([Const(parent_of(base.value), base.taint)])
        return None

    def is_known(self, name: str) -> bool:
        """Say whether a star import may have brought something of the table."""
        tail = name.rpartition(".")[2]
        return is_of_table(name) and (tail[:1].isupper() or signature_of(name) is not None)

    # --- what the worlds need ----------------------------------------------------------------------

    def note(self, use: Use) -> None:
        """Keep a use; of the same one at the same place the surest."""
        key = (use.line, use.column, str(use.relation), use.part, use.owner)
        old = self.uses.get(key)
        if len(self.uses) >= _MOST_USES and old is None:
            self.is_complete = False
        elif old is None or _ORDER[use.how] < _ORDER[old.how]:
            self.uses[key] = use

    def note_gap(self, call: Call) -> None:
        """Keep a call whose part is not known."""
        if len(self.gaps) < _MOST_USES and is_unsaid(call.main.value):
            self.gaps.setdefault((call.line, call.column), Gap(call.line, call.column, call.callee))

    def default_of_task(self, call: Call, task: str) -> None:
        """Keep a pipeline that takes whatever model its library has for the task."""
        if len(self.gaps) < _MOST_USES:
            self.gaps.setdefault(
                (call.line, call.column), Gap(call.line, call.column, f"{call.callee} ({task[:60]})")
            )

    def fill(self, call: Call) -> None:
        """Note that a call's part is known at least once."""
        self.filled.add((call.line, call.column))

    def keep(self, call: Call, parts: tuple[Part, ...]) -> Ref:
        """Give what a call returns, by a name under which its settings are found again."""
        return self._kept(call.name, call.keywords, parts)

    def maker_of(self, name: str) -> Made | None:
        """Give what is known of the object on which a method is called."""
        numbers = _number().findall(name)
        at = int(numbers[-1]) if numbers else len(self.made)
        return self.made[at] if at < len(self.made) else None

    def target_of(self, call: Call) -> str:
        """Give the name to which the result of a call is assigned; empty if there is none."""
        return self.targets.get((call.line, call.column), "")

    # --- inside -------------------------------------------------------------------------------------

    def _waits(self, call: Call, maker: Made | None) -> None:
        """Note the names of other modules that may say which part a call uses."""
        for value in flat(call.main.value):
            if not isinstance(value, Ref) or len(self.opens) >= _MOST_USES:
                continue
            symbol = _plain(value.name)
            if symbol.endswith(".get()"):
                symbol = symbol.removesuffix(".get()") + "[*]"
            if symbol[:1] == "?" or ("." not in symbol.lstrip(".")[1:] and symbol[:1] != "."):
                continue
            if is_of_table(symbol) or symbol.startswith(("os.", "sys.", "builtins.")) or symbol.endswith(")"):
                continue
            key = (call.line, call.column, symbol)
            address, _ = address_of(call, maker)
            waits = Open(call.line, call.column, call.name, symbol, address, pin_of(call), open_pin_of(call))
            self.opens.setdefault(key, waits)

    def _made_by_parent(
        self, m: "Machine", arguments: list[Value], keywords: dict[str, Value]
    ) -> Value | None:
        """A class of this module that extends one from outside is made with what it hands on."""
        own = m.globals.find(m.via[-1].partition(".")[0]) if m.via else None
        for parent in own.bases if isinstance(own, Class) else ():
            if isinstance(parent, Ref) and signature_of(_plain(parent.name)) is not None:
                return self.called(m, parent, arguments, keywords)
        return None

    def _kept(self, name: str, keywords: dict[str, Value], parts: tuple[Part, ...] = ()) -> Ref:
        if len(self.made) >= _MOST_USES:
            return Ref(name[:_MOST_NAME] + "()")
        self.made.append(Made(name, keywords, parts))
        return Ref(f"{name[:_MOST_NAME]}({len(self.made) - 1})")

    def _command_line(self, tail: str, arguments: list[Value], keywords: dict[str, Value]) -> Value | None:
        if tail in {"add_argument", "add_option"}:
            flags = [v.value for v in arguments if isinstance(v, Const) and isinstance(v.value, str)]
            default = keywords.get("default")
            if not flags:
                return None
            given = keywords.get("dest")
            word = given.value if isinstance(given, Const) else max(flags, key=len).lstrip("-")
            if default is not None and len(self.options) < _MOST_USES:
                self.options[str(word).replace("-", "_")] = tainted_default(default)
            return unknown()
        if tail == "set_defaults":
            self.options |= {k: tainted_default(v) for k, v in keywords.items()}
            return unknown()
        if tail in {"HfArgumentParser", "cli", "parse"}:
            classes = [
                c for a in arguments[:1] for v in flat(a) for c in (v.items if isinstance(v, Items) else [v])
            ]
            found = [c for c in classes if isinstance(c, Class)]
            if tail != "HfArgumentParser":
                return Instance(found[0]) if found else None
            self.records = found or self.records
            return None
        if tail.startswith("parse_args_into") or tail in {"parse_json_file", "parse_yaml_file", "parse_dict"}:
            return Items([Instance(c) for c in self.records]) if self.records else None
        record = record_of(dict(self.options))
        return Items([record, unknown()]) if tail == "parse_known_args" else record


_COMMAND_LINE = frozenset(
    "add_argument add_option set_defaults parse_args parse_known_args HfArgumentParser "
    "parse_args_into_dataclasses parse_args_and_config parse_json_file parse_yaml_file parse_dict cli".split()
)
_SETTINGS = frozenset(
    {"BitsAndBytesConfig", "GenerateContentConfig", "OpenAI", "AsyncOpenAI", "client", "Client", "Anthropic"}
)


def _plain(name: str) -> str:
    return _number().sub("()", name) if "(" in name else name


@cache
def _number() -> re.Pattern[str]:
    return re.compile(r"\((\d+)\)")
