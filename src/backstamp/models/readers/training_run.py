"""Takes stock of statements about training runs that Backstamp wrote: what was used, seen and made.

What was intended and what was observed keep apart by their scope. A signed envelope around a statement is
opened; whether its signature holds is not said here.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.finding import shown
from backstamp.core.location import Location
from backstamp.core.placeholders import is_placeholder
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait, is_hub_name
from backstamp.core.tree import Json, Tree, list_at, text_at, tree_at, trees_at
from backstamp.formats.jsontree import tree_of

_BY = "training-run/1"
_MODEL, _RUN = Part(Kind.MODEL), Part(Kind.RUN)
_INTENDED = Teller(_BY, Method.DECLARED, 0.9)
_TELL = Teller(_BY, Method.DECLARED, 0.95)
_PREDICATE = "https://backstamp.dev/training-run/v1"
_MOST_BYTES = 64 * MIB
_MOST = 5000
_MOST_SETTINGS = 1000
_HUB = "https://huggingface.co/"
_PREDICATE_AT = "/predicate"
_OBSERVED = f"{_PREDICATE_AT}/observed"
_DEFINITION = f"{_PREDICATE_AT}/buildDefinition"


class _Reader:
    """The reader of statements about training runs."""

    name = "training-run"
    version = 1
    kinds = frozenset({"json"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """State what a statement says, if it is one about a run."""
        head = blob.head(4096)
        is_enveloped = b"application/vnd.in-toto+json" in head
        if not is_enveloped and b"in-toto.io/Statement" not in head:
            return
        tree = tree_at(tree_of(blob.view, budget, _MOST_BYTES))
        if is_enveloped:
            tree = _opened(tree, budget)
        if text_at(tree, "predicateType") != _PREDICATE:
            return
        predicate = tree_at(tree, "predicate")
        definition = tree_at(predicate, "buildDefinition")
        yield from _identity(blob, predicate)
        yield from _intended(blob, tree_at(definition, "externalParameters"))
        yield from _seeds(blob, tree_at(definition, "internalParameters"))
        yield from _dependencies(blob, list(trees_at(definition, "resolvedDependencies"))[:_MOST])
        yield from _observed(blob, tree_at(predicate, "observed"))
        yield from _subjects(blob, list(trees_at(tree, "subject"))[:_MOST])


def _opened(tree: Tree, budget: Budget) -> Tree:
    """Open an envelope (DSSE), bare or in a Sigstore bundle."""
    import base64
    import binascii

    payload = text_at(tree, "payload") or text_at(tree, "dsseEnvelope", "payload")
    try:
        return tree_at(tree_of(base64.b64decode(payload, validate=True), budget, _MOST_BYTES))
    except binascii.Error as error:
        raise ReadError("the payload of this envelope is no base64") from error


def _identity(blob: Blob, predicate: Tree) -> Iterator[Statement]:
    details = tree_at(predicate, "runDetails", "metadata")
    at = f"{_PREDICATE_AT}/runDetails/metadata"
    for key, trait, name in (
        ("invocationId", Trait.IDENTIFIER, "uuid"),
        ("startedOn", Trait.STARTED, ""),
        ("finishedOn", Trait.FINISHED, ""),
    ):
        if text := text_at(details, key):
            yield _TELL.says(blob.at_pointer(f"{at}/{key}"), _RUN, trait, shown(text, 100), name=name)
    yield _TELL.links(blob.at_pointer("/subject"), _MODEL, Relation.MADE_BY, _RUN)


def _intended(blob: Blob, intended: Tree) -> Iterator[Statement]:
    at = f"{_DEFINITION}/externalParameters"
    if (name := text_at(intended, "name")) and not is_placeholder(name):
        yield _TELL.says(blob.at_pointer(f"{at}/name"), _RUN, Trait.NAME, shown(name, 200))
    words = [word for word in list_at(intended, "command") if isinstance(word, str)]
    if words:
        yield _TELL.says(blob.at_pointer(f"{at}/command"), _RUN, Trait.COMMAND, shown(" ".join(words), 2000))
    place = blob.at_pointer(f"{at}/configuration")
    yield from _settings(_INTENDED, place, intended.get("configuration"), "intended")
    for content in tree_at(intended, "configurationFiles").values():
        yield from _settings(_INTENDED, blob.at_pointer(f"{at}/configurationFiles"), content, "intended")


def _settings(tell: Teller, place: Location, tree: Json, scope: str) -> Iterator[Statement]:
    """State settings by their dotted names; what is set to nothing is not stated."""
    stack: list[tuple[str, Json]] = [("", tree)]
    count = 0
    while stack and count < _MOST_SETTINGS:
        name, value = stack.pop()
        if isinstance(value, dict):
            prefix = f"{name}." if name else ""
            stack.extend((prefix + key, value[key]) for key in reversed(value))
        elif isinstance(value, list):
            if value and all(isinstance(each, str | int | float) for each in value):
                value = ", ".join(map(str, value[:50]))
            elif value:
                stack.extend((f"{name}.{at}", value[at]) for at in range(min(len(value), 50) - 1, -1, -1))
        if isinstance(value, bool | int | float | str) and name and not (value == "" or value == "****"):  # noqa: PLR1714
            count += 1
            said = shown(value, 400) if isinstance(value, str) else value
            yield tell.says(place, _RUN, Trait.SETTING, said, name=shown(name, 200), scope=scope)


def _seeds(blob: Blob, internal: Tree) -> Iterator[Statement]:
    at = f"{_DEFINITION}/internalParameters"
    for name, value in list(tree_at(internal, "seeds").items())[:20]:
        if isinstance(value, int) and not isinstance(value, bool):
            yield _TELL.says(blob.at_pointer(f"{at}/seeds"), _RUN, Trait.SEED, value, name=shown(name, 40))
    if lock := text_at(internal, "environmentLock", "sha256"):
        place = blob.at_pointer(f"{at}/environmentLock")
        yield _TELL.says(place, _RUN, Trait.IDENTIFIER, shown(lock, 64), name="environment-lock")


def _dependencies(blob: Blob, dependencies: list[Tree]) -> Iterator[Statement]:
    for at, each in enumerate(dependencies):
        place = blob.at_pointer(f"{_DEFINITION}/resolvedDependencies/{at}")
        notes = tree_at(each, "annotations")
        kind = text_at(notes, "kind")
        if kind == "library":
            name, _, version = text_at(each, "uri").removeprefix("pkg:pypi/").partition("@")
            if name:
                part = Part(Kind.LIBRARY, "pypi:" + shown(name, 100))
                yield _TELL.links(place, _RUN, Relation.DEPENDS_ON, part, revision=shown(version, 60))
        elif kind == "code" and text_at(each, "digest", "gitCommit"):
            yield from _code(place, each, notes)
        elif not text_at(notes, "partOf"):
            yield from _input(place, each, notes, kind)


def _code(place: Location, each: Tree, notes: Tree) -> Iterator[Statement]:
    yield _TELL.says(place, _RUN, Trait.COMMIT, shown(text_at(each, "digest", "gitCommit"), 64))
    if dirty := text_at(notes, "dirty"):
        yield _TELL.says(place, _RUN, Trait.DIRTY, shown(dirty, 64))
    if (uri := text_at(each, "uri")) and not is_placeholder(uri):
        yield _TELL.says(place, _RUN, Trait.LINK, shown(uri, 400), name="vcs")


def _input(place: Location, each: Tree, notes: Tree, kind: str) -> Iterator[Statement]:
    """State something that the run read: the model was trained on data, and made of other models."""
    uri, name = text_at(each, "uri"), shown(text_at(each, "name"), 400)
    hub = uri.removeprefix(_HUB).removeprefix("datasets/") if uri.startswith(_HUB) else ""
    kinds = {"dataset": Kind.DATASET, "model": Kind.MODEL}
    if not name and not hub:
        return
    key = f"huggingface:{hub}" if is_hub_name(hub) else f"name:{name}"
    target = Part(kinds.get(kind, Kind.FILE), key)
    digest = text_at(each, "digest", "sha256")
    revision = text_at(notes, "revision") or text_at(each, "digest", "gitCommit")
    pinned = shown(revision or (f"sha256:{digest}" if digest else ""), 100)
    yield _TELL.links(place, _RUN, Relation.CONSUMED, target, manner=shown(kind, 40), revision=pinned)
    if digest:
        yield _TELL.says(
            place, target, Trait.DIGEST, shown(digest, 64), name="tree" if notes.get("files") else "sha256"
        )
    size, rows = notes.get("size"), notes.get("rows")
    if isinstance(size, int) and not isinstance(size, bool):
        yield _TELL.says(place, target, Trait.SIZE, size)
    if isinstance(rows, int) and not isinstance(rows, bool):
        yield _TELL.says(place, target, Trait.ROWS, rows)
    if mark := text_at(notes, "fingerprint"):
        yield _TELL.says(place, target, Trait.IDENTIFIER, shown(mark, 100), name="fingerprint")
    for column, word in list(tree_at(notes, "columns").items())[:200]:
        yield _TELL.says(place, target, Trait.COLUMN, shown(str(word), 100), name=shown(column, 100))
    if target.kind is Kind.DATASET:
        # What a run reads as data is what its model is trained on, but for data that only measures it.
        tested = any(word in text_at(notes, "role").lower() for word in ("test", "eval", "valid", "dev"))
        relation = Relation.TESTED_ON if tested else Relation.TRAINED_ON
        yield Teller(_BY, Method.DERIVED, 0.85).links(place, _MODEL, relation, target, revision=pinned)
    elif target.kind is Kind.MODEL:
        yield Teller(_BY, Method.DERIVED, 0.85).links(
            place, _MODEL, Relation.DERIVED_FROM, target, revision=pinned
        )


def _observed(blob: Blob, observed: Tree) -> Iterator[Statement]:
    def at(key: str) -> Location:
        return blob.at_pointer(f"{_OBSERVED}/{key}")

    for key, trait in (
        ("durationSeconds", Trait.DURATION),
        ("steps", Trait.STEPS),
        ("totalFlos", Trait.COMPUTE),
    ):
        if (value := _number(observed.get(key))) is not None:
            yield _TELL.says(at(key), _RUN, trait, value)
    energy = tree_at(observed, "energy")
    for key, trait in (("energyKilowattHours", Trait.ENERGY), ("emissionsKilograms", Trait.EMISSIONS)):
        if (value := _number(energy.get(key))) is not None:
            yield _TELL.says(at("energy"), _RUN, trait, value)
    if region := text_at(energy, "region") or text_at(energy, "country"):
        yield _TELL.says(at("energy"), _RUN, Trait.REGION, shown(region, 100))
    if outcome := text_at(observed, "outcome"):
        yield _TELL.says(at("outcome"), _RUN, Trait.FLAG, shown(outcome, 40), name="outcome")
    if version := text_at(observed, "python", "version"):
        yield _TELL.says(at("python"), _RUN, Trait.FRAMEWORK, shown(version, 40), name="python")
    yield from _settings(_TELL, at("settings"), observed.get("settings"), "observed")
    for name in ("epochs", "worldSize", "modelClass", "strategy"):
        yield from _settings(_TELL, at(name), {name: observed.get(name)}, "observed")
    for name, measured in list(tree_at(observed, "metrics").items())[:200]:
        if (value := _number(measured)) is not None:
            yield _TELL.says(
                at("metrics"), _MODEL, Trait.METRIC, value, name=shown(name, 100), scope="training run"
            )
    yield from _hardware(at("hardware"), tree_at(observed, "hardware"))


def _hardware(place: Location, hardware: Tree) -> Iterator[Statement]:
    cards = list(trees_at(hardware, "accelerators"))[:64]
    names = [text_at(card, "name") for card in cards]
    if not cards and (kind := text_at(hardware, "architecture")):
        part = Part(Kind.HARDWARE, f"name:{shown(kind, 40)} CPU")
        yield _TELL.links(place, _RUN, Relation.RAN_ON, part)
        yield _TELL.says(place, part, Trait.NAME, f"{shown(kind, 40)} CPU")
    kinds = {name: card for name, card in zip(reversed(names), reversed(cards), strict=True) if name}
    for name, card in reversed(kinds.items()):
        part = Part(Kind.HARDWARE, "name:" + shown(name, 100))
        yield _TELL.links(place, _RUN, Relation.RAN_ON, part, manner=f"{names.count(name)} devices")
        yield _TELL.says(place, part, Trait.NAME, shown(name, 100))
        if driver := text_at(card, "driver"):
            yield _TELL.says(place, part, Trait.VERSION, f"driver {shown(driver, 40)}")
        memory = card.get("memoryBytes")
        if isinstance(memory, int) and not isinstance(memory, bool):
            yield _TELL.says(place, part, Trait.SIZE, memory)


def _subjects(blob: Blob, subjects: list[Tree]) -> Iterator[Statement]:
    for at, each in enumerate(subjects):
        name, digest = text_at(each, "name"), text_at(each, "digest", "sha256")
        if not name or not digest or name.startswith(("run:", "/", "~")) or ".." in name.split("/"):
            continue
        place = blob.at_pointer(f"/subject/{at}")
        part = Part(Kind.FILE, "path:" + shown(name, 400))
        yield _TELL.says(place, part, Trait.DIGEST, shown(digest, 64), name="sha256")
        yield _TELL.links(place, part, Relation.MADE_BY, _RUN)


def _number(value: Json) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


READER = _Reader()
