"""Build provenance: which builder made an artifact, from which source, with which parameters.

Source: SLSA v1.0 and v1.1, "Build: Provenance" (predicate ``https://slsa.dev/provenance/v1``) and v0.2, which
is read and never written. Rules held here:

1. The predicate is read strictly: ``buildDefinition`` with ``buildType`` and ``externalParameters``, and
   ``runDetails`` with ``builder.id`` must stand there with their types.
2. Provenance says of itself only that it exists (level 1). Level 2 needs a signature by a builder that is
   pinned; level 3 is a property of the builder, so it holds only where the trust of the caller says so.
3. Source and commit are looked for among the resolved dependencies, the config source and the parameters of
   the known build types; a repository that is alike (a fork, a suffix, another host) is another repository.
4. Free text (``builder.version``, ``byproducts``, annotations) decides nothing.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from backstamp.attest import fields
from backstamp.attest.fields import Resource
from backstamp.attest.statement import Statement, Subject
from backstamp.core.errors import ReadError
from backstamp.core.tree import Json, Tree, text_at, tree_at

V1 = "https://slsa.dev/provenance/v1"
V02 = "https://slsa.dev/provenance/v0.2"
TYPES = frozenset({V1, V02})
_COMMIT_KEYS = ("gitCommit", "sha1")
_SOURCE_PARAMETERS = (("workflow", "repository"), ("source", "repository"), ("source", "uri"))


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """What a builder says of a build, whichever version wrote it."""

    predicate_type: str
    build_type: str
    builder: str
    parameters: Tree
    dependencies: tuple[Resource, ...] = ()
    sources: tuple[Resource, ...] = ()
    internal: Tree = {}
    invocation: str = ""
    started: datetime | None = None
    finished: datetime | None = None
    byproducts: tuple[Resource, ...] = ()

    def as_tree(self) -> Tree:
        """Write the predicate, as SLSA v1."""
        metadata: Tree = {}
        if self.invocation:
            metadata["invocationId"] = self.invocation
        if self.started:
            metadata["startedOn"] = fields.written(self.started)
        if self.finished:
            metadata["finishedOn"] = fields.written(self.finished)
        details: Tree = {"builder": {"id": self.builder}}
        if metadata:
            details["metadata"] = metadata
        if self.byproducts:
            details["byproducts"] = [each.as_tree() for each in self.byproducts]
        definition: Tree = {"buildType": self.build_type, "externalParameters": dict(self.parameters)}
        if self.internal:
            definition["internalParameters"] = dict(self.internal)
        if self.dependencies:
            definition["resolvedDependencies"] = [each.as_tree() for each in self.dependencies]
        return {"buildDefinition": definition, "runDetails": details}


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What provenance must say. ``builders`` maps pinned builder ids to the level they are trusted with.

    ``dependencies`` maps names or URIs of resolved dependencies to the digest (``algorithm:hex``) they have.
    """

    builders: tuple[tuple[str, int], ...] = ()
    source: str = ""
    commit: str = ""
    build_types: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    dependencies: tuple[tuple[str, str], ...] = ()
    level: int = 0


def statement(subjects: tuple[Subject, ...], provenance: Provenance) -> Statement:
    """Make a statement of provenance, and hold it against the rules of reading. Raises ``ReadError``."""
    made = Statement(subjects=subjects, predicate_type=V1, predicate=provenance.as_tree())
    provenance_of(made)
    return made


def provenance_of(found: Statement) -> Provenance:
    """Read the provenance of a statement. Raises ``ReadError``."""
    if found.predicate_type == V1:
        return _first(found.predicate)
    if found.predicate_type == V02:
        return _second(found.predicate)
    raise ReadError(f'not SLSA provenance: its predicate type is "{found.predicate_type[:80]}"')


def _first(predicate: Tree) -> Provenance:
    definition = fields.tree(predicate, "buildDefinition", required=True)
    details = fields.tree(predicate, "runDetails", required=True)
    metadata = fields.tree(details, "metadata")
    dependencies = fields.resources(definition, "resolvedDependencies")
    made = Provenance(
        predicate_type=V1,
        build_type=fields.text(definition, "buildType", required=True),
        builder=fields.text(fields.tree(details, "builder", required=True), "id", required=True),
        parameters=fields.tree(definition, "externalParameters", required=True),
        dependencies=dependencies,
        sources=(*(each for each in dependencies if _commit_of(each)), *_named_sources(definition)),
        internal=fields.tree(definition, "internalParameters"),
        invocation=fields.text(metadata, "invocationId"),
        started=fields.when(metadata, "startedOn"),
        finished=fields.when(metadata, "finishedOn"),
        byproducts=fields.resources(details, "byproducts"),
    )
    return _in_order(made)


def _second(predicate: Tree) -> Provenance:
    invocation = fields.tree(predicate, "invocation")
    metadata = fields.tree(predicate, "metadata")
    config = fields.tree(invocation, "configSource")
    materials = fields.resources(predicate, "materials")
    made = Provenance(
        predicate_type=V02,
        build_type=fields.text(predicate, "buildType", required=True),
        builder=fields.text(fields.tree(predicate, "builder", required=True), "id", required=True),
        parameters=_parameters(invocation),
        dependencies=materials,
        sources=(
            *((fields.resource(config),) if config else ()),
            *(each for each in materials if _commit_of(each)),
        ),
        invocation=fields.text(metadata, "buildInvocationId"),
        started=fields.when(metadata, "buildStartedOn"),
        finished=fields.when(metadata, "buildFinishedOn"),
    )
    return _in_order(made)


