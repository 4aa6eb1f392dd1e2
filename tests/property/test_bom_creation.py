"""Laws of the documents that Backstamp makes, over small trees of odd names and contents.

1. They are valid: by the official schema, and by the meaning (references are unique and lead somewhere).
2. The same bytes give the same document, wherever they lie and in whatever order they are listed.
3. No credential and no place on somebody's machine is in them.
"""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.bom.document import loaded
from backstamp.bom.validate.levels import Wanted, validated
from backstamp.bom.validate.problem import Grade
from backstamp.engine.describe import Wishes, described
from backstamp.engine.inventory import StockOptions
from kit.described import TIME

# Written in two halves, so that no scanner takes this file for a leak.
TOKEN = "hf_" + "AbCdEfGhIjKlMnOpQrStUvWxYz012345"
PASSWORD = "hunter2" + "pass"
SECRETS = (TOKEN, PASSWORD, "alice", "bobby", "carol")
WORDS = (
    "mit", "a", "", "org/x", "../x", "./model", "A->B", "https://h.example/x y", "https://[::1", "http:///x",
    "//x", "urn:x", "pkg:pypi/x@1", "x\ny", "\u202e", '"', "\\", "%zz", "org/x@main", "a" * 300, "none",
    '{"a":1}', "data/train.csv", "gpt-4o", "\x00", "\ud83d", "ünï", "s3://b/k",
    "git+https://h.example/y.git@a",
    "0", "-1", "1e999", ".", "..", "#", "x#y", "tool:backstamp", "file:a",
    "/home/alice/x/llama", "C:\\Users\\bobby\\llama", "/Users/carol/data", TOKEN, f"token {TOKEN}",
    f"https://u:{PASSWORD}@h.example/a.csv", f"run --password {PASSWORD} /home/alice/x/y",
)  # fmt: skip
KEYS = tuple(
    "license "
    "base_model datasets model_type architectures _name_or_path base_model_name_or_path peft_type name "
    "version hidden_size tags language library_name dependencies mcpServers stages deps outs cmd models "
    "revision "
    "url dataset output_dir author title description command args env model prompt agents services "
    "image doi "
    "hub_token password".split()
)
FOLDERS = (
    b"a",
    b"a!",
    b"a b",
    b"\xff",
    b"\\xff",
    b"x#1",
    b"a\nb",
    b'"q"',
    b"onnx",
    b"data",
    b"\xed\xa0\x80",
    b"..x",
)
NAMES = FOLDERS + tuple(
    name.encode()
    for name in (
        "config.json README.md LICENSE adapter_config.json tokenizer_config.json requirements.txt "
        "trainer_state.json "
        "dataset_infos.json model.safetensors other.safetensors .mcp.json meta.yaml MLmodel dvc.yaml "
        "package.json "
        "main.py Dockerfile docker-compose.yml modules.json train.csv train.jsonl a!/b "
        "wandb-metadata.json a.zip "
        "generation_config.json axolotl.yaml agents.yaml chat_template.jinja Modelfile"
    ).split()
)  # fmt: skip
WORD = st.sampled_from(WORDS)
VALUE = st.recursive(
    WORD | st.sampled_from([0, 1, -1, 10**30, 1.5, True, None]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORD, inner, max_size=2),
    max_leaves=5,
)
OBJECT = st.dictionaries(st.sampled_from(KEYS), VALUE, max_size=8)
PATH = st.tuples(st.lists(st.sampled_from(FOLDERS), max_size=2), st.sampled_from(NAMES)).map(
    lambda pair: b"/".join((*pair[0], pair[1]))
)
TREE = st.dictionaries(
    PATH, st.tuples(OBJECT, st.lists(WORD, min_size=4, max_size=4)), min_size=1, max_size=7
)


