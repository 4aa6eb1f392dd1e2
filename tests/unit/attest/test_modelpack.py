"""ModelPack artifacts: files by the annotations of layers."""

import pytest

from backstamp.attest.modelpack import NamedLayer, name_problems
from backstamp.attest.oci import Wanted, verify_image
from backstamp.attest.oci_layout import layout_at
from backstamp.attest.signatures import Trust
from backstamp.core.errors import VerificationError
from kit.attestations import ALICE
from kit.oci_layouts import WEIGHT, Layout

TRUST = Trust(verifiers=(ALICE,))


def verified(folder, files, **more: object):
    layout = Layout()
    image = layout.tagged(layout.model(files, **more), "1.0")
    layout.sign(image)
    return verify_image(layout_at(layout.write(folder)), "1.0", TRUST, Wanted())


def test_names_the_files_of_a_model(tmp_path):
    found = verified(tmp_path, [("model.safetensors", b"weights"), ("onnx/model.onnx", b"graph")])
    assert found.signers == ("alice",)
    assert [(each.name, each.size, each.media_type, each.is_archive) for each in found.files] == [
        ("model.safetensors", 7, WEIGHT, False),
        ("onnx/model.onnx", 5, WEIGHT, False),
    ]
    assert isinstance(found.files[0], NamedLayer)


UNSAFE = {
    "an absolute path": ("/etc/passwd", "is not a relative path"),
    "a way out": ("../../.ssh/authorized_keys", "lead elsewhere"),
    "a way out inside": ("a/../../b", "lead elsewhere"),
    "a dot": ("./model.bin", "lead elsewhere"),
    "an empty part": ("a//b", "lead elsewhere"),
    "a folder": ("a/", "lead elsewhere"),
    "a backslash": ("..\\b", "is not a relative path"),
    "a drive": ("C:model.bin", "is not a relative path"),
    "a home folder": ("~/.bashrc", "is not a relative path"),
    "a control character": ("a\nb", "do not show"),
    "a character that turns the direction": ("a\u202egpj.exe", "do not show"),
    "a zero byte": ("a\0b", "do not show"),
    "a trailing dot": ("model.bin.", "ends with a dot"),
    "a trailing blank": ("a /b", "ends with a dot"),
    "too long": ("a" * 2000, "is too long"),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_refuses_a_name_with(name, tmp_path):
    unsafe, words = UNSAFE[name]
    with pytest.raises(VerificationError) as caught:
        verified(tmp_path, [("model.bin", b"w"), (unsafe, b"x")])
    assert words in caught.value.message


def test_names_that_mean_one_file():
    assert list(name_problems(["A.bin", "a.bin"])) == [
        'the names "A.bin" and "a.bin" are the same file for some systems'
    ]
    assert list(name_problems(["\u00e9.bin", "e\u0301.bin"])) == [
        'the names "\u00e9.bin" and "e\u0301.bin" are the same file for some systems'
    ]
    assert list(name_problems(["a", "a/b"])) == ['"a" is a file and the folder of "a/b"']
    assert list(name_problems(["a.bin", "b/a.bin"])) == []


def _layer(layout, media_type=WEIGHT, **notes: object):
    return layout.blob(b"x", media_type, annotations=notes)


def test_refuses_layers_that_are_no_files_of_a_model(tmp_path):
    cases = (
        ([_layer(Layout())], "has no name"),
        ([_layer(Layout(), "application/vnd.oci.image.layer.v1.tar")], "a layer of a model whose type is"),
        ([], "a model without layers"),
        (
            [_layer(Layout(), **{"org.cncf.model.filepath": "a", "org.cnai.model.filepath": "b"})],
            "a layer with two names",
        ),
    )
    for at, (layers, words) in enumerate(cases):
        layout = Layout()
        layout.blob(b"x", WEIGHT)
        image = layout.tagged(layout.model([("a", b"x")], layers=layers), "1.0")
        layout.sign(image)
        folder = tmp_path / str(at)
        folder.mkdir()
        with pytest.raises(VerificationError) as caught:
            verify_image(layout_at(layout.write(folder)), "1.0", TRUST)
        assert words in caught.value.message


def test_refuses_a_configuration_that_lists_other_layers(tmp_path):
    other = {"modelfs": {"type": "layers", "diffIds": ["sha256:" + "0" * 64]}}
    with pytest.raises(VerificationError, match='the configuration says that "a" is sha256:0000'):
        verified(tmp_path, [("a", b"x")], config=other)
    with pytest.raises(VerificationError, match="the configuration lists 1 layers, the manifest 2"):
        verified(tmp_path, [("a", b"x"), ("b", b"y")], config=other)


def test_refuses_a_model_that_is_called_something_else(tmp_path):
    with pytest.raises(VerificationError, match="a model whose artifact type is"):
        verified(tmp_path, [("a", b"x")], artifactType="application/vnd.evil")
