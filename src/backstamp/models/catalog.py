"""The readers and rule families of the models area.

Modules are named, not imported: a format or a family that does not occur is never loaded.
One sorted line an entry.
"""

from backstamp.core.catalog import Area, FamilyEntry, ReaderEntry

_READERS = "backstamp.models.readers."
_RULES = "backstamp.models.rules."
_FACTS = "backstamp.models.facts."

AREA = Area(
    name="models",
    readers=(
        ReaderEntry(name="pickle", kinds=("pickle",), module=_READERS + "pickle"),
        ReaderEntry(name="python", kinds=("python",), module=_READERS + "python"),
    ),
    families=(
        FamilyEntry(name="pickle", module=_RULES + "pickle", facts=(_FACTS + "pickle",)),
        FamilyEntry(name="python", module=_RULES + "python", facts=(_FACTS + "python",)),
    ),
)
