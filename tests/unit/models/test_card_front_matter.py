"""What the front matter of cards declares: every shape that its fields have, and those that are none."""

import pytest

from backstamp.core.supply import Method
from kit.stock import said, stated, stock, ties

M = "model:"


def card(front: str, body: str = "") -> bytes:
    return f"---\n{front}\n---\n{body}".encode()


SAID = {
    "a language that YAML 1.1 takes for false": ("language: no", [(M, "language", "", "no")]),
    "languages": (
        "language:\n- en\n- zh-Hans\n- multilingual",
        [(M, "language", "", "en"), (M, "language", "", "zh-Hans"), (M, "language", "", "multilingual")],
    ),
    "a licence with a name of its own": (
        "license: other\nlicense_name: acme-research\nlicense_link: https://acme.example/licence",
        [
            (M, "license", "", "other"),
            (M, "license-name", "", "acme-research"),
            (M, "license-url", "", "https://acme.example/licence"),
        ],
    ),
    "a licence that nobody knows": (
        "license: unknown\npipeline_tag: text-generation",
        [(M, "unknown", "license", "the card says that it is unknown"), (M, "task", "", "text-generation")],
    ),
    "several licences": ("license: [mit, cc-by-4.0]", [(M, "license", "", "mit AND cc-by-4.0")]),
    "a licence by its tag": (
        "tags:\n- license:apache-2.0\n- region:us\n- audio",
        [(M, "license", "", "apache-2.0"), (M, "tag", "", "audio")],
    ),
    "papers and identifiers by their tags": (
        "tags: ['arxiv:2104.08727', 'doi:10.57967/hf/0001']",
        [
            (M, "identifier", "arxiv", "2104.08727"),
            (M, "link", "paper", "https://arxiv.org/abs/2104.08727"),
            (M, "identifier", "doi", "10.57967/hf/0001"),
        ],
    ),
    "a gate": (
        "license: mit\nextra_gated_prompt: You agree",
        [(M, "flag", "gated", True), (M, "license", "", "mit")],
    ),
    "emissions in grams": ("tags: []\nco2_eq_emissions: 149200", [("run:", "emissions", "", 149.2)]),
    "emissions with their circumstances": (
        (
            "library_name: timm\nco2_eq_emissions:\n  emissions: 500\n  source: CodeCarbon\n"
            "  training_type: fine-tuning\n  geographical_location: Quebec, Canada\n  hardware_used: 8 A100"
        ),
        [
            (M, "framework", "timm", ""),
            ("run:", "emissions", "", 0.5),
            ("run:", "region", "", "Quebec, Canada"),
            ("hardware:name:8 A100", "name", "", "8 A100"),
        ],
    ),
    "placeholders": (
        (
            "license: TODO\npipeline_tag: '[More Information Needed]'\nmodel_name: your-model\n"
            "language: [string]\n"
            "library_name: n/a\nmodel-index: [{name: outputs, results: []}]"
        ),
        [],
    ),
    "values of wrong types": (
        (
            "license: {a: b}\ntags: 3\nlanguage: {en: 1}\nmodel-index: text\ndatasets: 1\nmetrics: {}\n"
            "base_model: true"
        ),
        [],
    ),
    "a verified and a broken result": (
        (
            "model-index:\n- name: owl\n  results:\n  - task: {type: qa}\n"
            "    dataset: {name: SQuAD, type: squad, split: test}\n"
            "    metrics:\n    - {type: f1, value: 0.9, verified: true}\n    - {type: em, value: [1]}\n"
            "    - {value: 3}\n    - {type: wer, value: '12.3'}"
        ),
        [(M, "name", "", "owl"), (M, "metric", "f1", 0.9), (M, "metric", "wer", "12.3")],
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_declares(case):
    front, expected = SAID[case]
    assert said(card(front), "README.md") == expected


BASE = "derived-from", "model:huggingface:org/base"
TIES = {
    "a base whose relation is not said": ("base_model: org/base", [(M, *BASE, "", "")]),
    "a base with its relation": (
        "base_model: org/base\nbase_model_relation: quantized",
        [(M, *BASE, "quantized", "")],
    ),
    "an adapter by its library": ("base_model: org/base\nlibrary_name: peft", [(M, *BASE, "adapter", "")]),
    "a quantised model by its tags": ("base_model: org/base\ntags: [GGUF]", [(M, *BASE, "quantized", "")]),
    "several bases": (
        "base_model:\n- org/base\n- org/other",
        [(M, *BASE, "merge", ""), (M, "derived-from", "model:huggingface:org/other", "merge", "")],
    ),
    "a base by its tag": ("tags: ['base_model:finetune:org/base']", [(M, *BASE, "finetune", "")]),
    "bases of the machine that it was trained on": (
        "base_model:\n- /home/me/models/x\n- C:\\models\\x\n- ./checkpoint-500\nlicense: mit",
        [],
    ),
    "data sets": (
        "datasets:\n- squad\n- org/corpus\n- Our own letters\n- json\n- private\n- ''",
        [
            (M, "trained-on", "dataset:huggingface:squad", "", ""),
            (M, "trained-on", "dataset:huggingface:org/corpus", "", ""),
            (M, "trained-on", "dataset:name:Our own letters", "", ""),
        ],
    ),
    "what it was tested on, and at which commit": (
        (
            "model-index:\n- name: a\n  results:\n"
            "  - dataset: {type: squad, name: SQuAD, revision: 1a2b}\n    metrics: []"
        ),
        [(M, "tested-on", "dataset:huggingface:squad", "", "1a2b")],
    ),
}


@pytest.mark.parametrize("case", TIES)
def test_hangs_together(case):
    front, expected = TIES[case]
    assert ties(card(front), "README.md") == expected


OTHERS = {
    "a data set's card": "license: mit\ntask_categories: [text-classification]\nsize_categories: [1K<n<10K]",
    "a demo's card": "title: Demo\nsdk: gradio\nlicense: mit\nmodels: [org/a]",
    "a page of a site": "layout: default\ntitle: Home",
    "a page of a site with tags": "title: Owls\nslug: owls\ntags: [birds]\nlanguage: en",
}


@pytest.mark.parametrize("case", OTHERS)
def test_leaves_the_cards_of_others_alone(case):
    text = card(OTHERS[case], "# Title\n\n## Intended use\n\nNot ours to say.\n")
    assert said(text, "docs/README.md", by="model-card") == []


def test_says_where_and_how_surely_something_is_known():
    found = stated(
        card("license: mit", "# Wren\n\n## Limitations\n\nIt only knows songs of wrens.\n"), "README.md"
    )
    assert [(f.trait, f.place.where.line, f.method, f.confidence, f.by) for f in found] == [
        ("license", 2, Method.DECLARED, 0.9, "model-card/1"),
        ("name", 4, Method.PARSED, 0.5, "model-card/1"),
        ("limitation", 8, Method.PARSED, 0.6, "model-card/1"),
    ]


def test_reads_the_prose_where_the_front_matter_is_no_yaml():
    examined = stock(
        card("license: [mit\nbase_model: x", "# Wren\n\n## Limitations\n\nOnly songs of wrens.\n"),
        "README.md",
    )
    assert [c.reason for c in examined.coverage] == [
        "model-card: front matter: not valid YAML: expected ',' or ']', but got ':' at line 3"
    ]
    assert [f.value for f in examined.facts if hasattr(f, "trait")] == ["Wren", "Only songs of wrens."]


def test_reads_files_of_evaluation_results():
    text = (
        b"- dataset:\n    id: org/exam\n    task_id: hard\n    revision: abc\n  value: 20.9\n"
        b"- value: 3\n- 7\n"
    )
    assert said(text, ".eval_results/exam.yaml") == [(M, "metric", "hard", 20.9)]
    assert ties(text, ".eval_results/exam.yaml") == [
        (M, "tested-on", "dataset:huggingface:org/exam", "", "abc")
    ]


def test_takes_the_readme_of_code_for_the_description_of_a_system():
    text = (
        b"# tool\n\n[![build](https://x/b.svg)](https://x)\n\n"
        b"A tool that counts the words of long texts.\n\n## Training\n\nRun it.\n"
    )
    assert said(text, "README.md") == [
        ("system:", "description", "", "A tool that counts the words of long texts.")
    ]
    assert said(text, "vendor/tool/README.md") == []


def test_leaves_templates_of_cards_alone():
    text = (
        b"---\nlicense: mit\n---\n{% if a %}\n# {{ name }}\n{% endif %}{% for b in c %}{{ b }}{% endfor %}\n"
    )
    assert said(text, "README.md") == []
