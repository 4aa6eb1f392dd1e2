"""Rules about signed releases that differ from before: SIG101 to SIG108."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.attest.catalog import AREA
from backstamp.attest.suspicion import (
    History,
    Release,
    Score,
    SignerChange,
    repository_name,
    score_of,
    suspicions,
)
from backstamp.core.fact import FactBook
from backstamp.engine.examine import judged

TAGGED = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
FILES = (
    ("config.json", 700),
    ("model.safetensors", 5_000_000),
    ("tokenizer.json", 90_000),
    ("README.md", 3000),
)
HOME = "https://git.example/acme/model"
FLOW = f"{HOME}/.github/workflows/release.yml"
LAST = Release(signer="alice", repository=HOME, builder=f"{FLOW}@refs/tags/v1", files=FILES)
KNOWN = History(signers=("alice",), releases=3, repository=HOME, last=LAST)
GOOD = Release(
    signer="alice",
    repository="git+https://GIT.example/acme/model.git@refs/tags/v2",
    commit="a" * 40,
    builder=f"{FLOW}@refs/tags/v2",
    commit_is_reachable=True,
    source_is_fork=False,
    built_at=TAGGED + DAY,
    tagged_at=TAGGED,
    files=(*FILES, ("LICENSE", 9000)),
)


def changed(struct, **fields):
    return msgspec.structs.replace(struct, **fields)


def found(release, history=KNOWN):
    findings, faults = judged(FactBook(suspicions("model", release, history)), tree=True, areas=(AREA,))
    assert faults == []
    return [(finding.rule, finding.message) for finding in findings]


def test_leaves_alone_a_release_like_the_last():
    assert found(GOOD) == []
    assert score_of(suspicions("model", GOOD, KNOWN)) == Score(total=0, parts=())


def test_leaves_alone_what_nothing_is_known_of():
    assert found(Release(), History()) == []
    assert found(Release(), KNOWN) == []
    assert found(GOOD, History(signers=("alice",))) == []


@pytest.mark.parametrize(
    ("fields", "rule", "message"),
    [
        ({"signer": "mallory"}, "SIG102", "signed by mallory; 3 releases before by alice"),
        (
            {"commit_is_reachable": False},
            "SIG103",
            f"built from commit {'a' * 40} of {GOOD.repository}, which is on no branch and no tag",
        ),
        ({"source_is_fork": True}, "SIG104", f"built from {GOOD.repository}, which is a fork"),
        (
            {"repository": "https://git.example/mallory/model"},
            "SIG105",
            f"built from https://git.example/mallory/model; expected is {HOME}",
        ),
        (
            {"builder": f"{HOME}/.github/workflows/x.yml@refs/tags/v2"},
            "SIG106",
            f"built by {HOME}/.github/workflows/x.yml@refs/tags/v2; the last release by {LAST.builder}",
        ),
        ({"built_at": TAGGED + 30 * DAY}, "SIG107", "built 30 days after its tag was made"),
        ({"built_at": TAGGED - DAY / 2}, "SIG107", "built less than a day before its tag was made"),
        (
            {"files": (("a", 1), ("b", 1), ("c", 1), ("README.md", 3000))},
            "SIG108",
            "unlike the last version: 1 of 4 files were in the last version, which had 4",
        ),
        (
            {"files": (*FILES[:1], ("model.safetensors", 90_000_000), *FILES[2:])},
            "SIG108",
            (
                'unlike the last version: "model.safetensors" had 5,000,000 bytes in the last version, '
                "and has 90,000,000"
            ),
        ),
        (
            {"files": (*FILES, ("modeling.py", 100))},
            "SIG108",
            "unlike the last version: files that can run code are new: py",
        ),
    ],
)
def test_finds(fields, rule, message):
    assert found(changed(GOOD, **fields)) == [(rule, message)]


def test_finds_a_first_signer_only_where_no_other_is_known():
    assert found(GOOD, History()) == [("SIG101", "signed by alice, of whom nothing was seen before")]


@pytest.mark.parametrize(
    "fields",
    [
        {"built_at": TAGGED + 6 * DAY},
        {"built_at": TAGGED - timedelta(minutes=5)},
        {"files": FILES[:2]},
        {"built_at": None},
    ],
)
def test_leaves_alone_what_is_ordinary(fields):
    assert found(changed(GOOD, **fields)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://github.com/Org/Repo", "git+https://github.com/org/repo.git"),
        ("git@github.com:org/repo.git", "https://github.com/org/repo/"),
        ("ssh://git@github.com/org/repo", "https://github.com/org/repo@refs/heads/main"),
    ],
)
def test_addresses_of_one_repository_are_equal(one, other):
    assert repository_name(one) == repository_name(other) == "github.com/org/repo"


def test_the_score_explains_itself():
    bad = changed(GOOD, signer="mallory", source_is_fork=True, built_at=TAGGED + 30 * DAY)
    score = score_of(suspicions("model", bad, KNOWN))
    assert score == Score(total=80, parts=(("SignerChange", 35), ("ForkSource", 35), ("LateBuild", 10)))
    assert (score.word, score_of(()).word) == ("high", "low")


RELEASES = st.builds(
    Release,
    signer=st.sampled_from(["", "alice", "bob"]),
    repository=st.sampled_from(["", HOME, "https://x.example/y"]),
    commit=st.sampled_from(["", "a" * 40]),
    commit_is_reachable=st.sampled_from([None, True, False]),
    source_is_fork=st.sampled_from([None, True, False]),
    built_at=st.sampled_from([None, TAGGED, TAGGED + 30 * DAY]),
    tagged_at=st.sampled_from([None, TAGGED]),
)


@settings(max_examples=80, deadline=None)
@given(RELEASES, st.sampled_from([History(), KNOWN]))
def test_a_score_is_bounded_and_more_facts_never_lower_it(release, history):
    facts = suspicions("model", release, history)
    more = (
        (*facts, SignerChange(place=facts[0].place, signer="x", before=("y",), releases=1)) if facts else ()
    )
    assert 0 <= score_of(facts).total <= 100
    assert score_of(more).total >= score_of(facts).total
    assert score_of(facts).total == min(100, sum(weight for _, weight in score_of(facts).parts))
