"""The readers and rule families of the models area.

Modules are named, not imported: a format or a family that does not occur is never loaded.
One sorted line an entry.
"""

from backstamp.core.catalog import Area, FamilyEntry, ReaderEntry

_READERS = "backstamp.models.readers."
_RULES = "backstamp.models.rules."
_FACTS = "backstamp.models.facts."
_CORE = "backstamp.core.fact"
_STREAMS = ("bzip2", "gzip", "lz4", "lzma", "xz", "zfile", "zlib", "zstd")
_EXECUTABLES = ("elf", "macho", "pe", "script", "wasm")

AREA = Area(
    name="models",
    readers=(
        ReaderEntry(name="compressed", kinds=_STREAMS, module=_READERS + "compressed"),
        ReaderEntry(name="executable", kinds=_EXECUTABLES, module=_READERS + "executable"),
        ReaderEntry(name="onnx", kinds=("onnx", "onnx-tensor"), module=_READERS + "onnx"),
        ReaderEntry(name="pickle", kinds=("pickle",), module=_READERS + "pickle"),
        ReaderEntry(name="python", kinds=("python",), module=_READERS + "python"),
        ReaderEntry(name="sevenzip", kinds=("sevenzip",), module=_READERS + "sevenzip"),
        ReaderEntry(name="tar", kinds=("tar",), module=_READERS + "tar"),
        ReaderEntry(name="zip", kinds=("zip",), module=_READERS + "zip"),
    ),
    families=(
        FamilyEntry(
            name="executable", module=_RULES + "executable", facts=(_CORE, _FACTS + "executable"), tree=True
        ),
        FamilyEntry(name="archive", module=_RULES + "archive", facts=(_FACTS + "archive",)),
        FamilyEntry(name="embedded", module=_RULES + "embedded", facts=(_CORE,)),
        FamilyEntry(name="onnx", module=_RULES + "onnx", facts=(_FACTS + "graph",)),
        FamilyEntry(name="pickle-effects", module=_RULES + "pickle_effects", facts=(_FACTS + "pickle",)),
        FamilyEntry(name="pickle-names", module=_RULES + "pickle_names", facts=(_FACTS + "pickle",)),
        FamilyEntry(name="pickle-structure", module=_RULES + "pickle_structure", facts=(_FACTS + "pickle",)),
        FamilyEntry(name="pickle-unknown", module=_RULES + "pickle_unknown", facts=(_FACTS + "pickle",)),
        FamilyEntry(name="python", module=_RULES + "python", facts=(_FACTS + "python",)),
        FamilyEntry(name="zip", module=_RULES + "zip", facts=(_FACTS + "archive",)),
    ),
)
