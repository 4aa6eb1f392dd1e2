"""Facts about model graphs of any format: operators, files they name, gates, texts."""

from backstamp.core.fact import Fact


class GraphModel(Fact, frozen=True, kw_only=True):
    """A model: its format, who wrote it, and how many operator calls, graphs and stored tensors it has."""

    format: str
    producer: str = ""
    version: str = ""
    nodes: int = 0
    graphs: int = 0
    tensors: int = 0


class GraphOperator(Fact, frozen=True, kw_only=True):
    """An operator that a model calls, once for each distinct one, at the place of its first call.

    ``is_defined`` says that the model itself defines it (a function). ``texts`` are the constant
    texts of the calls' attributes or inputs, as far as they are known and few.
    """

    format: str
    domain: str
    op: str
    count: int = 1
    is_defined: bool = False
    texts: tuple[str, ...] = ()


class GraphExternalData(Fact, frozen=True, kw_only=True):
    """A file outside the model from which tensors are read, once for each distinct reference.

    ``entries`` are the other keys with their values.
    """

    format: str
    location: str
    tensor: str
    entries: tuple[tuple[str, str], ...] = ()
    count: int = 1


class GraphText(Fact, frozen=True, kw_only=True):
    """Free text that a model carries along for whoever loads it."""

    format: str
    key: str
    text: str


class GraphGate(Fact, frozen=True, kw_only=True):
    """A place near a model's output where a test of the model's input chooses or mixes values.

    ``form`` is ``If``, ``Where`` or ``arithmetic``. ``tests`` are the operators between input and choice,
    ``compares`` those of them that compare. ``feeds_trunk``: the tested input is also the one that the
    weights work on; ``is_reduced``: the test boils the input down to a few values or picks some;
    ``pattern`` is the number of stored values it is held against; ``alternative`` is the number of
    constant values that may be put out, zero if that is computed.
    """

    form: str
    tensor: str
    source: str
    tests: tuple[str, ...]
    compares: tuple[str, ...]
    feeds_trunk: bool
    is_reduced: bool
    pattern: int
    alternative: int


class GraphFault(Fact, frozen=True, kw_only=True):
    """A number that no converter writes. ``kind``: ``index`` beyond its list, ``shape`` that cannot be."""

    format: str
    kind: str
    detail: str


class GraphAsset(Fact, frozen=True, kw_only=True):
    """A file beside a model that the model names, to be read when it is loaded."""

    format: str
    filename: str
