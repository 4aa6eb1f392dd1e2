"""The readers and rule families of the software area. One sorted line an entry."""

from backstamp.core.catalog import STOCK, Area, ReaderEntry

_READERS = "backstamp.software.readers."

AREA = Area(
    name="software",
    readers=(
        ReaderEntry(name="agents", kinds=("text",), module=_READERS + "agents", serves=STOCK),
        ReaderEntry(name="conda", kinds=("text",), module=_READERS + "conda", serves=STOCK),
        ReaderEntry(name="configurations", kinds=("text",), module=_READERS + "configurations", serves=STOCK),
        ReaderEntry(name="containers", kinds=("text",), module=_READERS + "containers", serves=STOCK),
        ReaderEntry(name="installed", kinds=("text",), module=_READERS + "installed", serves=STOCK),
        ReaderEntry(name="javascript", kinds=("text",), module=_READERS + "javascript", serves=STOCK),
        ReaderEntry(name="mcp", kinds=("text",), module=_READERS + "mcp", serves=STOCK),
        ReaderEntry(name="modelfiles", kinds=("text",), module=_READERS + "modelfiles", serves=STOCK),
        ReaderEntry(name="npm", kinds=("text",), module=_READERS + "npm", serves=STOCK),
        ReaderEntry(name="pyproject", kinds=("text", "python"), module=_READERS + "pyproject", serves=STOCK),
        ReaderEntry(name="python-locks", kinds=("text",), module=_READERS + "python_locks", serves=STOCK),
        ReaderEntry(
            name="requirements", kinds=("text", "wide-text"), module=_READERS + "requirements", serves=STOCK
        ),
        ReaderEntry(
            name="scripts",
            kinds=("notebook", "script", "text", "wide-text"),
            module=_READERS + "scripts",
            serves=STOCK,
        ),
        ReaderEntry(
            name="setuptools", kinds=("text", "python"), module=_READERS + "setuptools", serves=STOCK
        ),
        ReaderEntry(name="usage", kinds=("notebook", "python"), module=_READERS + "usage", serves=STOCK),
    ),
    families=(),
)
