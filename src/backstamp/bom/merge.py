"""Joins CycloneDX documents into one: an AI-BOM with the SBOMs of syft, cdxgen or cyclonedx-py, for example.

1. The first document leads: its subject stays the subject; the subjects of the others become components that
   it depends on, unless they are the same part.
2. Two components are the same part if their purls are equal, else if a SHA-256 of both is, else if kind,
   group, name and version are. A part is written once, with the fields of both.
3. Where both say something and it differs, the first stays, and an annotation names what was against it.
4. References are kept unique: a reference that two documents use for different parts is renamed everywhere in
   the later one. Citations follow the fields that they are about.
5. Nothing of an input is changed; what cannot be placed is an annotation, not silence.
"""

import copy
import hashlib
import json
import uuid
from collections.abc import Iterator

from backstamp.core.finding import shown
from backstamp.core.tree import Json, Tree, list_at, stepped, text_at, texts_at, tree_at, trees_at, walk

_NAMESPACE = uuid.UUID("9a4c7d52-7d0e-5b0b-8f43-6f6f0c7a2e55")
_REF_KEYS = frozenset({"bom-ref", "ref", "attributedTo", "process"})
_REF_LISTS = frozenset({"dependsOn", "provides", "subjects", "assemblies", "dependencies", "vulnerabilities"})
_LISTS = (
    "services",
    "compositions",
    "vulnerabilities",
    "annotations",
    "formulation",
    "externalReferences",
    "properties",
)


def merged(documents: list[Tree], timestamp: str, tool_version: str) -> Tree:
    """Join documents; ``timestamp`` and ``tool_version`` are for the annotations and the tools.

    All must be of CycloneDX 1.5 or later; the result has the highest version among them.
    """
    first = copy.deepcopy(documents[0])
    joiner = _Joiner(first, timestamp, tool_version)
    for number, document in enumerate(documents[1:], 2):
        joiner.add(copy.deepcopy(document), number)
    return joiner.finished()


