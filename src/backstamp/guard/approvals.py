"""Who says which file may be loaded: the narrow protocol of the guard, and two sources behind it."""

import os
from collections.abc import Iterable, Mapping
from typing import Protocol, TypeAlias

import msgspec

from backstamp.core.errors import UsageError


class Approval(msgspec.Struct, frozen=True):
    """The file may be loaded, and why."""

    reason: str


class Refusal(msgspec.Struct, frozen=True):
    """The file may not be loaded: why, which digests are approved for it, and what a person can do."""

    reason: str
    expected: tuple[str, ...] = ()
    hint: str = ""


Answer: TypeAlias = Approval | Refusal


class Approvals(Protocol):
    """Approved files. ``algorithm`` is the digest that it wants to be asked with (mostly ``sha256``)."""

    @property
    def algorithm(self) -> str:
        """Name the algorithm of the digests."""
        ...

    def approved(self, path: str, digest: str) -> Answer:
        """Say whether a file with this absolute path and this digest (hexadecimal) may be loaded."""
        ...


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An approved file: its model and revision (empty for none), its path in it with slashes, its digest."""

    path: str
    digest: str
    model: str = ""
    revision: str = ""


_MOST_SHOWN = 3


class Listed:
    """A list of approved files, such as a lock holds.

    1. The content decides: a file is approved only if its digest is listed.
    2. It must be listed for the place where the file stands: if the path names a model of the list
       (``models--org--name``, ``org/name``, or a folder ``name``), for a file of this model; if files are
       listed under a path that the file's path ends with, for one of these; if the path names a revision
       that is listed, for that one. So one approved file is not taken for another.
    3. A file at a place that nothing is listed for is approved by its content alone: renamed and moved
       files are those that were approved. ``strict`` refuses them.
    4. Links are looked at both ways: as they are written, and with their folder resolved.
    """

    algorithm = "sha256"

    def __init__(
        self,
        entries: Iterable[Entry],
        *,
        name: str = "the list",
        strict: bool = False,
        places: Mapping[str, str] | None = None,
        hint: str = "",
    ) -> None:
        self.name = name
        self.hint = hint
        self.strict = strict
        self._places = {os.path.abspath(folder): model for folder, model in (places or {}).items()}
        self._contents: dict[str, Entry] = {}
        self._names: dict[str, list[Entry]] = {}
        self._models: set[str] = set()
        self._by_last_name: dict[str, set[str]] = {}
        for entry in entries:
            self._contents.setdefault(entry.digest, entry)
            self._names.setdefault(_parts(entry.path)[-1], []).append(entry)
            if entry.model:
                self._models.add(entry.model)
                self._by_last_name.setdefault(entry.model.rpartition("/")[2], set()).add(entry.model)

    def approved(self, path: str, digest: str) -> Answer:
        """Say whether the file may be loaded."""
        folder, name = os.path.split(path)
        roads = dict.fromkeys((path, os.path.join(os.path.realpath(folder), name)))
        models = self._placed(roads) or {m for road in roads for m in self._named(_parts(road))}
        wanted = [entry for road in roads for entry in self._standing(_parts(road), models)]
        for entry in wanted:
            if entry.digest == digest:
                return Approval(f"{self._shown(entry)} of {self.name}")
        if wanted:
            expected = tuple(dict.fromkeys(f"{self.algorithm}:{entry.digest}" for entry in wanted))
            listed = self._shown(wanted[0])
            return Refusal(
                f"its content is not that of {listed} in {self.name}", expected[:_MOST_SHOWN], self.hint
            )
        content = self._contents.get(digest)
        if content is not None and (_is_blob(path, digest) or not self.strict):
            if not models or content.model in models:
                return Approval(f"{self._shown(content)} of {self.name}, under another name")
            return Refusal(
                f"it is {self._shown(content)}, which {self.name} lists for another model", (), self.hint
            )
        return Refusal(f"{self.name} does not list it", (), self.hint)

    def _placed(self, roads: Iterable[str]) -> set[str]:
        """Name the model that a person said to be in this folder."""
        return {
            model
            for folder, model in self._places.items()
            if any(road.startswith(folder.rstrip(os.sep) + os.sep) for road in roads)
        }

    def _named(self, parts: list[str]) -> set[str]:
        """Name the listed models that a path goes through: by their whole name, or else by the last part."""
        whole: set[str] = set()
        short: set[str] = set()
        for before, part in zip(["", *parts], parts[:-1], strict=False):
            plain = part.removeprefix("models--").removeprefix("datasets--").replace("--", "/")
            whole.update({plain, f"{before}/{part}"} & self._models)
            short.update(self._by_last_name.get(part, ()))
        return whole or short

    def _standing(self, parts: list[str], models: set[str]) -> list[Entry]:
        """List the entries whose path is the end of this one: those of the longest path only."""
        best: list[Entry] = []
        length = 0
        for entry in self._names.get(parts[-1], ()):
            own = _parts(entry.path)
            if (models and entry.model not in models) or parts[-len(own) :] != own or len(own) < length:
                continue
            best = [*best, entry] if len(own) == length else [entry]
            length = len(own)
        return [entry for entry in best if entry.revision and entry.revision in parts] or best

    def _shown(self, entry: Entry) -> str:
        return f'"{entry.path}" of {entry.model}' if entry.model else f'"{entry.path}"'


class AnyOf:
    """Several sources: the first one that approves decides, else the first refusal that knows digests."""

    def __init__(self, sources: Iterable[Approvals]) -> None:
        self._sources = tuple(sources)
        algorithms = sorted({source.algorithm for source in self._sources})
        if len(algorithms) != 1:
            raise UsageError(
                f"sources of approvals with different digests: {', '.join(algorithms) or 'none'}",
                hint="Use one algorithm: a lock has sha256.",
            )
        self.algorithm = algorithms[0]

    def approved(self, path: str, digest: str) -> Answer:
        """Ask one after another."""
        refusals: list[Refusal] = []
        for source in self._sources:
            answer = source.approved(path, digest)
            if isinstance(answer, Approval):
                return answer
            refusals.append(answer)
        return next((refusal for refusal in refusals if refusal.expected), refusals[0])


def listed(digests: Mapping[str, str], *, name: str = "the list", strict: bool = False) -> Listed:
    """Make approvals of a plain dictionary: path or name of a file to its SHA-256 (hexadecimal)."""
    return Listed(
        (
            Entry(path=path.replace(os.sep, "/"), digest=digest.lower().removeprefix("sha256:"))
            for path, digest in digests.items()
        ),
        name=name,
        strict=strict,
    )


def _is_blob(path: str, digest: str) -> bool:
    """Say whether this is a file of a hub cache under the name of its digest."""
    return os.path.basename(path) in (digest, f"sha256-{digest}")


def _parts(path: str) -> list[str]:
    return path.replace("\\", "/").strip("/").split("/")
