"""Writes what all components have: identity, licences, hashes, links, where they were found."""

from collections.abc import Callable, Iterator

from backstamp.bom.addresses import iri_of
from backstamp.bom.assemble import BY as ASSEMBLY
from backstamp.bom.assemble import Assembly
from backstamp.bom.claims import Evidence
from backstamp.bom.cyclonedx.desk import Desk, occurrence, prop
from backstamp.bom.cyclonedx.licences import licence_properties, licences_of
from backstamp.bom.graph import Edge, SupplyGraph, Value
from backstamp.bom.homes import joined_path
from backstamp.bom.inventory import FileRecord
from backstamp.bom.purls import purl_of, range_of
from backstamp.core.location import Location, joined
from backstamp.core.supply import Kind, Method, Part, Relation, Trait, is_commit, is_hub_name
from backstamp.core.tree import Json, Tree

TYPES = {
    Kind.SYSTEM: "application",
    Kind.MODEL: "machine-learning-model",
    Kind.ADAPTER: "machine-learning-model",
    Kind.TOKENIZER: "data",
    Kind.TEMPLATE: "data",
    Kind.DATASET: "data",
    Kind.LIBRARY: "library",
    Kind.SERVICE: "application",
    Kind.PROMPT: "data",
    Kind.AGENT: "application",
    Kind.TOOL: "application",
    Kind.RUN: "application",
    Kind.HARDWARE: "device",
    Kind.PARTY: "application",
    Kind.FILE: "file",
}
_LINKS = {
    "card": "documentation", "vcs": "vcs", "website": "website", "paper": "documentation",
    "download": "distribution", "documentation": "documentation", "demo": "website",
    "issues": "issue-tracker", "dataset": "distribution", "license": "license", "citation": "citation",
    "chat": "chat", "release": "release-notes",
}  # fmt: skip
_TECHNIQUES = {
    Method.ATTESTED: "attestation",
    Method.MEASURED: "binary-analysis",
    Method.DECLARED: "manifest-analysis",
    Method.DERIVED: "other",
    Method.PARSED: "other",
    Method.ASSERTED: "other",
}
_COUNTED = frozenset({Trait.SPLIT, Trait.ROWS})  # a file's number that its split has too is said once
_MOST_OCCURRENCES = 100
# A part is found where something says that it uses, loads, trains on or starts from it.
_FINDING = (
    Relation.USES, Relation.DEPENDS_ON, Relation.CONSUMED, Relation.TRAINED_ON, Relation.TESTED_ON,
    Relation.DERIVED_FROM,
)  # fmt: skip


class Writer:
    """What writing components needs: the graph, the files, the desk, the version of the format."""

    def __init__(
        self, assembly: Assembly, desk: Desk, spec: str, withheld: frozenset[str] = frozenset()
    ) -> None:
        self.withheld = withheld
        self.assembly = assembly
        self.graph: SupplyGraph = assembly.graph
        self.desk = desk
        self.spec = spec
        self.files: dict[str, str] = {}  # references of file components by path
        self.refs_of_files = _refs_of(assembly)
        self.ancestors: set[Part] = set()  # those that were written whole already

    def is_elsewhere(self, part: Part) -> bool:
        """Say whether a part is written inside another component: a model's tokenizer, a base model."""
        if part.kind in (Kind.TOKENIZER, Kind.TEMPLATE):
            holders = self.graph.edges_to(part, Relation.CONTAINS)
            if any(edge.part.kind in (Kind.MODEL, Kind.ADAPTER) for edge in holders):
                return True
        return not self.is_listed(part)

    def is_listed(self, part: Part) -> bool:
        """Say whether a part is a component of its own; what is only known as an ancestor is not."""
        if part == self.graph.subject or part.key.startswith("."):
            return True
        if self.graph.subject.kind is Kind.SYSTEM and part.kind is not Kind.TOKENIZER:
            return True  # a system stands on the bases of its models too
        edges = self.graph.edges_to(part)
        is_parent = any(edge.relation is Relation.DERIVED_FROM for edge in edges)
        return not edges or any(
            edge.relation is not Relation.DERIVED_FROM
            and not (is_parent and edge.part.kind is Kind.RUN and edge.relation is Relation.CONSUMED)
            for edge in edges
        )

    def cite_key(self, part: Part, holder: Tree, field: str) -> None:
        """Cite a field that follows from the name of a part: by whoever speaks of the part under it."""
        edges = self.graph.edges_to(part) or self.graph.edges_from(part)
        found = [e for edge in edges for e in edge.evidence[:1] if e.by != ASSEMBLY]
        found = found or [value.evidence for value in self.graph.values.get(part, ())]
        if found:
            self.desk.cite_evidence(holder, field, min(found, key=lambda e: (*e.strength, e.path)))

    def evidences(self) -> Iterator[Evidence]:
        """Yield all evidence that the graph stands on."""
        for values in self.graph.values.values():
            for value in values:
                yield from (claim.evidence for claim in value.claims)
        for edge in self.graph.edges:
            yield from edge.evidence