class _Joiner:
    """The document that grows, with its parts by identity."""

    def __init__(self, first: Tree, timestamp: str, tool_version: str) -> None:
        self.document = first
        self.timestamp = timestamp
        self.tool_version = tool_version
        self.refs = {ref for ref in _refs(first) if ref}
        self.parts: dict[str, Tree] = {}
        for part in _components(first):
            for key in _identities(part):
                self.parts.setdefault(key, part)
        self.moved: dict[int, Tree] = {}  # objects that were joined into others
        self.held: list[Tree] = []  # keeps their ids alive
        self.notes: list[Json] = []
        self.sources = [_citations(first)]

    def add(self, document: Tree, number: int) -> None:
        """Join one more document."""
        _renamed(document, self._clashes(document, number))
        citations = _citations(document)
        self.sources.append(citations)
        renames: dict[str, str] = {}
        self._tools(document, renames)
        subject = tree_at(document, "metadata", "component")
        incoming = ([subject] if subject else []) + [*trees_at(document, "components")]
        for part in incoming:
            kept = self._placed(part, self.document, renames)
            if part is subject:
                self._depends(kept)
        _renamed(document, renames)
        _renamed({"citations": [citation for citation, _ in citations]}, renames)
        self.held.append(document)
        for key in _LISTS:
            self._extend(key, list_at(document, key))
        self._dependencies([*trees_at(document, "dependencies")])
        if str(document.get("specVersion", "")) > str(self.document.get("specVersion", "")):
            self.document["specVersion"] = document["specVersion"]
            if "$schema" in document:
                self.document["$schema"] = document["$schema"]

    def finished(self) -> Tree:
        """Write citations and annotations, and name the document by its content."""
        if self.notes:
            self._extend("annotations", self.notes)
        places = {id(value): pointer for pointer, value in walk(self.document) if isinstance(value, dict)}
        citations: list[Json] = []
        seen: set[str] = set()
        for source in self.sources:
            for citation, targets in source:
                pointers = []
                for holder, rest in targets:
                    at = self.moved.get(id(holder), holder)
                    pointer = places.get(id(at))
                    if pointer is not None and (not rest or _holds(at, rest)):
                        pointers.append(pointer + rest)
                made: Tree = {**citation, "pointers": [*dict.fromkeys(pointers)]}
                same = _text(
                    {key: value for key, value in made.items() if key not in ("timestamp", "bom-ref")}
                )
                if pointers and same not in seen:
                    seen.add(same)
                    citations.append(made)
        if citations:
            self.document["citations"] = citations
        plain = {
            k: v for k, v in self.document.items() if k not in ("serialNumber", "metadata", "annotations")
        }
        text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        self.document["serialNumber"] = (
            f"urn:uuid:{uuid.uuid5(_NAMESPACE, hashlib.sha256(text.encode()).hexdigest())}"
        )
        self.document["version"] = 1
        if isinstance(metadata := self.document.get("metadata"), dict):
            metadata["timestamp"] = self.timestamp
        return self.document

    def _clashes(self, document: Tree, number: int) -> dict[str, str]:
        """New names for references that another document uses already; equal parts are joined later."""
        renames = {}
        for ref in sorted(set(_refs(document)) & self.refs):
            name = f"{ref}#{number}"
            while name in self.refs:
                name += "+"
            renames[ref] = name
        self.refs |= {renames.get(ref, ref) for ref in _refs(document)}
        return renames

    def _placed(self, part: Tree, holder: Tree, renames: dict[str, str]) -> Tree:
        """Join a part into the one that it is, or put it into ``holder``."""
        known = next((self.parts[key] for key in _identities(part) if key in self.parts), None)
        if known is None:
            inside = holder.setdefault("components", [])
            if isinstance(inside, list):
                inside.append(part)
            for inner in (part, *_below(part)):
                for key in _identities(inner):
                    self.parts.setdefault(key, inner)
            return part
        if ref := text_at(part, "bom-ref"):
            if "bom-ref" not in known:
                known["bom-ref"] = ref
            elif known["bom-ref"] != ref:
                renames[ref] = str(known["bom-ref"])
        self._joined(known, part, renames)
        return known

    def _joined(self, known: Tree, part: Tree, renames: dict[str, str]) -> None:
        self.moved[id(part)] = known
        self.held.append(part)
        for inner in [*trees_at(part, "components")]:
            self._placed(inner, known, renames)
        against: list[str] = []
        for key, value in part.items():
            if key in ("bom-ref", "type", "components"):
                continue
            mine = known.get(key)
            if mine in (None, "", [], {}):
                known[key] = value
            elif key != "licenses" and _are_joined(mine, value, self.moved):
                continue
            elif mine != value:
                against.append(f"{key}: {shown(_text(mine), 120)}; against {shown(_text(value), 120)}")
        if against and (ref := text_at(known, "bom-ref")):
            self.notes.append(self._note(ref, "Merged documents disagree on " + ". ".join(against)))

    def _note(self, ref: str, text: str) -> Tree:
        tool: Tree = {"type": "application", "name": "backstamp", "version": self.tool_version}
        return {
            "subjects": [ref],
            "annotator": {"component": tool},
            "timestamp": self.timestamp,
            "text": text,
        }

    def _depends(self, part: Tree) -> None:
        """The subject depends on the subject of a joined document."""
        subject = tree_at(self.document, "metadata", "component")
        one, other = text_at(subject, "bom-ref"), text_at(part, "bom-ref")
        if one and other and one != other:
            self._dependencies([{"ref": one, "dependsOn": [other]}])

    def _dependencies(self, more: list[Tree]) -> None:
        known = {text_at(each, "ref"): each for each in trees_at(self.document, "dependencies")}
        for each in more:
            ref = text_at(each, "ref")
            mine = known.get(ref)
            if mine is None:
                known[ref] = each
                self._extend("dependencies", [each])
                continue
            for key in ("dependsOn", "provides"):
                both = dict.fromkeys([*texts_at(mine, key), *texts_at(each, key)])
                both.pop(ref, None)
                if both:
                    mine[key] = [*both]

    def _extend(self, key: str, more: list[Json]) -> None:
        if more:
            mine = self.document.setdefault(key, [])
            if isinstance(mine, list):
                is_known = key not in ("components", "dependencies")  # those are told apart by identity
                seen = {_spelled(each) for each in mine} if is_known else set()
                mine += [each for each in more if _spelled(each) not in seen]

    def _tools(self, document: Tree, renames: dict[str, str]) -> None:
        """The tools of all documents made this one; the list form of old versions becomes components."""
        metadata = self.document.setdefault("metadata", {})
        if not isinstance(metadata, dict):
            return
        mine: list[Json] = [*_tools_of(metadata)]
        for tool in _tools_of(tree_at(document, "metadata")):
            plain = {key: value for key, value in tool.items() if key != "bom-ref"}
            same = [
                m
                for m in mine
                if isinstance(m, dict) and {k: v for k, v in m.items() if k != "bom-ref"} == plain
            ]
            if not same:
                mine.append(tool)
            elif (ref := text_at(tool, "bom-ref")) and (kept := text_at(same[0], "bom-ref")):
                renames[ref] = kept
        if mine:
            metadata["tools"] = {"components": mine}


