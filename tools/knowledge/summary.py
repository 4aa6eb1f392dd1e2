"""What the builder keeps of a module: names, calls, classes. Plain records, kept as JSON between runs."""

import msgspec

# Kinds of what a call refers to (first item of ``Call.root``):
GLOBAL = "g"  # a dotted path that starts at a name of the module
IMPORTED = "x"  # a dotted path below something imported inside the function: "module:name.rest"
OWN = "s"  # an attribute of self or cls
PARENT = "u"  # an attribute of super()
FIELD = "a"  # a method of what a field of self holds: "field.method"
TYPED = "t"  # a method of a local variable whose class is known: "Class.path|method"
METHOD = "m"  # a method of something unknown: only its name says anything


class Call(msgspec.Struct, frozen=True, array_like=True):
    """A call inside a function body: what is called, and what its arguments are made of.

    ``given`` tells that a parameter of the function is among the arguments, ``constant`` that
    all arguments are literals. ``mode`` is the literal mode of an ``open``.
    """

    root: str
    path: str
    given: bool = False
    constant: bool = False
    mode: str = ""


class Definition(msgspec.Struct, array_like=True):
    """A function or class by its qualified name; ``invokes`` if it calls one of its own parameters."""

    kind: str  # "f" or "c"
    calls: list[Call] = []
    invokes: bool = False
    bases: list[str] = []
    metaclass: str = ""
    fields: dict[str, str] = {}  # field of self -> path of the class it holds
    decorators: list[str] = []
    stub: bool = False  # nothing but a signature was seen


class Module(msgspec.Struct):
    """One module.

    ``names`` binds names to ``module:name`` (from import), ``module:`` (import) or ``=path`` (alias).
    """

    name: str
    package: bool = False
    names: dict[str, str] = {}
    stars: list[str] = []
    definitions: dict[str, Definition] = {}
    values: dict[str, str] = {}  # name of an object -> path of its class, empty if that is not seen
    native: bool = False  # compiled: names are those that its text carries
    calls: list[Call] = []  # what runs when the module is imported


class Package(msgspec.Struct):
    """The modules of one distribution."""

    name: str
    versions: list[str]
    modules: dict[str, Module]
