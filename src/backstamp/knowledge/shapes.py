"""Holds a graph against SHACL shapes that the user gives, with nothing fetched.

1. The remote context of the document is replaced by the file that the user gives. Any other context that is
   an address, in the document or in that file, is refused.
2. Imports of ontologies are not followed; shapes that ask a remote service are refused.
3. While it runs, sockets do not connect: what is missed above is an error, not a request.

Needs the extra ``backstamp[deep]`` (pyshacl, rdflib).
"""

import json
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from backstamp.core.errors import KnowledgeError, ReadError, SourceError
from backstamp.core.tree import Json, Tree, tree_at, walk

_MOST = 64 * 1024 * 1024
_SHACL = "http://www.w3.org/ns/shacl#"
_REMOTE = ("SERVICE", "LOAD ")


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the graph that does not have the form of its shape."""

    node: str
    path: str
    message: str
    constraint: str
    value: str
    is_violation: bool


def violations(tree: Tree, shapes: str, context: str) -> list[Violation]:
    """Check a JSON-LD document against a file of shapes, with a file of its context.

    Raises ``KnowledgeError`` if the extra is not installed, ``SourceError`` for files that cannot be used,
    and ``ReadError`` if the document is no graph.
    """
    try:
        import pyshacl
        import rdflib
    except ImportError as error:
        raise KnowledgeError(
            "SHACL needs packages that are not installed", hint="Install backstamp[deep]."
        ) from error
    document = {**tree, "@context": _context(context)}
    _refuse_addresses(
        {key: value for key, value in tree.items() if key != "@context"}, ReadError, "the document"
    )
    rules = _turtle(shapes)
    with _offline(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what rdflib uses of itself
        graph, model = rdflib.Graph(), rdflib.Graph()
        try:
            model.parse(data=rules, format="turtle")
        except Exception as error:  # rdflib raises whatever its grammars raise
            raise SourceError(f'"{shapes}" is not Turtle: {str(error)[:200]}') from error
        try:
            graph.parse(data=json.dumps(document), format="json-ld")
        except Exception as error:  # likewise
            raise ReadError(f"the document cannot be read as JSON-LD: {str(error)[:200]}") from error
        try:
            _, report, text = pyshacl.validate(graph, shacl_graph=model, ont_graph=model)
        except Exception as error:  # likewise
            raise ReadError(f"SHACL could not be run: {str(error)[:200]}") from error
    if not isinstance(report, rdflib.Graph):
        raise ReadError(f"SHACL could not be run: {str(text)[:200]}")
    return sorted(_results(report), key=lambda each: (each.node, each.path, each.message))


def _results(report: object) -> Iterator[Violation]:
    import rdflib

    if not isinstance(report, rdflib.Graph):
        return
    shacl = rdflib.Namespace(_SHACL)
    for result in report.subjects(rdflib.RDF.type, shacl.ValidationResult):

        def told(name: str, node: rdflib.term.Node = result) -> str:
            found = report.value(node, shacl[name])
            return "" if found is None else str(found)

        yield Violation(
            node=told("focusNode"),
            path=told("resultPath"),
            message=told("resultMessage"),
            constraint=told("sourceConstraintComponent").removeprefix(_SHACL),
            value=told("value"),
            is_violation=told("resultSeverity") == _SHACL + "Violation",
        )


def _context(path: str) -> Json:
    try:
        loaded: Json = json.loads(_bytes(path, "context"))
    except ValueError as error:
        raise SourceError(f'the context "{path}" is not JSON') from error
    context = tree_at(loaded).get("@context")
    if not isinstance(context, dict | list):
        raise SourceError(f'"{path}" is not a JSON-LD context', hint="It is an object with @context.")
    for each in context if isinstance(context, list) else [context]:
        if isinstance(each, str):
            raise SourceError(f'the context "{path}" refers to another one, which would have to be fetched')
    _refuse_addresses(context, SourceError, f'the context "{path}"')
    return context


def _refuse_addresses(value: Json, kind: type[SourceError] | type[ReadError], what: str) -> None:
    for pointer, each in walk(value):
        if not isinstance(each, dict):
            continue
        inner = each.get("@context")
        texts = inner if isinstance(inner, list) else [inner]
        if any(isinstance(text, str) for text in texts) or "@import" in each:
            raise kind(f'{what} has a context at "{pointer}" that would have to be fetched')


def _turtle(path: str) -> bytes:
    data = _bytes(path, "shapes")
    if any(word.encode() in data for word in _REMOTE):
        raise SourceError(f'the shapes "{path}" ask a remote service')
    return data


def _bytes(path: str, what: str) -> bytes:
    try:
        if os.path.getsize(path) > _MOST:
            raise SourceError(f'"{path}" is too large for {what}')
        with open(path, "rb") as file:
            return file.read(_MOST)
    except OSError as error:
        raise SourceError(
            f'cannot read the {what} "{path}": {(error.strerror or str(error)).lower()}'
        ) from error


@contextmanager
def _offline() -> Iterator[None]:
    """Let no socket connect meanwhile."""
    import socket

    def refused(*_: object) -> None:
        raise OSError("the network is not used")

    kept = socket.socket.connect
    setattr(socket.socket, "connect", refused)  # noqa: B010  # a method of a class that is typed as fixed
    try:
        yield
    finally:
        setattr(socket.socket, "connect", kept)  # noqa: B010
