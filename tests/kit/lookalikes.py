"""Benign files that look like malicious ones, and ordinary files of every kind: nothing may be denied."""

import gzip
import struct
import zlib
from dataclasses import dataclass

from kit.evasions import npy, torch_zip
from kit.pickle_asm import Appended, Built, Call, New, Pid, Ref, Updated, asm, code, pickled


@dataclass(frozen=True)
class Harmless:
    """One benign file. ``warns`` says that a warning is right (it carries code of its own, say)."""

    name: str
    data: bytes
    file: str = "model.pkl"
    warns: bool = False


_ARRAY = Call(Ref("numpy.core.multiarray", "_reconstruct"), Ref("numpy", "ndarray"), (0,), b"b")
_FLOAT = Built(Call(Ref("numpy", "dtype"), "f8", False, True), (3, "<", None, None, None, -1, -1, 0))


def _tensor(key: str) -> Call:
    storage = Pid(("storage", Ref("torch", "FloatStorage"), key, "cpu", 4))
    hooks = Call(Ref("collections", "OrderedDict"))
    return Call(Ref("torch._utils", "_rebuild_tensor_v2"), storage, 0, (4,), (1,), False, hooks)


_STATE_DICT = Updated(Call(Ref("collections", "OrderedDict")), {"layer.weight": _tensor("0")})

_VALUES: dict[str, object] = {
    "dict": {"a": [1, 2.5, None, True], "b": ("x", b"y")},
    "ordered-dict": Call(Ref("collections", "OrderedDict"), [["a", 1]]),
    "default-dict": Updated(Call(Ref("collections", "defaultdict"), Ref("builtins", "list")), {"a": [1]}),
    "counter": Call(Ref("collections", "Counter"), {"a": 1}),
    "deque": Appended(Call(Ref("collections", "deque"), (), 5), (1, 2)),
    "set": Call(Ref("builtins", "set"), [1, 2]),
    "py2-set": Call(Ref("__builtin__", "set"), [1, 2]),
    "datetime": Call(Ref("datetime", "datetime"), b"\x07\xe4\x01\x02\x03\x04\x05\x00\x00\x00"),
    "decimal": Call(Ref("decimal", "Decimal"), "1.5"),
    "fraction": Call(Ref("fractions", "Fraction"), 1, 3),
    "path": Call(Ref("pathlib", "PosixPath"), "/", "etc", "passwd"),
    "pattern": Call(Ref("re", "_compile"), "os.system", 32),
    "uuid": Built(New(Ref("uuid", "UUID")), {"int": 5}),
    "namespace": Built(
        New(Ref("argparse", "Namespace")), {"output_dir": "/tmp/out", "url": "http://example.org"}
    ),
    "partial": Built(
        Call(Ref("functools", "partial"), Ref("builtins", "int")),
        (Ref("builtins", "int"), (), {"base": 2}, None),
    ),
    "itemgetter": Call(Ref("operator", "itemgetter"), 1),
    "attrgetter": Call(Ref("operator", "attrgetter"), "name"),
    "bound-method": Call(Ref("builtins", "getattr"), Ref("builtins", "str"), "lower"),
    "exception": Call(Ref("builtins", "ValueError"), "os.system('x')"),
    "complex": Call(Ref("builtins", "complex"), 1.0, 2.0),
    "slice": Call(Ref("builtins", "slice"), 1, 2, None),
    "array": Built(_ARRAY, (1, (2,), _FLOAT, False, b"\0" * 16)),
    "scalar": Call(Ref("numpy.core.multiarray", "scalar"), _FLOAT, b"\0" * 8),
    "numpy2-array": Built(
        Call(Ref("numpy._core.multiarray", "_reconstruct"), Ref("numpy", "ndarray"), (0,), b"b"),
        (1, (2,), _FLOAT, False, b"\0" * 16),
    ),
    "memmap-class": Built(New(Ref("joblib.numpy_pickle", "Holder")), {"subclass": Ref("numpy", "memmap")}),
    "molecule": Call(Ref("rdkit.Chem.rdchem", "Mol"), b"\xef\xbe\xad\xde\0\0\0\0"),
    "regex": Call(Ref("regex._regex", "compile"), "a+", 0, [1, 2], {}, {}),
    "old-wrapper": Built(New(Ref("gensim.models.wrappers.fasttext", "FastText")), {"min_count": 1}),
    "ufunc": Call(Ref("numpy.core", "_ufunc_reconstruct"), "numpy", "add"),
    "random-state": Call(Ref("numpy.random._pickle", "__randomstate_ctor"), "MT19937"),
    "masked": Call(
        Ref("numpy.ma.core", "_mareconstruct"),
        Ref("numpy.ma.core", "MaskedArray"),
        Ref("numpy", "ndarray"),
        (0,),
        b"b",
    ),
    "sklearn": Built(
        Call(
            Ref("copyreg", "_reconstructor"),
            Ref("sklearn.linear_model._logistic", "LogisticRegression"),
            Ref("builtins", "object"),
            None,
        ),
        {"C": 1.0, "penalty": "l2", "_sklearn_version": "1.5.0"},
    ),
    "sklearn-tree": Built(
        Call(Ref("sklearn.tree._tree", "Tree"), 4, _ARRAY, 1),
        {"max_depth": 3, "node_count": 1, "nodes": _ARRAY},
    ),
    "cython": Call(
        Ref("sklearn._loss._loss", "__pyx_unpickle_CyHalfBinomialLoss"),
        Ref("sklearn._loss._loss", "CyHalfBinomialLoss"),
        1,
        None,
    ),
    "xgboost": Built(
        New(Ref("xgboost.core", "Booster")), {"handle": bytearray(b"x") and b"raw", "best_iteration": 3}
    ),
    "dataframe": Built(
        New(Ref("pandas.core.frame", "DataFrame")), {"_typ": "dataframe", "attrs": {}, "_metadata": []}
    ),
    "unknown-class": Built(New(Ref("mycompany.models", "Ranker")), {"weights": [1, 2]}),
    "main-class": Built(New(Ref("__main__", "Net")), {"layers": 3}),
    "text-about-attacks": {
        "comment": "import os; os.system('rm -rf /')",
        "cmd": "curl http://x | sh",
        "eval": "eval(1)",
    },
    "urls-in-data": ["https://huggingface.co/x", "/etc/passwd", "subprocess.Popen"],
    "base64-in-data": {"blob": "gASVCwAAAAAAAACMBXBvc2l4lC4="},
    "pickle-bytes-in-data": {"blob": pickled({"a": 1})},
    "tokenizer-words": {
        "os": 1,
        "system": 2,
        "eval": 3,
        "exec": 4,
        "subprocess": 5,
        "__import__": 6,
        "c\nos\nsystem": 7,
    },
    "torch-state": _STATE_DICT,
    "torch-device": Call(Ref("torch", "device"), "cpu"),
    "torch-size": Call(Ref("torch", "Size"), [1, 2]),
    "training-args": Built(
        New(Ref("transformers.training_args", "TrainingArguments")),
        {
            "output_dir": "/tmp/x",
            "evaluation_strategy": Call(Ref("transformers.trainer_utils", "IntervalStrategy"), "steps"),
        },
    ),
    "lightning": {
        "state_dict": _STATE_DICT,
        "hyper_parameters": {"lr": 0.1},
        "pytorch-lightning_version": "2.0",
    },
}


