"""Whole applications: what they use is in the document, each part once, and nothing else is."""

from types import ModuleType

import pytest

from backstamp.core.tree import Tree, text_at, trees_at
from tests.kit.apps import agents, claims, helpdesk, training
from tests.kit.described import component, document, properties

APPS = {"helpdesk": helpdesk, "training": training, "agents": agents, "claims": claims}
KINDS = ("model", "adapter", "dataset", "service", "tool", "agent")


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tree]:
    return {name: document(tmp_path_factory.mktemp(name), {**app.FILES}) for name, app in APPS.items()}


def _written(tree: Tree) -> list[Tree]:
    parts = [*trees_at(tree, "components"), *trees_at(tree, "services")]
    return parts + [inner for part in parts for inner in trees_at(part, "components")]


def _parts(tree: Tree) -> list[str]:
    refs = [text_at(part, "bom-ref") for part in _written(tree)]
    return [ref.replace(":", " ", 1) for ref in refs if ref.partition(":")[0] in KINDS]


@pytest.mark.parametrize("name", APPS)
def test_what_an_application_uses_is_told_once_and_nothing_else(name: str, documents: dict[str, Tree]):
    found = _parts(documents[name])
    assert sorted(found) == sorted(APPS[name].USED - getattr(APPS[name], "MISSED", set()))


@pytest.mark.parametrize("name", APPS)
def test_no_decoy_is_a_part(name: str, documents: dict[str, Tree]):
    written = [part for part in _written(documents[name]) if text_at(part, "type") != "file"]
    texts = [f"{text_at(p, 'bom-ref')} {text_at(p, 'group')}/{text_at(p, 'name')}".lower() for p in written]
    assert [decoy for decoy in APPS[name].DECOYS if any(decoy.lower() in text for text in texts)] == []


@pytest.mark.parametrize(
    ("app", "name", "revision"),
    [(app, name, revision) for app in APPS.values() for name, revision in app.PINNED.items()],
)
def test_a_pinned_part_has_its_pin_as_version(
    app: ModuleType, name: str, revision: str, documents: dict[str, Tree]
):
    tree = next(tree for key, tree in documents.items() if APPS[key] is app)
    versions = [text_at(p, "version") for p in _written(tree) if text_at(p, "bom-ref").endswith(":" + name)]
    assert versions == [revision]


def test_a_pinned_model_has_its_commit_in_its_purl(documents: dict[str, Tree]):
    part = component(documents["helpdesk"], "model:huggingface:mistralai/Mistral-7B-Instruct-v0.3")
    assert (
        text_at(part, "purl")
        == "pkg:huggingface/mistralai/Mistral-7B-Instruct-v0.3@e0bc86c23ce5aae1db576c8cca6f06f1f73af2db"
    )


def test_every_use_has_its_place(documents: dict[str, Tree]):
    part = component(documents["helpdesk"], "model:huggingface:Qwen/Qwen2.5-7B-Instruct-AWQ")
    places = [(text_at(o, "location"), o["line"]) for o in trees_at(part, "evidence", "occurrences")]
    assert places == [("docker-compose.yml", 4), ("helpdesk/chat.py", 16), ("helpdesk/local.py", 23)]


def test_code_that_comes_with_a_model_is_flagged(documents: dict[str, Tree]):
    part = component(documents["helpdesk"], "model:huggingface:jinaai/jina-reranker-v2-base-multilingual")
    assert properties(part, "backstamp:flag:") == {"trust_remote_code": "true"}


def test_a_plan_is_a_run_with_what_goes_in_and_comes_out(documents: dict[str, Tree]):
    formula = next(iter(trees_at(documents["training"], "formulation")))
    flows = trees_at(formula, "workflows")
    flow = next(each for each in flows if "llama3-qlora" in text_at(each, "uid"))
    went_in = [text_at(each, "resource", "ref") for each in trees_at(flow, "inputs")]
    assert [ref for ref in went_in if ref] == [
        "dataset:huggingface:acme-ai/chat-eval",
        "dataset:huggingface:mhenrichsen/alpaca_2k_test",
        "dataset:path:data/private_chat.jsonl",
        "model:huggingface:NousResearch/Meta-Llama-3-8B",
    ]
    assert [text_at(each, "resource", "ref") for each in trees_at(flow, "outputs")] == [
        "model:huggingface:acme-ai/llama3-qlora-out"
    ]


def test_an_adapter_stands_on_its_base(documents: dict[str, Tree]):
    part = component(documents["training"], "adapter:huggingface:acme-ai/qwen-sft-lora")
    assert [text_at(each, "purl") for each in trees_at(part, "pedigree", "ancestors")] == [
        "pkg:huggingface/Qwen/Qwen2.5-14B-Instruct"
    ]


def test_a_list_of_models_to_choose_from_is_no_use_of_them(tmp_path):
    rows = [f'"gpt-4o-2024-05-{day:02}": {{"model": "gpt-4o-2024-05-{day:02}"}}' for day in range(1, 60)]
    tree = document(tmp_path, {"app/models.json": "{" + ", ".join(rows) + "}", "app/main.py": "x = 1\n"})
    assert _parts(tree) == []


def test_a_price_list_is_no_use_of_what_it_prices(tmp_path):
    row = '"{n}": {{"base_model": "claude-3-haiku-20240307", "input_cost_per_token": 1}}'
    rows = [row.format(n=n) for n in range(30)]
    tree = document(tmp_path, {"prices.json": "{" + ", ".join(rows) + "}", "app/main.py": "x = 1\n"})
    assert _parts(tree) == []


def test_a_packed_script_uses_nothing(tmp_path):
    packed = 'const a={model:"gpt-4o-2024-05-13"};' + "b();" * 9000
    assert _parts(document(tmp_path, {"web/chunk.js": packed, "app/main.py": "x = 1\n"})) == []


def test_loops_in_loops_end(tmp_path):
    nested = "for a in x y z; do " * 3000 + "ollama pull llama3\n" + "done; " * 3000
    tree = document(tmp_path, {"run.sh": nested, "app/main.py": "x = 1\n"})
    assert _parts(tree) == ["model ollama:llama3"]
    loops = "for a in phi3 llama3; do for b in 8b 70b; do ollama pull $a:$b; done; done\n"
    tree = document(tmp_path / "two", {"run.sh": loops, "app/main.py": "x = 1\n"})
    assert _parts(tree) == [f"model ollama:{a}:{b}" for a in ("llama3", "phi3") for b in ("70b", "8b")]
