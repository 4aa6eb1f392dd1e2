"""Keras archives: the configuration is judged where it lies in the zip, under whatever name."""

import io
import json
import zipfile

import pytest

from kit import graphs
from kit.scanning import codes

LAMBDA = json.dumps({"class_name": "Lambda", "module": "keras.layers", "config": {"function": "f"}})
HONEST = json.dumps({"class_name": "Dense", "module": "keras.layers", "config": {"units": 1}})


def _archive(**members: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_json", ".json").replace("_h5", ".h5"), data)
    return out.getvalue()


@pytest.mark.parametrize("name", ["model.keras", "weights.bin"])
def test_finds_a_lambda_in_an_archive(name):
    weights = graphs.h5_file()
    assert codes(_archive(config_json=LAMBDA, metadata_json="{}", model_weights_h5=weights), name) == [
        "KER101"
    ]
    assert codes(_archive(config_json=HONEST, metadata_json="{}", model_weights_h5=weights), name) == []


def test_finds_a_link_out_of_the_weights_in_an_archive():
    weights = graphs.h5_file(graphs.h5_external_link("w", "../../other.h5"))
    assert codes(_archive(config_json=HONEST, model_weights_h5=weights), "m.keras") == ["HDF101"]
