"""A program that makes models with real libraries, or loads them under the guard. Run by ``test_guard_real``.

``python guarded_program.py make|load|swap|early CASE FOLDER``: prints one line of JSON.

``make`` writes good and other weights beside each other (``FOLDER/good``, ``FOLDER/other``). ``load`` loads
those in ``good`` under the guard and says what it got. ``swap`` puts the other files in their place after
they were checked and before they are loaded. ``early`` installs the guard after the libraries were imported.
"""

import hashlib
import importlib
import importlib.util
import json
import os
import pickle
import shutil
import sys

GOOD, OTHER = 1.0, 2.0


class Case:
    """How to make a model with a number in it, and how to load it and find the number."""

    def __init__(self, needs, make, load):
        self.needs = needs.split()
        self.make = make
        self.load = load


def _torch(folder, value):
    import torch

    torch.save({"w": torch.full((64,), value)}, f"{folder}/a.pt")


def _from_torch(folder, **options):
    import torch

    return torch.load(f"{folder}/a.pt", **options)["w"][0].item()


def _from_torch_file(folder):
    import torch

    with open(f"{folder}/a.pt", "rb") as file:
        return torch.load(file)["w"][0].item()


def _script(folder, value):
    import torch

    class Adds(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.w = torch.nn.Parameter(torch.full((1,), value))

        def forward(self, x):
            return x + self.w

    torch.jit.trace(Adds(), torch.zeros(1)).save(f"{folder}/a.ts")


def _from_script(folder):
    import torch

    return torch.jit.load(f"{folder}/a.ts")(torch.zeros(1)).item()


def _safetensors(folder, value):
    import numpy as np
    from safetensors.numpy import save_file

    save_file({"w": np.full(64, value, dtype=np.float32)}, f"{folder}/a.safetensors")


def _from_safetensors(folder, framework):
    loader = importlib.import_module(f"safetensors.{framework}").load_file
    return float(loader(f"{folder}/a.safetensors")["w"][0])


def _from_safe_open(folder):
    from safetensors import safe_open

    with safe_open(f"{folder}/a.safetensors", framework="np") as file:
        return float(file.get_slice("w")[:1][0])


def _onnx(folder, value, *, external=False):
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = numpy_helper.from_array(np.full(2048, value, dtype=np.float32), "w")
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2048])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2048])],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    more = {"save_as_external_data": True, "location": "a.data", "size_threshold": 0} if external else {}
    onnx.save(model, f"{folder}/a.onnx", **more)


def _from_onnx(folder):
    import numpy as np
    import onnxruntime

    session = onnxruntime.InferenceSession(f"{folder}/a.onnx", providers=["CPUExecutionProvider"])
    session.set_providers(["CPUExecutionProvider"])  # opens the file once more
    return float(session.run(None, {"x": np.zeros(2048, dtype=np.float32)})[0][0])


def _numpy(folder, value):
    import numpy as np

    np.save(f"{folder}/a.npy", np.array([{"w": value}], dtype=object))


def _from_numpy(folder):
    import numpy as np

    return np.load(f"{folder}/a.npy", allow_pickle=True)[0]["w"]


def _joblib(folder, value):
    import joblib
    import numpy as np

    joblib.dump({"w": np.full(64, value)}, f"{folder}/a.joblib")


def _from_joblib(folder, **options):
    import joblib

    return float(joblib.load(f"{folder}/a.joblib", **options)["w"][0])


def _pickle(folder, value):
    with open(f"{folder}/a.pkl", "wb") as file:
        pickle.dump({"w": value}, file)
        pickle.dump("second", file)


def _from_pickle(folder):
    with open(f"{folder}/a.pkl", "rb") as file:
        value = pickle.load(file)["w"]
        return value if pickle.load(file) == "second" else None


def _from_unpickler(folder):
    with open(f"{folder}/a.pkl", "rb") as file:
        one = pickle.Unpickler(file)
        value = one.load()["w"]
        return value if one.load() == "second" else None


def _pandas(folder, value):
    import pandas as pd

    pd.DataFrame({"w": [value]}).to_pickle(f"{folder}/a.pkl.gz")


def _from_pandas(folder):
    import pandas as pd

    return float(pd.read_pickle(f"{folder}/a.pkl.gz")["w"][0])


def _skops(folder, value):
    import numpy as np
    import skops.io

    skops.io.dump({"w": np.full(4, value)}, f"{folder}/a.skops")


def _from_skops(folder):
    import skops.io

    return float(skops.io.load(f"{folder}/a.skops")["w"][0])


def _gguf(folder, value):
    import gguf
    import numpy as np

    writer = gguf.GGUFWriter(f"{folder}/a.gguf", "llama")
    writer.add_tensor("w", np.full(64, value, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _from_gguf(folder):
    import gguf

    return float(gguf.GGUFReader(f"{folder}/a.gguf").tensors[0].data[0])


def _keras(folder, value):
    import keras
    import numpy as np

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.full((1, 1), value)])
    model.save(f"{folder}/a.keras")


def _from_keras(folder):
    import keras

    return float(keras.models.load_model(f"{folder}/a.keras").get_weights()[0][0][0])


def _bert(folder, value, **options):
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=8, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8
    )
    model = BertModel(config)
    with torch.no_grad():
        model.embeddings.word_embeddings.weight.fill_(value)
    model.save_pretrained(folder, **options)
    with open(f"{folder}/words.txt", "w", encoding="ascii") as file:
        file.write("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b"]))
    BertTokenizer(f"{folder}/words.txt").save_pretrained(folder)