def content(path: bytes, what: tuple[dict[str, object], list[str]]) -> bytes:
    """Write statements in the form that a file's name promises."""
    tree, words = what
    name = path.rpartition(b"/")[2]
    if name.endswith(b".safetensors"):
        metadata = {key: str(value) for key, value in tree.items()}
        header = json.dumps(
            {"__metadata__": metadata, "w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}
        ).encode()
        return struct.pack("<Q", len(header)) + header + bytes(4)
    text = json.dumps(tree)
    if name.endswith(b".md"):
        one, two, three, four = words
        text = (
            f"---\n{text}\n---\n# {one}\n\nThis model is a fine-tuned version of "
            f"[{two}](https://huggingface.co/{two}) on the {three} dataset.\n\n## Training data\n\n- {four}\n"
        )
    elif name.endswith(b".py"):
        text = (
            "from transformers import AutoModel\nfrom datasets import load_dataset\nimport openai\n"
            f"AutoModel.from_pretrained({words[0]!r}, revision={words[1]!r})\nload_dataset({words[2]!r})\n"
            f"openai.OpenAI(base_url={words[3]!r}).chat.completions.create(model={words[0]!r})\n"
        )
    elif name in (b"requirements.txt", b"Dockerfile", b"Modelfile", b"LICENSE"):
        text = f"FROM {words[0]}\nRUN {words[1]}\n{words[2]}\ntorch==2.0\n"
    return text.encode("utf-8", "replace")


def planted(folder: bytes, tree: dict[bytes, tuple[dict[str, object], list[str]]]) -> str:
    """Write a tree; where a name is taken by a folder or a file, the first stays."""
    for path, what in tree.items():
        place = folder + b"/" + path
        try:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "wb") as file:
                file.write(content(path, what))
        except OSError:
            continue
    return os.fsdecode(folder)


def text_of(target: str, form: str = "cyclonedx") -> str:
    return described(target, Wishes(timestamp=TIME, form=form), StockOptions()).text


@pytest.fixture
def room():
    folder = tempfile.mkdtemp(prefix="bom").encode()
    yield folder
    shutil.rmtree(folder)


@given(tree=TREE, form=st.sampled_from(["cyclonedx", "cyclonedx-1.6", "spdx"]))
@settings(max_examples=60, deadline=None)
def test_every_document_is_valid_and_tells_nothing_that_it_must_not(tree, form):
    folder = tempfile.mkdtemp(prefix="bom").encode()
    try:
        target = planted(folder + b"/target", tree)
        made = described(target, Wishes(timestamp=TIME, form=form), StockOptions())
    finally:
        shutil.rmtree(folder)
    result = validated(loaded(made.text.encode()), "x", Wanted(now=datetime(2026, 2, 1, tzinfo=UTC)))
    assert [(p.pointer, p.message) for p in result.problems if p.severity is Grade.ERROR] == []
    told = "\n".join((made.text, *made.talk))
    assert [secret for secret in (*SECRETS, os.fsdecode(folder)) if secret in told] == []
    assert "internal error" not in told


@given(tree=TREE)
@settings(max_examples=25, deadline=None)
def test_the_same_bytes_give_the_same_document_wherever_they_lie(tree):
    folder = tempfile.mkdtemp(prefix="bom").encode()
    try:
        one = planted(folder + b"/one/target", tree)
        other = folder + b"/another/place/target"
        shutil.copytree(os.fsencode(one), other, symlinks=True)
        assert text_of(one) == text_of(os.fsdecode(other))
    finally:
        shutil.rmtree(folder)


CHILD = "import sys; from backstamp.cli.commands import main; sys.exit(main(sys.argv[1:]))"


def test_hash_seeds_and_working_folders_change_nothing(room):
    tree = {path: (dict.fromkeys(KEYS, WORDS[3]), list(WORDS[3:7])) for path in NAMES}
    target = planted(room + b"/target", tree)
    sources = os.path.join(os.path.dirname(__file__), "..", "..", "src")
    written = []
    for seed, place, name in (("0", room, target), ("1", b"/", target), ("2", os.fsencode(target), ".")):
        ended = subprocess.run(
            [sys.executable, "-c", CHILD, "bom", name, "--quiet"],
            cwd=place,
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.path.abspath(sources),
                "SOURCE_DATE_EPOCH": "1767323045",
            },
            capture_output=True,
            check=False,
        )
        written.append((ended.returncode, ended.stdout))
    assert written[0][0] == 0
    assert written[1:] == written[:1] * 2
    assert json.loads(written[0][1])["metadata"]["timestamp"] == TIME
