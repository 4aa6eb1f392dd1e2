"""Looks for artifacts in bytes that no reader explained: gaps, prefixes, appended payloads."""

from collections.abc import Iterator, Sequence

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Statement


def embedded_in(blob: Blob, gaps: Sequence[Explained], budget: Budget) -> Iterator[Statement]:
    """Yield what is embedded in the gaps of a blob."""
    return iter(())