def component_of(part: Part, writer: Writer) -> Tree:
    """Write the common fields of a component."""
    graph, desk = writer.graph, writer.desk
    made: Tree = {"type": TYPES[part.kind], "bom-ref": graph.ref(part)}
    if part.key.startswith("oci:"):
        made["type"] = "container"
    _identity(part, made, writer)
    if value := graph.first(part, Trait.DESCRIPTION):
        desk.put(made, "description", value)
    _wanted(part, made, writer)
    _producers(part, made, writer)
    if hashes := [*_hashes(part, writer)]:
        made["hashes"] = [*hashes]
    if choices := licences_of(part, writer.graph, desk):
        made["licenses"] = [*choices]
    add_properties(made, licence_properties(part, graph, desk))
    if named := graph.first(part, Trait.IDENTIFIER, "purl"):
        desk.put(made, "purl", named)
    elif hub := hub_identity(part, graph):
        if purl := purl_of(Part(part.kind, f"huggingface:{hub.value}"), graph.text(part, Trait.REVISION)):
            made["purl"] = purl
            desk.cite(made, "purl", hub)
    else:
        pin = pin_of(part, graph)
        version = graph.text(part, Trait.REVISION) or graph.text(part, Trait.VERSION)
        if purl := purl_of(part, version or (pin.revision if pin else "")):
            made["purl"] = purl
            writer.cite_key(part, made, "purl")
    if links := [*_links(part, writer)]:
        made["externalReferences"] = [*links]
    if evidence := _evidence(part, writer):
        made["evidence"] = evidence
    if graph.first(part, Trait.DIGEST, "tree") and "hashes" in made:
        add_properties(
            made, [prop("backstamp:hash-of", "lines of digest, two blanks and path of its files, by path")]
        )
    if tags := list(dict.fromkeys(str(v.value) for v in graph.all(part, Trait.TAG))):
        made["tags"] = [*tags]
    return made


def hub_identity(part: Part, graph: SupplyGraph) -> Value | None:
    """The name of what lies here on the hub that it was loaded from, if its cache or download tells."""
    found = graph.first(part, Trait.IDENTIFIER, "huggingface") if part.key.startswith(".") else None
    return found if found and is_hub_name(str(found.value)) else None


def file_component(record: FileRecord, writer: Writer, home: str) -> Tree:
    """Write a file with its digest, named below the component that holds it."""
    path = joined(record.path)
    made: Tree = {"type": "file", "bom-ref": writer.refs_of_files[record]}
    made["name"] = (
        joined_path(record.path).removeprefix(f"{home}/").removeprefix(f"{home.rpartition('/')[0]}/")
    )
    if record.digest:
        digest: Tree = {"alg": "SHA-256", "content": record.digest.hex}
        made["hashes"] = [digest]
        evidence = Evidence(
            place=Location(record.path),
            digest=record.digest,
            method=Method.MEASURED,
            confidence=1.0,
            by="digest/1",
        )
        writer.desk.cite_evidence(digest, "", evidence)
    made["properties"] = [prop("backstamp:size", record.size)]
    if record.reason:
        made["properties"] = [*_listed(made), prop("backstamp:unread", record.reason)]
    writer.files.setdefault(path, str(made["bom-ref"]))
    return made


