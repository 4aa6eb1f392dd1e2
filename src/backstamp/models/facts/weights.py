"""Facts about weight files: safetensors, GGUF and GGML."""

from backstamp.core.fact import Fact


class WeightsSummary(Fact, frozen=True, kw_only=True):
    """What a weight file says of itself.

    ``dtypes`` counts tensors by element type, most frequent first; ``metadata`` holds short declared
    values (of GGUF the ``general.*`` keys), as text.
    """

    format: str
    version: int
    tensors: int
    parameters: int
    dtypes: tuple[tuple[str, int], ...]
    metadata: tuple[tuple[str, str], ...]


class WeightsFlaw(Fact, frozen=True, kw_only=True):
    """Something in the structure of a weight file which its format forbids.

    ``flaw`` is a word of the format's own list (``Flaw``); ``name`` is the tensor or key concerned.
    """

    format: str
    flaw: str
    name: str
    seen: str


class TensorName(Fact, frozen=True, kw_only=True):
    """A tensor's name that is unlike a dotted path of identifiers; ordinary names are not stated."""

    format: str
    name: str


class MetadataEntry(Fact, frozen=True, kw_only=True):
    """An entry of a file's free metadata that speaks of code; ordinary entries are not stated."""

    format: str
    key: str
    value: str


class TensorSample(Fact, frozen=True, kw_only=True):
    """A few values of one tensor, to be held against those of another model.

    ``name`` is as transformers would have it, ``shape`` has the outermost dimension first. ``digest`` is over
    sampled values as 32-bit floats, so that a lossless cast does not change it; it is empty if they are all
    alike (fresh biases, norms of ones), or if the element type is packed. ``signs`` are ``+``, ``-`` or ``0``
    of sampled values: training further, merging and quantising leave most of them as they were.
    """

    format: str
    name: str
    dtype: str
    shape: tuple[int, ...]
    digest: str
    signs: str
