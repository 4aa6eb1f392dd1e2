"""The hand-written judgements, which override what the call graph derives.

A line reads ``module:name effect... [key=value ...]``. ``*`` at the end of module or name stands for
anything; the longest pattern wins. ``+`` before the effects adds them to what is derived; ``~`` uses them
only if nothing is known (compiled code). Keys: ``inner`` (effects inside other functions, ``none``
for nothing), ``new``, ``setstate``, ``container``, ``destroy`` (for classes), ``schema``, ``kind``
(``function``, ``class``: the name exists though no source shows it), ``alias`` (what it is another name of).
"""

from fnmatch import fnmatchcase

import msgspec

from backstamp.knowledge.callables import Effect

BITS = {effect.value: 1 << place for place, effect in enumerate(Effect)}


class Decision(msgspec.Struct, frozen=True):
    """One line."""

    pattern: str
    effects: int
    how: str = "="
    inner: int = -1
    new: int = -1
    setstate: int = -1
    container: int = -1
    destroy: int = -1
    schema: str = ""
    kind: str = ""
    alias: str = ""


def parsed(text: str) -> list[Decision]:
    """Read decisions; a line that says nothing sensible is an error."""
    found = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.partition("#")[0].strip()
        if not line:
            continue
        pattern, *words = line.split()
        patterns = _spread(pattern)
        how = "="
        effects: list[str] = []
        keys: dict[str, str] = {}
        for word in words:
            key, equals, value = word.partition("=")
            if equals:
                keys[key] = value
            elif word in "+~":
                how = word
            elif word in BITS:
                effects.append(word)
            else:
                message = f"line {number}: {word!r} is not an effect"
                raise ValueError(message)
        plain = Decision(
            pattern=pattern,
            effects=_bits(effects),
            how=how,
            schema=keys.get("schema", ""),
            kind=keys.get("kind", ""),
            alias=keys.get("alias", ""),
            inner=_said(keys, "inner"),
            new=_said(keys, "new"),
            setstate=_said(keys, "setstate"),
            container=_said(keys, "container"),
            destroy=_said(keys, "destroy"),
        )
        for one in patterns:
            if ":" not in one:
                message = f"line {number}: {one!r} has no colon"
                raise ValueError(message)
            found.append(msgspec.structs.replace(plain, pattern=one))
    return found


def _said(keys: dict[str, str], key: str) -> int:
    return _bits(keys[key].split(",")) if key in keys else -1


def _spread(pattern: str) -> list[str]:
    """Give the patterns of ``a|b:x|y|c:z``: words before the first colon are modules, later ones names."""
    found: list[str] = []
    modules: list[str] = []
    for word in pattern.split("|"):
        module, colon, name = word.partition(":")
        if not found:
            modules.append(module)
        elif colon:
            modules = [module]
        found.extend(f"{m}:{name}" if colon else f"{m}:{word}" for m in modules if colon or found)
    return found or [pattern]


def _bits(words: list[str]) -> int:
    total = 0
    for word in words:
        if word != "none":
            total |= BITS[word]
    return total


class Decisions:
    """All lines, found by name."""

    def __init__(self, lines: list[Decision]) -> None:
        self.exact = {d.pattern: d for d in lines if "*" not in d.pattern}
        self.wild: dict[str, list[tuple[str, Decision]]] = {}
        for decision in lines:
            if "*" in decision.pattern:
                first = decision.pattern.partition(":")[0].partition(".")[0]
                self.wild.setdefault("" if "*" in first else first, []).append((decision.pattern, decision))
        self._memo: dict[str, Decision | None] = {}

    def on(self, key: str) -> Decision | None:
        """Find the decision on ``module:name``."""
        if key in self.exact:
            return self.exact[key]
        if key not in self._memo:
            self._memo[key] = self._search(key)
        return self._memo[key]

    def _search(self, key: str) -> Decision | None:
        module, _, name = key.partition(":")
        best, size = None, -1
        for pattern, decision in [*self.wild.get(module.partition(".")[0], ()), *self.wild.get("", ())]:
            wanted, _, names = pattern.partition(":")
            if _fits(wanted, module) and _fits(names, name):
                weight = 1000 * len(wanted.rstrip("*")) + len(names.replace("*", ""))
                if weight >= size:
                    best, size = decision, weight
        return best


def _fits(pattern: str, text: str) -> bool:
    if pattern.endswith(".*") and text == pattern[:-2]:
        return True
    return fnmatchcase(text, pattern) if "*" in pattern else pattern == text
