"""Judges several files at once, as a scan of a folder does."""

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget
from backstamp.core.fact import Fact, FactBook
from backstamp.engine.examine import examine, judged


def tree_codes(files: dict[str, bytes]) -> list[tuple[str, str]]:
    """The findings of a folder: rule code and path, sorted, each once."""
    found: set[tuple[str, str]] = set()
    facts: list[Fact] = []
    for name, data in files.items():
        examination = examine(Blob(data, path=(name,)), budget=Budget())
        found |= {(f.rule, "!/".join(f.place.path)) for f in examination.findings}
        facts += examination.facts
    found |= {(f.rule, "!/".join(f.place.path)) for f in judged(FactBook(facts), tree=True)[0]}
    return sorted(found)
