"""Chains as they are on the hubs: what is found, and above all what is not."""

import pytest

from backstamp.bom.catalog import AREA
from backstamp.bom.obligations import licence_facts
from backstamp.core.fact import FactBook
from backstamp.core.supply import Trait
from backstamp.engine.catalog import detectors_of
from kit.supply import graph, value

HUB = "model:huggingface:"
DATA = "dataset:huggingface:"


def codes(
    licence: str,
    edge: str,
    *,
    named: str = "",
    of: str = "model:",
    calls: str = "",
    files: tuple[str, ...] = (),
    others: dict[str, str] | None = None,
) -> list[str]:
    """Judge a part under a licence with one edge (``finetune HUB/NAME``, or several after ``+``)."""
    edges = []
    for each in edge.split(" + "):
        manner, _, name = each.partition(" ")
        relation = "trained-on" if manner == "data" else f"derived-from/{manner}"
        edges.append(f"{of} {relation} {DATA if manner == 'data' else HUB}{name}")
    edges += [f"{of} contains file:{file}" for file in files]
    told = [value(of, Trait.NAME, calls)] if calls else []
    told += [value(of, Trait.LICENSE_NAME, named)] if named else []
    book = FactBook(licence_facts(graph(of, {of: licence, **(others or {})}, edges, *told)))
    found = sorted(f.rule for family in AREA.families for d in detectors_of(family) for f in d.detect(book))
    return [code for code in found if code != "LIC113"]


@pytest.mark.parametrize(
    ("licence", "edge", "found"),
    [
        ("apache-2.0", "finetune Qwen/Qwen2.5-3B-Instruct", ["LIC102"]),
        ("apache-2.0", "finetune CohereForAI/aya-23-8B", ["LIC102"]),
        ("apache-2.0", "adapter black-forest-labs/FLUX.1-dev", ["LIC102"]),
        ("mit", "adapter stabilityai/stable-diffusion-xl-base-1.0", ["LIC101"]),
        ("openrail++", "adapter stabilityai/stable-diffusion-xl-base-1.0", []),
        ("faipl-1.0-sd", "finetune stabilityai/stable-diffusion-xl-base-1.0", []),
        ("openrail++", "finetune stabilityai/stable-diffusion-3.5-large", ["LIC105"]),
        ("bigscience-openrail-m", "finetune bigscience/bloom-7b1", []),
        ("apache-2.0", "finetune bigscience/bloom-7b1", ["LIC101"]),
        ("mit", "finetune openai/whisper-large-v3-turbo", []),
        ("apache-2.0", "finetune mistralai/Mistral-7B-v0.1 + data tatsu-lab/alpaca", ["LIC112"]),
        ("apache-2.0", "finetune mistralai/Mistral-7B-v0.1 + data allenai/c4", []),
        ("apache-2.0", "data wikimedia/wikipedia", []),
        ("apache-2.0", "merge meta-llama/Llama-3.1-70B + merge Qwen/Qwen2.5-72B", ["LIC101"]),
        ("llama3.1", "merge meta-llama/Llama-3.1-8B + merge Qwen/Qwen2.5-7B", []),
        ("apache-2.0", "distilled google/gemma-2-27b", ["LIC101"]),
        ("apache-2.0", "distilled deepseek-ai/DeepSeek-R1", []),
        ("apache-2.0 AND gemma", "finetune google/gemma-2-9b", []),
    ],
)
def test_judges_what_is_made_of_well_known_models(licence: str, edge: str, found: list[str]):
    assert codes(licence, edge) == found


