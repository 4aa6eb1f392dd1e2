"""Sees libraries when they are imported, and checks Python code that comes with a model before it runs."""

import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType
from typing import TypeAlias

from backstamp.guard.checking import CHANGED, Guard
from backstamp.guard.holding import digest_of_bytes

Active: TypeAlias = Callable[[], Guard | None]
_CODE_OF_MODELS = "transformers_modules"
_LOADER = "code of a model"


class Finder:
    """A finder that asks the others, and has loaders patched as soon as their module has run."""

    def __init__(self, active: Active, wanted: frozenset[str], loaded: Callable[[ModuleType], None]) -> None:
        self._active = active
        self._wanted = wanted
        self._loaded = loaded

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module that is of interest, by the finders that come after this one."""
        is_code = name.startswith(f"{_CODE_OF_MODELS}.")
        if not is_code and name not in self._wanted:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec: ModuleSpec | None = finder.find_spec(name, path, target)
            if spec is not None:
                return checked_spec(spec, self._active) if is_code else self._watched(spec)
        return None

    def _watched(self, spec: ModuleSpec) -> ModuleSpec:
        """Call back after the module has run. Loaders that are classes (of built-in modules) are shared."""
        loader = spec.loader
        run = getattr(loader, "exec_module", None)
        if loader is None or isinstance(loader, type) or run is None:
            return spec

        def exec_module(module: ModuleType) -> None:
            vars(loader).pop("exec_module", None)
            run(module)
            self._loaded(module)

        vars(loader)["exec_module"] = exec_module
        return spec


class CheckedLoader(SourceFileLoader):
    """Runs a source file of a model only as it was checked: read once, never from a cache of bytecode."""

    def __init__(self, fullname: str, path: str, active: Active) -> None:
        super().__init__(fullname, path)
        self._backstamp_active = active

    def get_code(self, fullname: str) -> CodeType | None:
        """Read, check and compile. Raises ``GuardError`` if the file may not run."""
        guard = self._backstamp_active()
        path = self.get_filename(fullname)
        if guard is None:
            return super().get_code(fullname)
        if not os.path.getsize(path):
            return self.source_to_code(b"", path)  # transformers makes empty files of packages
        held = guard.admit(path, loader=_LOADER, seen_by="import")
        if held is None:
            return super().get_code(fullname)
        with held, guard.busy(), open(held.stand_in, "rb") as file:
            data = file.read()
        if digest_of_bytes(data, held.algorithm) != held.digest:
            guard.refuse(path, CHANGED, loader=_LOADER, hint="Find out who writes to it.", seen_by="import")
        return self.source_to_code(data, path)


def checked_spec(spec: ModuleSpec, active: Active) -> ModuleSpec:
    """Have a source file checked before it runs."""
    if type(spec.loader) is SourceFileLoader and spec.origin:
        spec.loader = CheckedLoader(spec.name, spec.origin, active)
        spec.cached = None
    return spec


def spec_from_file_twin(active: Active) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Make the twin of ``importlib.util.spec_from_file_location``, by which code of models is loaded."""

    def twin(original: Callable[..., object]) -> Callable[..., object]:
        def spec_from_file_location(*args: object, **kwargs: object) -> object:
            spec = original(*args, **kwargs)
            if isinstance(spec, ModuleSpec) and spec.origin and is_code_of_a_model(spec.origin):
                return checked_spec(spec, active)
            return spec

        return spec_from_file_location

    return twin


def is_code_of_a_model(path: str) -> bool:
    """Say whether a source file is in the folder to which transformers copies the code of models."""
    return f"{os.sep}{_CODE_OF_MODELS}{os.sep}" in path
