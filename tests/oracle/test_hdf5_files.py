"""Files that h5py writes, with every version of its library: the reader finds the configuration in each.

Skipped where h5py is not installed.
"""

import io
import json

import pytest

from kit.scanning import verdict

h5py = pytest.importorskip("h5py")

LAYERS = {
    "deny": {"class_name": "Lambda", "config": {"function": "f"}},
    "allow": {"class_name": "Dense", "module": "keras.layers", "config": {"units": 3}},
}


def _file(layer: dict, library: str, form: str, user_block: int = 0) -> bytes:
    text = json.dumps({"class_name": "Sequential", "config": {"layers": [layer]}})
    out = io.BytesIO()
    with h5py.File(out, "w", libver=library, userblock_size=user_block) as file:
        if form == "many":
            for number in range(300):
                file.attrs[f"a{number}"] = "x" * number
        if form == "large":
            text = text[:-1] + ', "pad": "' + "x" * 100_000 + '"}'
        if form == "deep":
            for number in range(600):
                file.create_group(f"g{number}/h").attrs["k"] = "v"
            file["g577/h"].attrs["model_config"] = text
        else:
            file.attrs["model_config"] = text.encode() if form == "bytes" else text
    return out.getvalue()


@pytest.mark.parametrize("expected", sorted(LAYERS))
@pytest.mark.parametrize("form", ["text", "bytes", "large", "many", "deep"])
@pytest.mark.parametrize("library", ["earliest", "v108", "v110", "latest"])
def test_finds_the_configuration_wherever_the_library_puts_it(library, form, expected):
    assert verdict(_file(LAYERS[expected], library, form), "m.h5").outcome == expected


def test_finds_the_configuration_behind_a_user_block():
    assert verdict(_file(LAYERS["deny"], "latest", "text", user_block=1024), "m.h5").outcome == "deny"
