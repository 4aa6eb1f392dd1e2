"""PaddlePaddle programs: the operators of a ProgramDesc, by walking its protobuf fields.

Source: paddle/fluid/framework/framework.proto: ProgramDesc {blocks 1, version 4, op_version_map 5};
BlockDesc {idx 1, parent_idx 2, vars 3, ops 4}; OpDesc {inputs 1, outputs 2, type 3, attrs 4}.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget
from backstamp.formats.protobuf import LENGTH, fields_of, text_of

_DEFINED = 5


class Operator(msgspec.Struct, frozen=True):
    """An operator call."""

    name: str
    at: int
    end: int


class Run(msgspec.Struct, frozen=True):
    """A defined field of the program, understood."""

    start: int
    end: int


def parts_of(view: memoryview, size: int, budget: Budget) -> Iterator[Operator | Run]:
    """Yield the parts of a program. Raises ``ReadError`` where it is damaged."""
    for field in fields_of(view, 0, size, budget):
        if field.number == 1 and field.wire == LENGTH:
            for part in fields_of(view, field.start, field.end, budget):
                if part.number != 4 or part.wire != LENGTH:
                    continue
                for own in fields_of(view, part.start, part.end, budget):
                    if own.number == 3 and own.wire == LENGTH:
                        yield Operator(text_of(view, own, 256), part.at, part.end)
        if field.number <= _DEFINED:
            yield Run(field.at, field.end)
