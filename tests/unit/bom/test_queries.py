"""Asking a BOM about lineage."""

import pytest

from backstamp.bom.queries import ancestors, descendants, trained_on
from backstamp.core.errors import NotFound
from backstamp.core.tree import Json, Tree


def model(name: str, *parents: str, data: tuple[str, ...] = ()) -> Tree:
    made: Tree = {"type": "machine-learning-model", "bom-ref": name, "name": name}
    if parents:
        made["pedigree"] = {
            "ancestors": [
                {
                    "type": "machine-learning-model",
                    "name": parent,
                    "properties": [
                        {"name": "backstamp:ref", "value": parent},
                        {"name": "backstamp:relation", "value": "finetune"},
                    ],
                }
                for parent in parents
            ]
        }
    if data:
        made["modelCard"] = {"modelParameters": {"datasets": [{"ref": each} for each in data]}}
    return made


def dataset(name: str, *sources: str) -> Tree:
    made = model(name, *sources)
    return {**made, "type": "data", "data": [{"type": "dataset"}]}


def document(*components: Tree, **fields: Json) -> Tree:
    return {"components": [*components], **fields}


CHAIN = document(
    model("c", "b"),
    model("b", "a"),
    model("a", data=("raw",)),
    dataset("raw"),
    dataset("clean", "raw"),
    model("other", data=("clean",)),
)


def names(steps: object) -> list[tuple[str, int]]:
    return [(step.node.name, step.distance) for step in steps]  # type: ignore[attr-defined]


def test_names_ancestors_and_descendants_with_their_distance():
    assert names(ancestors(CHAIN, "c")) == [("b", 1), ("a", 2)]
    assert names(descendants(CHAIN, "a")) == [("b", 1), ("c", 2)]


def test_names_models_trained_on_data_or_on_what_was_made_of_it_with_their_descendants():
    assert sorted(names(trained_on(CHAIN, "raw"))) == [("a", 1), ("b", 2), ("c", 3), ("other", 2)]
    assert names(trained_on(CHAIN, "clean")) == [("other", 1)]


def test_goes_through_runs():
    run: Json = [
        {
            "workflows": [
                {
                    "bom-ref": "r",
                    "uid": "r",
                    "inputs": [{"resource": {"ref": "d"}}],
                    "outputs": [{"resource": {"ref": "m"}}],
                }
            ]
        }
    ]
    tree = document(model("m"), dataset("d"), formulation=run)
    assert names(trained_on(tree, "d")) == [("m", 2)]


def test_a_cycle_ends():
    tree = document(model("a", "b"), model("b", "a"))
    assert names(ancestors(tree, "a")) == [("b", 1)]


def test_finds_parts_by_any_of_their_names_and_tells_the_nearest():
    tree = document({**model("x"), "group": "org", "version": "1"})
    for name in ("x", "org/x", "ORG/X", "org/x@1"):
        assert names(descendants(tree, name)) == []
    with pytest.raises(NotFound, match='no part named "orx/x"') as caught:
        descendants(tree, "orx/x")
    assert caught.value.hint == "Did you mean org/x?"
