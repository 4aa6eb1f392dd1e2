"""From an inventory to the supply graph: gather the statements, find the homes, choose.

What a BOM says of a part because of where it lies, or because of how parts hang together, is added here, as
claims of their own with their own evidence.
"""

import hashlib
from collections.abc import Iterator

import msgspec

from backstamp.bom.claims import Claim, Evidence, Tie
from backstamp.bom.extract import statements_of
from backstamp.bom.fitness import fit_to_tell
from backstamp.bom.graph import SupplyGraph
from backstamp.bom.homes import ROOT, Homes, is_weight_file, joined_path
from backstamp.bom.inventory import FileRecord, Inventory
from backstamp.bom.own import own_package
from backstamp.bom.resolve import claims_of, resolved
from backstamp.core.location import Location
from backstamp.core.supply import Kind, Linked, Meant, Method, Part, Relation, Stated, Trait, is_commit

BY = "assembly/1"  # the name under which this module makes claims
_ABSENT = "./"
_PINNED = frozenset({Kind.MODEL, Kind.ADAPTER, Kind.DATASET, Kind.TOOL, Kind.SERVICE})
_MOVING = frozenset({"main", "master", "latest", "HEAD", "refs/heads/main"})  # names of whatever is newest


class Assembly:
    """A supply graph, with the homes that say which files belong to which part."""

    def __init__(self, graph: SupplyGraph, homes: Homes) -> None:
        self.graph = graph
        self.homes = homes
        self.inventory = homes.inventory


def assembled(inventory: Inventory, more: tuple[Claim, ...] = (), measured: tuple[Tie, ...] = ()) -> Assembly:
    """Make the supply graph of a target.

    ``more`` are claims of whoever asks for it (a name, a version), ``measured`` ties found by comparison.
    """
    statements = [f for f in inventory.facts if isinstance(f, Stated | Linked)]
    statements += statements_of(inventory.facts)
    statements = [*fit_to_tell(statements)]
    package = own_package(inventory)
    meant = [f for f in inventory.facts if isinstance(f, Meant)]
    homes = Homes(inventory, statements, package.parts if package else frozenset(), meant)
    claims, ties = claims_of(homes.said, homes)
    subject = _subject(homes, ties)
    claims += _about_homes(homes, claims)
    claims += _inherited(homes, claims)
    if package and subject.kind is Kind.SYSTEM:
        claims += package.claims(subject)
    if subject.kind is Kind.SYSTEM:
        claims.append(_named(subject, inventory))
    claims += [*more]
    ties = [*_published(ties), *measured]
    ties += _between_homes(homes, claims, ties, subject)
    claims += _pinned(claims, ties)
    return Assembly(resolved(claims, ties, subject), homes)


def _subject(homes: Homes, ties: list[Tie]) -> Part:
    """What the document is about: the one model or dataset that the target is, or the system."""
    if ROOT in homes.models:
        return Part(homes.models[ROOT], ROOT)
    uses = any(tie.part.kind is Kind.SYSTEM for tie in ties)
    if ROOT in homes.datasets and not homes.models and not uses:
        return Part(Kind.DATASET, ROOT)
    only = [*homes.models]
    if len(only) == 1 and not uses and not homes.datasets and not homes.inventory.is_folder:
        return Part(homes.models[only[0]], only[0])
    return Part(Kind.SYSTEM, ROOT)


def parts_of(homes: Homes) -> list[Part]:
    """The models and datasets that lie in the target."""
    models = [Part(kind, key) for key, kind in homes.models.items()]
    return models + [Part(Kind.DATASET, key) for key in sorted(homes.datasets)]


def _about_homes(homes: Homes, claims: list[Claim]) -> Iterator[Claim]:
    """What is known of a home by its files: a name, a digest of all, the size."""
    parts = parts_of(homes)
    for part in parts:
        files = homes.files_of(part)
        yield from _of_files(part, files)
        yield _named(part, homes.inventory)
    for part in sorted({claim.part for claim in claims} - set(parts)):
        if part.kind in (Kind.TOKENIZER, Kind.TEMPLATE) and part.key.startswith(ROOT):
            yield _claim(part, Trait.NAME, part.kind.value, Method.DERIVED, 0.4, ROOT)


_INHERITED = (Trait.LICENSE, Trait.LICENSE_NAME, Trait.LICENSE_URL, Trait.PRODUCER, Trait.RELEASED)


def _inherited(homes: Homes, claims: list[Claim]) -> Iterator[Claim]:
    """What is said of a model holds for the checkpoints and stages inside it, unless they say otherwise."""
    said: dict[Part, list[Claim]] = {}
    for claim in claims:
        if claim.trait in _INHERITED and claim.part.key in homes.models:
            said.setdefault(claim.part, []).append(claim)
    for key, kind in homes.models.items():
        part, above = Part(kind, key), homes.holder_of(key)
        own = {claim.trait for claim in said.get(part, ())}
        if not above or Trait.LICENSE in own:
            continue
        for claim in said.get(Part(homes.models[above], above), ()):
            if claim.trait not in own:
                evidence = msgspec.structs.replace(
                    claim.evidence,
                    method=Method.DERIVED,
                    confidence=round(0.8 * claim.evidence.confidence, 2),
                    by=BY,
                )
                yield msgspec.structs.replace(claim, part=part, evidence=evidence)