def _spelled(value: Json) -> str:
    """Write a value so that equal ones are written equally."""
    return json.dumps(value, sort_keys=True)


def _are_joined(mine: Json, other: Json, moved: dict[int, Tree]) -> bool:
    """Join lists and objects of fields in place, the first before the other; scalars are not joined."""
    if isinstance(mine, list) and isinstance(other, list):
        known = {_spelled(each): each for each in reversed(mine)}
        for each in other:
            same = known.get(_spelled(each))
            if same is None:
                mine.append(each)
                known[_spelled(each)] = each
            elif isinstance(each, dict) and isinstance(same, dict):
                moved[id(each)] = same
        return True
    if not (isinstance(mine, dict) and isinstance(other, dict)):
        return False
    moved[id(other)] = mine
    for key, value in other.items():
        if key == "bom-ref" and key in mine:
            continue
        if key not in mine:
            mine[key] = value
        else:
            _are_joined(mine[key], value, moved)
    return True


def _tools_of(metadata: Tree) -> Iterator[Tree]:
    tools = metadata.get("tools")
    if isinstance(tools, list):
        for tool in trees_at(metadata, "tools"):
            made: Tree = {"type": "application", "name": text_at(tool, "name") or "unknown tool"}
            made.update(
                {key: tool[key] for key in ("version", "hashes", "externalReferences") if key in tool}
            )
            if vendor := text_at(tool, "vendor"):
                made["publisher"] = vendor
            yield made
    else:
        yield from trees_at(tools, "components")


def _refs(document: Tree) -> Iterator[str]:
    for _, value in walk(document):
        if isinstance(value, dict) and isinstance(ref := value.get("bom-ref"), str):
            yield ref


def _components(document: Tree) -> Iterator[Tree]:
    if subject := tree_at(document, "metadata", "component"):
        yield subject
        yield from _below(subject)
    for part in trees_at(document, "components"):
        yield part
        yield from _below(part)


def _below(part: Tree) -> Iterator[Tree]:
    stack = [*trees_at(part, "components")]
    while stack:
        inner = stack.pop()
        yield inner
        stack += trees_at(inner, "components")


def _identities(part: Tree) -> Iterator[str]:
    """What a part is known by, the surest first."""
    if purl := text_at(part, "purl"):
        yield f"purl {purl}"
    kind = text_at(part, "type")
    for digest in trees_at(part, "hashes"):
        if text_at(digest, "alg") == "SHA-256" and kind in ("file", "machine-learning-model", "data"):
            name = text_at(part, "name") if kind == "file" else ""
            yield f"{kind} {text_at(digest, 'content').lower()} {name}"
    if kind != "file" and not purl:
        words = (kind, text_at(part, "group"), text_at(part, "name"), text_at(part, "version"))
        yield "name " + "\0".join(words)


def _renamed(document: Tree, renames: dict[str, str]) -> None:
    """Rename references everywhere in a document."""
    if not renames:
        return
    for _, value in walk(document):
        if not isinstance(value, dict):
            continue
        for key, inner in value.items():
            if key in _REF_KEYS and isinstance(inner, str):
                value[key] = renames.get(inner, inner)
            elif key in _REF_LISTS and isinstance(inner, list):
                value[key] = [renames.get(each, each) if isinstance(each, str) else each for each in inner]


def _citations(document: Tree) -> list[tuple[Tree, list[tuple[Tree, str]]]]:
    """Take citations out of a document, each with the objects that its pointers lead to, and the rest."""
    found = []
    for citation in trees_at(document, "citations"):
        targets = [_followed(document, pointer) for pointer in texts_at(citation, "pointers")]
        found.append((citation, [target for target in targets if target]))
    document.pop("citations", None)
    return found


def _followed(document: Tree, pointer: str) -> tuple[Tree, str] | None:
    """The innermost object on the way of a pointer, and what of the pointer is behind it."""
    at: Json = document
    holder, rest = document, ""
    for word in pointer.split("/")[1:]:
        try:
            at = stepped(at, word)
        except LookupError:
            return None
        holder, rest = (at, "") if isinstance(at, dict) else (holder, f"{rest}/{word}")
    return holder, rest


def _holds(tree: Tree, rest: str) -> bool:
    at: Json = tree
    for word in rest.split("/")[1:]:
        try:
            at = stepped(at, word)
        except LookupError:
            return False
    return True


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