def _refs_of(assembly: Assembly) -> dict[FileRecord, str]:
    """Name every file once: archives may hold two members of one name, and ``a!`` may be a folder."""
    refs: dict[FileRecord, str] = {}
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for record in assembly.inventory.files:
        if record in refs:
            continue
        plain = ref = f"file:{joined(record.path)}"
        while ref in taken:
            counts[plain] = counts.get(plain, 1) + 1
            ref = f"{plain}#{counts[plain]}"
        taken.add(ref)
        refs[record] = ref
    return refs


def add_properties(made: Tree, properties: list[Tree]) -> None:
    """Add properties behind those that are there."""
    if properties:
        made["properties"] = [*_listed(made), *properties]


def _listed(made: Tree) -> list[Json]:
    found = made.get("properties")
    return found if isinstance(found, list) else []


def _identity(part: Part, made: Tree, writer: Writer) -> None:
    graph, desk = writer.graph, writer.desk
    world, _, key = part.key.partition(":")
    name = graph.first(part, Trait.NAME)
    if world == "huggingface":
        group, _, made["name"] = key.rpartition("/")
        if group:
            made["group"] = group
        writer.cite_key(part, made, "name")
        if name and str(name.value) not in (key, made["name"]):
            title = prop("backstamp:title", name.value)
            desk.cite(title, "", name)
            add_properties(made, [title])
    elif hub := hub_identity(part, graph):
        group, _, made["name"] = str(hub.value).rpartition("/")
        desk.cite(made, "name", hub)
        if group:
            made["group"] = group
    elif name:
        desk.put(made, "name", name)
    else:
        made["name"] = _plain_name(part)
        writer.cite_key(part, made, "name")
    version = graph.first(part, Trait.VERSION) or graph.first(part, Trait.REVISION)
    revision = graph.first(part, Trait.REVISION)
    chosen = revision if revision and is_commit(str(revision.value)) else version
    if chosen:
        desk.put(made, "version", chosen)
    elif pin := pin_of(part, graph):
        made["version"] = pin.revision
        desk.cite_evidence(made, "version", pin.evidence[0])
    elif tree := (graph.first(part, Trait.DIGEST, "sha256") or graph.first(part, Trait.DIGEST, "tree")):
        # Nothing names the version: the bytes do.
        made["version"] = f"sha256:{tree.value}"
        desk.cite(made, "version", tree)


def pin_of(part: Part, graph: SupplyGraph) -> Edge | None:
    """The edge that pins what is elsewhere to a revision, if all that pin it agree."""
    if part.key.startswith("."):
        return None
    pins = [edge for edge in graph.edges_to(part) if edge.revision]
    return pins[0] if len({edge.revision for edge in pins}) == 1 else None


def _plain_name(part: Part) -> str:
    """A name for a part that nobody names: what is in its key."""
    key = part.key.partition(":")[2] or part.key
    if "#" in key:
        return key.rpartition("#")[2] or part.kind.value
    return key.partition("@")[0] or part.kind.value


def _wanted(part: Part, made: Tree, writer: Writer) -> None:
    """The versions asked for, where none is fixed: a range (1.7), which external parts alone have."""
    wanted = writer.graph.first(part, Trait.RANGE)
    if wanted is None or "version" in made:
        return
    found = range_of(part, str(wanted.value))
    if found and writer.spec != "1.6":
        made["versionRange"] = found
        made["isExternal"] = True
        writer.desk.cite(made, "versionRange", wanted)
    else:
        said = prop("backstamp:version-range", wanted.value)
        writer.desk.cite(said, "", wanted)
        add_properties(made, [said])


def _producers(part: Part, made: Tree, writer: Writer) -> None:
    graph, desk = writer.graph, writer.desk
    if value := graph.first(part, Trait.PRODUCER):
        entity: Tree = {}
        desk.put(entity, "name", value)
        made["manufacturer" if part.kind is not Kind.LIBRARY else "supplier"] = entity
    authors: list[Json] = []
    for value in graph.all(part, Trait.AUTHOR):
        author: Tree = {}
        desk.put(author, "name", value)
        authors.append(author)
    if authors:
        made["authors"] = authors


