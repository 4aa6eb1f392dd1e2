"""Describes a target: takes stock, assembles the supply graph, judges it, writes the document."""

from collections.abc import Callable, Iterator

import msgspec

from backstamp import __version__
from backstamp.bom.assemble import Assembly, assembled
from backstamp.bom.catalog import AREA as BOM
from backstamp.bom.claims import Claim, Evidence, Tie
from backstamp.bom.cyclonedx.project import About, document_of
from backstamp.bom.document import written
from backstamp.bom.homes import ROOT
from backstamp.bom.inventory import Inventory
from backstamp.bom.lineage_facts import LineageContradiction, lineage_facts
from backstamp.bom.measured import Measured, Verdict, measured_lineage
from backstamp.bom.obligations import licence_facts
from backstamp.bom.standing import name_of
from backstamp.core.fact import Fact, FactBook
from backstamp.core.finding import Finding, shown, visible
from backstamp.core.location import Location, joined
from backstamp.core.reading import Status
from backstamp.core.supply import Kind, Method, Part, Relation, Trait, named_part
from backstamp.core.tree import Tree
from backstamp.engine.examine import judged, numbered
from backstamp.engine.inventory import StockOptions, take
from backstamp.sources.tree import Entry

_MODELS = (Kind.MODEL, Kind.ADAPTER)


