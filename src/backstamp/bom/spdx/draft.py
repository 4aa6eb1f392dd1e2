"""The SPDX document while it is written: its elements, their names, and what they refer to.

A name is the namespace of the document, the kind of thing, and what CycloneDX calls it: ``component:`` and
the quoted ``bom-ref``; or ``component-at:`` and the JSON pointer of what has none. The same document always
gives the same names.
"""

import hashlib
from urllib.parse import quote

from backstamp.bom.patch import written
from backstamp.core.tree import Json, Tree, list_at, text_at
from backstamp.knowledge.spdx3 import spdx3

INFO = "_:creationInfo"
DOCUMENT, SBOM = "document", "sbom"


class Draft:
    """Collects elements. ``refs`` leads from a ``bom-ref`` to the name of its element."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.namespace = f"urn:spdx.dev:bom-{_uuid_of(tree)}#"
        self.elements: dict[str, Tree] = {}
        self.refs: dict[str, str] = {}
        self.infos: dict[str, Tree] = {}
        self.paths: dict[str, str] = {}  # JSON pointers of CycloneDX, and what stands for the object there

    def name(self, kind: str, thing: Json, path: str) -> str:
        """Give the name of a thing: by its ``bom-ref`` if it has one that is free, else by its place."""
        ref = text_at(thing, "bom-ref")
        name = self.named(kind, ref) if ref and is_text(ref) and ref not in self.refs else ""
        if not name or name in self.elements:
            name = self.named(f"{kind}-at", path)
        else:
            self.refs[ref] = name
        if path.startswith("/"):
            self.paths[path] = name
        return name

    def named(self, kind: str, words: str) -> str:
        """Give the name of a kind of thing in this document."""
        quoted = quote(words, safe="-._~:/@+", errors="surrogatepass")
        return f"{self.namespace}{kind}:{quoted}" if words else f"{self.namespace}{kind}"

    def beside(self, kind: str, name: str, words: str = "") -> str:
        """Give the name of something that belongs to an element, which is a name itself."""
        return f"{self.namespace}{kind}:{name.removeprefix(self.namespace)}{words}"

    def add(self, kind: str, name: str, /, **values: Json) -> Tree:
        """Add an element, and give it; what has no value is left out."""
        element: Tree = {"type": kind, "spdxId": name, "creationInfo": INFO}
        element.update({key: value for key, value in values.items() if value is not None})
        self.elements[name] = element
        return element

    def relate(
        self, source: str, kind: str, targets: list[str], *, family: str = "Relationship", **values: Json
    ) -> Tree:
        """Add a relationship."""
        name, count = self.beside("relationship", source, f"/{kind}"), 1
        while name in self.elements:
            count += 1
            name = self.beside("relationship", source, f"/{kind}/{count}")
        ends: Tree = {"from": source, "relationshipType": kind, "to": list(targets)}
        return self.add(family, name, **ends, **values)

    def info(self, created: Json, by: list[str]) -> str:
        """Give the name of the information who created something, and when."""
        main = self.infos[INFO]
        made: Tree = {"type": "CreationInfo", "created": created, "createdBy": list(by)}
        made["specVersion"] = main["specVersion"]
        for name, held in self.infos.items():
            if {**made, "@id": name} == held:
                return name
        name = f"{INFO}-{hashlib.sha256(written(made).encode()).hexdigest()[:16]}"
        self.infos[name] = {**made, "@id": name}
        return name

    def document(self) -> Tree:
        """Give the document: what was created how first, then the elements by name."""
        collection = self.elements[self.named(SBOM, "")]
        collection["element"] = [
            name
            for name, element in self.elements.items()
            if element is not collection and element["type"] != "SpdxDocument"
        ]
        infos = [self.infos[name] for name in sorted(self.infos)]
        elements = [self.elements[name] for name in sorted(self.elements)]
        return {"@context": spdx3().context, "@graph": [*infos, *elements]}


def _uuid_of(tree: Tree) -> str:
    """Give what the document is told from others by: its serial number and version, else its content."""
    from re import fullmatch

    serial = text_at(tree, "serialNumber").removeprefix("urn:uuid:")
    version = tree.get("version")
    if fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", serial):
        return f"{serial}-{version}" if isinstance(version, int) else serial
    return hashlib.sha256(written(tree).encode()).hexdigest()[:32]


def is_text(value: Json) -> bool:
    """Say whether a value is a text that can be written as UTF-8."""
    return isinstance(value, str) and (value.isascii() or _is_encodable(value))


def _is_encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def said(tree: Json, *keys: str) -> str | None:
    """Give the text at a path of keys; nothing if there is none that SPDX could hold."""
    *way, last = keys
    for key in way:
        tree = tree.get(key) if isinstance(tree, dict) else None
    value = tree.get(last) if isinstance(tree, dict) else None
    return value if isinstance(value, str) and is_text(value) else None


def said_all(tree: Json, *keys: str) -> list[str]:
    """Give the texts of the list at a path of keys; nothing if one of them is no text."""
    values = list_at(tree, *keys)
    texts = [value for value in values if isinstance(value, str) and is_text(value)]
    return texts if len(texts) == len(values) else []


def is_address(value: Json) -> bool:
    """Say whether a value can stand where SPDX wants an address."""
    return (
        is_text(value) and isinstance(value, str) and ":" in value[1:] and not any(c.isspace() for c in value)
    )


def address(tree: Json, key: str) -> str | None:
    """Give the address under a key; nothing if there is none."""
    value = said(tree, key)
    return value if is_address(value) else None
