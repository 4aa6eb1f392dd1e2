"""Facts about things that an operating system runs: native code and scripts."""

from backstamp.core.fact import Fact


class NativeCode(Fact, frozen=True, kw_only=True):
    """Native code. ``kind``: ``elf pe macho ape wasm``; ``role``: ``program`` or ``library``."""

    kind: str
    role: str
    size: int
    holds_weights: bool = False  # a llamafile: program and GGUF in one


class ScriptFile(Fact, frozen=True, kw_only=True):
    """A script for a shell or the like. ``traits`` name what it does that a helper script has no need of."""

    language: str
    traits: tuple[str, ...]
    lines: tuple[str, ...]  # one for each trait
