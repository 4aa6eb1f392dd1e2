"""Reads PaddlePaddle programs: their operators."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Statement
from backstamp.formats import paddle
from backstamp.models.facts.graph import GraphModel, GraphOperator


class PaddleReader:
    """Reads a ProgramDesc (``.pdmodel``)."""

    name = "paddle"
    version = 1
    kinds = frozenset({"paddle"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield statements about a program."""
        counted: dict[str, list[int]] = {}
        for part in paddle.parts_of(blob.view, blob.size, budget):
            if isinstance(part, paddle.Run):
                yield Explained(part.start, part.end)
            else:
                counted.setdefault(part.name, [0, part.at, part.end])[0] += 1
        nodes = sum(count for count, _, _ in counted.values())
        yield GraphModel(place=blob.whole(), format="paddle", nodes=nodes)
        for op, (count, at, end) in counted.items():
            yield GraphOperator(place=blob.at(at, end - at), format="paddle", domain="", op=op, count=count)


READER = PaddleReader()
