"""Whatever a CycloneDX document says: as SPDX it is valid, and comes back as it was."""

import copy
import json
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.bom.levels import lowered
from backstamp.bom.openvex import document_of, statements_of
from backstamp.bom.patch import applied, differences, parsed, written
from backstamp.bom.spdx.check import problems
from backstamp.bom.spdx.read import cyclonedx_of
from backstamp.bom.spdx.write import spdx_of
from backstamp.bom.vex import statements_in, with_statements
from backstamp.core.errors import ReadError, UsageError
from backstamp.core.tree import Json, Tree
from kit.mutation import ODD, mutated
from kit.rich_boms import dataset, library, model, rich
from kit.spdx_documents import ai_system

_KEYS = st.sampled_from(["name", "a", "b/c", "d~", "", "ref", "license", "content"])
_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 9), st.floats(allow_nan=False), st.text(max_size=3)
)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=6), st.dictionaries(st.one_of(_KEYS, st.text(max_size=2)), inner, max_size=5)
    ),
    max_leaves=25,
)


def _round_trip(tree: Tree) -> tuple[Tree, Tree]:
    document, notes = spdx_of(copy.deepcopy(tree))
    text = json.dumps(document, ensure_ascii=False)
    text.encode()
    document = json.loads(text)
    assert [note for note in notes if note.is_lost] == []
    return document, cyclonedx_of(copy.deepcopy(document))[0]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**40), st.sampled_from([1, 3, 12, 40]))
def test_a_document_comes_back_as_it_was_whatever_was_done_to_it(seed: int, most: int):
    tree = mutated(rich(), seed, most)
    document, back = _round_trip(tree)
    assert written(back) == written(tree)
    assert list(problems(document)) == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**40))
def test_small_documents_come_back_as_they_were(seed: int):
    tree: Tree = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "components": [model(), dataset("train", "evaluation"), library()],
    }
    tree = mutated(tree, seed, 6)
    document, back = _round_trip(tree)
    assert written(back) == written(tree)
    assert list(problems(document)) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(ODD), max_size=5), st.sampled_from(sorted(rich())))
def test_odd_values_at_the_top_come_back_as_they_were(values: list[Json], key: str):
    tree = rich()
    tree[key] = values
    document, back = _round_trip(tree)
    assert written(back) == written(tree)
    assert list(problems(document)) == []


@settings(max_examples=100, deadline=None)
@given(_JSON, _JSON)
def test_a_patch_makes_one_tree_of_the_other(before: Json, after: Json):
    ops = differences(before, after).get("", [])
    read = parsed(written([*ops]))
    assert isinstance(read, list)
    made = applied(copy.deepcopy(before), [op for op in read if isinstance(op, dict)])
    assert written(made) == written(after)


@settings(max_examples=60, deadline=None)
@given(st.permutations(list(range(12))), st.sets(st.integers(0, 11)))
def test_a_patch_moves_what_is_in_both_lists_and_copies_nothing(order: list[int], left_out: set[int]):
    before: list[Json] = [{"name": f"value {at}"} for at in range(12)]
    after: list[Json] = [{"name": f"value {at}"} for at in order if at not in left_out]
    ops = differences(before, after).get("", [])
    assert {op["op"] for op in ops} <= {"move", "remove"}
    assert written(applied(copy.deepcopy(before), ops)) == written(after)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**40), st.booleans())
def test_any_damaged_spdx_document_is_read_or_refused(seed: int, is_ours: bool):  # hypothesis
    document = mutated(spdx_of(rich())[0] if is_ours else ai_system(), seed, 6)
    try:
        tree, _ = cyclonedx_of(document)
    except ReadError:
        return
    assert tree["bomFormat"] == "CycloneDX" or is_ours


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**40))
def test_odd_documents_give_statements_and_older_versions_or_a_usage_error(seed: int):
    tree = mutated(rich(), seed, 8)
    made, _ = with_statements(tree, list(statements_in(rich())))
    document_of(statements_in(made), author="", timestamp="")
    lowered(tree)
    damaged = mutated(
        document_of(statements_in(rich()), author="a", timestamp="2026-01-01T00:00:00Z"), seed, 3
    )
    with suppress(UsageError):
        statements_of(damaged)
