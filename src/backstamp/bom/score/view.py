"""A CycloneDX document as the scores look at it: its parts by what they are, and how each field is known.

How a field is known comes from the document's citations: those that Backstamp writes begin with the method
("measured in ..."). A field without a citation is asserted: somebody says so.
"""

from collections.abc import Iterator
from functools import cached_property

import msgspec

from backstamp.core.placeholders import is_placeholder
from backstamp.core.supply import Method
from backstamp.core.tree import Json, Tree, list_at, text_at, texts_at, tree_at, trees_at, walk

_MODEL = "machine-learning-model"
_METHODS = {method.value: method for method in Method}


class Hit(msgspec.Struct, frozen=True):
    """A field that answers an element: where it is, and its value as text."""

    pointer: str
    text: str = ""


class Place(msgspec.Struct, frozen=True):
    """A component or service of a document, with its JSON pointer."""

    pointer: str
    tree: Tree

    def field(self, *keys: str) -> Iterator[Hit]:
        """Yield the field at a path of keys, if it is there."""
        found: Json = self.tree
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        if found not in (None, "", [], {}):
            yield Hit(f"{self.pointer}/{'/'.join(keys)}", _shown(found))

    def properties(self, *starts: str) -> Iterator[Hit]:
        """Yield the properties whose name begins with one of these."""
        for at, each in enumerate(list_at(self.tree, "properties")):
            name = text_at(each, "name")
            if name.startswith(starts):
                yield Hit(f"{self.pointer}/properties/{at}", text_at(each, "value"))

    def links(self, *kinds: str) -> Iterator[Hit]:
        """Yield the external references, of these types or of all."""
        for at, each in enumerate(list_at(self.tree, "externalReferences")):
            if not kinds or text_at(each, "type") in kinds:
                yield Hit(f"{self.pointer}/externalReferences/{at}", text_at(each, "url"))


class View:
    """The parts of a document. Ancestors inside a pedigree are no parts: they are another maker's."""

    def __init__(self, document: Tree) -> None:
        self.document = document
        self.root = Place("", document)
        self.metadata = Place("/metadata", tree_at(document, "metadata"))
        self.subject = Place("/metadata/component", tree_at(document, "metadata", "component"))

    @cached_property
    def components(self) -> list[Place]:
        """All components, the subject first, those inside others too."""
        found: list[Place] = []
        stack = [Place(f"/components/{at}", tree) for at, tree in _numbered(self.document, "components")][
            ::-1
        ]
        if self.subject.tree:
            stack.append(self.subject)
        while stack:
            place = stack.pop()
            found.append(place)
            inner = _numbered(place.tree, "components")
            stack += [Place(f"{place.pointer}/components/{at}", tree) for at, tree in inner][::-1]
        return found

    @cached_property
    def models(self) -> list[Place]:
        """The models."""
        return [p for p in self.components if p.tree.get("type") == _MODEL]

    @cached_property
    def datasets(self) -> list[Place]:
        """The datasets: data components that are one, by their data."""
        return [
            place
            for place in self.components
            if place.tree.get("type") == "data"
            and any(text_at(data, "type") == "dataset" for data in list_at(place.tree, "data"))
        ]

    @cached_property
    def libraries(self) -> list[Place]:
        """The libraries, frameworks and containers."""
        return [p for p in self.components if p.tree.get("type") in ("library", "framework", "container")]

    @cached_property
    def software(self) -> list[Hit]:
        """Software with its version: libraries, containers, frameworks of models."""
        found = [
            Hit(f"{place.pointer}/version", text_at(place.tree, "version"))
            for place in self.libraries
            if text_at(place.tree, "version") or text_at(place.tree, "versionRange")
        ]
        for place in self.models:
            found += place.properties("backstamp:framework:")
        return found

    @cached_property
    def edges(self) -> dict[str, str]:
        """For each reference in the dependency graph, or of a model's data: where it stands first."""
        found: dict[str, str] = {}
        for at, each in enumerate(list_at(self.document, "dependencies")):
            if targets := texts_at(each, "dependsOn"):
                for ref in (text_at(each, "ref"), *targets):
                    found.setdefault(ref, f"/dependencies/{at}")
        for model in self.models:
            for data in trees_at(model.tree, "modelCard", "modelParameters", "datasets"):
                place = f"{model.pointer}/modelCard/modelParameters/datasets"
                found.setdefault(text_at(data, "ref"), place)
        found.pop("", None)
        return found

    @cached_property
    def workflows(self) -> list[Place]:
        """The workflows of the formulation."""
        return [
            Place(f"/formulation/{at}/workflows/{inner}", tree)
            for at, formula in _numbered(self.document, "formulation")
            for inner, tree in _numbered(formula, "workflows")
        ]

    @cached_property
    def _methods(self) -> dict[str, Method]:
        found: dict[str, Method] = {}
        for citation in trees_at(self.document, "citations"):
            word = text_at(citation, "note").partition(" ")[0].rstrip(":")
            method = _METHODS.get(word, Method.DECLARED)
            for pointer in texts_at(citation, "pointers"):
                known = found.get(pointer)
                if known is None or method.rank < known.rank:
                    found[pointer] = method
        return found

    def method_of(self, pointer: str) -> Method:
        """Say how a field is known: by its own citation, by one of a field inside it, or by one around it."""
        if method := self._methods.get(pointer):
            return method
        if pointer in self._inner:
            return self._inner[pointer]
        at = pointer
        while at.count("/") > 3:
            at = at.rpartition("/")[0]
            if method := self._methods.get(at):
                return method
        return Method.ASSERTED

    @cached_property
    def _inner(self) -> dict[str, Method]:
        """For each value that holds cited ones: the best of their methods."""
        found: dict[str, Method] = {}
        for pointer, method in self._methods.items():
            at = pointer
            while at:
                at = at.rpartition("/")[0]
                known = found.get(at)
                if known is not None and known.rank <= method.rank:
                    break
                found[at] = method
        return found

    @cached_property
    def refs(self) -> frozenset[str]:
        """All references that the document gives."""
        return frozenset(
            str(value["bom-ref"])
            for _, value in walk(self.document)
            if isinstance(value, dict) and "bom-ref" in value
        )


def is_answer(hit: Hit) -> bool:
    """Say whether a field says something: no placeholder."""
    return not is_placeholder(hit.text) if hit.text else True


def _numbered(tree: Tree, key: str) -> list[tuple[int, Tree]]:
    return [(at, each) for at, each in enumerate(list_at(tree, key)) if isinstance(each, dict)]


def _shown(value: Json) -> str:
    """Write a value as text: of lists and objects that hold texts, those."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return str(value)
    texts = [inner for _, inner in walk(value) if isinstance(inner, str)]
    return " ".join(texts[:20])
