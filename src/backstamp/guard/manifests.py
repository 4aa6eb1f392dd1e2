"""Approvals of a signed manifest: the files of one folder, as an OMS signature lists them.

The signature is verified before, by whoever makes these approvals (``attest.oms``): a manifest that nobody
vouches for approves nothing.
"""

import os
from collections.abc import Iterable
from typing import Protocol

from backstamp.core.errors import UsageError
from backstamp.guard.approvals import Answer, Approval, Refusal

_ALGORITHMS = frozenset({"sha256", "blake2b", "blake3"})


class Resource(Protocol):
    """A file of a manifest: its name relative to the folder, its digest, and the algorithm of it."""

    @property
    def name(self) -> str:
        """Name the file, with slashes."""
        ...

    @property
    def digest(self) -> str:
        """Give the digest in hexadecimal."""
        ...

    @property
    def algorithm(self) -> str:
        """Name the algorithm."""
        ...


class Manifested:
    """The files of one folder. A file elsewhere, or one that the manifest does not name, is refused."""

    def __init__(
        self, folder: str | os.PathLike[str], resources: Iterable[Resource], *, signer: str = ""
    ) -> None:
        self.folder = os.path.realpath(os.fspath(folder))
        self._given = os.path.abspath(os.fspath(folder))
        self._by = f" signed by {signer}" if signer else ""
        named = [(each.name, each.digest.lower(), each.algorithm.lower()) for each in resources]
        algorithms = {algorithm for *_, algorithm in named}
        if len(algorithms) != 1 or not algorithms <= _ALGORITHMS or any(":" in name for name, *_ in named):
            raise UsageError(
                "the guard needs a manifest with one digest (sha256, blake2b or blake3) a file",
                hint="Sign with the serialisation `files`, not `shards`.",
            )
        self.algorithm = algorithms.pop()
        self._digests = {name: digest for name, digest, _ in named}
        if len(self._digests) != len(named):
            raise UsageError("a manifest that names a file twice", hint="Sign the folder again.")

    def approved(self, path: str, digest: str) -> Answer:
        """Say whether the file may be loaded."""
        name = self._name(path)
        if name is None:
            return Refusal(
                f'it is not in the signed folder "{self._given}"', (), "Sign the folder that it is in."
            )
        listed = self._digests.get(name)
        if listed is None:
            return Refusal(
                f'the manifest{self._by} does not name "{name}"', (), "Remove it, or sign the folder again."
            )
        if listed != digest:
            return Refusal(
                f'its content is not that of "{name}" in the manifest{self._by}',
                (f"{self.algorithm}:{listed}",),
                "Fetch the signed file again.",
            )
        return Approval(f'"{name}" of the manifest{self._by}')

    def _name(self, path: str) -> str | None:
        folder, last = os.path.split(path)
        for road, root in ((path, self._given), (os.path.join(os.path.realpath(folder), last), self.folder)):
            if road.startswith(root.rstrip(os.sep) + os.sep):
                return os.path.relpath(road, root).replace(os.sep, "/")
        return None
