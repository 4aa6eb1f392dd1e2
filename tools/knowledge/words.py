"""Names that speak for themselves: methods with a plain effect, the methods that unpickling calls."""

# What a method of an unknown object surely does, going by its name alone.
METHODS = {
    "exec_module": "code",
    "load_module": "code",
    "runsource": "code",
    "runcode": "code",
    "run_string": "code",
    "unlink": "write",
    "write_text": "write",
    "write_bytes": "write",
    "rmdir": "write",
    "rmtree": "write",
    "extractall": "write",
    "read_text": "read",
    "read_bytes": "read",
    "system": "process",
    "popen": "process",
    "Popen": "process",
    "check_output": "process",
    "check_call": "process",
    "urlopen": "network",
    "urlretrieve": "network",
    "getaddrinfo": "network",
    "create_connection": "network",
    "load_library": "native",
    "LoadLibrary": "native",
    "settrace": "state",
    "setprofile": "state",
}

NEW = ("__new__",)
CONSTRUCT = ("__new__", "__init__", "__post_init__", "__attrs_post_init__")
SETSTATE = ("__setstate__", "__setattr__", "__getattr__", "__getattribute__", "__setstate_cython__")
CONTAINER = (
    "append",
    "extend",
    "__setitem__",
    "add",
    "__hash__",
    "__eq__",
    "__getattr__",
    "__getattribute__",
)
DESTROY = ("__del__",)
FACETS = (
    ("new", NEW),
    ("construct", CONSTRUCT),
    ("setstate", SETSTATE),
    ("container", CONTAINER),
    ("destroy", DESTROY),
)

# Slots which every compiled class has: their presence says nothing.
SLOTS = frozenset({"__getattribute__", "__getattr__", "__setattr__", "__eq__", "__hash__"})
PROTOCOLS = frozenset(
    f"__{word}__"
    for word in """
abs add and bool bytes ceil complex contains copy deepcopy delitem dir divmod eq float floor
floordiv format ge getitem getnewargs getnewargs_ex getstate gt hash iadd iand ifloordiv ilshift
imod imul index int invert ior ipow irshift isub iter itruediv ixor le len length_hint lshift lt mod
mul ne neg next or pos pow radd rand rdivmod repr reversed rfloordiv rlshift rmod rmul ror round
rpow rrshift rshift rsub rtruediv rxor setitem sizeof str sub truediv trunc xor class_getitem matmul
imatmul rmatmul init_subclass subclasshook instancecheck subclasscheck mro_entries
""".split()  # noqa: SIM905
)
CONSTANT_SAFE = frozenset(
    {
        "builtins:eval",
        "builtins:exec",
        "builtins:compile",
        "builtins:__import__",
        "importlib:import_module",
        "importlib.util:find_spec",
    }
)
OPENERS = frozenset({"open", "fdopen", "FileIO", "ZipFile", "TarFile", "File"})
