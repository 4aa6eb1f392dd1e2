"""Runs the levels that are asked for, each by itself, and joins what they say.

A level that cannot run is skipped with its reason; it never counts as passed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec

import msgspec

from backstamp.bom.document import Document, Standard
from backstamp.bom.inventory import Inventory
from backstamp.bom.validate import checks
from backstamp.bom.validate.problem import Grade, Level, Problem
from backstamp.bom.validate.result import Gathered, LevelResult, Outcome, Validation
from backstamp.core.errors import KnowledgeError, ReadError
from backstamp.core.finding import shown
from backstamp.core.tree import Json, Tree, text_at, walk
from backstamp.knowledge.schemas import SchemaSet, cyclonedx_schemas
from backstamp.knowledge.shapes import Violation

_SPDX_CHECK = "backstamp.bom.spdx.check"
_NO_SHACL = "SHACL shapes exist for SPDX only"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a document is checked with.

    ``schema`` is an official schema of SPDX; ``inventory`` the artefacts; ``shapes`` runs SHACL on a tree,
    and ``not_deep`` says why it cannot although it was asked for. ``now`` finds times
    that are still to come.
    """

    now: datetime | None = None
    schema: SchemaSet | None = None
    inventory: Inventory | None = None
    shapes: Callable[[Tree], Sequence[Violation]] | None = None
    not_deep: str = ""


def validated(document: Document, name: str, wanted: Wanted = Wanted()) -> Validation:  # noqa: B008  # frozen
    """Check a document on every level that is asked for."""
    levels: list[LevelResult] = []
    problems: list[Problem] = []
    omitted = 0
    for level, run in _runs(document, wanted):
        if isinstance(run, str):
            levels.append(LevelResult(level=level, outcome=Outcome.SKIPPED, requested=False, reason=run))
            continue
        try:
            found, compared = run(document, wanted)
            gathered = Gathered(found)
        except (KnowledgeError, ReadError) as error:
            levels.append(LevelResult(level=level, outcome=Outcome.SKIPPED, reason=_why(error)))
            continue
        omitted += gathered.omitted
        problems.extend(gathered.kept)
        levels.append(LevelResult(level=level, outcome=gathered.outcome, compared=compared))
    return Validation(
        name=name,
        standard=document.shown,
        levels=tuple(levels),
        problems=tuple(problems),
        omitted=omitted,
    )


_Run = Callable[[Document, Wanted], tuple[Iterable[Problem], str]]


def _runs(document: Document, wanted: Wanted) -> Iterator[tuple[Level, _Run | str]]:
    """Yield the levels with what runs them, or with the reason why they were not asked for."""
    is_cyclonedx = document.standard is Standard.CYCLONEDX
    yield Level.SCHEMA, _cyclonedx_schema if is_cyclonedx else _spdx_schema
    yield Level.SEMANTICS, _cyclonedx_semantics if is_cyclonedx else _spdx_semantics
    yield Level.ARTEFACTS, _artefacts if wanted.inventory is not None else "no artefacts were given"
    is_deep = wanted.shapes is not None or wanted.not_deep
    yield Level.DEEP, _deep if is_deep else "SHACL was not asked for"


def _why(error: KnowledgeError | ReadError) -> str:
    return shown(f"{error.message}; {error.hint}".removesuffix(".") if error.hint else error.message, 400)


def _cyclonedx_schema(document: Document, _: Wanted) -> tuple[Iterable[Problem], str]:
    from backstamp.bom.validate.schema import problems

    return problems(document.tree, cyclonedx_schemas(document.version)), ""


def _cyclonedx_semantics(document: Document, wanted: Wanted) -> tuple[Iterable[Problem], str]:
    from backstamp.bom.validate import content, identity, licenses, references
    from backstamp.bom.validate.index import Index

    index = Index(document.tree, cyclonedx_schemas(document.version), wanted.now)
    parts = (references.problems, identity.problems, licenses.problems, content.problems)
    return (problem for part in parts for problem in part(index)), ""


def _spdx_schema(document: Document, wanted: Wanted) -> tuple[Iterable[Problem], str]:
    if wanted.schema is not None:
        from backstamp.bom.validate.schema import problems

        return problems(document.tree, wanted.schema), f"by {wanted.schema.root}"
    if document.version != "3.0.1":
        raise KnowledgeError(
            f"there is no model of SPDX {document.version} at hand; give its schema with --schema"
        )
    return _by_model(document.tree), "by the model of SPDX 3.0.1"


def _by_model(tree: Tree) -> list[Problem]:
    """Check against the table of the model, which other parts of the BOM share."""
    try:
        is_there = find_spec(_SPDX_CHECK) is not None
    except ModuleNotFoundError:
        is_there = False
    if not is_there:
        raise KnowledgeError("there is no model of SPDX at hand; give its schema with --schema")
    from backstamp.bom.validate.spdx import reference_problems

    # What the semantics say in their own words (ids that are given twice, or nowhere) is said once.
    own = {problem.pointer for problem in reference_problems(tree)}
    found = import_module(_SPDX_CHECK).problems(tree)
    return [checks.MODEL.found(place, shown(what, 400)) for place, what in found if place not in own]


def _spdx_semantics(document: Document, wanted: Wanted) -> tuple[Iterable[Problem], str]:
    from backstamp.bom.validate.spdx import problems

    # The list of licences comes with the schema of CycloneDX.
    return problems(document.tree, cyclonedx_schemas("1.7").license_ids, wanted.now), ""


def _artefacts(document: Document, wanted: Wanted) -> tuple[Iterable[Problem], str]:
    from backstamp.bom.validate.artefacts import compared

    if wanted.inventory is None:
        raise KnowledgeError("no artefacts were given")
    comparison = compared(document.tree, wanted.inventory)
    if not comparison.files and not comparison.values:
        raise KnowledgeError(f"nothing of the document could be compared ({comparison.compared})")
    return comparison.problems, comparison.compared


def _deep(document: Document, wanted: Wanted) -> tuple[Iterable[Problem], str]:
    if document.standard is not Standard.SPDX:
        raise KnowledgeError(_NO_SHACL)
    if wanted.shapes is None:
        raise KnowledgeError(wanted.not_deep)
    return list(_shaped(document.tree, wanted.shapes(document.tree))), ""


def _shaped(tree: Tree, violations: Iterable[Violation]) -> Iterator[Problem]:
    places, imported = _places(tree), _imported(tree)
    for each in violations:
        if each.constraint == "ClassConstraintComponent" and each.value in imported - places.keys():
            continue  # a shape cannot know the class of an element that another document holds
        place = places.get(each.node, "")
        what = shown(each.message or each.constraint, 300)
        node = "" if place else f' of "{shown(each.node, 120)}"'
        path = f" at {shown(each.path.rpartition('/')[2], 60)}" if each.path else ""
        problem = checks.SHAPE.found(place, f"{what}{path}{node}")
        yield problem if each.is_violation else msgspec.structs.replace(problem, severity=Grade.WARNING)


def _places(tree: Tree) -> dict[str, str]:
    found: dict[str, str] = {}
    for pointer, value in walk(tree):
        if isinstance(value, dict):
            name: Json = value.get("spdxId", value.get("@id"))
            if isinstance(name, str):
                found.setdefault(name, pointer)
    return found


def _imported(tree: Tree) -> frozenset[str]:
    return frozenset(text_at(each, "externalSpdxId") for _, each in walk(tree))