def _in_order(made: Provenance) -> Provenance:
    if made.started and made.finished and made.started > made.finished:
        raise ReadError("the build finished before it was started")
    return made


def _parameters(invocation: Tree) -> Tree:
    found = invocation.get("parameters")
    return found if isinstance(found, dict) else {}


def _named_sources(definition: Tree) -> Iterator[Resource]:
    """Yield repositories that the parameters of a build name; they bear no commit of their own."""
    parameters = tree_at(definition, "externalParameters")
    for path in _SOURCE_PARAMETERS:
        if named := text_at(parameters, *path):
            yield Resource(uri=named)
    if isinstance(parameters.get("source"), str):
        yield Resource(uri=text_at(parameters, "source"))


def _commit_of(found: Resource) -> str:
    return next((found.of(key) for key in _COMMIT_KEYS if found.of(key)), "")


def level_of(found: Provenance, *, is_signed: bool, builders: tuple[tuple[str, int], ...] = ()) -> int:
    """Give the SLSA build level that can be believed: 1 unsigned or by an unknown builder, 2, or 3."""
    trusted = dict(builders).get(found.builder, 0)
    if not is_signed or not trusted:
        return 1
    return min(max(trusted, 1), 3)


def problems_of(found: Provenance, expected: Expected, *, is_signed: bool) -> tuple[str, ...]:
    """Say in what provenance is not what was expected; nothing if it is."""
    return tuple(_problems(found, expected, is_signed=is_signed))


def _problems(found: Provenance, expected: Expected, *, is_signed: bool) -> Iterator[str]:
    if expected.builders and found.builder not in dict(expected.builders):
        yield f'it was built by "{found.builder[:120]}", which is not a pinned builder'
    if expected.build_types and found.build_type not in expected.build_types:
        yield f'its build type is "{found.build_type[:120]}"'
    if expected.source or expected.commit:
        yield from _source_problems(found, expected)
    for name, value in expected.parameters:
        if found.parameters.get(name) != value:
            yield f'its parameter "{name}" is not "{value}"'
    for name, digest in expected.dependencies:
        yield from _dependency_problems(found, name, digest)
    level = level_of(found, is_signed=is_signed, builders=expected.builders)
    if level < expected.level:
        yield f"it reaches SLSA build level {level}, and {expected.level} is asked for"


def _source_problems(found: Provenance, expected: Expected) -> Iterator[str]:
    wanted = repository_of(expected.source) if expected.source else ""
    named = [each for each in found.sources if each.uri]
    if wanted:
        differing = sorted({each.uri for each in _primary(found) if repository_of(each.uri) != wanted})
        if not named:
            yield f'it names no source repository; "{expected.source}" is expected'
            return
        if differing:
            yield f'it was built from "{differing[0][:160]}", not from "{expected.source}"'
            return
    if expected.commit:
        commits = {
            _commit_of(each)
            for each in found.sources
            if _commit_of(each) and (not wanted or repository_of(each.uri) == wanted)
        }
        if not commits:
            yield f"it names no commit of its source; {expected.commit} is expected"
        elif commits != {expected.commit}:
            other = min(commits - {expected.commit})
            yield f"it was built from commit {other}, not from {expected.commit}"


def _primary(found: Provenance) -> list[Resource]:
    """List what was built: the config source, or what parameters name; else the first with a commit."""
    named = [each for each in found.sources if each.uri]
    if found.predicate_type == V02:
        return named[:1]
    by_parameter = [each for each in named if not each.digest]
    return by_parameter or named[:1]


def repository_of(uri: str) -> str:
    """Write the address of a repository in one way: without ``git+``, revision and ``.git``."""
    text = uri.strip().removeprefix("git+")
    scheme, mark, rest = text.partition("://")
    if not mark:
        return text
    rest = rest.partition("#")[0].partition("?")[0]
    host, _, path = rest.partition("/")
    path = path.partition("@")[0].rstrip("/").removesuffix(".git")
    return f"{scheme.lower()}://{host.lower()}/{path}"


def _dependency_problems(found: Provenance, name: str, digest: str) -> Iterator[str]:
    algorithm, _, value = digest.partition(":")
    matching = [each for each in found.dependencies if name in (each.uri, each.name)]
    if not matching:
        yield f'"{name}" is not among its resolved dependencies'
    for each in matching:
        if each.of(algorithm) != value:
            yield f'its dependency "{name}" has {_told(each)}, not {digest}'


def _told(found: Resource) -> str:
    return ", ".join(f"{algorithm}:{value}" for algorithm, value in found.digest) or "no digest"


def parameters_of(pairs: tuple[tuple[str, str], ...]) -> Tree:
    """Make the external parameters of a build from names and values."""
    made: dict[str, Json] = {}
    made.update(pairs)
    return made
