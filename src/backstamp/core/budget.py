"""Budgets: what reading one artifact may cost, whatever its bytes say."""

from backstamp.core.errors import BudgetExceeded

MIB = 1024 * 1024


class Limits:
    """Upper bounds for one top-level artifact and everything nested in it."""

    __slots__ = ("depth", "facts", "inflated", "members", "operations", "window")

    def __init__(
        self,
        *,
        operations: int = 200_000_000,
        inflated: int = 4096 * MIB,
        window: int = 64 * MIB,
        members: int = 200_000,
        depth: int = 16,
        facts: int = 50_000,
    ) -> None:
        self.operations = operations  # steps of any reader's loop
        self.inflated = inflated  # bytes that come out of decompressors, in all
        self.window = window  # bytes of one inflated member that are held in memory
        self.members = members  # members of containers, in all
        self.depth = depth  # containers inside containers
        self.facts = facts  # facts, in all


class Budget:
    """What is left of the limits. Every loop over input spends from it."""

    __slots__ = ("facts", "inflated", "limits", "members", "operations")

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.operations = 0
        self.inflated = 0
        self.members = 0
        self.facts = 0

    def spend_operations(self, count: int = 1) -> None:
        """Account for steps of work. Raises ``BudgetExceeded`` once there were too many."""
        self.operations += count
        if self.operations > self.limits.operations:
            raise BudgetExceeded(f"more than {self.limits.operations:,} operations")

    def spend_inflated(self, count: int) -> None:
        """Account for bytes which came out of a decompressor."""
        self.inflated += count
        if self.inflated > self.limits.inflated:
            raise BudgetExceeded(f"more than {self.limits.inflated:,} bytes decompressed")

    def spend_members(self, count: int = 1) -> None:
        """Account for members of containers."""
        self.members += count
        if self.members > self.limits.members:
            raise BudgetExceeded(f"more than {self.limits.members:,} members")

    def spend_facts(self, count: int = 1) -> None:
        """Account for facts."""
        self.facts += count
        if self.facts > self.limits.facts:
            raise BudgetExceeded(f"more than {self.limits.facts:,} facts")
