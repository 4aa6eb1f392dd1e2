"""Choosing among claims."""

from backstamp.bom.claims import Claim, Evidence, Tie
from backstamp.bom.graph import SupplyGraph
from backstamp.bom.resolve import is_same, resolved
from backstamp.core.location import Location, Pointer
from backstamp.core.supply import Kind, Method, Part, Relation, Scalar, Trait

MODEL = Part(Kind.MODEL, ".")
BASE = Part(Kind.MODEL, "huggingface:org/base")
DATA = Part(Kind.DATASET, "huggingface:org/data")


def claim(
    value: Scalar,
    trait: Trait = Trait.LICENSE,
    *,
    method: Method = Method.DECLARED,
    confidence: float = 0.9,
    path: str = "README.md",
    name: str = "",
    scope: str = "",
    part: Part = MODEL,
) -> Claim:
    evidence = Evidence(
        place=Location((path,), Pointer("/x")), digest=None, method=method, confidence=confidence, by="test/1"
    )
    return Claim(part=part, trait=trait, value=value, name=name, scope=scope, evidence=evidence)


def tie(
    part: Part, relation: Relation, target: Part, manner: str = "", revision: str = "", **evidence: object
) -> Tie:
    where = Evidence(
        place=Location((str(evidence.get("path", "README.md")),)),
        digest=None,
        method=Method(str(evidence.get("method", "declared"))),
        confidence=0.9,
        by="test/1",
    )
    return Tie(part=part, relation=relation, target=target, manner=manner, revision=revision, evidence=where)


def graph(*claims: Claim, ties: tuple[Tie, ...] = ()) -> SupplyGraph:
    return resolved(claims, ties, MODEL)


def test_prefers_the_stronger_evidence():
    found = graph(
        claim("mit", method=Method.PARSED, confidence=0.6),
        claim("apache-2.0", method=Method.DECLARED, confidence=0.5),
        claim("gpl-3.0", method=Method.DECLARED, confidence=0.8),
    ).first(MODEL, Trait.LICENSE)
    assert found is not None
    assert (found.value, [c.value for c in found.losers]) == ("gpl-3.0", ["apache-2.0", "mit"])


def test_the_order_of_arrival_changes_nothing():
    claims = [claim(value, path=f"{value}.md") for value in ("b", "a", "c")]
    assert graph(*claims).values == graph(*claims[::-1]).values


def test_keeps_who_agrees_as_further_claims():
    found = graph(claim("Apache-2.0"), claim("apache-2.0", path="config.json")).first(MODEL, Trait.LICENSE)
    assert found is not None
    assert ([c.evidence.path for c in found.claims], found.losers) == (["README.md", "config.json"], ())


def test_reports_conflicts_with_the_part_that_they_are_about():
    found = [*graph(claim("mit"), claim("gpl-3.0", method=Method.PARSED)).conflicts()]
    assert [(c.part, c.value.value, [x.value for x in c.value.losers]) for c in found] == [
        (MODEL, "mit", ["gpl-3.0"])
    ]


def test_sums_the_shards_of_a_model_and_leaves_other_forms_apart():
    shards = [
        claim(n, Trait.PARAMETERS, method=Method.MEASURED, path=f"m-0000{n}-of-00002.safetensors",
              scope=f"m-0000{n}-of-00002.safetensors")
        for n in (1, 2)
    ]  # fmt: skip
    other = claim(5, Trait.PARAMETERS, method=Method.MEASURED, path="model.onnx", scope="model.onnx")
    found = graph(*shards, other)
    values = [(v.scope, v.value) for v in found.all(MODEL, Trait.PARAMETERS)]
    assert values == [("", 3), ("model.onnx", 5)]


def test_a_rounded_count_in_a_card_does_not_disagree_with_a_measured_one():
    assert is_same(Trait.PARAMETERS, 22_713_216, 22_700_000)
    assert not is_same(Trait.PARAMETERS, 22_713_216, 33_000_000)


def test_values_of_traits_that_can_be_many_all_stand():
    found = graph(
        claim("en", Trait.LANGUAGE), claim("de", Trait.LANGUAGE), claim("en", Trait.LANGUAGE, path="x.md")
    )
    assert [v.value for v in found.all(MODEL, Trait.LANGUAGE)] == ["de", "en"]


def test_named_values_are_chosen_by_name_and_scope():
    found = graph(
        claim(1e-5, Trait.SETTING, name="learning_rate", method=Method.PARSED),
        claim(2e-5, Trait.SETTING, name="learning_rate"),
        claim(3e-5, Trait.SETTING, name="learning_rate", scope="intended"),
    )
    assert [(v.scope, v.value) for v in found.all(MODEL, Trait.SETTING)] == [("", 2e-5), ("intended", 3e-5)]


def test_an_edge_takes_its_manner_and_pin_from_whoever_says_them():
    found = graph(
        ties=(
            tie(MODEL, Relation.DERIVED_FROM, BASE, path="config.json"),
            tie(MODEL, Relation.DERIVED_FROM, BASE, "finetune", "a" * 40, method="parsed"),
        )
    )
    (edge,) = found.edges
    assert (edge.manner, edge.revision, [e.path for e in edge.evidence]) == (
        "finetune", "a" * 40, ["config.json", "README.md"],
    )  # fmt: skip


def test_answers_questions_about_lineage_and_cuts_cycles():
    child = Part(Kind.MODEL, "./child")
    found = graph(
        ties=(
            tie(MODEL, Relation.DERIVED_FROM, BASE),
            tie(child, Relation.DERIVED_FROM, MODEL),
            tie(BASE, Relation.DERIVED_FROM, child),
            tie(BASE, Relation.TRAINED_ON, DATA),
        )
    )
    assert found.ancestors(child) == (MODEL, BASE)
    assert found.descendants(BASE) == (MODEL, child)
    assert found.trained_on(DATA) == (BASE, MODEL, child)


def test_finds_models_trained_on_what_was_made_out_of_a_dataset():
    cleaned = Part(Kind.DATASET, "./cleaned")
    found = graph(ties=(tie(cleaned, Relation.DERIVED_FROM, DATA), tie(MODEL, Relation.TRAINED_ON, cleaned)))
    assert found.trained_on(DATA) == (MODEL,)
