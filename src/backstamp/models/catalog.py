"""The readers and rule families of the models area.

Modules are named, not imported: a format or a family that does not occur is never loaded.
One sorted line an entry.
"""

from backstamp.core.catalog import BOTH, STOCK, Area, FamilyEntry, ReaderEntry

_READERS = "backstamp.models.readers."
_RULES = "backstamp.models.rules."
_FACTS = "backstamp.models.facts."
_CORE = "backstamp.core.fact"
_STREAMS = ("bzip2", "gzip", "lz4", "lzma", "xz", "zfile", "zlib", "zstd")
_EXECUTABLES = ("elf", "macho", "pe", "script", "wasm")
_PRESENT = "backstamp.core.fact"

AREA = Area(
    name="models",
    readers=(
        ReaderEntry(
            name="rawvalues",
            kinds=(
                "catboost",
                "coreml-weights",
                "mediapipe-graph",
                "paddle-parameters",
                "sentencepiece",
                "tensor-data",
                "tf-checkpoint-data",
                "tf-checkpoint-index",
                "tf-fingerprint",
                "xgboost-binary",
                "xgboost-ubjson",
            ),
            module=_READERS + "rawvalues",
        ),
        ReaderEntry(
            name="tensorflow",
            kinds=("savedmodel", "metagraph", "graphdef"),
            module=_READERS + "tensorflow",
            serves=BOTH,
        ),
        ReaderEntry(name="compressed", kinds=_STREAMS, module=_READERS + "compressed", serves=BOTH),
        ReaderEntry(name="configuration", kinds=("named-targets", "xml"), module=_READERS + "configuration"),
        ReaderEntry(name="coreml", kinds=("coreml",), module=_READERS + "coreml", serves=BOTH),
        ReaderEntry(name="distcp", kinds=("torch-shards",), module=_READERS + "distcp", serves=BOTH),
        ReaderEntry(name="dvc", kinds=("text",), module=_READERS + "dvc", serves=STOCK),
        ReaderEntry(name="encoded", kinds=("encoded", "json"), module=_READERS + "encoded"),
        ReaderEntry(
            name="estimator-stock", kinds=("pickle",), module=_READERS + "estimator_stock", serves=STOCK
        ),
        ReaderEntry(name="executable", kinds=_EXECUTABLES, module=_READERS + "executable"),
        ReaderEntry(name="gguf", kinds=("gguf",), module=_READERS + "gguf", serves=BOTH),
        ReaderEntry(name="gguf-stock", kinds=("gguf",), module=_READERS + "gguf_stock", serves=STOCK),
        ReaderEntry(
            name="graph-stock",
            kinds=("coreml", "savedmodel", "tflite"),
            module=_READERS + "graph_stock",
            serves=STOCK,
        ),
        ReaderEntry(name="hdf5", kinds=("hdf5",), module=_READERS + "hdf5", serves=BOTH),
        ReaderEntry(name="jinja", kinds=("jinja",), module=_READERS + "jinja"),
        ReaderEntry(
            name="keras", kinds=("keras-config", "keras-metadata"), module=_READERS + "keras", serves=BOTH
        ),
        ReaderEntry(name="keras-stock", kinds=("hdf5",), module=_READERS + "keras_stock", serves=STOCK),
        ReaderEntry(name="lfs-pointer", kinds=("lfs-pointer",), module=_READERS + "lfs", serves=BOTH),
        ReaderEntry(name="lightning", kinds=("text",), module=_READERS + "lightning", serves=STOCK),
        ReaderEntry(name="mlflow", kinds=("text",), module=_READERS + "mlflow", serves=STOCK),
        ReaderEntry(name="model-card", kinds=("text",), module=_READERS + "model_card", serves=STOCK),
        ReaderEntry(name="model-json", kinds=("text",), module=_READERS + "model_json", serves=STOCK),
        ReaderEntry(name="licence-text", kinds=("text",), module=_READERS + "licence_text", serves=STOCK),
        ReaderEntry(name="msgpack", kinds=("msgpack",), module=_READERS + "msgpack"),
        ReaderEntry(name="notebook", kinds=("notebook",), module=_READERS + "notebook", serves=BOTH),
        ReaderEntry(name="npy", kinds=("npy",), module=_READERS + "npy"),
        ReaderEntry(name="onnx", kinds=("onnx", "onnx-tensor"), module=_READERS + "onnx", serves=BOTH),
        ReaderEntry(name="onnx-stock", kinds=("onnx",), module=_READERS + "onnx_stock", serves=STOCK),
        ReaderEntry(name="paddle", kinds=("paddle",), module=_READERS + "paddle", serves=BOTH),
        ReaderEntry(name="pickle", kinds=("pickle",), module=_READERS + "pickle", serves=BOTH),
        ReaderEntry(name="pyc", kinds=("marshal", "pyc"), module=_READERS + "pyc"),
        ReaderEntry(name="python", kinds=("python",), module=_READERS + "python"),
        ReaderEntry(name="r-data", kinds=("r-data",), module=_READERS + "rdata"),
        ReaderEntry(name="repository-json", kinds=("json",), module=_READERS + "repository_json"),
        ReaderEntry(name="safetensors", kinds=("safetensors",), module=_READERS + "safetensors", serves=BOTH),
        ReaderEntry(
            name="sentencepiece-stock",
            kinds=("sentencepiece",),
            module=_READERS + "sentencepiece_stock",
            serves=STOCK,
        ),
        ReaderEntry(name="sevenzip", kinds=("sevenzip",), module=_READERS + "sevenzip", serves=BOTH),
        ReaderEntry(name="site-paths", kinds=("site-paths",), module=_READERS + "sitepaths"),
        ReaderEntry(name="skops", kinds=("skops-schema",), module=_READERS + "skops"),
        ReaderEntry(name="tar", kinds=("tar",), module=_READERS + "tar", serves=BOTH),
        ReaderEntry(
            name="tensor-samples",
            kinds=("gguf", "safetensors"),
            module=_READERS + "tensor_samples",
            serves=STOCK,
        ),
        ReaderEntry(name="tflite", kinds=("tflite",), module=_READERS + "tflite", serves=BOTH),
        ReaderEntry(name="torch-stock", kinds=("pickle",), module=_READERS + "torch_stock", serves=STOCK),
        ReaderEntry(
            name="torchscript", kinds=("torchscript-code",), module=_READERS + "torchscript", serves=BOTH
        ),
        ReaderEntry(
            name="weights-stock", kinds=("safetensors",), module=_READERS + "weights_stock", serves=STOCK
        ),
        ReaderEntry(
            name="training-config", kinds=("text",), module=_READERS + "training_config", serves=STOCK
        ),
        ReaderEntry(name="wandb", kinds=("text",), module=_READERS + "wandb", serves=STOCK),
        ReaderEntry(name="training-run", kinds=("json",), module=_READERS + "training_run", serves=STOCK),
        ReaderEntry(name="zip", kinds=("zip",), module=_READERS + "zip", serves=BOTH),
    ),
    families=(
        FamilyEntry(
            name="bytecode", module=_RULES + "bytecode", facts=(_FACTS + "bytecode", _PRESENT), tree=True
        ),
        FamilyEntry(
            name="configuration",
            module=_RULES + "configuration",
            facts=(_FACTS + "configuration", _FACTS + "graph"),
        ),
        FamilyEntry(
            name="executable", module=_RULES + "executable", facts=(_CORE, _FACTS + "executable"), tree=True
        ),
        FamilyEntry(
            name="repository-tree",
            module=_RULES + "repository_tree",
            facts=(_FACTS + "repository", _CORE),
            tree=True,
        ),
        FamilyEntry(name="archive", module=_RULES + "archive", facts=(_FACTS + "archive",)),
        FamilyEntry(name="embedded", module=_RULES + "embedded", facts=(_CORE,)),
        FamilyEntry(name="gguf", module=_RULES + "gguf", facts=(_FACTS + "weights",)),
        FamilyEntry(name="hdf5", module=_RULES + "hdf5", facts=(_FACTS + "hdf5",)),
        FamilyEntry(name="keras", module=_RULES + "keras", facts=(_FACTS + "keras",)),
        FamilyEntry(name="marshal", module=_RULES + "marshal", facts=(_FACTS + "bytecode",)),
        FamilyEntry(name="onnx", module=_RULES + "onnx", facts=(_FACTS + "graph",)),
        FamilyEntry(name="pickle-effects", module=_RULES + "pickle_effects", facts=(_FACTS + "pickle",)),
        FamilyEntry(name="pickle-names", module=_RULES + "pickle_names", facts=(_FACTS + "pickle",)),
        FamilyEntry(name="pickle-structure", module=_RULES + "pickle_structure", facts=(_FACTS + "pickle",)),
        FamilyEntry(name="pickle-unknown", module=_RULES + "pickle_unknown", facts=(_FACTS + "pickle",)),
        FamilyEntry(name="presence", module=_RULES + "presence", facts=(_CORE,)),
        FamilyEntry(name="python", module=_RULES + "python", facts=(_FACTS + "python",)),
        FamilyEntry(name="python-hiding", module=_RULES + "python_hiding", facts=(_FACTS + "python",)),
        FamilyEntry(name="python-origins", module=_RULES + "python_origins", facts=(_FACTS + "python",)),
        FamilyEntry(name="python-theft", module=_RULES + "python_theft", facts=(_FACTS + "python",)),
        FamilyEntry(name="r-data", module=_RULES + "rdata", facts=(_FACTS + "rdata",)),
        FamilyEntry(name="repository", module=_RULES + "repository", facts=(_FACTS + "repository",)),
        FamilyEntry(name="safetensors", module=_RULES + "safetensors", facts=(_FACTS + "weights",)),
        FamilyEntry(name="skops", module=_RULES + "skops", facts=(_FACTS + "skops",)),
        FamilyEntry(name="template", module=_RULES + "template", facts=(_FACTS + "template",)),
        FamilyEntry(name="tensorflow", module=_RULES + "tensorflow", facts=(_FACTS + "graph",)),
        FamilyEntry(name="tflite", module=_RULES + "tflite", facts=(_FACTS + "graph",)),
        FamilyEntry(name="torchscript", module=_RULES + "torchscript", facts=(_FACTS + "python",)),
        FamilyEntry(name="zip", module=_RULES + "zip", facts=(_FACTS + "archive",)),
    ),
    knowledge=("backstamp.knowledge.callables",),
)
