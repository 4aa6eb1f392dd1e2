"""The rule families about supply graphs. They have no readers: their facts are derived from the graph.

One sorted line an entry.
"""

from backstamp.core.catalog import Area, FamilyEntry

AREA = Area(
    name="bom",
    readers=(),
    families=(
        FamilyEntry(
            name="licence-marks",
            module="backstamp.bom.rules.licence_marks",
            facts=("backstamp.bom.licence_facts",),
            tree=True,
        ),
        FamilyEntry(
            name="lineage",
            module="backstamp.bom.rules.lineage",
            facts=("backstamp.bom.lineage_facts",),
            tree=True,
        ),
        FamilyEntry(
            name="licences",
            module="backstamp.bom.rules.licences",
            facts=("backstamp.bom.licence_facts",),
            tree=True,
        ),
    ),
)
