"""Facts about R's serialized objects."""

from backstamp.core.fact import Fact


class RCall(Fact, frozen=True, kw_only=True):
    """A call in the data, once for each distinct one. Fields as in ``formats.rdata.Call``."""

    name: str
    words: tuple[str, ...]
    context: str
    count: int = 1
