"""Runs a reader so that its fault costs one artifact, not the scan.

This is one of the three places that may catch every exception: a reader's bug must become
coverage ("failed"), never a lost report and never a clean one.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.core.reading import Reader, Statement, Status, Unread


def guarded(reader: Reader, blob: Blob, budget: Budget) -> Iterator[Statement]:
    """Yield a reader's statements; whatever it raises becomes ``Unread``."""
    try:
        yield from reader.read(blob, budget)
    except ReadError as error:
        yield Unread(f"{reader.name}: {error.message}")
    except (RecursionError, MemoryError) as error:
        yield Unread(f"{reader.name}: too deep or too large ({type(error).__name__})", Status.FAILED)
    except Exception as error:  # a reader's bug is coverage, see above
        yield Unread(f"{reader.name}: internal error {type(error).__name__}", Status.FAILED)
