"""Takes stock of bytes in memory, as the engine would of a file of that name."""

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.supply import Linked, Scalar, Stated
from backstamp.engine.examine import Examination, taken_stock_of


def stock(data: bytes, name: str, limits: Limits | None = None) -> Examination:
    """Take stock of bytes under a name (a path with slashes, as the engine gives it)."""
    return taken_stock_of(Blob(data, path=(name,)), budget=Budget(limits))


def stated(data: bytes, name: str, by: str = "") -> list[Stated]:
    """What is said of parts, by one reader or by all."""
    return [f for f in stock(data, name).facts if isinstance(f, Stated) and f.by.startswith(by)]


def linked(data: bytes, name: str, by: str = "") -> list[Linked]:
    """How parts are said to hang together, by one reader or by all."""
    return [f for f in stock(data, name).facts if isinstance(f, Linked) and f.by.startswith(by)]


def said(data: bytes, name: str, by: str = "") -> list[tuple[str, str, str, Scalar]]:
    """What is said, short: (kind and key of the part, trait, name, value)."""
    return [(f"{f.part.kind}:{f.part.key}", f.trait.value, f.name, f.value) for f in stated(data, name, by)]


def ties(data: bytes, name: str, by: str = "") -> list[tuple[str, str, str, str, str]]:
    """The links, short: (part, relation, target, manner, revision)."""
    return [
        (
            f"{f.part.kind}:{f.part.key}",
            f.relation.value,
            f"{f.target.kind}:{f.target.key}",
            f.manner,
            f.revision,
        )
        for f in linked(data, name, by)
    ]
