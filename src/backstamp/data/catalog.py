"""The readers and rule families of the data area. One sorted line an entry."""

from backstamp.core.catalog import Area

_READERS = "backstamp.data.readers."

AREA = Area(
    name="data",
    readers=(),
    families=(),
)
