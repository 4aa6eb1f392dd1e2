"""Facts about compiled Python: what a ``.pyc`` or marshalled code names and holds."""

from backstamp.core.fact import Fact


class Bytecode(Fact, frozen=True, kw_only=True):
    """The code objects of one file or of one marshalled value.

    ``kind``: ``pyc`` or ``marshal``. ``names`` are the identifiers that the code uses, ``texts`` its
    longer constants, both bounded.
    """

    kind: str
    version: str
    filename: str
    names: tuple[str, ...]
    texts: tuple[str, ...]
