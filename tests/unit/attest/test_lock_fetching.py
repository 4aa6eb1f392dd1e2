"""Fetching what is locked, from a hub on loopback that misbehaves."""

import hashlib
import os
import stat
from pathlib import Path

import msgspec
import pytest

from backstamp.attest.addresses import address_of, endpoint_of
from backstamp.attest.fetching import ToCache, ToFolder, fetched
from backstamp.attest.hubclient import HubClient, Pace
from backstamp.attest.lockfile import EntryKind, Lock, LockedFile, LockEntry, lock_of_entries
from backstamp.attest.locking import Where, verified
from kit.hub_server import REVISION, Fault, HubServer, hub_server

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

TOKEN = "hf_secret"
WEIGHTS = bytes(range(256)) * 40
CONFIG = b'{"model_type": "bert"}\n'
FILES = {"config.json": CONFIG, "model.safetensors": WEIGHTS, "onnx/model.onnx": WEIGHTS[:5000]}


class Still:
    """A clock that notes what is waited for."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)


class Running(Still):
    """A clock by which every look takes half a minute."""

    def now(self) -> float:
        self.time += 31
        return self.time


@pytest.fixture
def hub():
    with hub_server() as server:
        for path, data in FILES.items():
            server.put(path, data)
        yield server


def entry(files: dict[str, bytes] = FILES, **more: object) -> LockEntry:
    locked = [
        LockedFile(path=path, sha256=hashlib.sha256(data).hexdigest(), size=len(data))
        for path, data in files.items()
    ]
    given = {
        "name": "huggingface:org/m",
        "kind": EntryKind.MODEL,
        "revision": REVISION,
        "files": tuple(locked),
    }
    return LockEntry(**{**given, **more})


def lock(*entries: LockEntry) -> Lock:
    return lock_of_entries(entries or (entry(),))


def client(hub: HubServer, token: str = "", **pace: float) -> HubClient:
    return HubClient(
        endpoint_of(hub.address), token=token, pace=Pace(**{"timeout": 5.0, **pace}), environment={}
    )


def fetch(hub: HubServer, folder: Path, held: Lock | None = None, clock: Still | None = None, **pace: float):
    held = held or lock()
    made = fetched(held, client(hub, **pace), ToFolder(str(folder), held), jobs=2, clock=clock or Still())
    return [(p.path, p.reason, p.is_wrong) for each in made for p in each.problems]


def on_disk(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


WHOLE = {f"models/org/m/{path}": data for path, data in FILES.items()}


def test_fetches_into_a_folder_and_a_second_time_asks_for_nothing(hub: HubServer, tmp_path: Path):
    assert fetch(hub, tmp_path) == []
    assert on_disk(tmp_path) == WHOLE
    asked = len(hub.requests)
    assert fetch(hub, tmp_path) == []
    assert (len(hub.requests) - asked, os.listdir(tmp_path)) == (0, ["models"])


def test_safetensors_come_first(hub: HubServer, tmp_path: Path):
    held = lock()
    fetched(held, client(hub), ToFolder(str(tmp_path), held), jobs=1)
    assert [path.rpartition("/")[2] for path, _ in hub.requests] == [
        "model.safetensors",
        "config.json",
        "model.onnx",
    ]


def test_fetches_into_a_cache_as_the_hub_s_own_client_keeps_it(hub: HubServer, tmp_path: Path):
    held = lock(entry(ref="main"))
    made = fetched(held, client(hub), ToCache(str(tmp_path)), clock=Still())
    root = tmp_path / "models--org--m"
    assert [(each.came, each.kept, each.problems) for each in made] == [(3, 0, ())]
    links = {path: os.readlink(root / "snapshots" / REVISION / path) for path in FILES}
    git = hashlib.sha1(b"blob %d\0" % len(CONFIG) + CONFIG, usedforsecurity=False).hexdigest()
    assert links == {
        "config.json": f"../../blobs/{git}",
        "model.safetensors": f"../../blobs/{hashlib.sha256(WEIGHTS).hexdigest()}",
        "onnx/model.onnx": f"../../../blobs/{hashlib.sha256(WEIGHTS[:5000]).hexdigest()}",
    }
    assert (root / "refs" / "main").read_text() == REVISION
    assert [
        each.differences for each in verified(held, Where(target=str(tmp_path), roots=(str(tmp_path),)))
    ] == [()]


def test_a_dataset_is_asked_for_as_one(hub: HubServer, tmp_path: Path):
    hub.put("train.csv", b"a,b\n", name="datasets/org/d")
    held = lock(entry({"train.csv": b"a,b\n"}, name="huggingface:org/d", kind=EntryKind.DATASET))
    assert fetch(hub, tmp_path, held) == []
    assert on_disk(tmp_path) == {"datasets/org/d/train.csv": b"a,b\n"}


def test_two_revisions_of_one_model_have_folders_of_their_own(hub: HubServer, tmp_path: Path):
    hub.put("config.json", b"new", revision="e" * 40)
    other = entry({"config.json": b"new"}, revision="e" * 40)
    hub.faults["/org/m/resolve/" + "e" * 40 + "/config.json"] = []
    problems = fetch(hub, tmp_path, lock(entry({"config.json": CONFIG}), other))
    assert problems == [("config.json", f'the server answers with the revision "{REVISION}"', True)]
    assert on_disk(tmp_path) == {f"models/org/m@{REVISION}/config.json": CONFIG}


def test_equal_files_are_fetched_once(hub: HubServer, tmp_path: Path):
    hub.put("copy.safetensors", WEIGHTS)
    files = {"model.safetensors": WEIGHTS, "copy.safetensors": WEIGHTS}
    assert fetch(hub, tmp_path, lock(entry(files))) == []
    assert on_disk(tmp_path) == {f"models/org/m/{path}": data for path, data in files.items()}
    assert len(hub.requests) == 1


def test_an_empty_file_is_a_file(hub: HubServer, tmp_path: Path):
    hub.put("__init__.py", b"")
    assert fetch(hub, tmp_path, lock(entry({"__init__.py": b""}))) == []
    assert on_disk(tmp_path) == {"models/org/m/__init__.py": b""}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.FLIPPED, "what the server sends is not what is locked"),
        (Fault.SHORT, 'the server sends "10239" bytes, 10,240 are to come'),
        (Fault.BAD_LENGTH, 'the server sends "-5" bytes, 10,240 are to come'),
        (Fault.ENDLESS, "the server sends more bytes than are locked"),
        (Fault.OTHER_COMMIT, f'the server answers with the revision "{"f" * 40}"'),
        (Fault.LINKED_SIZE, "the server has 10,241 bytes, locked are 10,240"),
        (Fault.LINKED_DIGEST, f'the server has other content: "sha256:{"e" * 64}"'),
    ],
)
def test_what_is_not_what_is_locked_never_comes_to_its_place(
    hub: HubServer, tmp_path: Path, fault: str, reason: str
):
    hub.fail("model.safetensors", *[fault] * 5)
    assert fetch(hub, tmp_path) == [("model.safetensors", reason, True)]
    assert on_disk(tmp_path) == {k: v for k, v in WHOLE.items() if "safetensors" not in k}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.ENCODED, 'the server encodes the file ("gzip"), so its bytes cannot be told'),
        (Fault.LOOP, "the server leads on and on: more than 5 redirects"),
        (Fault.GATED, "the server answers 403 (GatedRepo, ask\\x1b[2J first)"),
        (Fault.GONE, "the server answers 404 (RevisionNotFound)"),
        ("location:file:///etc/passwd", 'the server leads to an address of the scheme "file"'),
        ("location:ftp://127.0.0.1/x", 'the server leads to an address of the scheme "ftp"'),
        (
            "location:http://u:secret@127.0.0.1/x",
            "the server leads to an address without a host, or with a password in it",
        ),
        (
            "location:http://169.254.169.254/latest/meta-data",
            'the server leads to "169.254.169.254", which is inside of this network or machine',
        ),
        ("location:http://[::ffff:169.254.169.254]/x", None),
        ("location:", "the server leads on and on: more than 5 redirects"),
    ],
)
def test_what_the_server_may_not_do_ends_the_fetch(
    hub: HubServer, tmp_path: Path, fault: str, reason: str | None
):
    hub.fail("config.json", *[fault] * 9)
    told = fetch(hub, tmp_path)
    assert [(path, wrong) for path, _, wrong in told] == [("config.json", False)]
    assert reason is None or told[0][1] == reason
    assert on_disk(tmp_path) == {k: v for k, v in WHOLE.items() if "config" not in k}


def test_a_broken_transfer_goes_on_where_it_stopped(hub: HubServer, tmp_path: Path):
    hub.fail("model.safetensors", Fault.TRUNCATED, Fault.TRUNCATED)
    clock = Still()
    assert fetch(hub, tmp_path, clock=clock) == []
    ranges = [h.get("range", "") for path, h in hub.requests if path.endswith("safetensors")]
    assert (ranges, clock.waits) == (["", "bytes=5120-", "bytes=7680-"], [1.0, 2.0])
    assert on_disk(tmp_path) == WHOLE


def test_a_busy_server_is_asked_again_when_it_says_so_and_not_for_ever(hub: HubServer, tmp_path: Path):
    clock = Still()
    hub.fail("config.json", Fault.BUSY, Fault.BROKEN)
    assert fetch(hub, tmp_path / "a", clock=clock) == []
    assert clock.waits == [7.0, 2.0]
    clock = Still()
    hub.fail("config.json", *[Fault.BROKEN] * 9)
    assert fetch(hub, tmp_path / "b", clock=clock) == [("config.json", "the server answers 500", False)]
    assert clock.waits == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize("fault", [Fault.NO_RANGE, Fault.OTHER_RANGE, ""])
def test_a_partial_file_of_an_earlier_run_is_gone_on_with(hub: HubServer, tmp_path: Path, fault: str):
    partial = tmp_path / ".backstamp-partial"
    partial.mkdir(parents=True)
    (partial / hashlib.sha256(WEIGHTS).hexdigest()).write_bytes(WEIGHTS[:1000])
    if fault:
        hub.fail("model.safetensors", fault)
    assert fetch(hub, tmp_path) == []
    assert "bytes=1000-" in hub.asked("range")
    assert on_disk(tmp_path) == WHOLE


@pytest.mark.parametrize("left", [b"\0" * 1000, WEIGHTS[:-1] + b"!", WEIGHTS + b"more", WEIGHTS])
def test_a_partial_file_that_is_wrong_or_whole_does_no_harm(hub: HubServer, tmp_path: Path, left: bytes):
    partial = tmp_path / ".backstamp-partial"
    partial.mkdir(parents=True)
    (partial / hashlib.sha256(WEIGHTS).hexdigest()).write_bytes(left)
    assert fetch(hub, tmp_path) == []
    assert on_disk(tmp_path) == WHOLE


def test_a_run_that_is_stopped_leaves_nothing_in_place_and_the_next_one_goes_on(
    hub: HubServer, tmp_path: Path
):
    hub.fail("model.safetensors", *[Fault.TRUNCATED] * 5)
    assert fetch(hub, tmp_path) == [("model.safetensors", "the file ends too early", False)]
    kept = tmp_path / ".backstamp-partial" / hashlib.sha256(WEIGHTS).hexdigest()
    assert WEIGHTS.startswith(kept.read_bytes())
    assert not (tmp_path / "models/org/m/model.safetensors").exists()
    assert fetch(hub, tmp_path) == []
    assert on_disk(tmp_path) == WHOLE


def test_a_server_that_is_too_slow_is_left(hub: HubServer, tmp_path: Path):
    hub.fail("model.safetensors", *[Fault.STALLED] * 9)
    told = fetch(hub, tmp_path, clock=Running(), attempts=2)
    assert told == [("model.safetensors", "the server is too slow", False)]


def test_headers_that_drip_are_cut_off(hub: HubServer, tmp_path: Path):
    hub.fail("config.json", *[Fault.DRIPPING_HEAD] * 9)
    told = fetch(hub, tmp_path, attempts=1, head=0.3)
    assert [(path, wrong) for path, _, wrong in told] == [("config.json", False)]


def test_the_token_goes_to_the_endpoint_and_nowhere_else(hub: HubServer, tmp_path: Path):
    with hub_server() as store:
        store.files["/blob"] = CONFIG
        store.faults["/blob"] = [f"location:{hub.address}/back"]
        hub.files["/back"] = CONFIG
        hub.fail("config.json", f"location:{store.address}/blob?sig=secret")
        store.files["/blob?sig=secret"] = CONFIG
        store.faults["/blob?sig=secret"] = [f"location:{hub.address}/back"]
        held = lock(entry({"config.json": CONFIG}))
        made = fetched(held, client(hub, token=TOKEN), ToFolder(str(tmp_path), held))
        assert [each.problems for each in made] == [()]
        assert hub.asked("authorization") == ["Bearer hf_secret", ""]
        assert store.asked("authorization") == [""]


def test_no_message_tells_a_token_or_a_signed_address(hub: HubServer, tmp_path: Path):
    hub.fail("config.json", "location:http://127.0.0.1:1/blob?sig=secret")
    held = lock(entry({"config.json": CONFIG}))
    made = fetched(held, client(hub, token=TOKEN, attempts=1), ToFolder(str(tmp_path), held), clock=Still())
    assert [p.reason for each in made for p in each.problems] == [
        '"127.0.0.1" does not answer: connection refused'
    ]


def test_nothing_is_written_through_a_link(hub: HubServer, tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "config.json").write_bytes(b"mine")
    folder = tmp_path / "to"
    (folder / "models" / "org" / "m").mkdir(parents=True)
    (folder / "models" / "org" / "m" / "onnx").symlink_to(outside)
    (folder / "models" / "org" / "m" / "config.json").symlink_to(outside / "config.json")
    assert fetch(hub, folder) == [
        ("onnx/model.onnx", '"onnx" in "models/org/m/onnx/model.onnx" is a link', True)
    ]
    assert on_disk(outside) == {"config.json": b"mine"}
    assert stat.S_ISREG((folder / "models/org/m/config.json").lstat().st_mode)


def test_a_wrong_file_in_place_is_replaced_and_a_strange_one_is_told(hub: HubServer, tmp_path: Path):
    folder = tmp_path / "models/org/m"
    folder.mkdir(parents=True)
    (folder / "config.json").write_bytes(CONFIG.replace(b"bert", b"evil"))
    (folder / "extra.py").write_bytes(b"import os")
    assert fetch(hub, tmp_path) == [("extra.py", "it is there and not in the lock", True)]
    assert (folder / "config.json").read_bytes() == CONFIG


def test_an_address_is_fetched_without_the_token(hub: HubServer, tmp_path: Path):
    hub.files["/x.pth"] = WEIGHTS
    held = lock(entry({"x.pth": WEIGHTS}, name=f"url:{hub.address}/x.pth", revision=""))
    made = fetched(held, client(hub), ToFolder(str(tmp_path), held))
    assert [each.problems for each in made] == [()]
    assert on_disk(tmp_path) == {"urls/x.pth": WEIGHTS}
    cache = fetched(held, client(hub), ToCache(str(tmp_path / "c")))
    assert [(p.reason, p.hint) for each in cache for p in each.problems] == [
        ("url: is not fetched to here", "Use --to DIR.")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "file:///etc",
        "https://u:p@host",
        "https://",
        "ftp://host",
        "https://host/?a=b",
        "https://ho st",
        "host",
    ],
)
def test_an_endpoint_is_refused_without_being_told(text: str):
    from backstamp.core.errors import UsageError

    with pytest.raises(UsageError) as caught:
        endpoint_of(text)
    assert "u:p" not in caught.value.message


def test_no_way_leads_from_https_to_http():
    from backstamp.core.errors import SourceError

    with pytest.raises(SourceError, match="from https to http"):
        address_of("http://host/x", address_of("https://host/y"))


def test_a_disk_that_is_full_is_told_and_nothing_half_is_in_place(
    hub: HubServer, tmp_path: Path, monkeypatch
):
    from backstamp.attest import transfer
    from backstamp.core.errors import OutputError

    def full(*_: object):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(transfer.os, "write", full)
        with pytest.raises(OutputError, match="cannot write: no space left on device"):
            fetch(hub, tmp_path)
    assert [path for path in on_disk(tmp_path) if not path.startswith(".backstamp-partial")] == []
    assert fetch(hub, tmp_path) == []


def test_too_little_room_is_told_before_anything_is_asked_for(hub: HubServer, tmp_path: Path):
    from backstamp.core.errors import OutputError

    huge = LockedFile(path="model.safetensors", sha256="a" * 64, size=1 << 52)
    with pytest.raises(OutputError, match="there is not enough room"):
        fetch(hub, tmp_path, lock(msgspec.structs.replace(entry(), files=(huge,))))
    assert hub.requests == []


def test_a_planted_partial_folder_or_file_is_refused(hub: HubServer, tmp_path: Path):
    from backstamp.core.errors import OutputError

    (tmp_path / "outside").mkdir()
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / ".backstamp-partial").symlink_to(tmp_path / "outside")
    with pytest.raises(OutputError, match="cannot use"):
        fetch(hub, tmp_path / "to")
    (tmp_path / "to" / ".backstamp-partial").unlink()
    (tmp_path / "to" / ".backstamp-partial").mkdir()
    link = tmp_path / "to" / ".backstamp-partial" / hashlib.sha256(WEIGHTS).hexdigest()
    link.symlink_to(tmp_path / "outside" / "x")
    with pytest.raises(OutputError, match="cannot write a partial file"):
        fetch(hub, tmp_path / "to")
    assert os.listdir(tmp_path / "outside") == []
