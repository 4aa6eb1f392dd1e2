"""Facts about skops schemas."""

from backstamp.core.fact import Fact


class SkopsNode(Fact, frozen=True, kw_only=True):
    """A node that loading a skops file makes, once for each distinct one.

    ``loader`` is the kind of node, ``module`` and ``name`` what it imports; for a method, ``method`` is
    its name and ``owner`` what its object really is; ``operand`` are the names given to an operator function.
    """

    loader: str
    module: str
    name: str
    method: str = ""
    owner: str = ""
    operand: tuple[str, ...] = ()
    count: int = 1
