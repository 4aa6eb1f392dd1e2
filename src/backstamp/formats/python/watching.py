"""How another analysis looks on while the machine walks: it hears of every call by name, and may answer.

The machine knows what runs where and with which values. What a call *means* differs from question to
question: whoever asks another one than the judging rules do (which models does this code use?) brings a
watcher. Without one the machine behaves exactly as if this module did not exist.
"""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from backstamp.formats.python.machine import Machine
    from backstamp.formats.python.values import Const, Items, Pairs, Ref, Value


class Watcher(Protocol):
    """Looks on. What it answers takes the place of what the machine would find; ``None`` leaves it alone."""

    def called(
        self, m: "Machine", callee: "Ref", arguments: "list[Value]", keywords: "dict[str, Value]"
    ) -> "Value | None":
        """Hear that something from outside of the module is called."""
        ...

    def asked(
        self,
        m: "Machine",
        receiver: "Const | Items | Pairs",
        name: str,
        arguments: "list[Value]",
        keywords: "dict[str, Value]",
    ) -> "Value | None":
        """Hear that a method of a known scalar, list or dict is called."""
        ...

    def fetched(self, base: "Const | Pairs", name: str) -> "Value | None":
        """Hear that an attribute of a known scalar or dict is fetched."""
        ...

    def is_known(self, name: str) -> bool:
        """Say whether a name that a star import may have brought is worth keeping."""
        ...
