"""Facts about pickles: what a load would import, call, build and change, with the abstract arguments."""

import msgspec

from backstamp.core.fact import Fact

# --- values: what the machine knows of an object without making it -----------------------------


class Value(msgspec.Struct, frozen=True, tag_field="v", tag=True):
    """An object as far as the machine knows it; bounded in depth and size."""


class Constant(Value, frozen=True, tag="const"):
    """A number, text, bytes, truth value or ``None``. ``length`` is the full length of a cut text."""

    value: str | int | float | bool | None
    kind: str  # "str" "bytes" "int" "float" "bool" "none"; bytes are held as latin-1 text
    length: int = 0


class Items(Value, frozen=True, tag="items"):
    """A list, tuple, set, frozenset or bytearray: ``length`` items, of which ``items`` are the first."""

    kind: str
    items: "tuple[AnyValue, ...]"
    length: int


class Pairs(Value, frozen=True, tag="pairs"):
    """A dict; ``length`` counts all pairs, ``pairs`` holds the first."""

    pairs: "tuple[tuple[AnyValue, AnyValue], ...]"
    length: int


class Name(Value, frozen=True, tag="name"):
    """A global: what ``find_class(module, name)`` returns.

    ``name`` is dotted where getattr chains fold, and empty for the module itself.
    """

    module: str
    name: str


class Made(Value, frozen=True, tag="made"):
    """The result of a call or an instance: ``callee`` applied to ``arguments``."""

    callee: "AnyValue"
    arguments: "tuple[AnyValue, ...]"


class Attribute(Value, frozen=True, tag="attr"):
    """An attribute, fetched by name, of an object which is not a plain global."""

    of: "AnyValue"
    name: str


class Stored(Value, frozen=True, tag="stored"):
    """What ``persistent_load`` returns for an id."""

    pid: "AnyValue"


class Opaque(Value, frozen=True, tag="opaque"):
    """Something the machine cannot know, and why."""

    why: str


AnyValue = Constant | Items | Pairs | Name | Made | Attribute | Stored | Opaque

# --- facts -------------------------------------------------------------------------------------


class PickleGlobal(Fact, frozen=True, kw_only=True):
    """A global which a load imports, once for each distinct name of a stream, with all its roles.

    Roles: ``imported``, ``called``, ``instantiated``, ``state-set`` (BUILD on an instance of it),
    ``overwritten`` (BUILD on the global itself), ``argument``, ``container`` (APPEND and the like
    on an instance of it), ``key`` (hashed), ``stored`` (left in the result).
    """

    module: str
    name: str
    roles: tuple[str, ...]
    count: int = 1


class PickleCall(Fact, frozen=True, kw_only=True):
    """A call made while the pickle loads.

    ``callee`` is what is really called after getattr, import_module, partial and the like are
    folded away; ``via`` tells how it was reached, outermost first; ``op`` is the opcode
    (REDUCE, OBJ, INST, NEWOBJ, NEWOBJ_EX) or the name of the function that calls it (map, reduce ...).
    ``count`` tells how often the same call, by callee and shape of arguments, occurs.
    """

    callee: AnyValue
    op: str
    arguments: tuple[AnyValue, ...]
    keywords: tuple[tuple[str, AnyValue], ...] = ()
    via: tuple[str, ...] = ()
    count: int = 1


class PickleState(Fact, frozen=True, kw_only=True):
    """BUILD: the state of ``target`` is set, by ``__setstate__`` or attribute by attribute."""

    target: AnyValue
    state: AnyValue
    count: int = 1


class PickleContainer(Fact, frozen=True, kw_only=True):
    """APPEND(S), SETITEM(S) or ADDITEMS on what is no plain container: its methods are called."""

    target: AnyValue
    op: str
    items: tuple[AnyValue, ...]
    count: int = 1


class PicklePersistent(Fact, frozen=True, kw_only=True):
    """Ids that the loader resolves by ``persistent_load``: what kinds there are."""

    pid: AnyValue
    count: int = 1


class PickleOddity(Fact, frozen=True, kw_only=True):
    """Something no pickler writes.

    ``kind``: ``frame-divergence`` (loaders which respect frames and those which do not read different
    programs), ``broken`` (the stream breaks; ``after_calls`` tells how many calls came before),
    ``extension`` (EXT code, ``detail`` names what it resolves to), ``trailing`` (bytes after the last
    stream), ``memo`` (GET of what was never PUT), ``non-ascii-name``, ``raw-unskipped``, ``computed-name``
    (STACK_GLOBAL of what a call returns).
    """

    kind: str
    detail: str
    after_calls: int = 0


class PickleStream(Fact, frozen=True, kw_only=True):
    """One whole pickle: its protocol, length and what it evidently is.

    ``flavour``: ``plain``, ``torch-legacy``, ``joblib``, ``numpy-object`` ...
    """

    protocol: int
    length: int
    operations: int
    flavour: str = "plain"