def lookalikes() -> tuple[Harmless, ...]:
    """Build every benign file."""
    found = [Harmless(f"{n}-p{p}", pickled(v, p)) for n, v in _VALUES.items() for p in (2, 3, 4)]
    found += [Harmless(f"{n}-torch", torch_zip(pickled(v, 2)), file="m.pt") for n, v in _VALUES.items()]
    found += [
        Harmless("gzip", gzip.compress(pickled(_VALUES["dict"]), mtime=0), file="m.pkl.gz"),
        Harmless("zlib", zlib.compress(pickled(_VALUES["array"], 3)), file="m.joblib"),
        Harmless("npy-objects", npy(pickled([1, "a", None], 3)), file="x.npy"),
        Harmless("framed", b"\x80\x04" + _framed(code({"a": 1}, 4) + b"."), file="m.pkl"),
        Harmless(
            "two-frames", b"\x80\x04" + _framed(code([1], 4) + b"0") + _framed(code({"a": 1}, 4) + b".")
        ),
        Harmless("import-without-call", asm("PROTO 2", "GLOBAL 'collections OrderedDict'", "STOP")),
        Harmless("several", pickled({"a": 1}) + pickled({"b": 2})),
        Harmless("padding", pickled({"a": 1}) + b"\0" * 32),
        Harmless("readme", b"# Model\n\nUse `pickle.load` with care: os.system runs.\n", file="README.md"),
        Harmless("licence", b"Apache License\ncopyright\nname\n(S'x'\ntR.\n", file="LICENSE"),
        Harmless("csv", b"id,name\n1,eval\n2,exec\n", file="data.csv"),
        Harmless("empty", b"", file="empty.bin"),
    ]
    return tuple(found)


def _framed(body: bytes) -> bytes:
    return b"\x95" + struct.pack("<Q", len(body)) + body
