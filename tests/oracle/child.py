"""Runs pickles in CPython's own unpicklers with everything inert, and tells what they did.

Started as ``python -I child.py`` with limits on time and memory. Reads lengths and pickles from stdin, writes
one JSON line each: the events of the C unpickler and of the pure one, and whether they came to the end.
``find_class`` and ``persistent_load`` return objects that only record; nothing is imported.
"""

# ruff: noqa: ARG002, ARG005, BLE001, PLE0302, T201  # inert stand-ins, and a pipe to the parent
import io
import json
import pickle
import resource
import sys

EVENTS = []
MOST = 2000


class Enough(Exception):
    pass


def tell(*event):
    EVENTS.append(event)
    if len(EVENTS) > MOST:
        raise Enough


class Meta(type):
    """Makes classes on which BUILD, APPENDS, ADDITEMS and SETITEMS record too, as on any object."""

    @property
    def __setstate__(cls):
        return lambda state: tell("state", cls.label)

    @property
    def extend(cls):
        return lambda items: tell("extend", cls.label, len(items))

    @property
    def append(cls):
        return lambda item: tell("extend", cls.label, 1)

    @property
    def add(cls):
        return lambda item: tell("add", cls.label)

    def __setitem__(cls, key, value):
        tell("set", cls.label)


class Inert(metaclass=Meta):
    label = "obj"

    def __new__(cls, *args, **kwargs):
        tell("call", cls.label, len(args), len(kwargs))
        return object.__new__(cls)

    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, *args, **kwargs):
        tell("call", "obj", len(args), len(kwargs))
        return object.__new__(Inert)

    def __setstate__(self, state):
        tell("state", "obj")

    def extend(self, items):
        tell("extend", "obj", len(items))

    def append(self, item):
        tell("extend", "obj", 1)

    def add(self, item):
        tell("add", "obj")

    def __setitem__(self, key, value):
        tell("set", "obj")


def recorded(module, name):
    tell("import", module, name)
    return Meta("C", (Inert,), {"label": f"{module}.{name}"})


def persisted():
    tell("pid")
    return object.__new__(Inert)


class Fast(pickle.Unpickler):
    def find_class(self, module, name):
        return recorded(module, name)

    def persistent_load(self, pid):
        return persisted()


class Pure(pickle._Unpickler):
    def find_class(self, module, name):
        return recorded(module, name)

    def persistent_load(self, pid):
        return persisted()


def run(kind, data):
    EVENTS.clear()
    error = ""
    try:
        kind(io.BytesIO(data), encoding="latin1").load()
    except BaseException as problem:  # whatever it is, it ends the load
        error = f"{type(problem).__name__}: {problem}"[:200]
    return {"events": [list(e) for e in EVENTS], "error": error}


def main():
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
    sys.setrecursionlimit(2000)
    source = sys.stdin.buffer
    while head := source.read(4):
        data = source.read(int.from_bytes(head, "little"))
        print(json.dumps({"c": run(Fast, data), "py": run(Pure, data)}), flush=True)


main()
