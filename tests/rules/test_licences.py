"""Rules about licences: what is lost on the way from an origin, what is missing, what is not known."""

from itertools import pairwise

import pytest

from backstamp.bom.catalog import AREA
from backstamp.bom.obligations import licence_facts
from backstamp.core.catalog import FamilyEntry
from backstamp.core.fact import FactBook
from backstamp.core.finding import Finding
from backstamp.core.supply import Trait
from backstamp.engine.catalog import detectors_of
from kit.supply import graph, value

BASE = "model:huggingface:org/base"
FINETUNE = f"model: derived-from/finetune {BASE}"


def judged(of) -> list[Finding]:
    book = FactBook(licence_facts(of))
    families: tuple[FamilyEntry, ...] = AREA.families
    return [f for family in families for d in detectors_of(family) for f in d.detect(book)]


def codes(of) -> list[str]:
    return sorted(finding.rule for finding in judged(of))


def pair(child: str, parent: str, manner: str = "finetune") -> list[str]:
    return codes(graph("model:", {"model:": child, BASE: parent}, [f"model: derived-from/{manner} {BASE}"]))


@pytest.mark.parametrize(
    ("child", "parent", "found"),
    [
        ("apache-2.0", "llama3", "LIC101"),
        ("mit", "llama3.1", "LIC101"),
        ("apache-2.0", "gemma", "LIC101"),
        ("mit", "creativeml-openrail-m", "LIC101"),
        ("apache-2.0", "bigcode-openrail-m", "LIC101"),
        ("apache-2.0", "deepseek", "LIC101"),
        ("cc-by-4.0", "bigscience-bloom-rail-1.0", "LIC101"),
        ("apache-2.0", "cc-by-nc-4.0", "LIC102"),
        ("mit", "cc-by-nc-sa-4.0", "LIC102"),
        ("openrail", "cc-by-nc-4.0", "LIC102"),
        ("apache-2.0", "apple-amlr", "LIC102"),
        ("llama3", "mrl", "LIC102"),
        ("apache-2.0", "flux-1-dev-non-commercial-license", "LIC102"),
        ("mit", "gpl-3.0", "LIC103"),
        ("apache-2.0", "agpl-3.0", "LIC103"),
        ("apache-2.0", "cc-by-sa-4.0", "LIC103"),
        ("cc-by-nc-4.0", "cc-by-nc-sa-4.0", "LIC103"),
        ("cc-by-sa-3.0", "cc-by-sa-4.0", "LIC103"),
        ("cc-by-nd-4.0", "cc-by-nd-4.0", "LIC104"),
        ("apache-2.0", "cc-by-nd-4.0", "LIC104"),
        ("gemma", "creativeml-openrail-m", "LIC105"),
    ],
)  # fmt: skip
def test_finds_what_a_finetune_loses_of_its_base(child: str, parent: str, found: str):
    assert [code for code in pair(child, parent) if code not in ("LIC107", "LIC113")] == [found]


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        ("apache-2.0", "mit"),
        ("llama3", "llama3"),
        ("llama3.1", "apache-2.0"),
        ("gemma", "gemma"),
        ("cc-by-nc-4.0", "apache-2.0"),
        ("creativeml-openrail-m", "openrail"),
        ("openrail++", "creativeml-openrail-m"),
        ("cc-by-sa-4.0", "cc-by-sa-3.0"),
        ("gpl-3.0", "cc-by-sa-4.0"),
        ("gpl-3.0", "lgpl-3.0"),
        ("agpl-3.0", "gpl-3.0"),
        ("apache-2.0", "MIT OR GPL-3.0-only"),
        ("MIT OR GPL-3.0-or-later", "gpl-3.0"),
        ("apache-2.0", "Apache-2.0 AND MIT"),
        ("gemma AND Apache-2.0", "gemma"),
        ("bigcode-openrail-m AND cc-by-nc-4.0", "cc-by-nc-4.0"),
        ("grok2-community", "llama3"),
        ("apache-2.0", "grok2-community"),
    ],
)
def test_leaves_a_finetune_alone_that_keeps_what_its_base_asks(child: str, parent: str):
    assert [code for code in pair(child, parent) if code not in ("LIC107", "LIC113")] == []


@pytest.mark.parametrize(
    ("manner", "found"),
    [("finetune", ["LIC104"]), ("merge", ["LIC104"]), ("", ["LIC104"]), ("quantized", []), ("converted", [])],
)
def test_leaves_copies_in_another_format_of_a_work_without_derivatives_alone(manner: str, found: list[str]):
    assert pair("cc-by-nd-4.0", "cc-by-nd-4.0", manner) == found


@pytest.mark.parametrize("manner", ["quantized", "converted", "adapter", "merge"])
def test_finds_a_dropped_restriction_whatever_was_done(manner: str):
    assert "LIC101" in pair("apache-2.0", "llama3.1", manner)


