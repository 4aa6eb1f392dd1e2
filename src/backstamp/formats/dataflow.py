"""Dataflow of a model graph: which values depend on what, and where a test of the input meets the output.

Source of the question: graph backdoors ("ShadowLogic", HiddenLayer 2024; arXiv 2511.00664) add a branch
that looks for a trigger in the input and then puts out stored values instead of computed ones. Laws:

1. Values are followed in the order of the nodes, once forward (what it depends on), once backward
   (what reaches an output without passing weights). Cost is linear in the graph.
2. Shapes are not values: ``Shape`` and ``Size`` cut a dependency.
3. A *gate* is a choice (``If``, ``Where``) or product (``Mul``) near an output, whose test depends on the
   graph's input but on no weights. What a gate means is for rules.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget

_WEIGHTED = frozenset(
    [
        "MatMul",
        "Gemm",
        "Conv",
        "ConvTranspose",
        "ConvInteger",
        "MatMulInteger",
        "QLinearConv",
        "QLinearMatMul",
        "LSTM",
        "GRU",
        "RNN",
        "Attention",
        "MultiHeadAttention",
        "GroupQueryAttention",
        "FusedMatMul",
        "FusedConv",
        "FusedGemm",
        "Einsum",
        "DeformConv",
        "MatMulNBits",
        "TreeEnsembleClassifier",
        "TreeEnsembleRegressor",
        "TreeEnsemble",
        "LinearClassifier",
        "LinearRegressor",
        "SVMClassifier",
        "SVMRegressor",
        "QGemm",
        "DynamicQuantizeLSTM",
    ]
)
_SHAPES = frozenset({"Shape", "Size"})
_COMPARES = frozenset(
    [
        "Equal",
        "Less",
        "Greater",
        "LessOrEqual",
        "GreaterOrEqual",
        "Sign",
        "Clip",
        "Relu",
        "HardSigmoid",
        "Sigmoid",
        "Floor",
        "Ceil",
        "Round",
        "IsNaN",
        "IsInf",
        "Min",
        "Max",
        "Not",
        "Xor",
        "StringNormalizer",
        "RegexFullMatch",
    ]
)
_AGAINST = frozenset(
    [
        "Equal",
        "Less",
        "Greater",
        "LessOrEqual",
        "GreaterOrEqual",
        "Sub",
        "Add",
        "Mul",
        "Div",
        "Max",
        "Min",
        "Xor",
        "Mod",
        "BitwiseXor",
    ]
)
_REDUCES = frozenset(
    [
        "ReduceSum",
        "ReduceMax",
        "ReduceMin",
        "ReduceMean",
        "ReduceProd",
        "ReduceL1",
        "ReduceL2",
        "ReduceSumSquare",
        "ReduceLogSumExp",
        "ArgMax",
        "ArgMin",
        "Gather",
        "GatherND",
        "GatherElements",
        "Slice",
        "GlobalMaxPool",
        "GlobalAveragePool",
        "TopK",
        "Split",
    ]
)
_SLICE = 96  # nodes of a test that are looked at
_CHOICES = frozenset({"If", "Where", "Mul"})


class Op(msgspec.Struct, frozen=True):
    """One operator call; ``elements`` counts the values of a constant that it holds itself."""

    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    bodies: tuple[int, ...]
    elements: int
    at: int
    end: int


class Flow(msgspec.Struct):
    """A graph with the graphs inside it: operator calls by graph number, constants by name."""

    ops: dict[int, list[Op]]
    inputs: dict[int, tuple[str, ...]]
    outputs: dict[int, tuple[str, ...]]
    constants: dict[str, int]


class Gate(msgspec.Struct, frozen=True):
    """A test of the graph's input that meets the output. Fields as in ``facts.graph.GraphGate``."""

    form: str
    tensor: str
    source: str
    tests: tuple[str, ...]
    compares: tuple[str, ...]
    feeds_trunk: bool
    is_reduced: bool
    pattern: int
    alternative: int
    at: int
    end: int


class _Value(msgspec.Struct, frozen=True):
    """What is known of a value: one graph input it depends on, and whether weights lie between."""

    source: str
    weighted: bool
    elements: int  # of a value made of constants alone, else 0


_NOTHING = _Value("", weighted=False, elements=1)


def gates_of(flow: Flow, root: int, budget: Budget) -> Iterator[Gate]:
    """Yield the gates of a graph and the graphs inside it."""
    ordered = _ordered(flow, root, budget)
    if not any(op.op in _CHOICES for op in ordered):
        return
    values = _values(flow, root, ordered, budget)
    trunk = {values[n].source for op in ordered if op.op in _WEIGHTED for n in op.inputs if n in values}
    near = _near_output(flow, root, ordered, budget)
    makers = {name: op for op in ordered for name in op.outputs}
    for op in ordered:
        if op.op in _CHOICES and op.inputs and not near.isdisjoint(op.outputs):
            for test, alternative in _choices(flow, op, values):
                gate = _gate(op, test, alternative, values, makers, budget)
                if gate:
                    yield msgspec.structs.replace(gate, feeds_trunk=gate.source in trunk)


