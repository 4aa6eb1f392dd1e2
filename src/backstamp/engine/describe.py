"""Describes a target: takes stock, assembles the supply graph, writes the document."""

import json
from collections.abc import Iterator

import msgspec

from backstamp import __version__
from backstamp.bom.assemble import Assembly, assembled
from backstamp.bom.claims import Claim, Evidence
from backstamp.bom.cyclonedx.project import About, document_of
from backstamp.bom.homes import ROOT
from backstamp.core.finding import shown, visible
from backstamp.core.location import Location
from backstamp.core.reading import Status
from backstamp.core.supply import Method, Part, Trait
from backstamp.core.tree import Tree
from backstamp.engine.inventory import StockOptions, take


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a document. ``name``, ``version`` and ``producer`` are asserted of its subject."""

    timestamp: str
    form: str = "cyclonedx"
    authors: tuple[str, ...] = ()
    name: str = ""
    version: str = ""
    producer: str = ""


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """A document as a tree and as text, with what there is to tell about it."""

    tree: Tree
    text: str
    talk: tuple[str, ...]


def described(target: str, wishes: Wishes, options: StockOptions) -> Described:
    """Describe a file or folder. Raises ``SourceError`` if there is none."""
    assembly = assembled(take(target, options))
    if asserted := _asserted(assembly.graph.subject, wishes):
        assembly = assembled(assembly.inventory, asserted)
    spec = "1.6" if wishes.form.endswith("1.6") else "1.7"
    about = About(timestamp=wishes.timestamp, tool_version=__version__, spec=spec, authors=wishes.authors)
    tree = document_of(assembly, about)
    return Described(tree=tree, text=_written(tree), talk=tuple(_talk(assembly)))


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


def _written(tree: Tree) -> str:
    return json.dumps(tree, indent=2, ensure_ascii=False) + "\n"


def _talk(assembly: Assembly) -> Iterator[str]:
    for conflict in assembly.graph.conflicts():
        value = conflict.value
        against = ", ".join(
            dict.fromkeys(f'"{shown(str(c.value), 80)}" in {c.evidence.path}' for c in value.losers[:3])
        )
        what = f"{value.trait.value} {value.name}".strip()
        yield visible(
            f'conflict: {what} of {assembly.graph.ref(conflict.part)}: "{shown(str(value.value), 80)}" in '
            f"{value.evidence.path}; against {against}"
        )
    for record in assembly.inventory.files:
        if record.status not in (Status.COMPLETE, Status.SKIPPED):
            yield visible(f"not read to the end: {'!/'.join(record.path)}: {record.reason}")
