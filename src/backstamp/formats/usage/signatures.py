"""Which calls use a part, and which of their arguments says which part: one line an entry.

``path`` is the end of the callee's dotted name (``()`` is what a call returns), ``roots`` the packages
from which it must come (``x*`` for all that begin so; ``?`` if it counts on a receiver that is not known).
``what`` is the kind of part and the world that names it (``naming``), ``where`` the argument: its position
(``-`` for none) and its names. The rest are options: ``gap`` counts a call whose argument is not known,
``base=POSITION:NAMES`` names what an adapter is put upon, ``on`` says that it is put upon the receiver,
``provider=POSITION:NAMES`` names the provider of a hosted model.

Sources: the documentation of the packages named, as of 2026.
"""

from functools import cache

import msgspec

from backstamp.formats.usage import calls_of_services, calls_of_weights


class Signature(msgspec.Struct, frozen=True):
    """One entry of the table."""

    path: str
    roots: tuple[str, ...]
    kind: str
    world: str
    position: int
    names: tuple[str, ...]
    gap: bool = False
    is_on_receiver: bool = False
    other_position: int = -1
    other_names: tuple[str, ...] = ()


@cache
def _by_tail() -> dict[str, tuple[Signature, ...]]:
    table: dict[str, tuple[Signature, ...]] = {}
    for line in (*calls_of_weights.TABLE.split("\n"), *calls_of_services.TABLE.split("\n")):
        if not line.strip():
            continue
        entry = _entry_of(line)
        tail = entry.path.rpartition(".")[2]
        table[tail] = tuple(sorted((*table.get(tail, ()), entry), key=_strength))
    return table


def _entry_of(line: str) -> Signature:
    path, roots, what, where, *options = line.split()
    kind, _, world = what.partition(":")
    position, _, names = where.partition(":")
    over = next((o.partition("=")[2] for o in options if o.startswith(("base=", "provider="))), "-1:")
    other_position, _, other_names = over.partition(":")
    return Signature(
        path,
        tuple(roots.split(",")),
        kind,
        world,
        -1 if position == "-" else int(position),
        tuple(names.split(",")),
        "gap" in options,
        "on" in options,
        int(other_position),
        tuple(filter(None, other_names.split(","))),
    )


def _strength(entry: Signature) -> tuple[bool, int]:
    """Known roots before unknown ones, long paths before short ones."""
    return "?" in entry.roots and len(entry.roots) == 1, -len(entry.path)


def signature_of(name: str) -> Signature | None:
    """Find the entry for the dotted name of a callee, the most telling one first."""
    entries = _by_tail().get(name.rpartition(".")[2], ())
    root = name.partition(".")[0]
    dotted = "." + name
    for entry in entries:
        if dotted.endswith("." + entry.path) and any(_is_from(name, root, r) for r in entry.roots):
            return entry
    return _of_zoo(name)


def _of_zoo(name: str) -> Signature | None:
    """Functions and classes of which each is a model, with weights of its own."""
    tail = name.rpartition(".")[2]
    is_vision = name.startswith("torchvision.models.") and tail.islower() and tail != "list_models"
    is_keras = ".applications." in name and name.startswith(("keras.", "tensorflow.", "tf_keras."))
    is_audio = name.startswith("torchaudio.pipelines.") and tail == "get_model" and name.count(".") == 3
    if is_vision or (is_keras and tail[:1].isupper()) or is_audio:
        return Signature(tail, (name.partition(".")[0],), "model", "zoo", -1, ("weights",))
    return None


def _is_from(name: str, root: str, wanted: str) -> bool:
    if wanted == "?":
        return root not in roots()
    if wanted.endswith("*"):
        return root.startswith(wanted[:-1])
    return root == wanted or name.startswith(wanted + ".")


@cache
def roots() -> frozenset[str]:
    """The packages from which something of the table comes."""
    found = {root.partition(".")[0].rstrip("*") for e in _by_tail().values() for s in e for root in s.roots}
    return frozenset(found - {"?", ""})


@cache
def tails() -> frozenset[str]:
    """The last words of all names of the table."""
    return frozenset(tail.removesuffix("()") for tail in _by_tail())


def is_of_table(name: str) -> bool:
    """Say whether a full name is, or leads to, something of the table."""
    root = name.partition(".")[0]
    return root in roots() or root.startswith(("langchain", "autogen", "haystack", "keras"))
