"""Reads shards of distributed PyTorch checkpoints: each zip in them is a member of its own."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.reading import Explained, Member, Statement
from backstamp.formats.distcp import runs_of


class ShardReader:
    """Reads a row of zips."""

    name = "distcp"
    version = 1
    kinds = frozenset({"torch-shards"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Give each zip as a member."""
        budget.spend_operations(1 + (blob.size >> 10))
        for number, (start, end) in enumerate(runs_of(blob.view)):
            budget.spend_operations(1)
            yield Explained(start, end)
            yield Member(blob.part(start, end, f"part {number}.pt"), kinds=("zip",))


READER = ShardReader()
