"""Scoring: by how each element is known."""

import json
from pathlib import Path

import pytest

from backstamp.bom.score.profiles import NAMES, profile
from backstamp.bom.score.table import as_text, as_tree
from backstamp.bom.score.weigh import Standing, weighed
from backstamp.core.tree import Tree


def model(**fields: object) -> Tree:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "version": 1,
        "metadata": {"component": {"type": "machine-learning-model", "bom-ref": "m", **fields}},
    }  # type: ignore[dict-item]  # fields are JSON


def cited(tree: Tree, pointer: str, note: str) -> Tree:
    citations = tree.setdefault("citations", [])
    assert isinstance(citations, list)
    citations.append({"pointers": [pointer], "timestamp": "2026-01-01T00:00:00Z", "note": note})
    return tree


def standing(tree: Tree, name: str, of: str = "g7") -> tuple[Standing, float]:
    found = {mark.name: mark for mark in weighed(tree, profile(of)).marks}
    return found[name].standing, found[name].quality


def test_the_g7_profile_has_the_elements_of_the_published_list():
    shared = Path(__file__).parents[5] / "shared" / "bom" / "minimum_elements.json"
    if not shared.is_file():
        pytest.skip("the list of minimum elements is not beside this repository")
    published = json.loads(shared.read_text())
    expected = [(cluster, name) for cluster, names in published["clusters"].items() for name in names]
    assert [(e.cluster, e.name) for e in profile("g7").elements] == expected
    cisa = {e.name for e in profile("cisa").elements}
    assert cisa == {
        *published["cisa2026"]["metadata"],
        *published["cisa2026"]["component"],
        *published["cisa2026"]["practices"],
    } - {"Distribution and Delivery", "Frequency"}  # of how documents are handed on, which none shows


def test_has_fifty_elements_in_the_g7_profile():
    assert len(profile("g7").elements) == 50


@pytest.mark.parametrize(
    ("note", "quality"),
    [
        ("measured in a.json; confidence 1; by x/1", 1.0),
        ("declared in a.json; confidence 1; by x/1", 0.9),
        ("derived: .; confidence 1; by x/1", 0.8),
        ("parsed in a.md; confidence 1; by x/1", 0.6),
        ("attested in a.json; confidence 1; by x/1", 1.0),
        ("asserted: .; confidence 1; by x/1", 0.5),
    ],
)
def test_weighs_a_field_by_how_it_is_known(note: str, quality: float):
    tree = cited(model(description="A model"), "/metadata/component/description", note)
    assert standing(tree, "Model description")[1] == quality


def test_a_field_without_evidence_is_asserted():
    assert standing(model(description="A model"), "Model description") == (Standing.ASSERTED, 0.5)


@pytest.mark.parametrize(
    "text", ["TODO", "[More Information Needed]", "n/a", "unknown", "No description available"]
)
def test_placeholders_count_nothing(text: str):
    tree = cited(model(description=text), "/metadata/component/description", "declared in a; by x")
    assert standing(tree, "Model description") == (Standing.PLACEHOLDER, 0.0)


def test_tells_unknown_from_withheld_from_missing():
    unknown = model(properties=[{"name": "backstamp:unknown", "value": "description"}])
    withheld = model(properties=[{"name": "backstamp:withheld", "value": "description"}])
    assert standing(unknown, "Model description") == (Standing.UNKNOWN, 0.2)
    assert standing(withheld, "Model description") == (Standing.WITHHELD, 0.2)
    assert standing(model(), "Model description") == (Standing.MISSING, 0.0)


def test_an_element_of_several_parts_is_their_mean_and_evidenced_from_half_of_them():
    tree = model(description="A model")
    tree["components"] = [
        {"type": "machine-learning-model", "bom-ref": f"m{n}", "name": f"m{n}"} for n in range(2)
    ]
    cited(tree, "/metadata/component/description", "declared in a; by x")
    assert standing(tree, "Model description") == (Standing.PARTLY, 0.3)
    tree["components"] = [{"type": "machine-learning-model", "bom-ref": "m1", "name": "m1"}]
    assert standing(tree, "Model description") == (Standing.EVIDENCED, 0.45)


def test_ancestors_are_no_models_of_the_system():
    tree = model(
        pedigree={"ancestors": [{"type": "machine-learning-model", "name": "base", "description": "x"}]}
    )
    assert standing(tree, "Model description") == (Standing.MISSING, 0.0)


def test_dangling_dependencies_do_not_count():
    tree = model(name="m")
    tree["dependencies"] = [{"ref": "m", "dependsOn": ["nowhere"]}]
    assert standing(tree, "SBOM dependency relationship")[0] is Standing.MISSING
    tree["components"] = [{"type": "data", "bom-ref": "nowhere", "name": "d"}]
    assert standing(tree, "SBOM dependency relationship")[0] is Standing.EVIDENCED


def test_a_weak_hash_answers_for_the_value_and_not_for_the_algorithm():
    tree = model(hashes=[{"alg": "MD5", "content": "0" * 32}])
    assert standing(tree, "Model hash value")[0] is Standing.ASSERTED
    assert standing(tree, "Model hash algorithm")[0] is Standing.MISSING


@pytest.mark.parametrize("name", NAMES)
def test_scores_a_document_with_nothing_in_it(name: str):
    score = weighed({"bomFormat": "CycloneDX", "specVersion": "1.7"}, profile(name))
    assert (score.evidenced <= 3, 0 <= score.quality < 0.2, len(score.marks)) == (True, True, score.total)


def test_more_evidence_never_lowers_a_score():
    bare = model(description="A model")
    before = weighed(bare, profile("g7")).quality
    after = weighed(
        cited(bare, "/metadata/component/description", "declared in a; by x"), profile("g7")
    ).quality
    assert after > before


def test_shows_what_to_do_next_and_fits_the_width():
    score = weighed(model(name="m"), profile("g7"))
    text = as_text(score, width=60)
    assert "What to do next" in text
    assert [line for line in text.splitlines() if len(line) > 76] == []
    tree = as_tree(score)
    assert (tree["schema"], tree["total"], tree["evidenced"]) == (
        "backstamp.bom-score/1",
        50,
        score.evidenced,
    )
