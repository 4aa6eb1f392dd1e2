"""Annotations: those of CycloneDX, its citations, and what SPDX has no place for.

1. An annotation is an ``Annotation`` on its first subject, created by its annotator at its time.
2. A citation is an ``Annotation`` on the element that its first pointer leads into, created at its time. Its
   statement is the JSON object ``{"backstamp:citation": ...}`` with what it says: pointers (into the
   CycloneDX form), who it is attributed to, the process, the note.
3. What has no place is the JSON object ``{"backstamp:carried": ...}`` in the statement of an ``Annotation``
   on the element concerned: the operations (JSON Patch, RFC 6902) that make the object of CycloneDX out of
   what is read from everything else.
"""

from collections.abc import Mapping

from backstamp.bom.patch import Ops, parsed, written
from backstamp.bom.spdx import agents
from backstamp.bom.spdx.check import is_time
from backstamp.bom.spdx.draft import INFO, Draft, said, said_all
from backstamp.bom.spdx.source import Source
from backstamp.core.errors import ReadError
from backstamp.core.tree import Json, Tree, list_at, text_at, tree_at, trees_at

CARRIED, CITATION = "backstamp:carried", "backstamp:citation"
_JSON = "application/json"
_CITED = ("pointers", "expressions", "attributedTo", "process", "note")


def write_annotations(draft: Draft, annotations: list[Json]) -> None:
    """Write annotations; those without a subject that is an element are carried."""
    for at, each in enumerate(annotations):
        subjects = [draft.refs[ref] for ref in said_all(each, "subjects") if ref in draft.refs]
        text = said(each, "text")
        if not subjects or text is None:
            continue
        annotator = tree_at(each, "annotator")
        by = agents.write_organization(draft, annotator.get("organization"))
        by = by or agents.write_person(draft, annotator.get("individual"))
        program = said(annotator, "component", "name")
        by = by or (agents.write_software(draft, program) if program else None)
        main = draft.infos[INFO]
        time = said(each, "timestamp")
        info = draft.info(
            time if is_time(time) else main["created"], [by] if by else texts(main["createdBy"])
        )
        element = draft.add(
            "Annotation",
            draft.name("annotation", each, f"/annotations/{at}"),
            annotationType="other",
            subject=subjects[0],
            statement=text,
        )
        element["creationInfo"] = info


def texts(values: Json) -> list[str]:
    """Give those values of a list that are texts."""
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def write_citations(draft: Draft, citations: list[Json], subjects: Mapping[str, str], whole: str) -> None:
    """Write citations. ``subjects`` leads from the pointer of an object to its element."""
    main = draft.infos[INFO]
    for at, each in enumerate(citations):
        cited: Tree = {key: value for key in _CITED if (value := tree_at(each).get(key)) is not None}
        if not cited:
            continue
        pointers = said_all(cited, "pointers")
        subject = _subject(pointers[0], subjects) if pointers else ""
        time = said(each, "timestamp")
        element = draft.add(
            "Annotation",
            draft.name("citation", each, f"/citations/{at}"),
            annotationType="other",
            subject=subject or whole,
            contentType=_JSON,
            statement=written({CITATION: cited}),
        )
        element["creationInfo"] = draft.info(
            time if is_time(time) else main["created"], texts(main["createdBy"])
        )


def _subject(pointer: str, subjects: Mapping[str, str]) -> str:
    """Name the element that a pointer leads into: the innermost."""
    while pointer:
        if pointer in subjects:
            return subjects[pointer]
        pointer = pointer.rpartition("/")[0]
    return ""


def write_carried(draft: Draft, ops: Mapping[str, Ops], whole: str) -> None:
    """Write what has no place, on the elements concerned."""
    for name, held in sorted(ops.items()):
        subject = name or whole
        draft.add(
            "Annotation",
            draft.beside("carried", subject),
            annotationType="other",
            subject=subject,
            contentType=_JSON,
            statement=written({CARRIED: [*held]}),
        )


# --- reading ---------------------------------------------------------------------------------------------


def _is_json(element: Tree) -> bool:
    return text_at(element, "contentType") == _JSON


def read_carried(source: Source) -> dict[str, Ops]:
    """Read what had no place, by the name of the element. Raises ``ReadError`` for one that is damaged."""
    found: dict[str, Ops] = {}
    for name, element in source.of_type("Annotation"):
        statement = text_at(element, "statement")
        if not _is_json(element) or not statement.startswith(f'{{"{CARRIED}":'):
            continue
        ops = list(trees_at(parsed(statement), CARRIED))
        subject = source.name_of(element.get("subject"))
        source.take(element, "annotationType", "subject", "contentType", "statement")
        source.placed.add(name)
        found.setdefault(subject, []).extend(ops)
    return found


def read_remarks(source: Source) -> tuple[list[Json], list[Json]]:
    """Read annotations and citations."""
    annotations: list[Json] = []
    citations: list[Json] = []
    for name, element in source.of_type("Annotation"):
        if name in source.placed:
            continue
        info = source.found(element.get("creationInfo"))
        citation = _cited(element)
        if citation is not None:
            source.placed.add(name)
            source.take(element, "annotationType", "subject", "contentType", "statement")
            source.take(info, *info)
            ref = source.words(name)[1] if source.words(name)[0] == "citation" else ""
            citations.append(
                {**({"bom-ref": ref} if ref else {}), "timestamp": text_at(info, "created"), **citation}
            )
            continue
        subject = source.name_of(element.get("subject"))
        if subject not in source.places or "statement" not in element or _is_json(element):
            continue
        annotations.append(_annotation(source, name, element, info))
    return annotations, citations


def _cited(element: Tree) -> "Tree | None":
    statement = text_at(element, "statement")
    if not _is_json(element) or not statement.startswith(f'{{"{CITATION}":'):
        return None
    try:
        return tree_at(parsed(statement), CITATION)
    except ReadError:
        return None


def _annotation(source: Source, name: str, element: Tree, info: Tree) -> Tree:
    source.placed.add(name)
    source.take(element, "annotationType", "subject", "statement")
    source.take(info, *info)
    subject = source.name_of(element.get("subject"))
    made: Tree = {} if (ref := source.ref_of(name)) is None else {"bom-ref": ref}
    made["subjects"] = [source.ref_of(subject) or subject]
    made["annotator"] = {}
    by = source.name_of((list_at(info, "createdBy") or [""])[0])
    kind = "individual" if agents.is_person(source, by) else "organization"
    if text_at(source.found(by), "type") == "SoftwareAgent":
        made["annotator"] = {"component": {"type": "application", **agents.read_agent(source, by)}}
    elif source.found(by):
        made["annotator"] = {kind: agents.read_agent(source, by)}
    made["timestamp"] = text_at(info, "created")
    made["text"] = text_at(element, "statement")
    return made
