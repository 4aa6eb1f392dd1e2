"""Examines many files at once in child processes.

A child that dies (a mapped file cut short, memory gone) costs the files it had, not the scan:
they are tried again one by one, and the one which kills its child is reported as failed.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from backstamp.core.reading import Status
from backstamp.engine.examine import Examination
from backstamp.engine.remember import packed, unpacked
from backstamp.sources.tree import Entry

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

Work = Callable[[Entry], Examination]

_CHUNK_FILES = 64
_CHUNK_BYTES = 32 * 1024 * 1024
_POOL_FILES = 300  # below this a pool costs more than it saves
_POOL_BYTES = 64 * 1024 * 1024
_WEIGHT = 8 * 1024 * 1024  # of a larger file only parts are read


def jobs_for(entries: Sequence[Entry], asked: int) -> int:
    """Choose how many processes to use; ``asked`` is zero for as many as help."""
    if asked == 1 or len(entries) < 2:
        return 1
    most = min(asked or os.cpu_count() or 1, len(entries))
    if asked:
        return most
    size = sum(min(e.size, _WEIGHT) for e in entries)
    return most if len(entries) >= _POOL_FILES or size >= _POOL_BYTES else 1


def in_parallel(
    work: Work, entries: Sequence[Entry], jobs: int, failed: Callable[[Entry, Status, str], Examination]
) -> Iterator[tuple[Entry, Examination]]:
    """Yield each entry with its examination, in the order of the entries."""
    from concurrent.futures.process import BrokenProcessPool

    chunks = list(_chunks(entries))
    done = 0
    while done < len(chunks):
        pool = _processes(jobs)
        try:
            futures = [pool.submit(_chunk, work, chunk) for chunk in chunks[done:]]
            for future in futures:
                results = future.result()
                yield from _paired(chunks[done], results, failed)
                done += 1
        except BrokenProcessPool:
            yield from _one_by_one(work, chunks[done], failed)
            done += 1
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _one_by_one(
    work: Work, chunk: Sequence[Entry], failed: Callable[[Entry, Status, str], Examination]
) -> Iterator[tuple[Entry, Examination]]:
    from concurrent.futures.process import BrokenProcessPool

    for entry in chunk:
        with _processes(1) as pool:
            try:
                results = pool.submit(_chunk, work, [entry]).result()
            except BrokenProcessPool:
                yield entry, failed(entry, Status.FAILED, "the process which examined it died")
                continue
        yield from _paired([entry], results, failed)


def _processes(jobs: int) -> "ProcessPoolExecutor":
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_all_start_methods, get_context

    # Forking takes the loaded modules along; the parent has no threads at this point.
    method = "fork" if "fork" in get_all_start_methods() else "spawn"
    return ProcessPoolExecutor(jobs, mp_context=get_context(method), initializer=_left_to_the_parent)


def _left_to_the_parent() -> None:
    """Let an interrupt end the parent, which then ends its children: one message, not many."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _paired(
    chunk: Sequence[Entry], results: list[bytes], failed: Callable[[Entry, Status, str], Examination]
) -> Iterator[tuple[Entry, Examination]]:
    for entry, data in zip(chunk, results, strict=True):
        yield entry, unpacked(data) or failed(entry, Status.FAILED, "its examination came back damaged")


def _chunk(work: Work, chunk: list[Entry]) -> list[bytes]:
    return [packed(work(entry)) for entry in chunk]


def _chunks(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    chunk: list[Entry] = []
    size = 0
    for entry in entries:
        chunk.append(entry)
        size += min(entry.size, _WEIGHT)
        if len(chunk) >= _CHUNK_FILES or size >= _CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
