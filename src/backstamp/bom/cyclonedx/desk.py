"""Where a document is put together: what was written, and the claims that it stands on.

Every field that is written from a value is noted with the object that holds it; once the document is whole,
the notes become ``citations`` (CycloneDX 1.7), grouped by their source.
"""

from backstamp.bom.claims import Evidence
from backstamp.bom.graph import Value
from backstamp.core.finding import shown
from backstamp.core.location import Line, Location
from backstamp.core.supply import Scalar
from backstamp.core.tree import Json, Tree, walk

_MOST_PLACES = 40


class Desk:
    """Notes which field stands on which evidence."""

    def __init__(self) -> None:
        self._notes: list[tuple[Tree, str, Evidence]] = []

    def put(self, holder: Tree, key: str, value: Value) -> None:
        """Write a value as text into a field, with its evidence."""
        holder[key] = written(value.value)
        self.cite(holder, key, value)

    def cite(self, holder: Tree, key: str, value: Value) -> None:
        """Note the evidence for a field; an empty key is the object itself."""
        self._notes.append((holder, key, value.evidence))

    def cite_evidence(self, holder: Tree, key: str, evidence: Evidence) -> None:
        """Note evidence which belongs to no value: that of an edge."""
        self._notes.append((holder, key, evidence))

    def citations(self, document: Tree, timestamp: str, files: dict[str, str], tool: str) -> list[Json]:
        """Write the notes as citations, one for all fields that are known from one file in one way.

        ``files`` are the references of file components by path; ``tool`` is the reference of this software.
        """
        places = {id(value): pointer for pointer, value in walk(document) if isinstance(value, dict)}
        groups: dict[tuple[str, str, float, str], dict[str, str]] = {}
        for holder, key, evidence in self._notes:
            pointer = places.get(id(holder))
            if pointer is None:
                continue
            source = (evidence.path, evidence.method.value, evidence.confidence, evidence.by)
            groups.setdefault(source, {})[f"{pointer}/{key}" if key else pointer] = evidence.locator
        made: list[Json] = []
        for (path, method, confidence, by), found in sorted(groups.items()):
            pointers = sorted(found)
            citation: Tree = {"pointers": [*pointers], "timestamp": timestamp}
            file = files.get(path) or files.get(path.partition("!/")[0])
            citation["attributedTo"] = file or tool
            at = "; ".join(dict.fromkeys(found[p] for p in pointers[:_MOST_PLACES] if found[p]))
            where = f" at {shown(at, 600)}" if at else ""
            what = f"{method} in {shown(path, 300)}{where}" if file else f"{method}: {shown(path, 300)}"
            citation["note"] = f"{what}; confidence {confidence:g}; by {by}"
            made.append(citation)
        return made


def written(value: Scalar) -> str:
    """Write a scalar as documents show it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) and not value.is_integer() else str(_whole(value))


def _whole(value: Scalar) -> Scalar:
    return int(value) if isinstance(value, float) and abs(value) < 2**53 else value


def prop(name: str, value: Scalar) -> Tree:
    """Write a property."""
    return {"name": name, "value": written(value)}


def occurrence(place: Location, symbol: str = "") -> Tree:
    """Write a place as an occurrence of ``evidence``."""
    from backstamp.core.location import joined

    found: Tree = {"location": shown(joined(place.path), 1000)}
    if isinstance(place.where, Line):
        found["line"] = place.where.line
    if symbol:
        found["symbol"] = shown(symbol, 200)
    return found
