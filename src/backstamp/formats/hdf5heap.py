"""Heaps of an HDF5 file: global ones, and the fractal heaps of dense storage with their B-trees.

Source: "HDF5 File Format Specification Version 3.0", sections III.A.2, III.E and III.G.
"""

from collections.abc import Iterator

from backstamp.core.budget import Budget
from backstamp.core.errors import ReadError
from backstamp.formats.hdf5plain import Plain

_DEPTH = 16
_CHILDREN = 65_536


def heap_objects(plain: Plain, at: int, budget: Budget) -> dict[int, tuple[int, int]]:
    """The spans of the objects of a global heap, by index; each heap is listed once."""
    known = plain.heaps.get(at)
    if known is not None:
        return known
    if plain.signature(at) != b"GCOL":
        raise ReadError(f"no global heap at byte {at}")
    end = min(at + plain.length(at + 8), len(plain.view))
    start = at + 8 + plain.lengths
    found: dict[int, tuple[int, int]] = {}
    while start + 8 + plain.lengths <= end:
        budget.spend_operations()
        index = plain.number(start, 2)
        size = plain.length(start + 8)
        body = start + 8 + plain.lengths
        if index == 0 or body + size > end:
            break
        found[index] = (body, body + size)
        start = body + ((size + 7) & ~7)
    plain.heaps[at] = found
    return found


class Dense:
    """Dense storage: a B-tree of records, each with the id of an object in a fractal heap."""

    __slots__ = ("heap", "plain", "skipped", "tree")

    def __init__(self, plain: Plain, heap: int, tree: int, skipped: int) -> None:
        self.plain = plain
        self.heap = heap
        self.tree = tree
        self.skipped = skipped  # bytes of a record in front of the heap id

    @classmethod
    def of_attributes(cls, plain: Plain, at: int) -> "Dense":
        """Take the dense storage that an attribute info message names."""
        start = at + 2 + (2 if plain.byte(at + 1) & 1 else 0)
        return cls(plain, plain.address(start), plain.address(start + plain.offsets), 0)

    @classmethod
    def of_links(cls, plain: Plain, at: int) -> "Dense":
        """Take the dense storage that a link info message names."""
        start = at + 2 + (8 if plain.byte(at + 1) & 1 else 0)
        return cls(plain, plain.address(start), plain.address(start + plain.offsets), 4)

    def objects(self, budget: Budget) -> Iterator[tuple[int, int]]:
        """Yield the spans of the objects; nothing if the storage is not there."""
        undefined = (1 << (8 * self.plain.offsets)) - 1
        if undefined in (self.heap, self.tree):
            return
        heap = _Fractal(self.plain, self.plain.place(self.heap), budget)
        for record in _records(self.plain, self.plain.place(self.tree), budget):
            span = heap.span(record + self.skipped, budget)
            if span:
                yield span


