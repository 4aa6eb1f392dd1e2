"""Facts about HDF5 files."""

from backstamp.core.fact import Fact


class HdfExternal(Fact, frozen=True, kw_only=True):
    """A reference to another file. ``kind``: ``link``, ``storage`` or ``virtual``."""

    kind: str
    owner: str
    file: str


class HdfLoose(Fact, frozen=True, kw_only=True):
    """Text that speaks of a Keras Lambda, in a file whose structure could not be followed to the end."""

    text: str