@pytest.mark.parametrize(
    ("child", "parent", "found"),
    [
        ("mit", "gpl", ["LIC103"]),
        ("gpl-3.0", "gpl", []),
        ("gpl", "gpl-3.0", []),
        ("gpl-3.0", "agpl-3.0", ["LIC103"]),
        ("lgpl-3.0", "LGPL-2.1-or-later", []),
        ("lgpl-3.0", "LGPL-2.1-only", ["LIC103"]),
        ("cc-by-sa-3.0", "cc-by-sa", []),
        ("cc-by-sa", "cc-by-sa-3.0", []),
        ("mit", "cc-by-sa", ["LIC103"]),
        ("creativeml-openrail-m", "faipl-1.0-sd", ["LIC103"]),
        ("apache-2.0", "sam-license", ["LIC101"]),
        ("apache-2.0", "yi-license", []),
        ("apache-2.0", "falcon-llm-license", []),
        ("mit", "openmdw-1.0", []),
        ("mit", "modified-mit", []),
    ],
)
def test_keeps_apart_what_texts_allow_and_what_they_do_not(child: str, parent: str, found: list[str]):
    assert codes(child, "finetune o/base", others={f"{HUB}o/base": parent}) == found


@pytest.mark.parametrize(
    ("parent", "manner", "found"),
    [
        ("llama3.1", "finetune", ["LIC108"]),
        ("gemma", "quantized", ["LIC108"]),
        ("nvidia-open-model-license", "finetune", []),
        ("nvidia-open-model-license", "quantized", ["LIC108"]),
        ("mrl", "finetune", []),
        ("mrl", "quantized", ["LIC108"]),
        ("flux-1-dev-non-commercial-license", "finetune", []),
        ("apache-2.0", "quantized", []),
    ],
)
def test_misses_a_notice_only_where_the_text_wants_one(parent: str, manner: str, found: list[str]):
    others = {f"{HUB}o/base": parent}
    assert codes(parent, f"{manner} o/base", files=("model.gguf", "README.md"), others=others) == found
    assert codes(parent, f"{manner} o/base", files=("Llama_NOTICE.txt",), others=others) == []


@pytest.mark.parametrize(
    ("teacher", "found"),
    [
        ("meta-llama/Llama-3.1-405B", ["LIC107"]),
        ("meta-llama/Meta-Llama-3-70B", ["LIC106"]),
        ("Qwen/Qwen2.5-72B", []),
    ],
)
def test_asks_of_a_distilled_model_what_the_text_asks_of_outputs(teacher: str, found: list[str]):
    edge = f"distilled {teacher}"
    assert codes("apache-2.0", edge, calls="Nova", files=("model.safetensors",)) == found


def test_asks_for_no_name_of_a_tokenizer():
    assert codes("llama3.1", "finetune meta-llama/Llama-3.1-8B", of="tokenizer:", calls="words") == []


def test_reads_the_name_beside_other():
    base = "finetune meta-llama/Llama-3.1-8B"
    assert codes("other", base, named="llama3.1", calls="Llama-3.1-Nova") == []
    assert codes("other", base, calls="Llama-3.1-Nova") == ["LIC110"]


def test_sees_no_mix_with_a_teacher_whose_licence_leaves_students_alone():
    others = {f"{HUB}o/base": "cc-by-nc-4.0", f"{HUB}o/teacher": "gpl-3.0"}
    assert codes("cc-by-nc-4.0", "finetune o/base + distilled o/teacher", others=others) == []
    assert codes("cc-by-nc-4.0", "merge o/base + merge o/teacher", others=others) == ["LIC103", "LIC109"]


@pytest.mark.parametrize(
    ("card", "text", "found"),
    [
        ("cc-by-nc", "CC-BY-NC-3.0", []),
        ("cc-by-nc", "Apache-2.0", ["LIC111"]),
        ("openrail", "LicenseRef-scancode-stable-diffusion-2022-08-22", []),
        ("openrail", "LicenseRef-scancode-gemma-tou-2024-04-01", ["LIC111"]),
    ],
)
def test_takes_a_vague_card_for_each_text_of_its_family(card: str, text: str, found: list[str]):
    book = FactBook(
        licence_facts(graph("model:", {"model:": card}, (), value("model:", Trait.LICENSE_TEXT, text)))
    )
    codes_found = [f.rule for family in AREA.families for d in detectors_of(family) for f in d.detect(book)]
    assert [code for code in codes_found if code != "LIC113"] == found
