"""Signed but suspicious: a valid signature says who, not whether that is good.

Attackers who take over an account or a build sign validly (ultralytics 8.3.41, December 2024, was published
by the project's own workflow, with valid attestations). What gives them away is that something differs from
before. ``suspicions`` turns what is known of a release, of the project and of its last release into facts;
the rules SIG1xx make findings of them; ``score_of`` adds them up, with the reason of each part.

What is not known is never suspicious: each fact needs both sides of its comparison.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from backstamp.core.fact import Fact
from backstamp.core.location import Location

_LONG_AFTER = timedelta(days=7)
_BEFORE_TAG = timedelta(minutes=10)  # clocks differ
_SHARED = 0.5  # of the names of an ordinary next version's files, most are those of the last
_LEAST_FILES = 4
_TIMES_SIZE = 4.0
_LEAST_SIZE = 64 * 1024


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a release that was verified. What is empty, or None, is not known.

    ``signer`` is whom the signature is by; ``repository`` and ``commit`` are what the provenance says it was
    built from, ``builder`` which workflow; ``commit_is_reachable`` whether the commit is on a branch or a tag
    of the repository; ``source_is_fork`` whether the repository is a fork. ``files`` are names and sizes.
    """

    signer: str = ""
    repository: str = ""
    commit: str = ""
    builder: str = ""
    commit_is_reachable: bool | None = None
    source_is_fork: bool | None = None
    built_at: datetime | None = None
    tagged_at: datetime | None = None
    files: tuple[tuple[str, int], ...] = ()


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What is known from before: who signed, the own repository of the project, the last release."""

    signers: tuple[str, ...] = ()
    releases: int = 0
    repository: str = ""
    last: Release | None = None


class FirstSigner(Fact, frozen=True, kw_only=True):
    """Nothing by this signer was seen for this name, and nothing by anybody else either."""

    signer: str


class SignerChange(Fact, frozen=True, kw_only=True):
    """Earlier releases were signed by others."""

    signer: str
    before: tuple[str, ...]
    releases: int


class OrphanCommit(Fact, frozen=True, kw_only=True):
    """The commit that it was built from is on no branch and no tag."""

    commit: str
    repository: str


class ForkSource(Fact, frozen=True, kw_only=True):
    """It was built from a fork."""

    repository: str


class OtherSource(Fact, frozen=True, kw_only=True):
    """It was built from another repository than the project's own, or the last release's."""

    repository: str
    expected: str


class OtherBuilder(Fact, frozen=True, kw_only=True):
    """Another workflow built it than the last release."""

    builder: str
    before: str


class LateBuild(Fact, frozen=True, kw_only=True):
    """It was built long after its tag was made, or before: the tag may have been moved."""

    days: int
    is_before: bool


class OtherContent(Fact, frozen=True, kw_only=True):
    """Its files are unlike those of the last release."""

    detail: str


WEIGHTS: tuple[tuple[type[Fact], int], ...] = (
    (SignerChange, 35),
    (ForkSource, 35),
    (OtherSource, 35),
    (OrphanCommit, 35),
    (OtherContent, 15),
    (OtherBuilder, 15),
    (LateBuild, 10),
    (FirstSigner, 10),
)


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """How suspicious a release is, from 0 to 100, and what each part of that comes from."""

    total: int
    parts: tuple[tuple[str, int], ...]

    @property
    def word(self) -> str:
        """The score in a word."""
        return "high" if self.total >= 50 else "medium" if self.total >= 20 else "low"


def suspicions(path: str, release: Release, history: History) -> tuple[Fact, ...]:
    """Tell what is odd about a release, as facts about the artifact at a path."""
    place = Location((path,))
    found = (*_of_signer(place, release, history), *_of_source(place, release, history))
    return (*found, *_of_time(place, release), *_of_content(place, release, history))


def score_of(facts: tuple[Fact, ...]) -> Score:
    """Add up what was found: each kind counts once, and together at most a hundred."""
    parts = tuple(
        (kind.__name__, weight) for kind, weight in WEIGHTS if any(isinstance(fact, kind) for fact in facts)
    )
    return Score(total=min(100, sum(weight for _, weight in parts)), parts=parts)


def _of_signer(place: Location, release: Release, history: History) -> Iterator[Fact]:
    if not release.signer or release.signer in history.signers:
        return
    if history.signers:
        yield SignerChange(
            place=place,
            signer=release.signer,
            before=history.signers,
            releases=max(history.releases, 1),
        )
    else:
        yield FirstSigner(place=place, signer=release.signer)


def _of_source(place: Location, release: Release, history: History) -> Iterator[Fact]:
    if release.commit and release.commit_is_reachable is False:
        yield OrphanCommit(place=place, commit=release.commit, repository=release.repository)
    if release.repository and release.source_is_fork:
        yield ForkSource(place=place, repository=release.repository)
    expected = history.repository or (history.last.repository if history.last else "")
    if expected and release.repository and repository_name(release.repository) != repository_name(expected):
        yield OtherSource(place=place, repository=release.repository, expected=expected)
    before = history.last.builder if history.last else ""
    if before and release.builder and _workflow(release.builder) != _workflow(before):
        yield OtherBuilder(place=place, builder=release.builder, before=before)


def _of_time(place: Location, release: Release) -> Iterator[Fact]:
    if release.built_at is None or release.tagged_at is None:
        return
    after = release.built_at - release.tagged_at
    if after > _LONG_AFTER:
        yield LateBuild(place=place, days=after.days, is_before=False)
    elif after < -_BEFORE_TAG:
        yield LateBuild(place=place, days=-after.days - 1, is_before=True)


def _of_content(place: Location, release: Release, history: History) -> Iterator[Fact]:
    last = history.last
    if last is None or not release.files or not last.files:
        return
    new, old = dict(release.files), dict(last.files)
    shared = new.keys() & old.keys()
    share = len(shared) / max(len(new), len(old))
    if len(old) >= _LEAST_FILES and share < _SHARED:
        told = f"{len(shared)} of {len(new)} files were in the last version, which had {len(old)}"
        yield OtherContent(place=place, detail=told)
    for name in sorted(shared):
        less, more = sorted((new[name], old[name]))
        if more >= _LEAST_SIZE and more > _TIMES_SIZE * max(less, 1):
            told = f'"{name}" had {old[name]:,} bytes in the last version, and has {new[name]:,}'
            yield OtherContent(place=place, detail=told)
    kinds = {_ending(name) for name in new} - {_ending(name) for name in old}
    if risky := sorted(kinds & _RUNS):
        yield OtherContent(place=place, detail=f"files that can run code are new: {', '.join(risky)}")


_RUNS = frozenset(
    {"py", "pkl", "pickle", "pt", "pth", "bin", "joblib", "so", "dll", "sh", "exe", "h5", "keras"}
)


def _ending(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[2].casefold() if "." in name else ""


def repository_name(address: str) -> str:
    """Write the address of a repository so that equal ones are equal: no scheme, user, suffix; lower case."""
    text = address.strip().casefold()
    text = text.partition("://")[2] or text
    text = text.removeprefix("git@").replace(":", "/", 1) if text.startswith("git@") else text
    host, slash, path = text.partition("/")
    path = path.partition("@")[0].partition("#")[0].partition("?")[0].rstrip("/").removesuffix(".git")
    return host.rpartition("@")[2] + slash + path


def _workflow(builder: str) -> str:
    """The workflow without the branch or tag that it ran on."""
    return builder.rpartition("@")[0] or builder
