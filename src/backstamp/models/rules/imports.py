"""Judges names that a file asks its loader to import and call."""

from backstamp.knowledge import callables
from backstamp.knowledge.callables import Effect

_ALWAYS = frozenset({Effect.PROCESS, Effect.CODE, Effect.NATIVE, Effect.LOAD})
_STANDARD = frozenset({Effect.READ, Effect.WRITE, Effect.NETWORK, Effect.STATE, Effect.STOP, Effect.SHOW})
_MODULES = frozenset(
    {"posix", "nt", "os", "subprocess", "importlib", "runpy", "ctypes", "pty", "code", "_winapi"}
)
_BUILTINS = frozenset({"eval", "exec", "compile", "__import__", "open", "setattr", "breakpoint", "globals"})
_PATHS = frozenset({"path", "PathLike", "fspath", "cpu_count", "getpid"})


def is_dangerous(module: str, name: str) -> bool:
    """Say whether importing and calling a name acts on the machine.

    Of other packages than Python's own only what runs code or loads is meant: reading files is what data
    sets and loggers are for.
    """
    top = module.partition(".")[0]
    if top in _MODULES and name.partition(".")[0] not in _PATHS and not module.startswith("os.path"):
        return True
    if top in {"builtins", "__builtin__"}:
        return name in _BUILTINS
    known = callables.known(module, name)
    if known is None:
        return False
    if known.kind == "class" and known.basis == "derived":
        return False  # what its source may reach says too little: optimisers and trainers reach everything
    acts = _ALWAYS | _STANDARD if callables.is_standard(known.module) else _ALWAYS
    return bool(known.effects & acts)
