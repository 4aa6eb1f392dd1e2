"""Whatever a CycloneDX document says: as SPDX it is valid, and comes back as it was."""

import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.bom.patch import applied, differences, parsed, written
from backstamp.bom.spdx.check import problems
from backstamp.bom.spdx.read import cyclonedx_of
from backstamp.bom.spdx.write import spdx_of
from backstamp.core.tree import Json, Tree
from kit.rich_boms import dataset, library, model, rich
from kit.mutation import ODD, mutated

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