class Parent(msgspec.Struct, frozen=True, kw_only=True):
    """A model that is known, to measure lineage against: where it lies, and the name that it goes by."""

    path: str
    name: str = ""


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a document. ``name``, ``version`` and ``producer`` are asserted of its subject.

    ``withheld`` names what is known and kept back on purpose, by the words of ``backstamp.bom.unknowns``.
    """

    timestamp: str
    form: str = "cyclonedx"
    authors: tuple[str, ...] = ()
    name: str = ""
    version: str = ""
    producer: str = ""
    parents: tuple[Parent, ...] = ()
    withheld: tuple[str, ...] = ()


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """A document as a tree and as text, with the findings about it and what there is to tell."""

    tree: Tree
    text: str
    findings: tuple[Finding, ...]
    talk: tuple[str, ...]


def described(
    target: str,
    wishes: Wishes,
    options: StockOptions,
    progress: Callable[[int, int, Entry], None] | None = None,
) -> Described:
    """Describe a file or folder. Raises ``SourceError`` if there is none."""
    inventory = take(target, options, progress=progress)
    assembly = assembled(inventory)
    ties, facts = _measured(assembly, wishes.parents, options)
    if more := _asserted(assembly.graph.subject, wishes):
        assembly = assembled(inventory, more, ties)
    elif ties:
        assembly = assembled(inventory, (), ties)
    findings = _judged(assembly, facts)
    spec = "1.6" if wishes.form.endswith("1.6") else "1.7"
    about = About(
        timestamp=wishes.timestamp,
        tool_version=__version__,
        spec=spec,
        authors=wishes.authors,
        withheld=wishes.withheld,
    )
    tree = document_of(assembly, about, findings)
    lost: tuple[str, ...] = ()
    if wishes.form.startswith("spdx"):
        from backstamp.bom.spdx.write import spdx_of

        tree, _ = spdx_of(tree)
    talk = (*lost, *_talk(assembly, findings))
    return Described(tree=tree, text=written(tree), findings=findings, talk=talk)


def _asserted(subject: Part, wishes: Wishes) -> tuple[Claim, ...]:
    given = (
        (Trait.NAME, wishes.name), (Trait.VERSION, wishes.version), (Trait.PRODUCER, wishes.producer),
    )  # fmt: skip
    evidence = Evidence(
        place=Location((ROOT,)), digest=None, method=Method.ATTESTED, confidence=1.0, by="command line"
    )
    return tuple(
        Claim(part=subject, trait=trait, value=value, evidence=evidence) for trait, value in given if value
    )


def _judged(assembly: Assembly, facts: list[Fact]) -> tuple[Finding, ...]:
    """Run the rules about supply graphs."""
    graph = assembly.graph
    book = FactBook([*facts, *lineage_facts(graph), *licence_facts(graph)])
    found, _ = judged(book, tree=True, areas=(BOM,))
    return tuple(numbered(found))


def _measured(
    assembly: Assembly, parents: tuple[Parent, ...], options: StockOptions
) -> tuple[tuple[Tie, ...], list[Fact]]:
    """Hold the models of a target against parents that are known, and those that they declare here."""
    ties: list[Tie] = []
    facts: list[Fact] = []
    graph = assembly.graph
    here = [part for part in graph.of_kind(*_MODELS) if part.key.startswith(ROOT)]
    known = frozenset(here)
    facts_of = _facts_by_part(assembly)
    for edge in graph.edges:
        if edge.relation is Relation.DERIVED_FROM and edge.part in known and edge.target in known:
            outcome = measured_lineage(facts_of(edge.part), facts_of(edge.target))
            _add(assembly, edge.part, edge.target, outcome, ties, facts)
    for parent in parents:
        other = take(parent.path, msgspec.structs.replace(options, has_digests=False))
        target = _named(parent, other)
        for part in here:
            outcome = measured_lineage(facts_of(part), other.facts)
            _add(assembly, part, target, outcome, ties, facts)
    return tuple(ties), facts


def _add(
    assembly: Assembly, part: Part, target: Part, outcome: Measured | None, ties: list[Tie], facts: list[Fact]
) -> None:
    graph = assembly.graph
    if outcome is None or part == target:
        return
    declared = next((e for e in graph.edges_from(part, Relation.DERIVED_FROM) if e.target == target), None)
    place = declared.evidence[0].place if declared else Location((graph.ref(part),))
    if outcome.is_evidence:
        evidence = Evidence(
            place=place,
            digest=None,
            method=Method.MEASURED,
            confidence=round(outcome.strength, 2),
            by="lineage/1",
        )
        ties.append(
            Tie(
                part=part,
                relation=Relation.DERIVED_FROM,
                target=target,
                manner=outcome.manner,
                evidence=evidence,
            )
        )
    elif declared and outcome.verdict is Verdict.UNRELATED:
        seen = f"{outcome.shared:.0%} of the tensors in common, {outcome.agreement:.0%} of signs agree"
        facts.append(
            LineageContradiction(
                place=place,
                child=name_of(graph, part),
                parent=name_of(graph, target),
                manner=declared.manner,
                subject="weights",
                declared="weights that were taken from it",
                seen=seen,
            )
        )


def _facts_by_part(assembly: Assembly) -> Callable[[Part], list[Fact]]:
    """Look the facts of a home up by its files: one pass over the facts, however many homes there are."""
    by_path: dict[str, list[Fact]] = {}
    for fact in assembly.inventory.facts:
        by_path.setdefault(fact.place.path[0], []).append(fact)

    def facts_of(part: Part) -> list[Fact]:
        paths = dict.fromkeys(record.path[0] for record in assembly.homes.files_of(part))
        return [fact for path in paths for fact in by_path.get(path, ())]

    return facts_of


def _named(parent: Parent, inventory: Inventory) -> Part:
    """What a known parent is called: as the user says, as its cache says, or by its folder."""
    if parent.name:
        return named_part(Kind.MODEL, parent.name) or Part(Kind.MODEL, f"name:{parent.name}")
    graph = assembled(inventory).graph
    if hub := graph.text(graph.subject, Trait.IDENTIFIER, "huggingface"):
        return Part(Kind.MODEL, f"huggingface:{hub}")
    return Part(Kind.MODEL, f"name:{graph.text(graph.subject, Trait.NAME) or inventory.target}")


def _talk(assembly: Assembly, findings: tuple[Finding, ...]) -> Iterator[str]:
    for finding in findings:
        if finding.severity.rank:
            where = joined(finding.place.path)
            yield visible(f"{finding.severity.value} {finding.rule} {where}: {finding.message}")
    for conflict in assembly.graph.conflicts():
        value = conflict.value
        others = dict.fromkeys(f'"{shown(str(c.value), 40)}" in {c.evidence.path}' for c in value.losers[:3])
        what = f"{value.trait.value} {value.name}".strip()
        chosen = f'"{shown(str(value.value), 40)}" in {value.evidence.path}'
        yield visible(
            f"conflict: {what} of {assembly.graph.ref(conflict.part)}: {chosen}; against {', '.join(others)}"
        )
    for record in assembly.inventory.files:
        if record.status not in (Status.COMPLETE, Status.SKIPPED):
            yield visible(f"not read to the end: {joined(record.path)}: {record.reason}")
