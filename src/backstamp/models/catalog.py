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
    readers=(ReaderEntry(name="pickle", kinds=("pickle",), module=_READERS + "pickle"),),
    families=(
        FamilyEntry(name="pickle-effects", module=_RULES + "pickle_effects", facts=(_FACTS + "pickle",)),
        FamilyEntry(name="pickle-names", module=_RULES + "pickle_names", facts=(_FACTS + "pickle",)),
        FamilyEntry(name="pickle-structure", module=_RULES + "pickle_structure", facts=(_FACTS + "pickle",)),
        FamilyEntry(name="pickle-unknown", module=_RULES + "pickle_unknown", facts=(_FACTS + "pickle",)),
    ),
)
