"""The readers and rule families of the software area. One sorted line an entry."""

from backstamp.core.catalog import STOCK, Area, ReaderEntry

_READERS = "backstamp.software.readers."

AREA = Area(
    name="software",
    readers=(
        ReaderEntry(name="usage", kinds=("notebook", "python"), module=_READERS + "usage", serves=STOCK),
    ),
    families=(),
)
