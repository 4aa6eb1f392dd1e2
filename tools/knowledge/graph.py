"""The call graph over all summaries: what each callable reaches."""

from collections import deque
from collections.abc import Iterator

import msgspec

from backstamp.knowledge.callables import Effect
from tools.knowledge.decisions import BITS, Decision, Decisions
from tools.knowledge.summary import OWN, Call, Definition, Module
from tools.knowledge.words import CONSTANT_SAFE, CONSTRUCT, METHODS, OPENERS, PROTOCOLS, SLOTS

ALL = (1 << len(Effect)) - 1
INVOKE, CODE, RESOLVE, READ, WRITE = (BITS[e] for e in ("invoke", "code", "resolve", "read", "write"))
PURE, DATA, UNKNOWN, LOAD = (BITS[e] for e in ("pure", "data", "unknown", "load"))
PASSED_ON = ALL & ~(PURE | DATA | UNKNOWN)
TRANSPARENT = frozenset(
    {"functools:wraps", "functools:update_wrapper", "functools:lru_cache", "functools:cache"}
)


class Found(msgspec.Struct, frozen=True):
    """Where a name leads: ``kind`` is ``d`` (definition), ``m`` (module), ``v`` (value), ``?`` (outside)."""

    kind: str
    module: str
    name: str = ""

    @property
    def key(self) -> str:
        """The name under which effects are kept."""
        return f"{self.module}:{self.name}"


