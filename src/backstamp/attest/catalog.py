"""The rule families about signatures and provenance. They have no readers: their facts are derived.

One sorted line an entry.
"""

from backstamp.core.catalog import Area, FamilyEntry

AREA = Area(
    name="attest",
    readers=(),
    families=(
        FamilyEntry(
            name="suspicion",
            module="backstamp.attest.rules.suspicion",
            facts=("backstamp.attest.suspicion",),
            tree=True,
        ),
    ),
)
