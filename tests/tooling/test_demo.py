import io
import json
import pickletools
import zipfile

import pytest

from tools.demo.build_demo import MARKER, build, checkpoint, demo_files, safetensors
from tools.demo.run_demo import closing_words


def test_writes_the_same_bytes_each_time(tmp_path):
    build(str(tmp_path / "first"))
    build(str(tmp_path / "second"))
    written = {
        str(path.relative_to(tmp_path / folder)): path.read_bytes()
        for folder in ("first", "second")
        for path in sorted((tmp_path / folder).rglob("*"))
        if path.is_file()
    }
    assert written == demo_files()
    assert demo_files() == demo_files()


def test_the_checkpoint_is_a_torch_archive_which_would_touch_the_marker_alone():
    with zipfile.ZipFile(io.BytesIO(checkpoint(f"touch {MARKER}"))) as archive:
        names = archive.namelist()
        operations = list(pickletools.genops(archive.read("archive/data.pkl")))
    imported = [argument for opcode, argument, _ in operations if opcode.name == "GLOBAL"]
    commands = [
        argument for _, argument, _ in operations if isinstance(argument, str) and "touch" in argument
    ]
    assert names == ["archive/data.pkl", "archive/byteorder", "archive/data/0", "archive/version"]
    assert imported == [
        "collections OrderedDict",
        "torch._utils _rebuild_tensor_v2",
        "torch FloatStorage",
        "collections OrderedDict",
        "os system",
    ]
    assert commands == [f"touch {MARKER}"]


def test_the_clean_weights_fill_their_file_exactly():
    data = safetensors({"a": (2, 3), "b": (3,)})
    length = int.from_bytes(data[:8], "little")
    assert json.loads(data[8 : 8 + length]) == {
        "__metadata__": {"format": "pt"},
        "a": {"data_offsets": [0, 24], "dtype": "F32", "shape": [2, 3]},
        "b": {"data_offsets": [24, 36], "dtype": "F32", "shape": [3]},
    }
    assert len(data) == 8 + length + 36


@pytest.mark.parametrize(
    ("code", "was_executed", "expected"),
    [(1, False, 0), (0, False, 1), (3, False, 1), (4, False, 1), (1, True, 4)],
)
def test_the_demo_succeeds_when_its_system_is_denied_and_nothing_ran(code, was_executed, expected):
    assert closing_words(code, was_executed=was_executed)[1] == expected
