"""Takes stock of what ``torch.save`` wrote: parameters by count, checkpoints' states, training arguments.

Nothing is unpickled: the symbolic machine follows the program, and what it leaves behind is walked through.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.fact import Fact
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Teller, Trait
from backstamp.formats.pickle import torch_legacy
from backstamp.formats.pickle.contents import Contents, contents_of, name_of
from backstamp.formats.pickle.tensors import Tensor, tensors_in
from backstamp.models.readers.checkpoint_told import arguments_told, checkpoint_told, is_arguments
from backstamp.models.readers.parameter_counts import Entry, count_of
from backstamp.models.readers.stating import MODEL, file_of, label_of

_BY = "torch/1"
_LARGEST = 256 * MIB  # of programs; the numbers of a zip's tensors are members of their own
_LOOK = 64 * 1024
_SIGNS = (b"torch", b"TrainingArguments", b"__torch__")
_MAGIC = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
# What is kept beside the weights to go on training, or is another copy of them.
_WITHOUT = frozenset({
    "optim", "optimizer", "optimizers", "optimiser", "scheduler", "schedulers", "ema", "scaler", "loops",
    "rng",
    "callbacks", "criterion",
})  # fmt: skip
_TRAINING = ("optimizer", "optim", "scheduler", "rng_state", "random_states", "scaler", "global_step")
_COPIES = ("model_ema.", "state_dict.model_ema.")
_ADAPTER_MARKS = ("lora_", ".lora.", "prompt_embeddings", "ia3_")


class TorchStockReader:
    """States what a checkpoint or a model saved by torch holds."""

    name = "torch-stock"
    version = 1
    kinds = frozenset({"pickle"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield counts, then what stands beside the weights."""
        contents = _object_in(blob, budget)
        if contents is None:
            return
        if is_arguments(contents.result):
            yield from arguments_told(blob, contents)
            return
        tensors = {} if _is_of_training(blob, contents) else _of_model(contents, budget)
        if not tensors:
            return
        yield from _counts(blob, tensors, is_legacy=contents.start > 0)
        yield from _architecture(blob, contents)
        yield from checkpoint_told(blob, contents)


READER = TorchStockReader()


def _object_in(blob: Blob, budget: Budget) -> Contents | None:
    """The pickle that holds the object: of a legacy file the fourth, of a zip's member the only one."""
    head = blob.head(_LOOK)
    if len(blob.view) > _LARGEST and _MAGIC not in head[:64]:
        return None
    if not any(sign in head for sign in _SIGNS) and blob.name not in ("data.pkl", "constants.pkl"):
        return None
    first: Contents | None = None
    for number, contents in enumerate(contents_of(blob.view, budget, 4)):
        if number == 0 and contents.result != torch_legacy.MAGIC:
            return contents
        first = contents if number == 3 else None
    return first


def _is_of_training(blob: Blob, contents: Contents) -> bool:
    """Say whether a file only serves to go on training: the state of an optimizer, a scheduler, of chance."""
    if file_of(blob).lower().startswith(_TRAINING):
        return True
    keys = {key for key, _ in contents.pairs(contents.result) if isinstance(key, str)}
    return {"state", "param_groups"} <= keys


def _of_model(contents: Contents, budget: Budget) -> dict[tuple[str, int, tuple[int, ...]], Tensor]:
    """The tensors of the model, those that share their numbers once."""
    found: dict[tuple[str, int, tuple[int, ...]], Tensor] = {}
    for tensor in tensors_in(contents, budget, without=_WITHOUT):
        if not tensor.name.startswith(_COPIES):
            found.setdefault((*tensor.storage, tensor.shape), tensor)
    return found


def _counts(
    blob: Blob, tensors: dict[tuple[str, int, tuple[int, ...]], Tensor], *, is_legacy: bool
) -> Iterator[Fact]:
    tell, place, scope = Teller(_BY, Method.MEASURED, 1.0), blob.whole(), file_of(blob)
    marked = sum(any(m in t.name for m in _ADAPTER_MARKS) for t in tensors.values())
    part = Part(Kind.ADAPTER) if marked * 2 > len(tensors) else MODEL
    count = count_of(
        Entry(f"{n}:{t.name}", t.dtype, t.shape, t.elements) for n, t in enumerate(tensors.values())
    )
    form = "torchscript" if _is_script(blob) else "pytorch legacy" if is_legacy else "pytorch"
    if blob.name != "constants.pkl":
        yield tell.says(place, part, Trait.FORMAT, form)
        yield Teller(_BY, Method.DECLARED, 0.95).says(place, part, Trait.FRAMEWORK, "", name="pytorch")
    elif not count.parameters:
        return
    # A TorchScript file may keep weights in two members: each is counted under its own name.
    scope = f"{scope}!/{blob.name}" if blob.name == "constants.pkl" else scope
    yield tell.says(place, part, Trait.PARAMETERS, count.parameters, scope=scope)
    for dtype, elements in count.elements:
        yield tell.says(place, part, Trait.ELEMENTS, elements, name=dtype, scope=scope)


def _is_script(blob: Blob) -> bool:
    return b"__torch__" in blob.head(_LOOK)


def _architecture(blob: Blob, contents: Contents) -> Iterator[Fact]:
    """A whole module was saved: its class says what it is."""
    name = name_of(contents.result)
    if not name or contents.is_mapping(contents.result) or name.startswith(("torch._utils.", "collections.")):
        return
    plain = ".".join(p for p in name.split(".") if p != "__torch__" and not p.startswith("___torch_mangle_"))
    yield Teller(_BY, Method.DECLARED, 0.9).says(
        blob.whole(), MODEL, Trait.ARCHITECTURE, label_of(plain, 200)
    )
