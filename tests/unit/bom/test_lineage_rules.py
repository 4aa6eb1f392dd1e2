"""Rules about lineage: LIN101 to LIN104."""

from pathlib import Path

import msgspec
import pytest

from backstamp.bom.catalog import AREA
from backstamp.bom.graph import SupplyGraph
from backstamp.bom.lineage_facts import lineage_facts
from backstamp.core.fact import FactBook
from backstamp.core.supply import Trait
from backstamp.engine.describe import Parent
from backstamp.engine.examine import judged
from kit.described import describe
from kit.supply import edge, graph, part, value
from kit.weights import entry, safetensors

CHILD, BASE = "model:./child", "model:huggingface:org/base"


def found(supply: SupplyGraph) -> list[tuple[str, str]]:
    findings, faults = judged(FactBook(lineage_facts(supply)), tree=True, areas=(AREA,))
    assert faults == []
    return sorted((finding.rule, finding.message) for finding in findings)


def codes(supply: SupplyGraph) -> list[str]:
    return [rule for rule, _ in found(supply)]


def pinned(line: str) -> SupplyGraph:
    made = msgspec.structs.replace(edge(line), revision="a" * 40)
    return SupplyGraph(part(CHILD), {part(CHILD): (), made.target: ()}, [made])


def test_finds_a_cycle_once_and_names_the_way():
    supply = graph(
        "model:./a", {}, ["model:./a derived-from model:./b", "model:./b derived-from model:./c",
                          "model:./c derived-from model:./a"],
    )  # fmt: skip
    assert found(supply) == [("LIN101", "made out of itself: ./a <- ./b <- ./c <- ./a")]


def test_a_chain_and_a_diamond_are_no_cycles():
    supply = graph(
        "model:./a", {}, ["model:./a derived-from model:./b", "model:./a derived-from model:./c",
                          "model:./b derived-from model:./d", "model:./c derived-from model:./d"],
    )  # fmt: skip
    assert codes(supply) == []


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (f"{CHILD} derived-from/finetune {BASE}", "LIN102"),
        (f"{CHILD} trained-on dataset:huggingface:org/data", "LIN102"),
        (f"system:. uses/from_pretrained {BASE}", "LIN103"),
    ],
)
def test_finds_what_is_not_pinned_and_leaves_alone_what_is(line: str, rule: str):
    assert codes(graph(CHILD, {}, [line])) == [rule]
    assert codes(pinned(line)) == []


@pytest.mark.parametrize(
    "target", ["model:./base", "service:openai:gpt-4o", "model:ollama:llama3", "model:path:x"]
)
def test_only_what_a_hub_serves_can_be_pinned_to_a_commit(target: str):
    assert codes(graph(CHILD, {}, [f"system:. uses {target}"])) == []


@pytest.mark.parametrize(
    ("trait", "name", "one", "other", "rules"),
    [
        (Trait.DIMENSION, "hidden_size", 768, 1024, ["LIN104"]),
        (Trait.DIMENSION, "hidden_size", 768, 768, []),
        (Trait.DIMENSION, "max_position_embeddings", 512, 1024, []),
        (Trait.FAMILY, "", "llama", "bert", ["LIN104"]),
        (Trait.FAMILY, "", "Llama", "llama", []),
    ],
)
def test_finds_a_child_that_is_built_unlike_its_parent(
    trait: Trait, name: str, one: object, other: object, rules: list[str]
):
    values = [
        msgspec.structs.replace(value(of, trait, said), name=name)  # type: ignore[arg-type]  # scalars
        for of, said in (("model:./a", one), ("model:./b", other))
    ]
    assert codes(graph("model:./a", {}, ["model:./a derived-from/finetune model:./b"], *values)) == rules


def test_a_merge_or_an_adapter_may_be_built_otherwise():
    values = [
        msgspec.structs.replace(value(of, Trait.DIMENSION, said), name="hidden_size")
        for of, said in (("model:./a", 1), ("model:./b", 2))
    ]
    for manner in ("merge", "adapter", "distilled"):
        supply = graph("model:./a", {}, [f"model:./a derived-from/{manner} model:./b"], *values)
        assert codes(supply) == []


def weights(seed: int, names: tuple[str, ...] = ("a.weight", "b.weight")) -> bytes:
    """Weights that look random, and depend on the seed alone."""
    import random
    import struct

    chance = random.Random(seed)  # noqa: S311  # numbers for a test
    size = 4096 * 4
    header = {name: entry("F32", [64, 64], at * size, (at + 1) * size) for at, name in enumerate(names)}
    numbers = [chance.uniform(-1, 1) for _ in range(4096 * len(names))]
    return safetensors(header, struct.pack(f"<{len(numbers)}f", *numbers))


CARD = "---\nlicense: mit\nbase_model: org/base\nbase_model_relation: finetune\n---\n# Child\n"


@pytest.mark.parametrize(
    ("child", "rules", "told"),
    [(2, ["LIN104"], "fine-tuned from org/base"), (1, [], "converted from org/base")],
)
def test_holds_weights_against_a_parent_that_is_at_hand(
    tmp_path: Path, child: int, rules: list[str], told: str
):
    parent = tmp_path / "parent"
    parent.mkdir()
    (parent / "model.safetensors").write_bytes(weights(1))
    made = describe(
        tmp_path / "child",
        {"README.md": CARD, "model.safetensors": weights(child)},
        parents=(Parent(path=str(parent), name="org/base"),),
    )
    assert [f.rule for f in made.findings if f.rule == "LIN104"] == rules
    notes = made.tree["metadata"]["component"]["pedigree"]["notes"]  # type: ignore[index,call-overload]
    assert notes.startswith(told)