def test_takes_a_distilled_model_for_a_derivative_only_if_the_licence_says_so():
    assert pair("apache-2.0", "gemma", "distilled") == ["LIC101"]
    assert pair("apache-2.0", "llama2", "distilled") == ["LIC106"]
    assert pair("apache-2.0", "cc-by-sa-4.0", "distilled") == []


def test_names_both_ends_the_clause_and_the_remedy():
    found = judged(graph("model:", {"model:": "apache-2.0", BASE: "cc-by-nc-4.0"}, [FINETUNE]))
    message = (
        "model is under Apache License 2.0, which allows commercial use; org/base, of which it was made, "
        "is under Creative Commons Attribution-NonCommercial 4.0, which does not "
        "(clause 1 (NonCommercial) and 2(a)(1))"
    )
    remedy = (
        "remedy: give it Creative Commons Attribution-NonCommercial 4.0 or another without commercial use, "
        "or ask the licensor of org/base"
    )
    ends = (
        "model: Apache-2.0, written in README.md, line 2",
        "org/base: CC-BY-NC-4.0, written in huggingface:org/base, line 2",
    )
    assert [(f.message, f.place.path, f.evidence) for f in found] == [
        (message, ("README.md",), (*ends, remedy))
    ]


def test_shows_the_way_to_an_ancestor_behind_one_that_says_nothing():
    found = judged(
        graph(
            "model:",
            {"model:": "mit", BASE: "", "model:huggingface:org/root": "cc-by-nc-4.0"},
            [FINETUNE, f"{BASE} derived-from/finetune model:huggingface:org/root"],
        )
    )
    laundered = next(f for f in found if f.rule == "LIC102")
    assert "made of: model <- org/base <- org/root" in laundered.evidence


def test_knows_the_licences_of_well_known_bases_by_their_names():
    base = "model:huggingface:meta-llama/Meta-Llama-3-8B"
    found = judged(graph("model:", {"model:": "apache-2.0"}, [f"model: derived-from/finetune {base}"]))
    assert [f.rule for f in found] == ["LIC101"]
    assert "known from the name alone" in found[0].evidence[1]


def test_follows_cycles_once():
    assert (
        codes(
            graph("model:", {"model:": "mit", BASE: "mit"}, [FINETUNE, f"{BASE} derived-from/merge model:"])
        )
        == []
    )


def named(name: str, parent: str, manner: str = "finetune") -> list[str]:
    return codes(
        graph(
            "model:",
            {"model:": parent, BASE: parent},
            [f"model: derived-from/{manner} {BASE}"],
            value("model:", Trait.NAME, name),
        )
    )


def test_finds_a_model_that_hides_that_it_was_made_of_llama():
    assert named("Super-Chat-8B", "llama3") == ["LIC107"]
    assert named("org/Super-Llama-8B", "llama3.1") == ["LIC107"]


@pytest.mark.parametrize("name", ["Llama-3-Chat", "llama3_chat", "org/Meta-Llama-3-8B-x", "LLAMA 3.1 Chat"])
def test_leaves_names_alone_that_begin_with_llama(name: str):
    assert named(name, "llama3") == []


def test_leaves_names_alone_where_the_licence_wants_none():
    assert named("Super-Chat-8B", "llama2") == []
    assert named("Super-Chat-8B", "llama3", "quantized") == []


def test_finds_a_missing_notice_only_where_files_are_known():
    files = ["model: contains file:README.md", "model: contains file:sub/model.safetensors"]
    parts = {"model:": "gemma", BASE: "gemma"}
    assert codes(graph("model:", parts, [FINETUNE, *files])) == ["LIC108"]
    assert codes(graph("model:", parts, [FINETUNE, *files, "model: contains file:sub/NOTICE.txt"])) == []
    assert codes(graph("model:", parts, [FINETUNE])) == []


def merged(one: str, other: str, own: str = "") -> list[str]:
    return codes(
        graph(
            "model:",
            {"model:": own or one, "model:name:a": one, "model:name:b": other},
            ["model: derived-from/merge model:name:a", "model: derived-from/merge model:name:b"],
        )
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [("cc-by-sa-4.0", "cc-by-nc-sa-4.0"), ("gpl-3.0", "llama3"), ("gpl-3.0", "cc-by-nc-4.0")],
)
def test_finds_merges_that_no_licence_can_serve(one: str, other: str):
    assert "LIC109" in merged(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("mit", "apache-2.0"), ("gpl-3.0", "apache-2.0"), ("llama3", "llama3"), ("gpl-3.0", "lgpl-3.0")],
)
def test_leaves_merges_alone_that_can_be_served(one: str, other: str):
    assert "LIC109" not in merged(one, other)


@pytest.mark.parametrize("licence", ["", "other", "unknown", "my own licence"])
def test_finds_a_subject_without_a_licence_that_is_known(licence: str):
    assert codes(graph("model:", {"model:": licence})) == ["LIC110"]


