"""The readers and rule families of the models area.

Modules are named, not imported: a format or a family that does not occur is never loaded.
One sorted line an entry.
"""

from backstamp.core.catalog import Area, FamilyEntry, ReaderEntry

_READERS = "backstamp.models.readers."
_RULES = "backstamp.models.rules."
_FACTS = "backstamp.models.facts."
_PRESENT = "backstamp.core.fact"

AREA = Area(
    name="models",
    readers=(
        ReaderEntry(name="notebook", kinds=("notebook",), module=_READERS + "notebook"),
        ReaderEntry(name="pickle", kinds=("pickle",), module=_READERS + "pickle"),
        ReaderEntry(name="pyc", kinds=("marshal", "pyc"), module=_READERS + "pyc"),
        ReaderEntry(name="python", kinds=("python",), module=_READERS + "python"),
        ReaderEntry(name="torchscript", kinds=("torchscript-code",), module=_READERS + "torchscript"),
    ),
    families=(
        FamilyEntry(
            name="bytecode", module=_RULES + "bytecode", facts=(_FACTS + "bytecode", _PRESENT), tree=True
        ),
        FamilyEntry(name="marshal", module=_RULES + "marshal", facts=(_FACTS + "bytecode",)),
        FamilyEntry(name="pickle", module=_RULES + "pickle", facts=(_FACTS + "pickle",)),
        FamilyEntry(name="python", module=_RULES + "python", facts=(_FACTS + "python",)),
        FamilyEntry(name="python-hiding", module=_RULES + "python_hiding", facts=(_FACTS + "python",)),
        FamilyEntry(name="python-theft", module=_RULES + "python_theft", facts=(_FACTS + "python",)),
        FamilyEntry(name="torchscript", module=_RULES + "torchscript", facts=(_FACTS + "python",)),
    ),
)
