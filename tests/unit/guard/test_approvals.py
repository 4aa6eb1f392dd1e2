"""Which files are approved: by a list, a lock, a signed manifest, or several of them."""

import os

import msgspec
import pytest

from backstamp.core.errors import ReadError, SourceError, UsageError
from backstamp.guard.approvals import AnyOf, Approval, Entry, Listed, Refusal, listed
from backstamp.guard.locked import locked, of_tree
from backstamp.guard.manifests import Manifested

A, B, C = "a" * 64, "b" * 64, "c" * 64
TWO = Listed(
    [
        Entry(path="model.safetensors", digest=A, model="org/bert"),
        Entry(path="onnx/model.onnx", digest=C, model="org/bert"),
        Entry(path="model.safetensors", digest=B, model="other/gpt"),
    ],
    name="models.lock",
)
HUB = "/hub/models--org--bert/snapshots/" + "0" * 40


@pytest.mark.parametrize(
    ("path", "digest", "answer"),
    [
        (f"{HUB}/model.safetensors", A, Approval('"model.safetensors" of org/bert of models.lock')),
        ("/srv/org/bert/model.safetensors", A, Approval('"model.safetensors" of org/bert of models.lock')),
        ("/srv/bert/onnx/model.onnx", C, Approval('"onnx/model.onnx" of org/bert of models.lock')),
        ("/srv/x/model.safetensors", B, Approval('"model.safetensors" of other/gpt of models.lock')),
        ("/srv/x/y.bin", B, Approval('"model.safetensors" of other/gpt of models.lock, under another name')),
        (
            f"/hub/models--org--bert/blobs/{A}",
            A,
            Approval('"model.safetensors" of org/bert of models.lock, under another name'),
        ),
        (
            f"{HUB}/model.safetensors",
            B,
            Refusal(
                'its content is not that of "model.safetensors" of org/bert in models.lock', (f"sha256:{A}",)
            ),
        ),
        (
            "/srv/gpt/weights.bin",
            A,
            Refusal('it is "model.safetensors" of org/bert, which models.lock lists for another model'),
        ),
        ("/srv/x/y.bin", "d" * 64, Refusal("models.lock does not list it")),
    ],
)
def test_the_content_must_be_listed_for_the_place(path, digest, answer):
    assert TWO.approved(path, digest) == answer


def test_a_strict_list_does_not_approve_files_under_another_name():
    assert listed({"a.bin": A}, strict=True).approved("/x/b.bin", A) == Refusal("the list does not list it")
    assert listed({"a.bin": A}, strict=True).approved("/x/a.bin", A) == Approval('"a.bin" of the list')


def test_a_person_can_say_which_model_is_in_a_folder():
    entries = [Entry(path="m", digest=A, model="org/one"), Entry(path="m", digest=B, model="org/two")]
    placed = Listed(entries, places={"/srv/blue": "org/one"})
    assert placed.approved("/srv/blue/m", A) == Approval('"m" of org/one of the list')
    assert placed.approved("/srv/blue/m", B) == Refusal(
        'its content is not that of "m" of org/one in the list', (f"sha256:{A}",)
    )
    assert placed.approved("/srv/bluer/m", B) == Approval('"m" of org/two of the list')


def test_the_longest_listed_path_is_the_one_that_counts():
    deep = listed({"config.json": A, "sub/config.json": B})
    assert deep.approved("/m/sub/config.json", B) == Approval('"sub/config.json" of the list')
    assert deep.approved("/m/sub/config.json", A) == Refusal(
        'its content is not that of "sub/config.json" in the list', (f"sha256:{B}",)
    )


def test_a_link_to_a_folder_of_a_hub_is_followed(tmp_path):
    snapshot = tmp_path / "models--org--bert" / "snapshots" / "1"
    snapshot.mkdir(parents=True)
    os.symlink(snapshot, tmp_path / "current")
    found = TWO.approved(str(tmp_path / "current" / "model.safetensors"), B)
    assert found == Refusal(
        'its content is not that of "model.safetensors" of org/bert in models.lock', (f"sha256:{A}",)
    )


LOCK = f"""
[[model]]
name = "org/bert"
revision = "{"1" * 40}"
files = [{{ path = "model.safetensors", sha256 = "{A}", size = 3 }}]

[[dataset]]
name = "org/rows"
[[dataset.files]]
path = "rows.parquet"
sha256 = "{B}"
size = 4
"""


