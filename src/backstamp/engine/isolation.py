"""Runs readers and rules so that a fault in one costs an artifact, not the scan.

This is one of the three places that may catch every exception: a bug must become coverage
("failed"), never a lost report and never a clean one.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.core.fact import FactBook
from backstamp.core.finding import Detector, Finding
from backstamp.core.reading import Reader, Statement, Status, Unread

T = TypeVar("T")


def guarded(reader: Reader, blob: Blob, budget: Budget) -> Iterator[Statement]:
    """Yield a reader's statements; whatever it raises becomes ``Unread``."""
    try:
        if getattr(reader, "native", False):  # a foreign parser: see engine.native
            from backstamp.engine.native import natively

            yield from natively(reader, blob, budget)
        else:
            yield from reader.read(blob, budget)
    except ReadError as error:
        yield Unread(f"{reader.name}: {error.message}")
    except (RecursionError, MemoryError) as error:
        yield Unread(f"{reader.name}: too deep or too large ({type(error).__name__})", Status.FAILED)
    except Exception as error:  # noqa: BLE001  # a reader's bug is coverage, see above
        yield Unread(f"{reader.name}: internal error {type(error).__name__}", Status.FAILED)


def guarded_rule(detector: Detector, facts: FactBook) -> Iterator[Finding | Unread]:
    """Yield a rule's findings; whatever it raises becomes ``Unread``."""
    try:
        yield from detector.detect(facts)
    except Exception as error:  # noqa: BLE001  # a rule's bug is coverage, see above
        code = detector.RULE.code
        yield Unread(f"rule {code}: internal error {type(error).__name__}", Status.FAILED)


def guarded_file(examination: Callable[[], T], otherwise: Callable[[str], T]) -> T:
    """Run the examination of one file; a fault outside of readers and rules costs that file alone."""
    try:
        return examination()
    except Exception as error:  # noqa: BLE001  # what goes wrong here is coverage, see above
        return otherwise(f"internal error {type(error).__name__}")
