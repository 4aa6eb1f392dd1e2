"""A line of progress on a terminal, for work that takes longer than half a second."""

import sys
import time
from collections.abc import Callable
from typing import TextIO

from backstamp.core.finding import visible

_PATIENCE = 0.5
_PAUSE = 0.1


class Progress:
    """Rewrites one line of a terminal; ``clear`` takes it away again."""

    def __init__(
        self, stream: TextIO | None = None, *, width: int = 80, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream or sys.stderr
        self._width = max(width, 20)
        self._clock = clock
        self._next = clock() + _PATIENCE
        self._is_drawn = False

    def show(self, done: int, total: int, name: str) -> None:
        """Tell how far the work is; draws at most ten times a second."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + _PAUSE
        self._is_drawn = True
        line = f"examined {done:,} of {total:,}  "
        self._stream.write(f"\r\x1b[K{(line + self._tail(name, self._width - 1 - len(line)))}")
        self._stream.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._is_drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._is_drawn = False

    @staticmethod
    def _tail(name: str, room: int) -> str:
        """Keep the end of a path, as far as there is room: two columns for what may be a wide character."""
        kept, used = "", 0
        for char in reversed(visible(name[-200:])):
            used += 1 if char.isascii() else 2
            if used > room:
                break
            kept = char + kept
        return kept