def test_a_lock_approves_the_files_that_it_pins(tmp_path):
    (tmp_path / "models.lock").write_text(LOCK)
    lock = locked(tmp_path / "models.lock")
    assert lock.approved("/x/model.safetensors", A) == Approval(
        '"model.safetensors" of org/bert of models.lock'
    )
    assert lock.approved("/x/rows.parquet", B) == Approval('"rows.parquet" of org/rows of models.lock')
    assert lock.approved("/x/rows.parquet", C).expected == (f"sha256:{B}",)


WORLDS = f"""
[[model]]
name = "huggingface:org/bert"
revision = "{"1" * 40}"
files = [{{ path = "config.json", sha256 = "{A}", size = 3 }}]

[[model]]
name = "huggingface:org/bert"
revision = "{"2" * 40}"
files = [{{ path = "config.json", sha256 = "{B}", size = 3 }}]

[[model]]
name = "path:models/blue"
files = [{{ path = "w.bin", sha256 = "{A}", size = 3 }}]

[[model]]
name = "path:models/one.onnx"
files = [{{ path = "one.onnx", sha256 = "{C}", size = 3 }}]
"""


def test_a_lock_knows_worlds_folders_and_revisions(tmp_path):
    (tmp_path / "models.lock").write_text(WORLDS)
    lock = locked(tmp_path / "models.lock")
    hub = "/hub/models--org--bert/snapshots"
    config = Approval('"config.json" of org/bert of models.lock')
    assert lock.approved(f"{hub}/{'1' * 40}/config.json", A) == config
    assert lock.approved(f"{hub}/{'1' * 40}/config.json", B).expected == (f"sha256:{A}",)
    assert lock.approved(f"{hub}/{'3' * 40}/config.json", B) == config
    blue = str(tmp_path / "models" / "blue" / "w.bin")
    assert lock.approved(blue, A) == Approval('"w.bin" of models/blue of models.lock')
    assert lock.approved(blue, C).expected == (f"sha256:{A}",)
    one = str(tmp_path / "models" / "one.onnx")
    assert lock.approved(one, C) == Approval('"models/one.onnx" of models.lock')
    assert lock.approved(one, A).expected == (f"sha256:{C}",)


def test_a_lock_that_pins_nothing_is_refused(tmp_path):
    with pytest.raises(ReadError, match='the lock pins "a" of "m" without a SHA-256'):
        of_tree({"model": [{"name": "m", "files": [{"path": "a", "sha256": "1"}]}]})
    with pytest.raises(SourceError, match="cannot be read"):
        locked(tmp_path / "none.lock")
    (tmp_path / "bad.lock").write_bytes(b"\xff")
    with pytest.raises(ReadError, match="not UTF-8"):
        locked(tmp_path / "bad.lock")


class Resource(msgspec.Struct):
    """As a manifest lists it."""

    name: str
    digest: str
    algorithm: str = "sha256"


def test_a_signed_manifest_approves_the_files_of_its_folder_only():
    signed = Manifested("/srv/m", [Resource("a/b.bin", A)], signer="ci")
    assert signed.approved("/srv/m/a/b.bin", A) == Approval('"a/b.bin" of the manifest signed by ci')
    assert signed.approved("/srv/m/a/b.bin", B).expected == (f"sha256:{A}",)
    assert signed.approved("/srv/m/b.bin", A).reason == 'the manifest signed by ci does not name "b.bin"'
    assert signed.approved("/srv/mm/a/b.bin", A).reason == 'it is not in the signed folder "/srv/m"'


@pytest.mark.parametrize(
    "resources",
    [
        [],
        [Resource("a:0:10", A)],
        [Resource("a", A, "md5")],
        [Resource("a", A), Resource("b", A, "blake3")],
        [Resource("a", A), Resource("a", B)],
    ],
)
def test_a_manifest_that_the_guard_cannot_use_is_refused(resources):
    with pytest.raises(UsageError):
        Manifested("/srv/m", resources)


def test_of_several_sources_one_must_approve():
    both = AnyOf([listed({"a": A}), listed({"a": B})])
    assert both.approved("/a", B) == Approval('"a" of the list')
    assert both.approved("/a", C).expected == (f"sha256:{A}",)
    for sources in ([], [listed({"a": A}), Manifested("/m", [Resource("a", A, "blake3")])]):
        with pytest.raises(UsageError, match="different digests"):
            AnyOf(sources)
