"""HDF5 files: attributes that hold text, and references to other files. No dataset is read.

Source: "HDF5 File Format Specification Version 3.0". Read here: superblocks 0 to 3 at any of the places where
one may lie, object headers 1 and 2 with their continuations, groups old (symbol tables) and new (link
messages, dense storage), attributes compact and dense, strings of fixed and variable length.
Everything is bounded by the bytes at hand; an address that leads nowhere is a ``Problem``, not an end.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget
from backstamp.core.errors import BudgetExceeded, ReadError
from backstamp.formats.hdf5heap import Dense, heap_objects
from backstamp.formats.hdf5plain import Plain

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_ELEMENTS = 65_536  # strings of one attribute that are looked at
_MESSAGES = 1_000_000
_EXTERNAL = 64  # link type


class Super(msgspec.Struct, frozen=True):
    """The superblock: where it lies, and where the file it describes ends."""

    at: int
    version: int
    end: int


class Attribute(msgspec.Struct, frozen=True):
    """An attribute of text; ``texts`` are the spans of its strings, wherever they are stored."""

    owner: str
    name: str
    texts: tuple[tuple[int, int], ...]
    at: int
    end: int


class External(msgspec.Struct, frozen=True):
    """A reference to another file; ``kind``: ``link``, ``storage`` (raw data) or ``virtual`` (a dataset)."""

    kind: str
    owner: str
    file: str
    at: int


class Dataset(msgspec.Struct, frozen=True):
    """An array: its sizes and the type of its elements (``f4``, ``i8``, or the number of its class)."""

    owner: str
    shape: tuple[int, ...]
    dtype: str
    at: int


class Problem(msgspec.Struct, frozen=True):
    """A part of the structure that could not be followed."""

    reason: str


Part = Super | Attribute | External | Dataset | Problem


def parts_of(view: memoryview, budget: Budget) -> Iterator[Part]:
    """Yield the parts of a file. Raises ``ReadError`` if there is no superblock, or over budget."""
    plain, root, found = _super_of(view)
    yield found
    stack = [(root, "")]
    seen = {root}
    while stack:
        address, owner = stack.pop()
        budget.spend_operations()
        try:
            for part in _object(plain, address, owner, budget):
                if isinstance(part, tuple):
                    if part[0] not in seen:
                        seen.add(part[0])
                        stack.append(part)
                else:
                    yield part
        except BudgetExceeded:
            raise
        except ReadError as error:
            yield Problem(f'object "{owner or "/"}": {error.message}')


def _super_of(view: memoryview) -> tuple[Plain, int, Super]:
    at = 0
    while at + 8 <= len(view):
        if bytes(view[at : at + 8]) == SIGNATURE:
            break
        at = at * 2 or 512
    else:
        raise ReadError("no HDF5 superblock")
    plain = Plain(view, at, 8, 8)
    version = plain.byte(at + 8)
    if version in (0, 1):
        plain = Plain(view, 0, plain.byte(at + 13), plain.byte(at + 14))
        start = at + (24 if version == 0 else 28)
        end = plain.address(start + 2 * plain.offsets)
        root = plain.address(start + 5 * plain.offsets)
    elif version in (2, 3):
        plain = Plain(view, 0, plain.byte(at + 9), plain.byte(at + 10))
        start = at + 12
        end = plain.address(start + 2 * plain.offsets)
        root = plain.address(start + 3 * plain.offsets)
    else:
        raise ReadError(f"HDF5 superblock of unknown version {version}")
    base = plain.address(start)  # the library counts the end of the file from the file's start all the same
    if base > len(view):
        raise ReadError("base address lies beyond the file")
    return Plain(view, base or 0, plain.offsets, plain.lengths), root, Super(at, version, end)


def _object(plain: Plain, address: int, owner: str, budget: Budget) -> Iterator[Part | tuple[int, str]]:
    """Parts of one object, and the address and path of each object below it."""
    shape: tuple[int, ...] | None = None
    dtype = ""
    for kind, start, end in _messages(plain, plain.place(address), budget):
        match kind:
            case 0x01:
                shape = _sizes(plain, start)
            case 0x03:
                dtype = _dtype(plain, start)
            case 0x0C:
                yield from _attribute(plain, owner, start, end, budget)
            case 0x15:
                for begin, last in Dense.of_attributes(plain, start).objects(budget):
                    yield from _attribute(plain, owner, begin, last, budget)
            case 0x06:
                yield from _link(plain, owner, start, end)
            case 0x02:
                for begin, last in Dense.of_links(plain, start).objects(budget):
                    yield from _link(plain, owner, begin, last)
            case 0x11:
                yield from _symbols(plain, owner, start, budget)
            case 0x07:
                yield from _storage(plain, owner, start, end)
            case 0x08:
                yield from _virtual(plain, owner, start, budget)
    if shape is not None and dtype:
        yield Dataset(owner, shape, dtype, plain.place(address))


def _messages(plain: Plain, at: int, budget: Budget) -> Iterator[tuple[int, int, int]]:
    """Type, start and end of each message of an object header that is stored in place."""
    if plain.signature(at) == b"OHDR":
        flags = plain.byte(at + 5)
        start = at + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
        width = 1 << (flags & 3)
        size = plain.number(start, width)
        blocks = [(start + width, size)]
        yield from _messages_new(plain, blocks, 4 + (2 if flags & 4 else 0), budget)
        return
    if plain.byte(at) != 1:
        raise ReadError(f"no object header at byte {at}")
    blocks = [(at + 16, plain.number(at + 8, 4))]
    seen = set(blocks)
    while blocks:
        start, size = blocks.pop(0)
        end = min(start + size, len(plain.view))
        while start + 8 <= end:
            budget.spend_operations()
            kind, length = plain.number(start, 2), plain.number(start + 2, 2)
            body = start + 8
            if kind == 0x10:
                _follow(plain, body, blocks, seen)
            elif not plain.byte(start + 4) & 2:
                yield kind, body, min(body + length, end)
            start = body + length


def _messages_new(
    plain: Plain, blocks: list[tuple[int, int]], head: int, budget: Budget
) -> Iterator[tuple[int, int, int]]:
    seen = set(blocks)
    while blocks:
        start, size = blocks.pop(0)
        end = min(start + size, len(plain.view))
        if plain.signature(start) == b"OCHK":
            start, end = start + 4, end - 4
        while start + head <= end:
            budget.spend_operations()
            kind, length = plain.byte(start), plain.number(start + 1, 2)
            body = start + head
            if kind == 0x10:
                _follow(plain, body, blocks, seen)
            elif not plain.byte(start + 3) & 2:
                yield kind, body, min(body + length, end)
            start = body + length


def _follow(plain: Plain, body: int, blocks: list[tuple[int, int]], seen: set[tuple[int, int]]) -> None:
    """Queue a continuation block, each once."""
    block = (plain.place(plain.address(body)), plain.number(body + plain.offsets, plain.lengths))
    if block not in seen and len(seen) < _MESSAGES:
        seen.add(block)
        blocks.append(block)


def _attribute(plain: Plain, owner: str, at: int, end: int, budget: Budget) -> Iterator[Part]:
    version = plain.byte(at)
    if version not in (1, 2, 3):
        raise ReadError(f"attribute of unknown version {version}")
    sizes = [plain.number(at + 2 + 2 * i, 2) for i in range(3)]
    start = at + (9 if version == 3 else 8)
    spans = []
    for size in sizes:
        spans.append((start, start + size))
        start += (size + 7) & ~7 if version == 1 else size
    name = plain.text(*spans[0])
    if version > 1 and plain.byte(at + 1) & 1:  # a datatype that lies elsewhere
        yield Problem(f'attribute "{name}" has a shared type')
        return
    kind = plain.byte(spans[1][0]) & 15
    width = plain.number(spans[1][0] + 4, 4)
    count = _count(plain, spans[2][0])
    texts: list[tuple[int, int]] = []
    if kind == 3 and width:
        texts = [(start + i * width, start + (i + 1) * width) for i in range(min(count, _ELEMENTS))]
        texts = [t for t in texts if t[1] <= len(plain.view)]
        budget.spend_operations(len(texts))
    elif kind == 9:
        step = 8 + plain.offsets
        for _ in range(min(count, _ELEMENTS)):
            budget.spend_operations()
            if start + step > end:
                break
            texts.extend(_in_global_heap(plain, start, budget))
            start += step
    if texts:
        yield Attribute(owner, name, tuple(texts), at, end)


def _count(plain: Plain, at: int) -> int:
    count = 1
    for size in _sizes(plain, at):
        count *= size
    return count


def _sizes(plain: Plain, at: int) -> tuple[int, ...]:
    version, rank = plain.byte(at), plain.byte(at + 1)
    if version == 2 and plain.byte(at + 3) == 2:
        return (0,)
    start = at + (8 if version == 1 else 4)
    return tuple(plain.number(start + i * plain.lengths, plain.lengths) for i in range(rank))


def _dtype(plain: Plain, at: int) -> str:
    """Numbers by class and width: ``f4``, ``i8``, ``u1``; other classes by their number."""
    kind, width = plain.byte(at) & 15, plain.number(at + 4, 4)
    if kind == 0:
        return f"{'i' if plain.byte(at + 1) & 8 else 'u'}{width}"
    return f"f{width}" if kind == 1 else f"class {kind}"


def _in_global_heap(plain: Plain, at: int, budget: Budget) -> Iterator[tuple[int, int]]:
    """The span of one string of variable length: its length, heap and index stand at ``at``."""
    length = plain.number(at, 4)
    address = plain.address(at + 4)
    index = plain.number(at + 4 + plain.offsets, 4)
    if not length or address >= len(plain.view):
        return
    found = heap_objects(plain, plain.place(address), budget).get(index)
    if found:
        yield found[0], min(found[0] + length, found[1])


def _link(plain: Plain, owner: str, at: int, end: int) -> Iterator[Part | tuple[int, str]]:
    flags = plain.byte(at + 1)
    start = at + 2
    kind = 0
    if flags & 8:
        kind, start = plain.byte(start), start + 1
    start += (8 if flags & 4 else 0) + (1 if flags & 16 else 0)
    width = 1 << (flags & 3)
    length = plain.number(start, width)
    start += width
    name = plain.text(start, min(start + length, end))
    start += length
    if kind == 0:
        yield plain.address(start), f"{owner}/{name}"[-1024:]
    elif kind == _EXTERNAL:
        size = plain.number(start, 2)
        file = plain.text(start + 3, min(start + 2 + size, end)).partition("\0")[0]
        yield External("link", f"{owner}/{name}", file, at)


def _symbols(plain: Plain, owner: str, at: int, budget: Budget) -> Iterator[Part | tuple[int, str]]:
    """The members of an old group: a B-tree of symbol nodes, names in a local heap."""
    names = _local_heap(plain, plain.address(at + plain.offsets))
    stack = [plain.place(plain.address(at))]
    seen = set(stack)
    while stack:
        node = stack.pop()
        budget.spend_operations()
        signature = plain.signature(node)
        if signature == b"TREE":
            first = node + 8 + 2 * plain.offsets + plain.lengths
            for i in range(plain.number(node + 6, 2)):
                budget.spend_operations()
                child = plain.place(plain.address(first + i * (plain.offsets + plain.lengths)))
                if child not in seen:
                    seen.add(child)
                    stack.append(child)
        elif signature == b"SNOD":
            entry = node + 8
            for _ in range(plain.number(node + 6, 2)):
                budget.spend_operations()
                name = plain.line(names + plain.address(entry))
                if plain.number(entry + 2 * plain.offsets, 4) != 2:  # no soft link
                    yield plain.address(entry + plain.offsets), f"{owner}/{name}"[-1024:]
                entry += 2 * plain.offsets + 24
        else:
            raise ReadError(f"no group node at byte {node}")


def _local_heap(plain: Plain, address: int) -> int:
    at = plain.place(address)
    if plain.signature(at) != b"HEAP":
        raise ReadError(f"no local heap at byte {at}")
    return plain.place(plain.address(at + 8 + 2 * plain.lengths))


def _storage(plain: Plain, owner: str, at: int, end: int) -> Iterator[Part]:
    """External data files: slots of a name in a local heap, an offset and a size."""
    names = _local_heap(plain, plain.address(at + 8))
    start = at + 8 + plain.offsets
    for _ in range(plain.number(at + 6, 2)):
        if start + plain.lengths > end:
            return
        yield External("storage", owner, plain.line(names + plain.number(start, plain.lengths)), at)
        start += 3 * plain.lengths


def _virtual(plain: Plain, owner: str, at: int, budget: Budget) -> Iterator[Part]:
    """A virtual dataset: its first source, as the global heap names it."""
    if plain.byte(at) < 4 or plain.byte(at + 1) != 3:
        return
    index = plain.number(at + 2 + plain.offsets, 4)
    found = heap_objects(plain, plain.place(plain.address(at + 2)), budget).get(index)
    if found:
        file = plain.line(found[0] + 1 + plain.lengths)
        if file != ".":
            yield External("virtual", owner, file, at)