def _ordered(flow: Flow, root: int, budget: Budget) -> list[Op]:
    """All operator calls, those of a body before the call that it belongs to."""
    ordered: list[Op] = []
    stack: list[tuple[int, int]] = [(root, 0)]
    seen = {root}
    while stack:
        graph, index = stack.pop()
        ops = flow.ops.get(graph, [])
        while index < len(ops):
            op = ops[index]
            bodies = [b for b in op.bodies if b not in seen]
            if bodies:
                seen.update(bodies)
                stack.append((graph, index))
                stack.extend((b, 0) for b in bodies)
                break
            budget.spend_operations()
            ordered.append(op)
            index += 1
    return ordered


def _values(flow: Flow, root: int, ordered: list[Op], budget: Budget) -> dict[str, _Value]:
    values = {name: _Value("", weighted=False, elements=max(1, n)) for name, n in flow.constants.items()}
    for name in flow.inputs.get(root, ()):
        values.setdefault(name, _Value(name, weighted=False, elements=0))
    for op in ordered:
        budget.spend_operations(1 + len(op.inputs))
        names = [*op.inputs, *(n for b in op.bodies for n in flow.outputs.get(b, ()))]
        read = [values.get(n, _NOTHING) for n in names if n]
        if op.op in _SHAPES:
            made = _NOTHING
        elif op.op in {"Constant", "ConstantOfShape"}:
            made = _Value("", weighted=False, elements=max(1, op.elements))
        else:
            weighted = op.op in _WEIGHTED or any(v.weighted for v in read)
            source = next((v.source for v in read if v.source), "")
            is_constant = not source and all(v.elements for v in read) and bool(read)
            made = _Value(source, weighted, max(v.elements for v in read) if is_constant else 0)
        for name in op.outputs:
            values[name] = made
    return values


def _near_output(flow: Flow, root: int, ordered: list[Op], budget: Budget) -> set[str]:
    """The values that reach an output without passing weights."""
    near = set(flow.outputs.get(root, ()))
    for op in reversed(ordered):
        budget.spend_operations(1 + len(op.inputs))
        if op.op not in _WEIGHTED and not near.isdisjoint(op.outputs):
            near.update(op.inputs)
            for body in op.bodies:
                near.update(flow.outputs.get(body, ()))
    return near


def _choices(flow: Flow, op: Op, values: dict[str, _Value]) -> Iterator[tuple[str, int]]:
    """Pairs of a test and the number of constant values that it may put out."""
    if op.op == "If":
        made = [[values.get(n, _NOTHING).elements for n in flow.outputs.get(b, ())] for b in op.bodies]
        constant = [max(m) for m in made if m and all(m)]
        if 0 < len(constant) < len(made):
            yield op.inputs[0], max(constant)
    elif op.op == "Where" and len(op.inputs) >= 3:
        made_of = [values.get(n, _NOTHING).elements for n in op.inputs[1:3]]
        if sum(map(bool, made_of)) == 1:
            yield op.inputs[0], max(made_of)
    elif op.op == "Mul" and len(op.inputs) == 2:
        first, second = (values.get(n, _NOTHING) for n in op.inputs)
        if second.weighted or second.elements > 1:
            yield op.inputs[0], second.elements
        if first.weighted or first.elements > 1:
            yield op.inputs[1], first.elements


def _gate(
    op: Op,
    test: str,
    alternative: int,
    values: dict[str, _Value],
    makers: dict[str, Op],
    budget: Budget,
) -> Gate | None:
    value = values.get(test, _NOTHING)
    if value.weighted or not value.source:
        return None
    pattern = 0
    ops: dict[str, None] = {}
    seen = {test}
    stack = [test]
    while stack:
        maker = makers.get(stack.pop())
        budget.spend_operations()
        if maker is None or maker.op in _SHAPES:
            continue
        if maker.op in _WEIGHTED or len(seen) > _SLICE:
            return None
        ops[maker.op] = None
        for name in maker.inputs:
            read = values.get(name, _NOTHING)
            if maker.op in _AGAINST and name in values and read.elements:
                pattern = max(pattern, read.elements)
            if read.source and name not in seen:
                seen.add(name)
                stack.append(name)
    compares = tuple(o for o in ops if o in _COMPARES)
    if not compares:
        return None
    return Gate(
        form="arithmetic" if op.op == "Mul" else op.op,
        tensor=op.outputs[0] if op.outputs else "",
        source=value.source,
        tests=tuple(ops)[:16],
        compares=compares,
        feeds_trunk=False,
        is_reduced=not _REDUCES.isdisjoint(ops),
        pattern=pattern,
        alternative=alternative,
        at=op.at,
        end=op.end,
    )
