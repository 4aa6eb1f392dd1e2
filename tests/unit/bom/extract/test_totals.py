"""Sums of what files of one model count."""

import pytest

from backstamp.bom.extract.totals import Total, set_of, totals_of
from backstamp.core.location import Location
from backstamp.core.supply import Kind, Method, Part, Stated, Teller, Trait

PART = Part(Kind.MODEL)


def _counted(scope: str, parameters: int, **elements: int) -> list[Stated]:
    tell = Teller("test/1", Method.MEASURED, 1.0)
    place = Location((f"m/{scope}",))
    out = [tell.says(place, PART, Trait.PARAMETERS, parameters, scope=scope)]
    return out + [tell.says(place, PART, Trait.ELEMENTS, n, name=d, scope=scope) for d, n in elements.items()]


def test_shards_are_summed_and_formats_kept_apart():
    statements = [
        *_counted("pytorch_model.bin", 30, F32=30),
        *_counted("model-00002-of-00002.safetensors", 10, F16=10, I64=2),
        *_counted("model-00001-of-00002.safetensors", 20, F16=15, F32=5),
    ]
    assert totals_of(statements) == (
        Total(
            files=("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"),
            parameters=30,
            elements=(("F16", 25), ("F32", 5), ("I64", 2)),
        ),
        Total(files=("pytorch_model.bin",), parameters=30, elements=(("F32", 30),)),
    )


def test_a_set_that_lacks_shards_says_so_and_comes_last():
    statements = [*_counted("model-00001-of-00003.safetensors", 20), *_counted("model.onnx", 5)]
    assert [(t.files, t.missing) for t in totals_of(statements)] == [
        (("model.onnx",), 0),
        (("model-00001-of-00003.safetensors",), 2),
    ]


def test_parts_of_one_file_are_summed():
    statements = [*_counted("m.pt", 20, F32=20), *_counted("m.pt!/constants.pkl", 5, F32=5)]
    assert totals_of(statements) == (Total(files=("m.pt",), parameters=25, elements=(("F32", 25),)),)


def test_what_is_only_declared_is_not_summed():
    tell = Teller("index/1", Method.DECLARED, 0.9)
    assert totals_of([tell.says(Location(("a",)), PART, Trait.PARAMETERS, 7, scope="a")]) == ()


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("model-00001-of-00005.safetensors", ("model.safetensors", 5)),
        ("qwen-q4_k_m-00001-of-00002.gguf", ("qwen-q4_k_m.gguf", 2)),
        ("pytorch_model-1-of-2.bin", ("pytorch_model.bin", 2)),
        ("model.safetensors", ("model.safetensors", 0)),
        ("part-of-something.bin", ("part-of-something.bin", 0)),
    ],
)
def test_names_tell_the_set(scope, expected):
    assert set_of(scope) == expected
