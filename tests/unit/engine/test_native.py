"""Foreign parsers run in a child: statements come back, trouble becomes coverage."""

import io
import os

import pytest

from backstamp.core.blob import Blob
from backstamp.core.budget import Budget, Limits
from backstamp.core.location import joined
from backstamp.core.reading import Status, Unread
from backstamp.engine.isolation import guarded
from backstamp.engine.native import _refuse, natively
from backstamp.models.readers.sevenzip import READER as SEVENZIP
from kit.archives import elf, usual_zip
from kit.scanning import codes, examined

py7zr = pytest.importorskip("py7zr")


def packed(files: dict[str, bytes], password: str | None = None) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password) as archive:
        for name, data in files.items():
            archive.writestr(data, name)
    return out.getvalue()


def coverage(data: bytes, limits: Limits | None = None) -> list[tuple[str, Status, str]]:
    return [(joined(c.path), c.status, c.reason) for c in examined(data, "m.7z", limits).coverage]


def test_members_of_a_7z_are_examined():
    data = packed({"a.txt": b"words", "x.zip": usual_zip({"b.txt": b"more"})})
    assert coverage(data) == [
        ("m.7z", Status.COMPLETE, ""),
        ("m.7z!/a.txt", Status.COMPLETE, ""),
        ("m.7z!/x.zip", Status.COMPLETE, ""),
        ("m.7z!/x.zip!/b.txt", Status.COMPLETE, ""),
    ]


def test_an_encrypted_7z_is_not_read_and_warned_of():
    data = packed({"a.txt": b"words"}, password="word")  # no secret
    assert coverage(data) == [("m.7z", Status.PARTIAL, "7z: the archive is encrypted")]
    assert codes(data) == ["ZIP110"]


def test_what_is_appended_to_a_7z_is_found():
    assert codes(packed({"a.txt": b"words"}) + elf(bytes(64))) == ["EMB101"]


def test_a_broken_7z_is_coverage():
    (whole,) = coverage(packed({"a.txt": b"words"})[:-9])
    assert whole[1] == Status.PARTIAL


def test_the_budget_holds_in_the_child():
    (whole, *_) = coverage(packed({"a": bytes(3_000_000)}), Limits(inflated=1_000_000))
    assert whole == ("m.7z", Status.PARTIAL, "more than 1,000,000 bytes decompressed")


class Dying:
    name = "dying"
    version = 1
    kinds = frozenset({"sevenzip"})
    native = True

    def read(self, _blob, _budget):
        yield Unread("said before the end")
        os._exit(7)


READER = Dying()  # the child looks it up by this name


def test_what_a_dying_child_stated_stays_and_its_death_is_coverage():
    assert list(guarded(READER, Blob(b"7z", path=("a",)), Budget())) == [
        Unread("said before the end"),
        Unread("dying: the child process ended with 7", Status.FAILED),
    ]


def test_a_file_too_large_is_not_copied():
    found = list(natively(SEVENZIP, Blob(b"", path=("a",), size=1 << 40), Budget()))
    assert found == [Unread("sevenzip: larger than 1024 MiB")]


@pytest.mark.parametrize(
    ("event", "args"),
    [
        ("socket.connect", ()),
        ("subprocess.Popen", ()),
        ("os.system", ("ls",)),
        ("os.remove", ("x", -1)),
        ("open", ("x", "w", os.O_WRONLY | os.O_CREAT)),
    ],
)
def test_the_hook_refuses_what_a_parser_has_no_need_of(event, args):
    with pytest.raises(PermissionError):
        _refuse(event, args)


def test_the_hook_lets_modules_be_read():
    _refuse("open", ("x.py", "r", os.O_RDONLY))
    _refuse("import", ("x", None, None, None, None))