def test_takes_the_name_beside_other_for_the_licence():
    beside = value("model:", Trait.LICENSE_NAME, "llama3")
    found = graph("model:", {"model:": "other", BASE: "llama3"}, [FINETUNE], beside)
    assert codes(found) == []


def test_leaves_parts_alone_that_are_only_named():
    assert codes(graph("model:", {"model:": "mit", BASE: ""}, [FINETUNE])) == []


def test_says_what_asks_for_more_where_no_licence_is_declared():
    found = judged(graph("model:", {"model:": "", BASE: "llama2"}, [FINETUNE]))
    assert [(f.rule, f.evidence) for f in found] == [
        (
            "LIC110",
            (
                "model: no licence, written nowhere",
                "org/base: LicenseRef-scancode-llama-2-license-2023, written in huggingface:org/base, line 2",
            ),
        )
    ]


def told(*values) -> list[str]:
    return codes(graph("model:", {}, (), *values))


def test_finds_a_card_that_disagrees_with_the_licence_text_and_with_gguf():
    card = value("model:", Trait.LICENSE, "apache-2.0", "README.md:2", ("llama3.1", "model.gguf"))
    text = value("model:", Trait.LICENSE_TEXT, "CC-BY-NC-4.0", "LICENSE")
    assert told(card, text) == ["LIC111", "LIC111"]


@pytest.mark.parametrize(
    ("card", "text"),
    [
        ("MIT OR Apache-2.0", "MIT"),
        ("gpl-3.0", "GPL-3.0-or-later"),
        ("bsd", "BSD-2-Clause"),
        ("gpl", "GPL-2.0-only"),
        ("gemma", "LicenseRef-scancode-gemma-tou-2025-03-24"),
        ("openrail", "LicenseRef-scancode-stable-diffusion-2022-08-22"),
        ("Apache License 2.0", "Apache-2.0"),
        ("other", "MIT"),
    ],
)
def test_leaves_a_card_alone_that_agrees_with_the_text(card: str, text: str):
    assert (
        told(value("model:", Trait.LICENSE, card), value("model:", Trait.LICENSE_TEXT, text, "LICENSE")) == []
    )


def test_points_out_data_that_does_not_allow_what_the_model_allows():
    data = "dataset:huggingface:org/data"
    on = [f"model: trained-on {data}"]
    assert codes(graph("model:", {"model:": "apache-2.0", data: "cc-by-nc-4.0"}, on)) == ["LIC112"]
    assert codes(graph("model:", {"model:": "apache-2.0", data: "cc-by-nd-4.0"}, on)) == ["LIC112"]
    assert codes(graph("model:", {"model:": "apache-2.0", data: "cc-by-sa-4.0"}, on)) == []
    assert codes(graph("model:", {"model:": "cc-by-nc-4.0", data: "cc-by-nc-4.0"}, on)) == ["LIC113"]


def test_looks_behind_data_at_what_it_was_made_of():
    data, root = "dataset:huggingface:org/data", "dataset:huggingface:org/root"
    found = graph(
        "model:",
        {"model:": "mit", data: "", root: "cc-by-nc-4.0"},
        [f"model: trained-on {data}", f"{data} derived-from/finetune {root}"],
    )
    assert "LIC112" in codes(found)


def test_points_out_a_system_that_uses_what_is_for_research():
    found = judged(graph("system:", {BASE: "apple-amlr"}, [f"system: uses {BASE}"]))
    message = (
        "org/base is under Apple Machine Learning Research Model License, for research alone (clause 1); "
        "the use of system is not known"
    )
    assert [(f.rule, f.severity.value, f.message) for f in found] == [("LIC113", "info", message)]


def test_never_says_high():
    detectors = [d for family in AREA.families for d in detectors_of(family)]
    assert {d.RULE.severity.value for d in detectors} == {"medium", "low", "info"}


def test_leaves_a_card_alone_that_names_several_licences():
    assert told(value("model:", Trait.LICENSE, "mit", "README.md:3", ("cc-by-4.0", "README.md:4"))) == []


def test_asks_for_a_licence_of_models_that_nothing_else_covers():
    held = value("model:name:part", Trait.PARAMETERS, 12)
    edges = ["system: contains model:name:part"]
    assert codes(graph("system:", {"system:": "mit"}, edges, held)) == []
    assert codes(graph("system:", {}, edges, held)) == ["LIC110"]


def test_is_quick_on_large_graphs():
    import time

    names = [f"model:huggingface:org/m{at}" for at in range(600)]
    edges = [f"{a} derived-from/finetune {b}" for a, b in pairwise(names)]
    big = graph(names[0], dict.fromkeys(names[:-1], "mit") | {names[-1]: "cc-by-nc-4.0"}, edges)
    started = time.process_time()
    found = judged(big)
    assert time.process_time() - started < 10
    assert len(found) >= 100


def test_knows_well_known_data_by_its_name():
    on = ["model: trained-on dataset:huggingface:tatsu-lab/alpaca"]
    assert codes(graph("model:", {"model:": "apache-2.0"}, on)) == ["LIC112"]