def _of_files(part: Part, files: list[FileRecord]) -> Iterator[Claim]:
    if not files:
        return
    weights = [record for record in files if is_weight_file(record)] or files
    yield _claim(part, Trait.SIZE, sum(r.size for r in weights), Method.MEASURED, 1.0, weights[0].path[0])
    if len(files) == 1 and files[0].digest:
        yield _claim(
            part, Trait.DIGEST, files[0].digest.hex, Method.MEASURED, 1.0, files[0].path[0], "sha256"
        )
    elif all(record.digest for record in files):
        yield _claim(
            part, Trait.DIGEST, tree_digest(part, files), Method.MEASURED, 1.0, files[0].path[0], "tree"
        )


def tree_digest(part: Part, files: list[FileRecord]) -> str:
    """The SHA-256 over sorted lines ``digest  relative path``, as ``sha256sum`` writes them."""
    below = f"{part.key}/"
    lines = sorted(f"{r.digest.hex}  {joined_path(r.path).removeprefix(below)}\n" for r in files if r.digest)
    return hashlib.sha256("".join(sorted(lines, key=lambda line: line[66:])).encode()).hexdigest()


def _named(part: Part, inventory: Inventory) -> Claim:
    name = part.key.rpartition("/")[2]
    if part.key == ROOT or not name:
        name = inventory.target
    return _claim(part, Trait.NAME, name, Method.DERIVED, 0.3, ROOT)


def _between_homes(homes: Homes, claims: list[Claim], ties: list[Tie], subject: Part) -> Iterator[Tie]:
    """How homes hang together by where they lie: a system has its models, a model its tokenizer and run."""
    for part in sorted(parts_of(homes)):
        for record in homes.files_of(part):
            yield _tie(part, Relation.CONTAINS, Part(Kind.FILE, joined_path(record.path)))
    known = {(tie.part, tie.relation, tie.target) for tie in ties}
    made = {tie.part for tie in ties if tie.relation is Relation.MADE_BY}
    targets = {tie.target for tie in ties}
    parts = {claim.part for claim in claims} | {tie.part for tie in ties}
    for key, kind in sorted(homes.models.items()):
        run = Part(Kind.RUN, homes.runs.maker_of(key))
        if run in parts and Part(kind, key) not in made:
            yield _tie(Part(kind, key), Relation.MADE_BY, run)
    for part in sorted(parts):
        if part == subject or not part.key.startswith(ROOT):
            continue
        if part.kind in (Kind.TOKENIZER, Kind.TEMPLATE):
            owner = homes.models.get(part.key)
            if owner:
                yield _tie(Part(owner, part.key), Relation.CONTAINS, part)
            elif subject.kind is Kind.SYSTEM:
                yield _tie(subject, Relation.CONTAINS, part)
        elif part.kind in (Kind.MODEL, Kind.ADAPTER, Kind.DATASET):
            above = _container(part, homes, subject)
            is_named_only = "#" in part.key and part in targets  # by a card: it does not lie here
            if (above, Relation.TRAINED_ON, part) not in known and above != part and not is_named_only:
                yield _tie(above, Relation.CONTAINS, part)
        elif part.kind in (Kind.AGENT, Kind.TOOL, Kind.PROMPT, Kind.SERVICE) and part not in targets:
            yield _tie(subject, Relation.USES, part)


def _published(ties: list[Tie]) -> Iterator[Tie]:
    """A model that a run publishes under a name is the one that it writes to a folder where nothing lies."""
    made: dict[Part, set[Part]] = {}
    for tie in ties:
        if tie.relation is Relation.MADE_BY:
            made.setdefault(tie.target, set()).add(tie.part)
    ways: set[Part] = set()
    for parts in made.values():
        if any(part.key.startswith("huggingface:") for part in parts):
            ways |= {part for part in parts if part.key.startswith("path:")}
    return (tie for tie in ties if tie.part not in ways)


def _pinned(claims: list[Claim], ties: list[Tie]) -> Iterator[Claim]:
    """What lies elsewhere has the version that it is pinned to; if there are several, all are told."""
    versioned = {c.part for c in claims if c.trait in (Trait.VERSION, Trait.REVISION)}
    pins: dict[Part, dict[str, Evidence]] = {}
    for tie in ties:
        is_elsewhere = not tie.target.key.startswith(ROOT) and tie.target not in versioned
        if tie.revision and is_elsewhere and tie.target.kind in _PINNED and tie.revision not in _MOVING:
            pins.setdefault(tie.target, {}).setdefault(tie.revision, tie.evidence)
    for part, found in sorted(pins.items()):
        for at, (revision, evidence) in enumerate(sorted(found.items()), 1):
            trait = Trait.REVISION if is_commit(revision) else Trait.VERSION
            name = ""
            if len(found) > 1:
                trait, name = Trait.IDENTIFIER, f"revision-{at}"
            yield Claim(part=part, trait=trait, value=revision, name=name, evidence=evidence)


def _container(part: Part, homes: Homes, subject: Part) -> Part:
    at = part.key
    while at != ROOT:
        at = at.rpartition("/")[0] or ROOT
        if at in homes.models and part.kind is not Kind.DATASET:
            return Part(homes.models[at], at)
    return subject


def _claim(
    part: Part, trait: Trait, value: str | int, method: Method, confidence: float, path: str, name: str = ""
) -> Claim:
    evidence = Evidence(place=Location((path,)), digest=None, method=method, confidence=confidence, by=BY)
    return Claim(part=part, trait=trait, value=value, name=name, evidence=evidence)


def _tie(part: Part, relation: Relation, target: Part) -> Tie:
    path = target.key.removeprefix(_ABSENT) or ROOT
    evidence = Evidence(place=Location((path,)), digest=None, method=Method.DERIVED, confidence=0.9, by=BY)
    return Tie(part=part, relation=relation, target=target, evidence=evidence)
