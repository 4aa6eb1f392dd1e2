"""The readers and rule families of the data area. One sorted line an entry."""

from backstamp.core.catalog import STOCK, Area, ReaderEntry

_READERS = "backstamp.data.readers."

AREA = Area(
    name="data",
    readers=(
        ReaderEntry(name="columnar", kinds=("arrow", "parquet"), module=_READERS + "columnar", serves=STOCK),
        ReaderEntry(name="rows", kinds=("text", "wide-text"), module=_READERS + "rows", serves=STOCK),
    ),
    families=(),
)
