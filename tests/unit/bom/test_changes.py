"""What changed between two BOMs."""

import copy

import pytest

from backstamp.bom.changes import Change, Class, changes_between
from backstamp.core.tree import Json, Tree


def part(kind: str, name: str, **fields: Json) -> Tree:
    return {"type": kind, "bom-ref": name, "name": name, **fields}


def document(*components: Tree, services: tuple[Tree, ...] = ()) -> Tree:
    return {
        "bomFormat": "CycloneDX",
        "metadata": {"component": part("application", "app")},
        "components": [*components],
        "services": [*services],
    }


def stricter(old: str, new: str) -> int:
    order = ["MIT", "Apache-2.0", "CC-BY-NC-4.0"]
    return order.index(new) - order.index(old) if old in order and new in order else 0


def classes(old: Tree, new: Tree) -> list[str]:
    return [change.kind.value for change in changes_between(old, new, stricter)]


MODEL = part("machine-learning-model", "m", version="1")


def model(**fields: Json) -> Tree:
    return {**MODEL, **fields}


def weights(digest: str, name: str = "model.safetensors") -> list[Json]:
    return [part("file", name, hashes=[{"alg": "SHA-256", "content": digest * 64}])]


def prop(name: str, value: str) -> dict[str, Json]:
    return {"properties": [{"name": name, "value": value}]}


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ({"version": "1"}, {"version": "2"}, "version-changed"),
        ({"version": "1"}, {"version": ""}, "unpinned"),
        ({"version": ""}, {"version": "1"}, "pinned"),
        ({"components": weights("a")}, {"components": weights("b")}, "weights-changed"),
        (
            {"components": weights("a", "tokenizer.json")},
            {"components": weights("b", "tokenizer.json")},
            "tokenizer-changed",
        ),
        (
            {"components": weights("a", "README.md")},
            {"components": weights("b", "README.md")},
            "file-changed",
        ),
        (
            {"components": weights("a", "chat_template.jinja")},
            {"components": weights("b", "chat_template.jinja")},
            "template-changed",
        ),
        (
            {"hashes": [{"alg": "SHA-256", "content": "a" * 64}]},
            {"hashes": [{"alg": "SHA-256", "content": "b" * 64}]},
            "weights-changed",
        ),
        (
            {"licenses": [{"license": {"id": "MIT"}}]},
            {"licenses": [{"license": {"id": "CC-BY-NC-4.0"}}]},
            "licence-tightened",
        ),
        (
            {"licenses": [{"license": {"id": "CC-BY-NC-4.0"}}]},
            {"licenses": [{"expression": "MIT"}]},
            "licence-loosened",
        ),
        (
            {"licenses": [{"license": {"id": "MIT"}}]},
            {"licenses": [{"license": {"name": "odd"}}]},
            "licence-changed",
        ),
        ({}, {"pedigree": {"ancestors": [part("machine-learning-model", "base")]}}, "lineage-changed"),
        (
            prop("cdx:ai-ml:model:hyperparameter:quantization:bits", "8"),
            prop("cdx:ai-ml:model:hyperparameter:quantization:bits", "4"),
            "quantization-changed",
        ),
        (
            prop("cdx:ai-ml:model:parameter:count", "1"),
            prop("cdx:ai-ml:model:parameter:count", "2"),
            "architecture-changed",
        ),
        (prop("backstamp:training:lr", "1"), prop("backstamp:training:lr", "2"), "training-changed"),
        ({"manufacturer": {"name": "A"}}, {"manufacturer": {"name": "B"}}, "producer-changed"),
        ({}, prop("backstamp:flag:trust_remote_code", "true"), "remote-code-allowed"),
    ],
)
def test_names_the_class_of_a_change_of_a_model(old: dict[str, Json], new: dict[str, Json], kind: str):
    assert classes(document(model(**old)), document(model(**new))) == [kind]


@pytest.mark.parametrize(
    ("added", "kind"),
    [
        (part("machine-learning-model", "x"), "model-added"),
        (part("data", "x", data=[{"type": "dataset"}]), "dataset-added"),
        (part("library", "x"), "library-added"),
        (part("device", "x"), "part-added"),
    ],
)
def test_names_what_came_and_what_went(added: Tree, kind: str):
    assert classes(document(), document(added)) == [kind]
    assert classes(document(added), document()) == [kind.replace("added", "removed")]


def test_follows_a_part_through_versions_by_its_purl():
    old = document(part("library", "torch", version="2.0", purl="pkg:pypi/torch@2.0"))
    new = document(part("library", "torch", version="2.1", purl="pkg:pypi/torch@2.1"))
    assert changes_between(old, new, stricter) == (
        Change(kind=Class.VERSION_CHANGED, part="torch", before="2.0", after="2.1"),
    )


def test_names_a_change_of_training_data_and_of_metrics():
    def trained(*names: str, value: str = "0.9") -> Tree:
        card: Tree = {
            "modelParameters": {"datasets": [{"ref": name} for name in names]},
            "quantitativeAnalysis": {"performanceMetrics": [{"type": "f1", "value": value}]},
        }
        return document(model(modelCard=card), part("data", "a"), part("data", "b"))

    assert changes_between(trained("a"), trained("a", "b", value="0.8"), stricter) == (
        Change(kind=Class.METRIC_CHANGED, part="m: f1", before="0.9", after="0.8"),
        Change(kind=Class.TRAINING_DATA_CHANGED, part="m", before="a", after="a, b"),
    )


def test_names_changes_of_services():
    old: Tree = {"name": "gpt-4o", "provider": {"name": "openai"}, "endpoints": ["https://a.example"]}
    new = {**old, "endpoints": ["https://b.example"]}
    assert classes(document(services=(old,)), document(services=(new,))) == ["service-changed"]
    assert classes(document(), document(services=(new,))) == ["service-added"]


def test_a_document_does_not_differ_from_itself_and_order_does_not_matter():
    tree = document(model(components=weights("a")), part("library", "x"))
    turned = copy.deepcopy(tree)
    assert isinstance(turned["components"], list)
    turned["components"].reverse()
    assert classes(tree, turned) == []