class _Fractal:
    """A fractal heap's header and the direct blocks that it holds."""

    __slots__ = ("blocks", "huge", "length_width", "offset_width", "plain")

    def __init__(self, plain: Plain, at: int, budget: Budget) -> None:
        if plain.signature(at) != b"FRHP":
            raise ReadError(f"no fractal heap at byte {at}")
        if plain.number(at + 7, 2):
            raise ReadError("fractal heap is compressed")
        self.plain = plain
        managed = plain.number(at + 10, 4)
        start = at + 14 + plain.lengths
        self.huge = plain.address(start)
        start += plain.offsets + plain.lengths + plain.offsets + 8 * plain.lengths
        width = plain.number(start, 2)
        first = plain.length(start + 2)
        largest = plain.length(start + 2 + plain.lengths)
        bits = plain.number(start + 2 + 2 * plain.lengths, 2)
        root_at = start + 6 + 2 * plain.lengths
        rows = plain.number(root_at + plain.offsets, 2)
        self.offset_width = (bits + 7) // 8
        self.length_width = min((largest.bit_length() + 6) // 8, (managed.bit_length() - 1) // 8 + 1)
        self.blocks: list[tuple[int, int, int]] = []  # heap offset, size, place
        root = plain.address(root_at)
        if root != (1 << (8 * plain.offsets)) - 1 and first and width:
            self._list(root, rows, (width, first, largest), budget)

    def _list(self, root: int, rows: int, shape: tuple[int, int, int], budget: Budget) -> None:
        """List the direct blocks under the root, which is one itself if it has no rows."""
        width, first, largest = shape
        stack = [(root, rows, 0, first if not rows else 0)]
        direct_rows = (largest // first).bit_length() + 1
        while stack:
            address, rows, offset, size = stack.pop()
            budget.spend_operations()
            if not rows:
                self.blocks.append((offset, size, self.plain.place(address)))
                continue
            at = self.plain.place(address) + 5 + self.plain.offsets + self.offset_width
            for row in range(min(rows, 64)):
                block = first if row < 2 else first << (row - 1)
                for _ in range(width):
                    if len(self.blocks) + len(stack) > _CHILDREN:
                        raise ReadError("fractal heap has too many blocks")
                    child = self.plain.address(at)
                    at += self.plain.offsets
                    if child != (1 << (8 * self.plain.offsets)) - 1:
                        below = 0 if row < direct_rows else (block // first // width).bit_length()
                        stack.append((child, below, offset, block))
                    offset += block

    def span(self, at: int, budget: Budget) -> tuple[int, int] | None:
        """Where the object with the id at ``at`` lies."""
        plain = self.plain
        kind = plain.byte(at) >> 4 & 3
        if kind == 2:
            return at + 1, at + 2 + (plain.byte(at) & 15)
        if kind == 1:
            return self._huge(plain.number(at + 1, min(plain.lengths, 7)), budget)
        offset = plain.number(at + 1, self.offset_width)
        length = plain.number(at + 1 + self.offset_width, self.length_width)
        budget.spend_operations(1 + len(self.blocks) // 8)
        for begin, size, place in self.blocks:
            if begin <= offset < begin + size:
                start = place + offset - begin
                return start, min(start + length, len(plain.view))
        raise ReadError("heap id leads to no block")

    def _huge(self, wanted: int, budget: Budget) -> tuple[int, int] | None:
        """An object outside the heap: found by its number in a B-tree of its own."""
        plain = self.plain
        mask = (1 << (8 * min(plain.lengths, 7))) - 1
        for record in _records(plain, plain.place(self.huge), budget):
            if plain.length(record + plain.offsets + plain.lengths) & mask == wanted:
                start = plain.place(plain.address(record))
                return start, min(start + plain.length(record + plain.offsets), len(plain.view))
        return None


def _records(plain: Plain, at: int, budget: Budget) -> Iterator[int]:
    """Where each record of a version 2 B-tree begins."""
    if plain.signature(at) != b"BTHD":
        raise ReadError(f"no B-tree at byte {at}")
    size, record, depth = plain.number(at + 6, 4), plain.number(at + 10, 2), plain.number(at + 12, 2)
    root, count = plain.address(at + 16), plain.number(at + 16 + plain.offsets, 2)
    if not record or depth > _DEPTH or size < 16:
        raise ReadError("B-tree of impossible shape")
    if not count:
        return
    most = (size - 10) // record
    number = _bytes_for(most)
    totals, limit = [0], most  # width of the totals of a subtree, by depth
    for _ in range(depth):
        pointer = plain.offsets + number + totals[-1]
        here = (size - 10 - pointer) // (record + pointer)
        limit = (here + 1) * limit + here
        totals.append(_bytes_for(max(1, limit)))
    stack = [(root, count, depth)]
    seen = {root}
    while stack:
        address, count, level = stack.pop()
        node = plain.place(address)
        if plain.signature(node) != (b"BTIN" if level else b"BTLF"):
            raise ReadError(f"no B-tree node at byte {node}")
        budget.spend_operations(1 + count)
        yield from range(node + 6, node + 6 + count * record, record)
        if level:
            pointer = node + 6 + count * record
            for _ in range(count + 1):
                child = plain.address(pointer)
                if child not in seen:
                    seen.add(child)
                    stack.append((child, plain.number(pointer + plain.offsets, number), level - 1))
                pointer += plain.offsets + number + totals[level - 1]


def _bytes_for(most: int) -> int:
    return (most.bit_length() - 1) // 8 + 1