class Graph:
    """Resolution and closure over a set of modules."""

    def __init__(self, modules: dict[str, Module], decisions: Decisions, public: dict[str, str]) -> None:
        self.modules, self.decisions, self.public = modules, decisions, public
        self._resolved: dict[tuple[str, str], Found | None] = {}
        self._lineage: dict[str, tuple[list[str], bool]] = {}
        self.effects: dict[str, int] = {}
        self.why: dict[tuple[str, int], str] = {}
        self._callers: dict[str, list[tuple[str, int]]] = {}

    # --- names -----------------------------------------------------------------------------

    def lookup(self, module: str, name: str, depth: int = 0) -> Found | None:
        """Follow a dotted name inside a module to what it is."""
        place = (module, name)
        if place in self._resolved:
            return self._resolved[place]
        if depth > 40:
            return None
        self._resolved[place] = None  # a ring of imports leads nowhere
        found = self._lookup(module, name, depth)
        if found is None and f"{module}.{name}" in self.modules:
            found = Found("m", f"{module}.{name}")  # the package imports its own module under its own name
        self._resolved[place] = found
        return found

    def _lookup(self, module: str, name: str, depth: int) -> Found | None:
        if not name:
            return Found("m", module)
        here = self.modules.get(module)
        if here is None:
            return Found("?", module, name)
        if name in here.definitions:
            bound = self._bound(module, here.names[name], depth) if name in here.names else None
            if bound and bound.kind == "d" and here.definitions[name].stub and not self.is_stub(bound.key):
                return bound  # a stub beside the source which imports it
            return Found("d", module, name)
        if name in here.names:
            return self._bound(module, here.names[name], depth)
        first, _, rest = name.partition(".")
        if rest:
            if first in here.definitions:
                return self.attribute(f"{module}:{first}", rest, depth)
            start = self.lookup(module, first, depth + 1)
            return self._below(start, rest, depth) if start else None
        for star in here.stars:
            found = self.lookup(star, name, depth + 1)
            if found and found.kind != "?":
                return found
        if f"{module}.{name}" in self.modules:
            return Found("m", f"{module}.{name}")
        if name in here.values:
            return Found("v", module, name)
        if self.decisions.exact.get(f"{module}:{name}"):
            return Found("?", module, name)
        return None

    def _bound(self, module: str, target: str, depth: int) -> Found | None:
        if target.startswith("="):
            first = target[1:].partition(".")[0]
            return self.lookup(module, target[1:], depth + 1) or (
                self.lookup("builtins", target[1:], depth + 1)
                if first not in self.modules[module].names
                else None
            )
        source, _, name = target.partition(":")
        return self.lookup(source, name, depth + 1)

    def _below(self, start: Found, rest: str, depth: int) -> Found | None:
        match start.kind:
            case "m":
                return self.lookup(start.module, rest, depth + 1)
            case "d":
                return self.attribute(start.key, rest, depth)
            case "v":
                made = self.class_of(start)
                return self.attribute(made.key, rest, depth + 1) if made and depth < 30 else None
            case "?":
                return Found("?", start.module, f"{start.name}.{rest}")
        return None

    def attribute(self, key: str, rest: str, depth: int = 0) -> Found | None:
        """Find an attribute of a class, through its bases."""
        first, _, more = rest.partition(".")
        for owner in self.lineage(key)[0]:
            module, _, qualified = owner.partition(":")
            here = self.modules[module]
            full = f"{qualified}.{first}"
            found = None
            if full in here.definitions:
                found = Found("d", module, full)
            elif full in here.names:
                found = self._bound_member(module, qualified, here.names[full], depth)
            if found:
                return self._below(found, more, depth + 1) if more else found
        return None

    def class_of(self, value: Found) -> Found | None:
        """Give the class of an object that a module holds, where its making was seen."""
        path = self.modules[value.module].values.get(value.name, "")
        made = self.lookup(value.module, path) if path and path != value.name else None
        if made and made.kind == "d" and self.modules[made.module].definitions[made.name].kind == "c":
            return made
        return None

    def _bound_member(self, module: str, qualified: str, target: str, depth: int) -> Found | None:
        if target.startswith("=") and f"{qualified}.{target[1:]}" in self.modules[module].definitions:
            return Found("d", module, f"{qualified}.{target[1:]}")
        return self._bound(module, target, depth)

    def lineage(self, key: str) -> tuple[list[str], bool]:
        """Give a class and its bases, nearest first, and whether all of them are known."""
        if key in self._lineage:
            return self._lineage[key]
        self._lineage[key] = ([key], True)
        module, _, qualified = key.partition(":")
        here = self.modules.get(module)
        found = here.definitions.get(qualified) if here else None
        line, whole = [key], True
        for base in found.bases if found else ():
            target = self.from_scope(module, base)
            if target is None or target.kind in "vm":
                whole = False
            elif target.kind == "d":
                more, complete = self.lineage(target.key)
                line.extend(k for k in more if k not in line)
                whole &= complete
            elif not self.decisions.on(target.key):
                whole = False
        self._lineage[key] = (line, whole)
        return line, whole

    def from_scope(self, module: str, path: str) -> Found | None:
        """Resolve a path that code of the module writes: ``module:name`` for imports inside functions."""
        if ":" in path:
            source, _, name = path.partition(":")
            return self.lookup(source, name)
        found = self.lookup(module, path)
        if found is None and path.partition(".")[0] not in self.modules[module].names:
            builtin = self.lookup("builtins", path)
            return builtin if builtin and builtin.kind == "d" else None
        return found

    # --- effects ---------------------------------------------------------------------------

    def decision(self, key: str) -> Decision | None:
        """Find what was decided by hand on a key, under its private or public name."""
        module, _, name = key.partition(":")
        other = self.public.get(module)
        exact = self.decisions.exact
        public_key = f"{other}:{name}" if other else ""
        return (
            exact.get(key)
            or exact.get(public_key)
            or (other and self.decisions.on(public_key))
            or self.decisions.on(key)
        )

    def close(self) -> None:
        """Compute the effects of everything."""
        pending: deque[str] = deque()
        for module in self.modules.values():
            for qualified, definition in module.definitions.items():
                self._node(module, qualified, definition, pending)
        while pending:
            key = pending.popleft()
            mine = self.effects.get(key, 0)
            for caller, mask in self._callers.get(key, ()):
                if self._add(caller, mine & mask, key):
                    pending.append(caller)

    def _add(self, key: str, bits: int, cause: str) -> bool:
        before = self.effects.get(key, 0)
        fresh = bits & ~before
        if not fresh:
            return False
        self.effects[key] = before | bits
        while fresh:
            low = fresh & -fresh
            self.why.setdefault((key, low), cause)
            fresh ^= low
        return True

    def _node(self, module: Module, qualified: str, definition: Definition, pending: deque[str]) -> None:
        key = f"{module.name}:{qualified}"
        decided = self.decision(key)
        if decided and decided.how == "=":
            return  # others see it through ``_inner``
        bits = 0
        if decided and (decided.how == "+" or definition.stub):
            bits |= decided.effects & PASSED_ON
        if definition.invokes:
            bits |= INVOKE
        if definition.kind == "c":
            for facet in self.methods(key, CONSTRUCT):
                bits |= self._edge(key, facet, ALL & PASSED_ON, Call(OWN, ""))
            if definition.metaclass:
                meta = self.from_scope(module.name, definition.metaclass)
                call = self.attribute(meta.key, "__call__") if meta and meta.kind == "d" else None
                if call:
                    bits |= self._edge(key, call.key, ALL & PASSED_ON, Call(OWN, ""))
        else:
            bits |= self._called(module, qualified, definition, key)
        if self._add(key, bits, "itself"):
            pending.append(key)

    def _called(self, module: Module, qualified: str, definition: Definition, key: str) -> int:
        bits = 0
        owner = qualified.rpartition(".")[0]
        for call in definition.calls:
            for target in self._targets(module, owner, call):
                if not isinstance(target, str):
                    bits |= target
                    continue
                mask = PASSED_ON
                if not call.given:
                    mask &= ~INVOKE
                if call.mode == "ref":
                    mask &= ~(RESOLVE | CODE | READ)
                if call.constant and target in CONSTANT_SAFE:
                    continue
                if (
                    call.mode
                    and call.mode != "ref"
                    and target.rpartition(":")[2].rpartition(".")[2] in OPENERS
                ):
                    bits |= opened(call.mode)
                    continue
                bits |= self._edge(key, target, mask, call)
        return bits

    def _edge(self, caller: str, target: str, mask: int, call: Call) -> int:
        """Join caller and callee; give what is already known of a decided callee."""
        decided = self.decision(target)
        if decided and (decided.how == "=" or self.is_stub(target)):
            bits = decided.inner if decided.inner >= 0 else decided.effects
            if call.given and decided.how == "=" and decided.inner == 0:
                bits = 0
            got = bits & mask
            rest = got
            while rest:
                low = rest & -rest
                self.why.setdefault((caller, low), target)
                rest ^= low
            return got
        self._callers.setdefault(target, []).append((caller, mask))
        return self.effects.get(target, 0) & mask

    def _targets(self, module: Module, owner: str, call: Call) -> Iterator[str | int]:
        """Give the keys that a call may reach, or bits where only its name speaks."""
        own = f"{module.name}:{owner}" if owner else ""
        match call.root:
            case "g" | "x":
                found = self.from_scope(module.name, call.path)
                if found and found.kind in "d?":
                    yield found.key
                elif found and found.kind == "v" and (made := self.class_of(found)):
                    yield from self.methods(made.key, ("__call__",))
            case "s":
                yield from self._own(own, call)
            case "u":
                for base in self.lineage(own)[0][1:]:
                    place, _, qualified = base.partition(":")
                    if f"{qualified}.{call.path}" in self.modules[place].definitions:
                        yield f"{base}.{call.path}"
                        break
            case "a":
                field, _, method = call.path.partition(".")
                held = self._held(own, field)
                found = self.attribute(held.key, method) if held and held.kind == "d" else None
                if found:
                    yield found.key
                elif held and held.kind == "?":
                    yield f"{held.key}.{method}"
                else:
                    yield self._named(method)
            case "t":
                of_class, _, method = call.path.partition("|")
                held = self.from_scope(module.name, of_class)
                found = self.attribute(held.key, method) if held and held.kind == "d" else None
                if held and held.kind == "?":
                    yield f"{held.key}.{method}"
                elif found:
                    yield found.key
                else:
                    yield self._named(method)
            case "m":
                yield self._named(call.path)

    def _named(self, method: str) -> int:
        name = METHODS.get(method.rpartition(".")[2], "")
        return BITS[name] if name else 0

    def _held(self, own: str, field: str) -> Found | None:
        for owner in self.lineage(own)[0] if own else ():
            place, _, qualified = owner.partition(":")
            definition = self.modules[place].definitions.get(qualified)
            if definition and field in definition.fields:
                return self.from_scope(place, definition.fields[field])
        return None

    def _own(self, own: str, call: Call) -> Iterator[str | int]:
        name = call.path.removesuffix("?")
        if not own:
            return
        found = self.attribute(own, name)
        if call.path.endswith("?"):
            if found and found.kind == "d":
                here = self.modules[found.module].definitions[found.name]
                if any(
                    d in {"property", "cached_property", "functools.cached_property"} for d in here.decorators
                ):
                    yield found.key
            return
        if found and found.kind in "d?":
            yield found.key
            return
        held = self._held(own, name)
        if held and held.kind == "d":
            again = self.attribute(held.key, "__call__")
            if again:
                yield again.key
        elif not found and self.lineage(own)[1] and not name.startswith("__"):
            yield INVOKE  # a field, which a pickle may fill with anything
        else:
            yield self._named(name)

    # --- classes ---------------------------------------------------------------------------

    def methods(self, key: str, names: tuple[str, ...]) -> list[str]:
        """Give the keys of those methods of a class that its bases or itself define."""
        found = []
        for name in names:
            target = self.attribute(key, name)
            if target and target.kind == "d" and target.key != "builtins:object." + name:
                found.append(target.key)
        return found

    def of(self, key: str) -> int:
        """Give the effects of one key, decided or derived."""
        decided = self.decision(key)
        if decided and (decided.how == "=" or self.is_stub(key)):
            return decided.effects
        bits = self.effects.get(key, 0)
        return bits or (self._signature_only(key) if self.is_stub(key) else 0)

    def _signature_only(self, key: str) -> int:
        """Judge a method of which only the signature was seen, by its class or by the protocol it serves."""
        owner, dot, method = key.rpartition(".")
        if not dot or ":" not in owner:
            return 0
        decided = self.decision(owner)
        if decided:
            return decided.effects & PASSED_ON or PURE
        return PURE if method in PROTOCOLS else 0

    def is_stub(self, key: str) -> bool:
        """Say whether nothing but the name or signature of something was seen."""
        module, _, name = key.partition(":")
        here = self.modules.get(module)
        return here is None or name not in here.definitions or here.definitions[name].stub

    def facet(self, key: str, names: tuple[str, ...]) -> int:
        """Give what a group of methods of a class reaches."""
        bits = 0
        for method in self.methods(key, names):
            if method.rpartition(".")[2] not in SLOTS or not self.is_stub(method):
                bits |= self.of(method) & PASSED_ON
        return bits


def opened(mode: str) -> int:
    """Give what opening a file in a mode does."""
    if mode == "?":
        return READ | WRITE
    return WRITE if set(mode) & set("wax+") else READ
