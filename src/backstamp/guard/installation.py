"""Puts the guard into a process, and takes it out again."""

import os
import sys
import threading
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Literal

from backstamp.core.errors import UsageError
from backstamp.core.tree import Tree
from backstamp.guard import audit as auditing
from backstamp.guard import inheriting, unpickling
from backstamp.guard.approvals import AnyOf, Approvals, listed
from backstamp.guard.checking import Guard, Mode, Settings
from backstamp.guard.events import JsonLines, Sink
from backstamp.guard.imports import Finder, spec_from_file_twin
from backstamp.guard.libraries import hooks
from backstamp.guard.locked import locked
from backstamp.guard.patches import Patches
from backstamp.guard.runs import twin_of

_MIB = 1024 * 1024
_MODES = ("enforce", "warn", "observe")


class Installation:
    """What the guard changed in this process. There is one, since a process has one set of loaders."""

    def __init__(self) -> None:
        self.guard: Guard | None = None
        self.patches = Patches()
        self.lock = threading.RLock()
        self.is_hooked = False
        self.knows_forks = False
        self.finder = Finder(self.active, frozenset(hooks()) | {"pickle"}, self.patch)
        self.inherited: Callable[[], None] | None = None

    def active(self) -> Guard | None:
        """Give the guard that is active, if one is."""
        return self.guard

    def begin(self, guard: Guard) -> None:
        """Make a guard active. One that was active before is replaced; loaders are patched once."""
        with self.lock:
            self.guard = guard
            if self.finder not in sys.meta_path:
                sys.meta_path.insert(0, self.finder)
            if not self.knows_forks and hasattr(os, "register_at_fork"):
                os.register_at_fork(after_in_child=self.after_fork)
            self.knows_forks = True
            if not self.is_hooked and guard.settings.audit != "off":
                sys.addaudithook(auditing.hook_for(self.active))
                self.is_hooked = True
            for name in ("pickle", "importlib.util", *hooks()):
                module = sys.modules.get(name)
                if module is not None:
                    self.patch(module)

    def patch(self, module: ModuleType) -> None:
        """Guard the loaders of a module that has been loaded."""
        if self.guard is None:
            return
        if module.__name__ == "pickle":
            self._patch_pickle(module)
        elif module.__name__ == "importlib.util":
            self.patches.replace(module, "spec_from_file_location", spec_from_file_twin(self.active))
        for hook in hooks().get(module.__name__, ()):
            self.patches.replace(module, hook.name, twin_of(hook, self.active))

    def _patch_pickle(self, module: ModuleType) -> None:
        active = self.active
        self.patches.replace(module, "load", lambda original: unpickling.guarded_load(active, original))
        self.patches.replace(module, "loads", lambda original: unpickling.guarded_loads(active, original))
        if isinstance(vars(module).get("Unpickler"), type):
            self.patches.replace(
                module, "Unpickler", lambda kind: unpickling.guarded_unpickler(active, _type(kind))
            )

    def end(self) -> None:
        """Restore everything."""
        with self.lock:
            self.guard = None
            if self.finder in sys.meta_path:
                sys.meta_path.remove(self.finder)
            self.patches.restore()
            if self.inherited is not None:
                self.inherited()
                self.inherited = None

    def inherit(self, undo: Callable[[], None]) -> None:
        """Note how to stop child processes from inheriting the guard; the environment was changed once."""
        self.inherited = self.inherited or undo

    def after_fork(self) -> None:
        """Make the locks new in a child: other threads of the parent are not there to release them."""
        self.lock = threading.RLock()
        self.patches.after_fork()
        if self.guard is not None:
            self.guard.cache.after_fork()


_HERE = Installation()  # what belongs to a process cannot belong to less


def install(
    approvals: Approvals | Mapping[str, str] | None = None,
    *,
    lock: str | os.PathLike[str] | None = None,
    mode: Mode = "enforce",
    on_event: Sink | None = None,
    log: str | os.PathLike[str] | None = None,
    audit: Mode | Literal["off"] | None = None,
    memory: Literal["allow", "check"] = "allow",
    cache: bool = True,
    copy_below: int = 64 * _MIB,
    strict: bool = False,
    places: Mapping[str, str] | None = None,
    inherit: bool = False,
) -> Guard:
    """Check every load of a model in this process from now on.

    ``approvals`` says what may be loaded: an object of the protocol, or a dictionary of paths and SHA-256;
    without it, ``lock`` (``models.lock``) does; with both, either may approve. ``mode`` is ``enforce``,
    ``warn`` or ``observe``; ``audit`` the same for the second line of defence, or ``off``. Each load is an
    event for ``on_event`` and a line of the file ``log``. ``memory="check"`` also checks bytes that are no
    file. ``cache`` remembers digests by device, inode, size and times; files up to ``copy_below`` bytes are
    loaded from a sealed copy. ``strict`` and ``places`` are those of the lock. ``inherit`` has child
    processes do the same.

    Calling it again exchanges the settings. Raises ``UsageError``, and what reading the lock raises.
    """
    chosen = audit or mode
    if mode not in _MODES or chosen not in (*_MODES, "off") or memory not in ("allow", "check"):
        raise UsageError(
            f'the guard has no mode "{mode}", audit "{chosen}", memory "{memory}"',
            hint="Modes are enforce, warn and observe; audit may be off; memory is allow or check.",
        )
    settings = Settings(mode=mode, memory=memory, audit=chosen, copy_below=copy_below, cache=cache)
    path = os.path.abspath(os.fspath(lock if lock is not None else "models.lock"))
    if inherit and approvals is not None:
        raise UsageError(
            "child processes cannot inherit approvals that are no file", hint="Pass lock=... instead."
        )
    sources: list[Approvals] = []
    if approvals is not None:
        sources.append(listed(approvals, strict=strict) if isinstance(approvals, Mapping) else approvals)
    if lock is not None or approvals is None:
        sources.append(locked(path, strict=strict, places=places))
    sinks: list[Sink] = [on_event] if on_event is not None else []
    if log is not None:
        sinks.append(JsonLines(log))
    guard = Guard(sources[0] if len(sources) == 1 else AnyOf(sources), settings, sinks)
    _HERE.begin(guard)
    if inherit:
        given: Tree = {
            "strict": strict,
            "places": dict(places or {}),
            "log": os.path.abspath(os.fspath(log)) if log else "",
        }
        _HERE.inherit(inheriting.handed_on(path, settings, given))
    return guard


def uninstall() -> None:
    """Put all loaders back as they were. The audit hook stays in the process and does nothing."""
    _HERE.end()


def active() -> Guard | None:
    """Give the guard of this process, if there is one."""
    return _HERE.guard


def _type(kind: object) -> type:
    if isinstance(kind, type):
        return kind
    raise TypeError("not a class")
