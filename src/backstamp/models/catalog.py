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
        ReaderEntry(name="gguf", kinds=("gguf",), module=_READERS + "gguf"),
        ReaderEntry(name="jinja", kinds=("jinja",), module=_READERS + "jinja"),
        ReaderEntry(name="lfs-pointer", kinds=("lfs-pointer",), module=_READERS + "lfs"),
        ReaderEntry(name="pickle", kinds=("pickle",), module=_READERS + "pickle"),
        ReaderEntry(name="repository-json", kinds=("json",), module=_READERS + "repository_json"),
        ReaderEntry(name="safetensors", kinds=("safetensors",), module=_READERS + "safetensors"),
    ),
    families=(
        FamilyEntry(name="gguf", module=_RULES + "gguf", facts=(_FACTS + "weights",)),
        FamilyEntry(name="pickle", module=_RULES + "pickle", facts=(_FACTS + "pickle",)),
        FamilyEntry(name="presence", module=_RULES + "presence", facts=(_PRESENT,)),
        FamilyEntry(name="repository", module=_RULES + "repository", facts=(_FACTS + "repository",)),
        FamilyEntry(
            name="repository-tree",
            module=_RULES + "repository_tree",
            facts=(_FACTS + "repository", _PRESENT),
            tree=True,
        ),
        FamilyEntry(name="safetensors", module=_RULES + "safetensors", facts=(_FACTS + "weights",)),
        FamilyEntry(name="template", module=_RULES + "template", facts=(_FACTS + "template",)),
    ),
)
