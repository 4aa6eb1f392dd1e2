"""Runs a command and says what it cost: processor seconds and peak memory of it and its children."""

import os
import statistics
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass

# ru_maxrss is in KiB on Linux and in bytes on macOS.
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Cost:
    """What one command took. ``code`` is ``None`` if it was stopped at its time limit."""

    code: int | None
    processor: float
    memory: int
    output: str = ""

    @property
    def is_finished(self) -> bool:
        """The command came to its end by itself."""
        return self.code is not None


def measured(
    command: Sequence[str], *, environment: dict[str, str], folder: str, limit: float = 120.0
) -> Cost:
    """Run a command to its end or to the limit, in wall seconds."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        stopped = threading.Event()
        timer = threading.Timer(limit, _stop, (process.pid, stopped))
        timer.start()
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(
        code=None if stopped.is_set() else process.returncode,
        processor=usage.ru_utime + usage.ru_stime,
        memory=usage.ru_maxrss * _MAXRSS_UNIT,
        output=output,
    )


def _stop(group: int, stopped: threading.Event) -> None:
    stopped.set()
    os.killpg(group, 9)


def median(costs: Sequence[Cost]) -> Cost:
    """Take the median of processor time and of memory, each by itself."""
    return Cost(
        code=None if any(not c.is_finished for c in costs) else costs[-1].code,
        processor=statistics.median(c.processor for c in costs),
        memory=int(statistics.median(c.memory for c in costs)),
        output=costs[-1].output,
    )


def total(costs: Sequence[Cost]) -> Cost:
    """Add up commands which did one job in parts."""
    return Cost(
        code=None if any(not c.is_finished for c in costs) else 0,
        processor=sum(c.processor for c in costs),
        memory=max((c.memory for c in costs), default=0),
    )