def _from_bert(folder):
    from transformers import AutoModel, AutoTokenizer

    AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder)
    return model.embeddings.word_embeddings.weight[1, 0].item()


def _remote_code(folder, value):
    with open(f"{folder}/config.json", "w", encoding="ascii") as file:
        json.dump({"model_type": "own", "auto_map": {"AutoConfig": "configuration_own.OwnConfig"}}, file)
    with open(f"{folder}/configuration_own.py", "w", encoding="ascii") as file:
        file.write(
            "from transformers import PretrainedConfig\n"
            "from .numbers_own import VALUE\n"
            "class OwnConfig(PretrainedConfig):\n"
            "    model_type = 'own'\n"
            "    number = VALUE\n"
        )
    with open(f"{folder}/numbers_own.py", "w", encoding="ascii") as file:
        file.write(f"VALUE = {value}\n")


def _from_remote_code(folder):
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(folder, trust_remote_code=True).number


CASES = {
    "torch": Case("torch", _torch, _from_torch),
    "torch, any pickle": Case("torch", _torch, lambda f: _from_torch(f, weights_only=False)),
    "torch, mapped": Case("torch", _torch, lambda f: _from_torch(f, mmap=True)),
    "torch, a file": Case("torch", _torch, _from_torch_file),
    "torch.jit": Case("torch", _script, _from_script),
    "safetensors.torch": Case("safetensors torch", _safetensors, lambda f: _from_safetensors(f, "torch")),
    "safetensors.numpy": Case("safetensors numpy", _safetensors, lambda f: _from_safetensors(f, "numpy")),
    "safe_open": Case("safetensors numpy", _safetensors, _from_safe_open),
    "onnx": Case("onnx onnxruntime", _onnx, _from_onnx),
    "onnx, external": Case("onnx onnxruntime", lambda f, v: _onnx(f, v, external=True), _from_onnx),
    "numpy": Case("numpy", _numpy, _from_numpy),
    "joblib": Case("joblib numpy", _joblib, _from_joblib),
    "joblib, mapped": Case("joblib numpy", _joblib, lambda f: _from_joblib(f, mmap_mode="r")),
    "pickle": Case("pickle", _pickle, _from_pickle),
    "pickle.Unpickler": Case("pickle", _pickle, _from_unpickler),
    "pandas": Case("pandas", _pandas, _from_pandas),
    "skops": Case("skops", _skops, _from_skops),
    "gguf": Case("gguf", _gguf, _from_gguf),
    "keras": Case("keras torch", _keras, _from_keras),
    "from_pretrained": Case("transformers torch", _bert, _from_bert),
    "from_pretrained, shards": Case(
        "transformers torch", lambda f, v: _bert(f, v, max_shard_size="1KB"), _from_bert
    ),
    "remote code": Case("transformers torch", _remote_code, _from_remote_code),
}


def digests(folder):
    """Give the SHA-256 of the files of a folder by their path."""
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            with open(path, "rb") as file:
                found[path] = hashlib.sha256(file.read()).hexdigest()
    return found


class Swapping:
    """Approvals which put other files in the place of the good ones as soon as the first was approved."""

    algorithm = "sha256"

    def __init__(self, approvals, folder, *, in_place):
        self.approvals = approvals
        self.folder = folder
        self.in_place = in_place
        self.is_done = False

    def approved(self, path, digest):
        answer = self.approvals.approved(path, digest)
        name = os.path.basename(path)
        other = f"{self.folder}/other/{name}"
        if not self.is_done and name.startswith(("a.", "model", "numbers")) and os.path.exists(other):
            self.is_done = True
            if self.in_place:
                with open(other, "rb") as source, open(path, "r+b") as file:
                    file.write(source.read())
                    file.truncate()
            else:
                shutil.copy(other, f"{path}.new")
                os.replace(f"{path}.new", path)
        return answer


def load(case, folder, stage):
    """Load under the guard and say what came out."""
    from backstamp import guard

    with open(f"{folder}/digests.json", encoding="utf-8") as file:
        approvals = guard.listed(json.load(file))
    if stage.startswith("swap"):
        approvals = Swapping(approvals, folder, in_place=stage == "swap-in-place")
    events = []
    if stage == "early":
        also = (
            ("safetensors.torch",)
            if "safetensors" in case.needs and importlib.util.find_spec("torch")
            else ()
        )
        for name in (*case.needs, *also):
            importlib.import_module(name)
    guard.install(approvals, on_event=events.append, copy_below=0 if "large" in sys.argv else 64 << 20)
    try:
        outcome = {"loaded": case.load(f"{folder}/good")}
    except guard.GuardError as error:
        outcome = {"refused": os.path.basename(error.path)}
    seen = sorted({f"{e.loader} {e.decision} {os.path.basename(e.path)}" for e in events})
    return {**outcome, "events": seen}


def main(stage, name, folder):
    """Do what the arguments say."""
    case = CASES[name]
    missing = [each for each in case.needs if importlib.util.find_spec(each) is None]
    if missing:
        print(json.dumps({"missing": missing}))
        return
    if stage == "make":
        for which, value in (("good", GOOD), ("other", OTHER)):
            os.makedirs(f"{folder}/{which}")
            case.make(f"{folder}/{which}", value)
        with open(f"{folder}/digests.json", "w", encoding="utf-8") as file:
            json.dump(digests(f"{folder}/good"), file)
        print(json.dumps({"made": sorted(os.listdir(f"{folder}/good"))}))
    else:
        print(json.dumps(load(case, folder, stage)))


if __name__ == "__main__":
    main(*sys.argv[1:4])
