"""An SPDX document while it is read: its elements by name, and what of them has been read.

Whatever is not read is told at the end, so that nothing of another tool's document is lost in silence.
"""

from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import unquote

from backstamp.core.tree import Json, Tree, escaped, list_at, text_at

_OURS = "urn:spdx.dev:bom-"
_ALWAYS_READ = frozenset({"type", "spdxId", "@id", "creationInfo"})


class Source:
    """Looks up elements, follows relationships, and remembers what was read."""

    def __init__(self, tree: Tree) -> None:
        graph = list_at(tree, "@graph")
        if "@graph" not in tree:
            graph = [{key: value for key, value in tree.items() if key != "@context"}]
        self.graph = graph
        self.by_name: dict[str, Tree] = {}
        self.pointers: dict[str, str] = {}
        for at, value in enumerate(graph):
            self._index(value, f"/@graph/{at}")
        self.taken: dict[int, set[str]] = defaultdict(set)
        self.placed: set[str] = set()
        self.places: dict[str, Tree] = {}
        self.main_info: Tree = {}
        self.level = 0  # how deep what is being read will stand
        self.order = self._ordered()
        self.leaving: dict[str, list[Tree]] = defaultdict(list)
        for name in self.order:
            element = self.by_name[name]
            if "relationshipType" in element:
                self.leaving[self.name_of(element.get("from"))].append(element)

    def _index(self, value: Json, pointer: str) -> None:
        """Find named objects wherever they stand; an inner one counts as an element too."""
        stack = [(value, pointer)]
        while stack:
            value, pointer = stack.pop()
            if isinstance(value, dict):
                name = text_at(value, "spdxId") or text_at(value, "@id")
                if name and name not in self.by_name:
                    self.by_name[name] = value
                    self.pointers[name] = pointer
                stack.extend((each, f"{pointer}/{escaped(key)}") for key, each in value.items())
            elif isinstance(value, list):
                stack.extend((each, f"{pointer}/{at}") for at, each in enumerate(value))

    def _ordered(self) -> list[str]:
        """Name the elements: as the collections list them, then as they stand in the document."""
        listed = [
            name
            for element in self.by_name.values()
            if text_at(element, "type") in {"software_Sbom", "Bom", "SpdxDocument"}
            for name in map(self.name_of, list_at(element, "element"))
            if name in self.by_name
        ]
        standing = [text_at(each, "spdxId") for each in self.graph]
        return list(dict.fromkeys([*listed, *(n for n in standing if n in self.by_name), *self.by_name]))

    # --- looking ---------------------------------------------------------------------------------------

    def name_of(self, value: Json) -> str:
        """Name what a value refers to, or is."""
        if isinstance(value, str):
            return value
        return text_at(value, "spdxId") or text_at(value, "@id")

    def found(self, value: Json) -> Tree:
        """Give the object that a value refers to, or is; an empty one if it is not in the document."""
        return (
            value
            if isinstance(value, dict)
            else self.by_name.get(value, {})
            if isinstance(value, str)
            else {}
        )

    def of_type(self, *kinds: str) -> Iterator[tuple[str, Tree]]:
        """Yield the elements of classes, in order."""
        for name in self.order:
            element = self.by_name[name]
            if text_at(element, "type") in kinds:
                yield name, element

    def relations(self, name: str, *kinds: str) -> Iterator[Tree]:
        """Yield the relationships of types that leave an element and are not read yet."""
        for element in self.leaving.get(name, ()):
            if text_at(element, "relationshipType") in kinds and "to" not in self.taken[id(element)]:
                yield element

    def targets(self, relation: Tree) -> list[str]:
        """Name the ends of a relationship, and count it as read."""
        self.take(relation, "from", "relationshipType", "to")
        return [self.name_of(each) for each in list_at(relation, "to")]

    # --- taking ----------------------------------------------------------------------------------------

    def take(self, thing: Tree, *keys: str) -> None:
        """Count properties as read."""
        self.taken[id(thing)].update(keys)

    def text(self, thing: Tree, key: str) -> str | None:
        """Read a text."""
        value = thing.get(key)
        if not isinstance(value, str):
            return None
        self.take(thing, key)
        return value

    def texts(self, thing: Tree, key: str) -> list[str]:
        """Read a list of texts."""
        values = list_at(thing, key)
        texts = [value for value in values if isinstance(value, str)]
        if key in thing and len(texts) == len(values):
            self.take(thing, key)
            return texts
        return []

    def things(self, thing: Tree, key: str) -> list[Tree]:
        """Read a list of objects; what is read of each is counted apart."""
        self.take(thing, key)
        return [self.found(value) for value in list_at(thing, key)]

    def leftovers(self, thing: Tree) -> list[tuple[str, Json]]:
        """List what of an object was not read: the JSON pointer inside it, and the value."""
        left: list[tuple[str, Json]] = []
        stack: list[tuple[str, Tree]] = [("", thing)]
        while stack:
            pointer, each = stack.pop()
            for key, value in each.items():
                if key in _ALWAYS_READ:
                    continue
                place = f"{pointer}/{escaped(key)}"
                if key not in self.taken[id(each)]:
                    left.append((place, value))
                    continue
                inner = value if isinstance(value, list) else [value]
                for at, child in enumerate(inner):
                    if isinstance(child, dict) and "spdxId" not in child:
                        stack.append((f"{place}/{at}" if isinstance(value, list) else place, child))
        return sorted(left, key=lambda entry: entry[0])

    # --- our own names ---------------------------------------------------------------------------------

    def words(self, name: str) -> tuple[str, str]:
        """Take a name of ours apart: the kind of thing, and what CycloneDX calls it; nothing of others."""
        if not name.startswith(_OURS):
            return "", ""
        kind, _, rest = name.partition("#")[2].partition(":")
        return kind, unquote(rest, errors="surrogatepass")

    def ref_of(self, name: str) -> str | None:
        """Give the ``bom-ref`` of an element: nothing if CycloneDX had none, the name itself of others."""
        kind, rest = self.words(name)
        if not kind:
            return name
        return None if kind.endswith("-at") else rest


def entry(key: str, value: str | None) -> Tree:
    """Make an entry of a dictionary."""
    made: Tree = {"type": "DictionaryEntry", "key": key}
    if value is not None:
        made["value"] = value
    return made
