"""The second line of defence: what Python itself tells of (PEP 578), however a loader was reached.

1. ``open``: files that are called like models, and files that a library was told the path of, are checked
   when Python code opens them for reading. Libraries written in C and Rust open files without telling.
2. ``pickle.find_class``: a pickle that was not checked may not name what starts processes or runs code,
   except messages that the modules for it (multiprocessing and the like) read from other processes.

A hook cannot be taken out of a process again: without an active guard it does nothing.
"""

import os
import sys
from collections.abc import Callable
from typing import TypeAlias

from backstamp.guard.calls import is_loading
from backstamp.guard.checking import Guard, Mode
from backstamp.guard.holding import State, state_of
from backstamp.guard.unpickling import is_talk

Active: TypeAlias = Callable[[], Guard | None]
_ENDINGS = frozenset(
    ".pt .pth .ckpt .pkl .pickle .joblib .dill .safetensors .gguf .ggml .onnx .ort .keras .skops .distcp "
    ".mar .nemo .tflite .mlmodel .pt2".split()
)
_NAMED = ("pytorch_model", "tf_model.h5", "saved_model.pb", "flax_model.msgpack")
_ACCESS = getattr(os, "O_ACCMODE", 3)
_RUNS = {
    "os": "system popen execl execle execlp execlpe execv execve execvp execvpe spawnl spawnle spawnlp "
    "spawnlpe spawnv spawnve spawnvp spawnvpe posix_spawn posix_spawnp startfile fork forkpty putenv",
    "subprocess": "Popen run call check_call check_output getoutput getstatusoutput",
    "builtins": "eval exec compile __import__ breakpoint",
    "pty": "spawn fork",
    "runpy": "run_path run_module _run_code _run_module_code",
    "importlib": "import_module reload __import__",
    "code": "interact InteractiveConsole InteractiveInterpreter",
    "timeit": "timeit repeat Timer main",
    "cProfile": "run runctx",
    "profile": "run runctx",
    "pdb": "run runeval runcall set_trace",
    "bdb": "Bdb",
    "ctypes": "CDLL WinDLL PyDLL OleDLL cdll",
    "webbrowser": "open open_new open_new_tab get",
    "commands": "getoutput getstatusoutput",
    "asyncio": "create_subprocess_shell create_subprocess_exec",
    "pip": "main",
}
_RUNS |= {
    "posix": _RUNS["os"],
    "nt": _RUNS["os"],
    "__builtin__": _RUNS["builtins"],
    "_posixsubprocess": "fork_exec",
}
FORBIDDEN = frozenset((module, name) for module, names in _RUNS.items() for name in names.split())


def hook_for(active: Active) -> Callable[[str, tuple[object, ...]], None]:
    """Make the audit hook."""
    inside = tuple(
        os.path.join(os.path.realpath(folder), "")
        for folder in (
            os.path.dirname(os.__file__),
            *(p for p in sys.path if p.endswith(("site-packages", "dist-packages"))),
        )
    )

    def hook(event: str, args: tuple[object, ...]) -> None:
        if event == "open":
            guard = active()
            if guard is not None and not guard.flight.is_busy and guard.settings.audit != "off":
                _opened(guard, args, inside)
        elif event == "pickle.find_class":
            guard = active()
            if guard is not None and not guard.flight.is_busy and guard.settings.audit != "off":
                _named(guard, args)

    return hook


def _opened(guard: Guard, args: tuple[object, ...], inside: tuple[str, ...]) -> None:
    path, flags = args[0], args[2]
    if not isinstance(path, str | bytes) or not isinstance(flags, int):
        return
    if flags & _ACCESS == os.O_WRONLY or flags & (os.O_TRUNC | os.O_CREAT | getattr(os, "O_DIRECTORY", 0)):
        return
    name = os.fsdecode(path)
    before = guard.resolved.get(os.path.abspath(name)) if guard.resolved else None
    if before is None and not is_called_like_a_model(name):
        return
    if name.startswith(inside) or is_loading(guard, name) or (before is not None and is_still(name, before)):
        return
    mode = _mode(guard)
    held = guard.admit(name, loader="open", seen_by="audit", copy=False, mode=mode)
    if held is not None:
        held.close()


def _named(guard: Guard, args: tuple[object, ...]) -> None:
    module, name = str(args[0]), str(args[1])
    head = (module, name.partition(".")[0])
    if head in FORBIDDEN and not guard.flight.states and not is_talk():
        guard.refuse(
            "",
            f'a pickle that was not checked names "{module}.{name}", which runs code',
            loader="pickle.find_class",
            hint="Do not load it. If it is a model of yours, lock its file and load it from there.",
            mode=_mode(guard),
            seen_by="audit",
        )


def is_called_like_a_model(path: str) -> bool:
    """Say whether a file has the name of a model: one that runs code when loaded, or holds weights."""
    name = os.path.basename(path).lower()
    return os.path.splitext(name)[1] in _ENDINGS or name.startswith(_NAMED)


def _mode(guard: Guard) -> Mode:
    """Give the mode of the second line: never stricter than that of the first."""
    order: tuple[Mode, ...] = ("observe", "warn", "enforce")
    audit = guard.settings.audit
    return guard.settings.mode if audit == "off" else min(audit, guard.settings.mode, key=order.index)


def is_still(path: str, state: State) -> bool:
    """Say whether a file that was checked is the same still."""
    try:
        return state_of(os.stat(path)) == state
    except OSError:
        return False
