"""The readers and rule families of the software area. One sorted line an entry."""

from backstamp.core.catalog import Area

_READERS = "backstamp.software.readers."

AREA = Area(
    name="software",
    readers=(),
    families=(),
)
