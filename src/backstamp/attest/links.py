"""The outcome of checking a chain: a tree of links, each with both of its ends."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from backstamp.attest.predicates import Kind
from backstamp.core.tree import Json, Tree


class State(StrEnum):
    """What came of a link."""

    OK = "ok"
    FAILED = "failed"
    MISSING = "missing"


class End(msgspec.Struct, frozen=True, kw_only=True):
    """One end of a link: what it is, where it was found, and the digest that it names."""

    what: str
    source: str = ""
    digest: str = ""

    def __str__(self) -> str:
        """Tell it in one line, the digest in full."""
        return f"{self.name}{f' ({self.digest})' if self.digest else ''}"

    @property
    def name(self) -> str:
        """What it is and where it was found."""
        return f"{self.what} {self.source}" if self.source else self.what

    def as_tree(self) -> Tree:
        """Write it for machines."""
        return {"what": self.what, "source": self.source, "digest": self.digest}


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link: what was said (``start``), about what (``stop``), and whether that holds."""

    kind: Kind
    state: State
    start: End
    stop: End
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    below: tuple["Link", ...] = ()

    def as_tree(self) -> Tree:
        """Write it for machines."""
        below: list[Json] = [each.as_tree() for each in self.below]
        return {
            "kind": str(self.kind),
            "state": str(self.state),
            "from": self.start.as_tree(),
            "to": self.stop.as_tree(),
            "reasons": [*self.reasons],
            "remarks": [*self.remarks],
            "signers": [*self.signers],
            "links": below,
        }


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """All links of an artifact; ``problems`` are attestations that could not be read."""

    artifact: End
    links: tuple[Link, ...]
    problems: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """No link failed, and none that is required is missing."""
        return all(each.state is State.OK for each in self.all())

    def all(self) -> Iterator[Link]:
        """Yield every link, outer ones first."""
        waiting = list(self.links)
        while waiting:
            link = waiting.pop(0)
            yield link
            waiting = [*link.below, *waiting]

    def state_of(self, kind: Kind) -> State | None:
        """Give the state of the link of a kind; ``None`` if it was not looked for."""
        return next((each.state for each in self.all() if each.kind is kind), None)

    def as_tree(self) -> Tree:
        """Write it for machines."""
        links: list[Json] = [each.as_tree() for each in self.links]
        return {
            "schema": "backstamp.chain/1",
            "ok": self.is_whole,
            "artifact": self.artifact.as_tree(),
            "links": links,
            "problems": [*self.problems],
        }


def lines_of(chain: Chain) -> Iterator[str]:
    """Tell a chain, one line each; links that hang on others are moved in.

    The artifact's digest is told once: a link that holds names its ends, a broken one their digests too.
    """
    yield str(chain.artifact)
    for link in chain.links:
        yield from _told(link, 1)
    for problem in chain.problems:
        yield f"not read: {problem}"


def _told(link: Link, depth: int) -> Iterator[str]:
    indent = "  " * depth
    start, stop = (
        (link.start.name, link.stop.name) if link.state is not State.FAILED else (link.start, link.stop)
    )
    yield f"{indent}{link.state:7} {link.kind}: {start} -> {stop}"
    if link.signers:
        yield f"{indent}    signed by {', '.join(link.signers)}"
    for reason in link.reasons:
        yield f"{indent}    {reason}"
    for remark in link.remarks:
        yield f"{indent}    note: {remark}"
    for each in link.below:
        yield from _told(each, depth + 1)
