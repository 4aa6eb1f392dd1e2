"""Taking stock of ONNX models."""

from kit.graphs import classifier, graph, length, model, node, number, tensor
from kit.stock import said


def _value(name: str, kind: int, *dims: int | str) -> bytes:
    sizes = b"".join(length(1, number(1, d) if isinstance(d, int) else length(2, d)) for d in dims)
    return length(1, name) + length(2, length(1, number(1, kind) + length(2, sizes)))


def _model(**texts: str) -> bytes:
    main = graph([node("MatMul", "x w", "y")], "", "", tensor("w", 4, 3))
    main += length(11, _value("x", 1, "batch", 4)) + length(11, _value("w", 1, 4, 3))
    main += length(12, _value("y", 10, -1, 3)) + length(5, number(1, 2) + number(2, 7) + length(8, "idx"))
    before = length(3, "2.1") + length(4, "org.acme") + number(5, 4) + length(6, "Sorts pictures")
    return model(main, texts=texts, before=before)


def test_states_inputs_outputs_versions_and_counts():
    assert said(_model(author="Ada", license="MIT"), "m.onnx") == [
        ("model:", "format", "", "onnx"),
        ("model:", "framework", "kit", "2.1"),
        ("model:", "framework", "onnx ir", 8),
        ("model:", "framework", "onnx opset", 17),
        ("model:", "version", "", "4"),
        ("model:", "producer", "", "org.acme"),
        ("model:", "description", "", "Sorts pictures"),
        ("model:", "author", "", "Ada"),
        ("model:", "license", "", "MIT"),
        ("model:", "input", "x", "float32[batch, 4]"),
        ("model:", "output", "y", "float16[-1, 3]"),
        ("model:", "parameters", "", 12),
        ("model:", "elements", "float32", 12),
        ("model:", "elements", "int64", 2),
    ]


def test_entries_have_the_meaning_that_exporters_give_them():
    found = said(
        _model(
            author="Ultralytics",
            version="8.2.46",
            names="{0: 'cat'}",
            docs="https://docs.example",
            stride="32",
        ),
        "m.onnx",
    )
    assert [f for f in found if f[1] in ("author", "output", "link", "tag") or f[2].startswith("ultra")] == [
        ("model:", "author", "", "Ultralytics"),
        ("model:", "framework", "ultralytics", "8.2.46"),
        ("model:", "output", "classes", "classes: {0: 'cat'}"),
        ("model:", "link", "documentation", "https://docs.example"),
        ("model:", "tag", "", "stride: 32"),
        ("model:", "output", "y", "float16[-1, 3]"),
    ]


def test_what_exporters_always_write_is_no_description():
    data = model(graph([], "", ""), before=length(6, "converted from b'f'"))
    assert [f for f in said(data, "m.onnx") if f[1] == "description"] == []


def test_placeholders_and_places_are_not_stated():
    found = said(_model(author="N/A", path="/home/ada/m.pt", license="TODO"), "m.onnx")
    assert [f for f in found if f[1] in ("author", "license", "tag")] == []


def test_a_model_cut_in_the_middle_counts_nothing():
    data = classifier()
    assert [f for f in said(data[: len(data) // 2], "m.onnx") if f[1] == "parameters"] == []
