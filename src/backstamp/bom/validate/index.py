"""What the semantic checks of CycloneDX look at: the values of a document, by what they are."""

from collections.abc import Iterator
from datetime import datetime

from backstamp.bom.document import is_link
from backstamp.bom.validate.shape import Shapes, Spot
from backstamp.core.tree import Json, Tree, stepped
from backstamp.knowledge.schemas import SchemaSet

# References that the schema describes in words only, by the definition or property that holds them.
_BY_WORDS = frozenset({
    ("compositions", "assemblies"), ("compositions", "dependencies"), ("compositions", "vulnerabilities"),
    ("affects", "ref"),
})  # fmt: skip
# What the checks look at; all else is walked over and forgotten.
_NAMES = frozenset({"citation", "component", "dependency", "format:date-time", "hash", "license", "service"})
PROSE = frozenset(
    {"author", "copyright", "description", "publisher", "supplier", "text", "url", "version", "name"}
)
_KEYS = PROSE | {"expression", "purl", "versionRange"}
_REFERENCES = frozenset({"refType", "refLinkType"})
_LINKS = frozenset({"bomLink", "bomLinkElementType"})


class Index:
    """One walk over a document, remembered by name of definition and by key."""

    def __init__(self, tree: Tree, schemas: SchemaSet, now: datetime | None = None) -> None:
        self.tree = tree
        self.now = now
        self.license_ids = schemas.license_ids
        self.named: dict[str, list[Spot]] = {}
        self.keyed: dict[str, list[Spot]] = {}
        self.defined: dict[str, list[Spot]] = {}
        self.references: list[Spot] = []
        self.links: list[Spot] = []
        for spot in Shapes(schemas).walked(tree):
            self._add(spot)

    def _add(self, spot: Spot) -> None:
        for name in spot.names & _NAMES:
            self.named.setdefault(name, []).append(spot)
        if spot.key in _KEYS and not isinstance(spot.value, list):
            self.keyed.setdefault(spot.key, []).append(spot)
        if not isinstance(spot.value, str):
            return
        if spot.key == "bom-ref" and _REFERENCES & spot.names:
            self.defined.setdefault(spot.value, []).append(spot)
        elif is_link(spot.value) and (_LINKS | _REFERENCES) & spot.names:
            self.links.append(spot)
        elif _REFERENCES & spot.names or _is_by_words(spot):
            self.references.append(spot)

    def objects(self, name: str) -> Iterator[tuple[Spot, Tree]]:
        """Yield the objects that a definition names."""
        for spot in self.named.get(name, ()):
            if isinstance(spot.value, dict):
                yield spot, spot.value

    def texts(self, key: str) -> Iterator[tuple[Spot, str]]:
        """Yield the texts under a key, those in its list too."""
        for spot in self.keyed.get(key, ()):
            if isinstance(spot.value, str):
                yield spot, spot.value

    def owner(self, ref: str) -> Spot | None:
        """Give the element that has a ``bom-ref``."""
        found = self.defined.get(ref)
        return found[0].owner if found else None


def _is_by_words(spot: Spot) -> bool:
    owner = spot.owner
    if owner is None:
        return False
    return any((name, spot.key) in _BY_WORDS for name in (owner.key, *owner.names))


def value_at(tree: Json, pointer: str) -> bool:
    """Say whether a JSON pointer (RFC 6901) points at a value of a tree."""
    if pointer and not pointer.startswith("/"):
        return False
    for part in pointer.split("/")[1:]:
        if part.replace("~0", "").replace("~1", "").count("~"):
            return False
        try:
            tree = stepped(tree, part)
        except LookupError:
            return False
    return True