def _hashes(part: Part, writer: Writer) -> Iterator[Tree]:
    names = {"sha256": "SHA-256", "sha512": "SHA-512", "sha384": "SHA-384", "sha1": "SHA-1", "md5": "MD5",
             "blake3": "BLAKE3", "blake2b": "BLAKE2b-512"}  # fmt: skip
    seen: set[tuple[str, str]] = set()
    for value in writer.graph.all(part, Trait.DIGEST):
        if value.name == "tree":  # of a folder: of the lines that sha256sum writes of its files
            tree: Tree = {"alg": "SHA-256", "content": str(value.value)}
            writer.desk.cite(tree, "", value)
            yield tree
        if value.name in names and (value.name, str(value.value)) not in seen:
            seen.add((value.name, str(value.value)))
            made: Tree = {"alg": names[value.name], "content": str(value.value)}
            writer.desk.cite(made, "", value)
            yield made


def _links(part: Part, writer: Writer) -> Iterator[Tree]:
    world, _, key = part.key.partition(":")
    urls: set[str] = set()
    if world == "huggingface":
        kind = "datasets/" if part.kind is Kind.DATASET else ""
        urls.add(f"https://huggingface.co/{kind}{key}")
        hub: Tree = {"type": "distribution", "url": f"https://huggingface.co/{kind}{key}"}
        writer.cite_key(part, hub, "")
        yield hub
    elif world == "url" and (url := iri_of(key)):
        urls.add(url)
        page: Tree = {"type": "distribution" if part.kind is Kind.DATASET else "website", "url": url}
        writer.cite_key(part, page, "")
        yield page
    for value in writer.graph.all(part, Trait.LINK):
        url = iri_of(str(value.value))
        if url in urls or not url.startswith(("http://", "https://", "git+", "ssh://", "git://", "s3://")):
            continue
        urls.add(url)
        made: Tree = {"type": _LINKS.get(value.name, "other"), "url": url}
        if writer.spec == "1.6" and made["type"] == "citation":
            made["type"] = "documentation"
        if value.name not in ("vcs", "website", "documentation"):
            made["comment"] = value.name
        writer.desk.cite(made, "", value)
        yield made


def _evidence(part: Part, writer: Writer) -> Tree:
    """Where a part was found: the places of the edges that lead to it."""
    edges = writer.graph.edges_to(part, *_FINDING)
    places = [(e, edge.manner) for edge in edges for e in edge.evidence if e.by != ASSEMBLY]
    if not places:
        return {}
    strongest = min((e for e, _ in places), key=lambda e: e.strength)
    field = "purl" if purl_of(part) else "name"
    method: Tree = {
        "technique": "source-code-analysis"
        if strongest.by.startswith("usage")
        else _TECHNIQUES[strongest.method],
        "confidence": strongest.confidence,
    }
    identity: Tree = {"field": field, "confidence": strongest.confidence, "methods": [method]}
    seen = {(e.path, e.locator): occurrence(e.place, manner) for e, manner in places}
    return {"identity": [identity], "occurrences": [seen[key] for key in sorted(seen)[:_MOST_OCCURRENCES]]}


def values_as_properties(
    part: Part,
    writer: Writer,
    names: dict[Trait, str],
    skipped: Callable[[Value], bool] | None = None,
) -> Iterator[Tree]:
    """Write values as properties: ``names`` has the name for each trait; ``*`` takes that of the value."""
    for trait, template in names.items():
        values = [*writer.graph.all(part, trait)]
        whole = {(value.name, str(value.value)) for value in values if not value.scope}
        for value in values:
            is_repeated = trait in _COUNTED and value.scope and (value.name, str(value.value)) in whole
            if is_repeated or (skipped and skipped(value)):
                continue
            if trait is Trait.SETTING and value.name.startswith("generation."):
                name = f"backstamp:generation:{value.name.removeprefix('generation.')}"
            else:
                name = template.replace(":*", _property_word(value))
            made = prop(name, value.value)
            writer.desk.cite(made, "", value)
            yield made


def _property_word(value: Value) -> str:
    word = f":{value.name}" if value.name else ""
    return f"{word}@{value.scope}" if value.scope else word
