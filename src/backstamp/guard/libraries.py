"""The loaders that are guarded, library by library. Only those that exist in an installed version count."""

from collections.abc import Iterator
from functools import cache

from msgspec.structs import replace

from backstamp.guard.calls import Hook, How

_SAFETENSORS = ("torch", "numpy", "flax", "tensorflow", "paddle", "mlx")
_FROM_PRETRAINED = (
    ("transformers.modeling_utils", "PreTrainedModel.from_pretrained"),
    ("transformers.modeling_tf_utils", "TFPreTrainedModel.from_pretrained"),
    ("transformers.modeling_flax_utils", "FlaxPreTrainedModel.from_pretrained"),
    ("transformers.tokenization_utils_base", "PreTrainedTokenizerBase.from_pretrained"),
    ("transformers.processing_utils", "ProcessorMixin.from_pretrained"),
    ("transformers.dynamic_module_utils", "get_class_in_module"),
    ("transformers.configuration_utils", "PreTrainedConfig.get_config_dict"),
    ("transformers.configuration_utils", "PretrainedConfig.get_config_dict"),
)
_ONNX = "onnxruntime.capi.onnxruntime_inference_collection"
_ADAPTERS = ("lora_path", "lora_base", "mmproj_path")


def _hook(module: str, name: str, argument: str = "", how: How = "path", position: int = 0) -> Hook:
    return Hook(module=module, name=name, argument=argument, how=how, position=position)


def _hooks() -> Iterator[Hook]:
    yield _hook("torch.serialization", "load", "f", "stand-in")
    yield _hook("torch.jit._serialization", "load", "f", "stand-in")
    yield _hook("torch.export", "load", "f", "named")
    yield _hook("torch.package.package_importer", "PackageImporter.__init__", "file_or_buffer", position=1)
    yield _hook("joblib.numpy_pickle", "load", "filename", "stand-in")
    yield _hook("pandas.io.pickle", "read_pickle", "filepath_or_buffer", "named")
    yield _hook("skops.io._persist", "load", "file", "stand-in")
    yield _hook("dill._dill", "load", "file")
    yield _hook("gguf.gguf_reader", "GGUFReader.__init__", "path", position=1)
    yield replace(_hook("llama_cpp.llama", "Llama.__init__", "model_path", position=1), others=_ADAPTERS)
    yield _hook("llama_cpp.llama_chat_format", "Llava15ChatHandler.__init__", "clip_model_path", position=1)
    yield replace(_hook(_ONNX, "InferenceSession._create_inference_session"), run="session-of-onnx")
    for module in ("numpy.lib._npyio_impl", "numpy.lib.npyio"):
        yield replace(_hook(module, "load", "file", "stand-in"), only_with=("allow_pickle", 2))
    for module in (
        "keras.src.saving.saving_api",
        "keras.saving.saving_api",
        "tf_keras.src.saving.saving_api",
    ):
        yield _hook(module, "load_model", "filepath", "named")
        yield _hook(module, "load_weights", "filepath", position=1)
    for name in ("load", "load_partial"):
        yield _hook("tensorflow.python.saved_model.load", name, "export_dir")
    yield _hook("safetensors._safetensors_rust", "safe_open", "filename", "stand-in")
    for framework in _SAFETENSORS:
        yield _hook(f"safetensors.{framework}", "load_file", "filename", "stand-in")
    for name in ("cached_files", "cached_file"):
        yield replace(_hook("transformers.utils.hub", name), run="resolving")
    for module, name in _FROM_PRETRAINED:
        yield replace(_hook(module, name), run="session")


@cache
def hooks() -> dict[str, tuple[Hook, ...]]:
    """Give the loaders by the module that they stand in."""
    found: dict[str, list[Hook]] = {}
    for hook in _hooks():
        found.setdefault(hook.module, []).append(hook)
    return {module: tuple(listed) for module, listed in found.items()}
