"""What names lead to: attributes of globals, the dicts of modules, and the renamings of old protocols."""

from functools import cache

from backstamp.formats.pickle.machine import Machine
from backstamp.formats.pickle.values import Attr, Glob, Inst, Seq

_SELVES = ("__call__", "__wrapped__", "__func__")  # f.__call__ is f, as far as a call goes
_MAPS = ("__dict__", "__globals__", "__builtins__", "__annotations__")


def mapped(module: str, name: str, protocol: int) -> tuple[str, str]:
    """Rename a global of Python 2 as ``find_class`` does below protocol 3."""
    if protocol >= 3:
        return module, name
    names, modules = _renamings()
    found = names.get((module, name))
    if found:
        return found
    return modules.get(module, module), name


def found_class(m: Machine, module: str, name: str, at: int) -> object:
    """Do what ``find_class`` does: import the module, walk to the name."""
    written = (module, name)
    if m.fold:
        module, name = mapped(module, name, m.protocol)
    found: object = Glob(module, name)
    m.sink.imported(at, Glob(module, name), written)
    if not m.fold:
        return found
    found = m.modules[module] if module in m.modules else Glob(module, "")
    for part in name.split("."):
        found = attribute(m, found, part)
    return found


def attribute(m: Machine, of: object, name: str, via: tuple[str, ...] = ()) -> object:
    """Get an attribute by name, as far as that is known without an object."""
    if not isinstance(of, Glob):
        if isinstance(of, Inst) and isinstance(of.state, dict) and name in of.state:
            return of.state[name]
        return Attr(of, name, via)
    patch = m.patched.get((of.module, of.name))
    if patch and name in patch:
        return patch[name]
    via = of.via + via
    if of.name and name in _SELVES:
        return Glob(of.module, of.name, via)
    if name == "__builtins__":
        return Glob("builtins", "", via)
    if name == "__self__" and of.module == "builtins" and "." not in of.name:
        return Glob("builtins", "", via)
    if name in ("__dict__", "__globals__"):
        return Glob(of.module, _owner(of.name, name), via)
    if not of.name:
        return Glob(of.module, name, via)
    return Glob(of.module, f"{of.name}.{name}", via)


def item(m: Machine, of: object, key: object, via: tuple[str, ...] = ()) -> object | None:
    """Get an item of the dict of a module or of ``sys.modules``; ``None`` if it is neither."""
    if not isinstance(of, Glob) or not isinstance(key, str):
        return None
    if (of.module, of.name) == ("sys", "modules"):
        return m.modules.get(key) or Glob(key, "", of.via + via)
    if (of.module, of.name) == ("builtins", ""):
        return attribute(m, of, key, via)  # __builtins__ is a dict in all modules but __main__
    head, _, last = of.name.rpartition(".")
    if last == "__dict__":
        return attribute(m, Glob(of.module, head, of.via), key, via)
    return None


def spelled(value: object) -> str:
    """Write a callee for a chain."""
    if isinstance(value, Glob):
        return f"{value.module}.{value.name}" if value.name else value.module
    if isinstance(value, Attr):
        return f"{spelled(value.of)}.{value.name}"
    if isinstance(value, Inst):
        return f"{spelled(value.callee)}()"
    return value.kind if isinstance(value, Seq) else type(value).__name__


def _owner(name: str, dunder: str) -> str:
    # The globals of a function, a method or a class's __init__ are those of its module.
    if dunder == "__globals__" or not name:
        return "__dict__"
    return f"{name}.__dict__"


@cache
def _renamings() -> tuple[dict[tuple[str, str], tuple[str, str]], dict[str, str]]:
    import _compat_pickle

    return _compat_pickle.NAME_MAPPING, _compat_pickle.IMPORT_MAPPING
