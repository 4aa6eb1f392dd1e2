"""The readers and rule families of the data area. One sorted line an entry."""

from backstamp.core.catalog import STOCK, Area, ReaderEntry

_READERS = "backstamp.data.readers."
_FETCHED = (
    "arrow", "gguf", "hdf5", "npy", "onnx", "parquet", "pickle", "safetensors", "tar", "text",
    "tflite", "zip",
)  # fmt: skip

AREA = Area(
    name="data",
    readers=(
        ReaderEntry(name="citation", kinds=("text",), module=_READERS + "citation", serves=STOCK),
        ReaderEntry(name="columnar", kinds=("arrow", "parquet"), module=_READERS + "columnar", serves=STOCK),
        ReaderEntry(name="croissant", kinds=("json",), module=_READERS + "croissant", serves=STOCK),
        ReaderEntry(name="data-card", kinds=("text",), module=_READERS + "data_card", serves=STOCK),
        ReaderEntry(name="data-descriptor", kinds=("text",), module=_READERS + "descriptors", serves=STOCK),
        ReaderEntry(name="hf-datasets", kinds=("json",), module=_READERS + "hf_datasets", serves=STOCK),
        ReaderEntry(name="hub-cache", kinds=_FETCHED, module=_READERS + "hub_cache", serves=STOCK),
        ReaderEntry(name="rows", kinds=("text", "wide-text"), module=_READERS + "rows", serves=STOCK),
    ),
    families=(),
)
