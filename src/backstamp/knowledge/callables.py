"""What importable callables do: the knowledge by which calls in pickles are judged."""

from enum import StrEnum

import msgspec


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


class Callable(msgspec.Struct, frozen=True):
    """One importable name.

    ``module`` and ``name`` are the canonical ones: a re-export (``pathlib`` ``os.system``) gives the
    real thing. ``kind`` is ``function``, ``class``, ``module`` or ``value``. ``schema`` names the argument
    schema under which a call is plain data; empty if any arguments are.
    """

    module: str
    name: str
    kind: str
    effects: frozenset[Effect]
    schema: str = ""
