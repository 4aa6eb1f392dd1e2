"""What is counted of one model that lies there in several forms, and which run made what."""

import pytest

from backstamp.bom.forms import summed
from backstamp.bom.resolve import is_rounded
from backstamp.bom.same_data import same_data
from backstamp.bom.training_runs import Runs, is_checkpoint
from backstamp.core.location import Location
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait
from kit.supply import claim

MODEL = Part(Kind.MODEL, ".")
TELL = Teller("test/1", Method.DECLARED, 0.9)


def counted(**files: int) -> list[tuple[str, object]]:
    """Sum counts by file (``__`` is a dot) and give them by scope."""
    import msgspec

    claims = []
    for name, count in files.items():
        path = name.replace("__", ".")
        each = claim("model:.", Trait.PARAMETERS, count, path)
        claims.append(msgspec.structs.replace(each, scope=path))
    return [(each.scope, each.value) for each in summed(claims)]


def test_shards_are_one_form_and_are_summed():
    claims = {"w-00001-of-00002__safetensors": 3, "w-00002-of-00002__safetensors": 4}
    assert counted(**claims) == [("", 7)]


def test_the_better_format_stands_for_the_model_and_others_keep_their_name():
    assert counted(model__onnx=5, model__safetensors=4) == [("model.onnx", 5), ("", 4)]


def test_of_one_format_the_canonical_name_stands_for_the_model():
    assert counted(model__onnx=5, model_quantized__onnx=6) == [("", 5), ("model_quantized.onnx", 6)]


def test_where_no_form_stands_for_the_model_only_what_all_agree_on_is_said_of_it():
    assert counted(a__gguf=5, b__gguf=5) == [("", 5), ("a.gguf", 5), ("b.gguf", 5)]
    assert counted(encoder__onnx=5, decoder__onnx=6) == [("decoder.onnx", 6), ("encoder.onnx", 5)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("0.93", "0.9312", True), ("1.0986", "1.09865", True), ("0.93", "0.94", False),
        ("0.9", "0.91", False), ("93", "93.4", False), ("high", "0.93", False), ("nan", "nan", False),
        ("1e999", "0.93", False),
    ],
)  # fmt: skip
def test_results_that_differ_by_rounding_are_the_same(one, other, same):
    assert is_rounded(one, other) is same


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("./checkpoint-500", True), ("./out/global_step-12", True), ("./epoch_3", True),
        ("./checkpoints", False), ("./checkpoint-best", False), (".", False),
    ],
)  # fmt: skip
def test_a_checkpoint_is_known_by_the_name_of_its_folder(folder, expected):
    assert is_checkpoint(folder) is expected


def test_the_latest_checkpoint_speaks_for_a_run_of_which_nothing_else_tells():
    paths = [f"out/checkpoint-{step}/trainer_state.json" for step in (9, 10)]
    said = [TELL.says(Location((path,)), Part(Kind.RUN), Trait.STEPS, 1) for path in paths]
    runs = Runs(said, lambda path: "./" + path[0].rpartition("/")[0], (), ())
    assert (runs.homes, runs.superseded) == ({(path,): "./out" for path in paths}, {"./out/checkpoint-9"})
    assert [runs.maker_of(home) for home in ("./out/checkpoint-9", "./out", "./other")] == [
        "./out",
        "./out",
        "",
    ]


def named(path: str, text: str, key: str):
    return TELL.says(Location((path,)), Part(Kind.DATASET, key), Trait.NAME, text)


def linked(path: str, key: str):
    return TELL.links(Location((path,)), Part(Kind.MODEL), Relation.TRAINED_ON, Part(Kind.DATASET, key))


def test_a_name_that_begins_one_other_name_is_the_same_data():
    said = [
        linked("README.md", "huggingface:yahoo_answers_topics"),
        named("README.md", "Yahoo Answers", "url:https://example.org/y"),
        linked("README.md", "huggingface:openwebtext"),
        named("README.md", "OpenWebText2", "url:https://example.org/o"),
        linked("other.md", "huggingface:simple-wiki"),
        named("README.md", "Simple Wikipedia", "url:https://example.org/s"),
    ]
    assert same_data(said) == {
        Part(Kind.DATASET, "url:https://example.org/y"): Part(
            Kind.DATASET, "huggingface:yahoo_answers_topics"
        )
    }


def test_a_name_that_begins_two_others_is_neither():
    said = [
        linked("README.md", "huggingface:commonvoice-german"),
        linked("README.md", "huggingface:commonvoice-french"),
        named("README.md", "Common Voice", "url:https://example.org/c"),
    ]
    assert same_data(said) == {}
