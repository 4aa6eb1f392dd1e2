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
        ReaderEntry(name="hdf5", kinds=("hdf5",), module=_READERS + "hdf5"),
        ReaderEntry(name="keras", kinds=("keras-config", "keras-metadata"), module=_READERS + "keras"),
        ReaderEntry(name="onnx", kinds=("onnx", "onnx-tensor"), module=_READERS + "onnx"),
        ReaderEntry(name="pickle", kinds=("pickle",), module=_READERS + "pickle"),
        ReaderEntry(
            name="rawvalues",
            kinds=(
                "coreml-weights",
                "sentencepiece",
                "tf-checkpoint-data",
                "tf-checkpoint-index",
                "tf-fingerprint",
            ),
            module=_READERS + "rawvalues",
        ),
        ReaderEntry(
            name="tensorflow", kinds=("savedmodel", "metagraph", "graphdef"), module=_READERS + "tensorflow"
        ),
    ),
    families=(
        FamilyEntry(name="hdf5", module=_RULES + "hdf5", facts=(_FACTS + "hdf5",)),
        FamilyEntry(name="keras", module=_RULES + "keras", facts=(_FACTS + "keras",)),
        FamilyEntry(name="onnx", module=_RULES + "onnx", facts=(_FACTS + "graph",)),
        FamilyEntry(name="pickle", module=_RULES + "pickle", facts=(_FACTS + "pickle",)),
        FamilyEntry(name="tensorflow", module=_RULES + "tensorflow", facts=(_FACTS + "graph",)),
    ),
)
