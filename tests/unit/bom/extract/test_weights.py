"""Statements out of facts that readers state for rules as well."""

from backstamp.bom.extract.weights import statements_of
from backstamp.core.supply import Stated
from kit import graphs
from kit.graphs import length, number
from kit.pickle_asm import Built, Call, New, Ref, pickled
from kit.stock import stock


def _said(data: bytes, name: str) -> list[tuple[str, str, str, object]]:
    found = statements_of(stock(data, name).facts)
    return [
        (f"{f.part.kind}:{f.part.key}", f.trait.value, f.name, f.value)
        for f in found
        if isinstance(f, Stated)
    ]


def test_the_metadata_of_a_core_ml_model_is_taken_over():
    entry = length(100, length(1, "com.github.apple.coremltools.source") + length(2, "torch==2.1"))
    metadata = length(1, "Sorts birds") + length(2, "1.0") + length(3, "Ada") + length(4, "MIT") + entry
    data = number(1, 5) + length(2, length(100, metadata)) + length(500, length(1, length(1, "l")))
    assert _said(data, "m.mlmodel") == [
        ("model:", "description", "", "Sorts birds"),
        ("model:", "version", "", "1.0"),
        ("model:", "author", "", "Ada"),
        ("model:", "license", "", "MIT"),
        ("model:", "tag", "", "source: torch==2.1"),
    ]


def test_a_frozen_graph_is_a_model_of_tensorflow():
    assert _said(graphs.tf_network(), "frozen.pb") == [
        ("model:", "format", "", "tensorflow graphdef"),
        ("model:", "framework", "tensorflow", ""),
    ]


def test_a_pointer_says_which_file_it_stands_for():
    data = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"ab" * 32 + b"\nsize 12\n"
    assert _said(data, "m/model.safetensors") == [
        ("file:path:model.safetensors", "digest", "sha256", "ab" * 32),
        ("file:path:model.safetensors", "size", "", 12),
    ]


def test_classes_in_a_pickle_name_the_library_and_the_model():
    tree = New(Ref("sklearn.tree._tree", "Tree"))
    forest = Built(New(Ref("sklearn.ensemble._forest", "RandomForestClassifier")), {"estimators_": [tree]})
    assert _said(pickled({"model": forest, "when": Call(Ref("datetime", "date"), 1)}), "m.pkl") == [
        ("model:", "framework", "scikit-learn", ""),
        ("model:", "architecture", "", "RandomForestClassifier"),
    ]


def test_other_facts_say_nothing():
    assert _said(pickled({"a": 1}), "m.pkl") == []
    assert _said(b"plain text", "readme.txt") == []
