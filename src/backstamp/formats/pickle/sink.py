"""What the machine tells while it runs: the events of a load, in order."""

from typing import Protocol

from backstamp.formats.pickle.values import Glob


class Sink(Protocol):
    """Takes the events. Values are the machine's own and may change later: look at them at once."""

    def imported(self, at: int, glob: Glob, written: tuple[str, str]) -> None:
        """``find_class`` returns a global; ``written`` is the name before the mapping of old protocols."""
        ...

    def called(
        self,
        at: int,
        op: str,
        callee: object,
        args: tuple[object, ...],
        keywords: tuple[tuple[str, object], ...],
        via: tuple[str, ...],
    ) -> None:
        """Something is called, by an opcode or by a function that calls what it is given."""
        ...

    def built(self, at: int, target: object, state: object) -> None:
        """BUILD sets the state of something."""
        ...

    def filled(self, at: int, op: str, target: object, items: list[object]) -> None:
        """Items are put into something that is no plain container."""
        ...

    def persistent(self, at: int, pid: object) -> None:
        """``persistent_load`` is asked for an id."""
        ...

    def hashed(self, at: int, key: object) -> None:
        """An object that is no plain value is hashed."""
        ...

    def odd(self, at: int, kind: str, detail: str) -> None:
        """Something that no pickler writes."""
        ...
