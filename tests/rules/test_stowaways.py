"""Payloads that travel where no reader looks: behind pictures, in comments, in tensors, in letters."""

import base64
import binascii
import codecs
import gzip
import json
import struct
import zlib

import pytest

from backstamp.core.verdict import Outcome
from kit import archives, weights
from kit.evasions import EVIL, PLAIN
from kit.pickle_asm import Call, Ref, pickled
from kit.scanning import codes, examined, verdict

_OLD = pickled(Call(Ref("os", "system"), "touch /tmp/backstamp-marker"), 0)
_NEW = pickled(Call(Ref("os", "system"), "touch /tmp/backstamp-marker"), 4)
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\1" * 20
_MEDIA = {
    "picture.png": _PNG,
    "picture.jpg": b"\xff\xd8\xff\xe0" + b"\0" * 100,
    "picture.gif": b"GIF89a" + b"\0" * 40,
    "paper.pdf": b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n%%EOF\n",
    "lib.a": b"!<arch>\n" + b"x.pkl/          0           0     0     644     %-10d`\n" % len(EVIL),
}
_ENCODINGS = {
    "base64": base64.b64encode,
    "base64 in lines": base64.encodebytes,
    "base64 for addresses": base64.urlsafe_b64encode,
    "hexadecimal": binascii.hexlify,
    "uuencode": lambda data: codecs.encode(data, "uu"),
}


def _wrong_checksum(data: bytes) -> bytes:
    packed = gzip.compress(data)
    return packed[:-8] + b"\0" * 4 + packed[-4:]


@pytest.mark.parametrize("name", _MEDIA)
@pytest.mark.parametrize("payload", [EVIL, _OLD, _NEW], ids=["p2", "p0", "p4"])
def test_denies_a_pickle_behind_a_picture(name: str, payload: bytes) -> None:
    assert verdict(_MEDIA[name] + payload, name).outcome is Outcome.DENY


def test_warns_of_a_program_behind_a_picture() -> None:
    assert codes(_PNG + archives.elf(bytes(64)), "picture.png") == ["EMB102"]


@pytest.mark.parametrize("name", _MEDIA)
def test_leaves_media_alone(name: str) -> None:
    assert verdict(_MEDIA[name] + b"\0\1\2\3" * 600, name).outcome is Outcome.ALLOW


def test_leaves_programs_in_a_library_archive_alone() -> None:
    assert codes(_MEDIA["lib.a"] + archives.elf(bytes(64)), "lib.a") == []


@pytest.mark.parametrize("encoding", _ENCODINGS)
@pytest.mark.parametrize("payload", [EVIL, _OLD, _NEW, zlib.compress(EVIL)], ids=["p2", "p0", "p4", "zlib"])
@pytest.mark.parametrize("name", ["model.pkl", "notes.txt", "weights"])
def test_denies_a_pickle_in_letters(encoding: str, payload: bytes, name: str) -> None:
    assert verdict(_ENCODINGS[encoding](payload), name).outcome is Outcome.DENY


@pytest.mark.parametrize(
    "text",
    [
        b"gASe of many words, none of which is a pickle of any kind at all, as anyone can see.",
        base64.b64encode(b"nothing but a harmless line of text which goes on and on and on"),
        binascii.hexlify(bytes(range(64))),
        b"0123456789abcdef" * 8,
        b"begin 644 chapter one\nand so on, as the book goes on to say at length.\n",
        base64.b64encode(PLAIN),
    ],
)
def test_leaves_other_texts_alone(text: bytes) -> None:
    assert verdict(text, "notes.txt").outcome is Outcome.ALLOW


@pytest.mark.parametrize("payload", [EVIL, _OLD, _NEW, gzip.compress(EVIL)], ids=["p2", "p0", "p4", "gzip"])
def test_denies_a_pickle_in_a_string_of_json_or_metadata(payload: bytes) -> None:
    text = base64.b64encode(payload).decode()
    settings = json.dumps({"name": "x", "state": ["a", {"model": text}]}).encode()
    header = {"__metadata__": {"format": "pt", "state": text}, "a": weights.entry("F32", [4], 0, 16)}
    assert verdict(settings, "config.json").outcome is Outcome.DENY
    assert verdict(weights.safetensors(header), "model.safetensors").outcome is Outcome.DENY


def test_leaves_plain_data_in_strings_of_json_alone() -> None:
    settings = {"state": base64.b64encode(PLAIN).decode(), "word": "gASe", "sentence": "gASe and so on " * 9}
    assert codes(json.dumps(settings).encode(), "config.json") == []


def test_does_not_take_a_file_for_text_by_its_beginning() -> None:
    assert verdict(b"A" * 70_000 + EVIL, "model.bin").outcome is Outcome.DENY


@pytest.mark.parametrize("payload", [EVIL, _OLD, _NEW], ids=["p2", "p0", "p4"])
def test_reads_what_comes_out_before_a_wrong_checksum(payload: bytes) -> None:
    assert verdict(_wrong_checksum(payload), "model.pkl.gz").outcome is Outcome.DENY


def test_says_that_a_checksum_was_wrong() -> None:
    found = examined(_wrong_checksum(PLAIN), "model.pkl.gz")
    assert [c.status.value for c in found.coverage] == ["partial", "complete"]


@pytest.mark.parametrize("payload", [EVIL, archives.elf(bytes(64))], ids=["pickle", "program"])
def test_denies_what_a_comment_or_an_extra_field_of_a_zip_holds(payload: bytes) -> None:
    part = archives.Part(name="archive/data.pkl", data=PLAIN)
    extra = b"FB" + struct.pack("<H", len(payload)) + payload
    stuffed = archives.Part(name="archive/data.pkl", data=PLAIN, extra=extra)
    assert verdict(archives.zip_of(part, comment=payload), "model.pt").outcome is Outcome.DENY
    assert verdict(archives.zip_of(stuffed), "model.pt").outcome is Outcome.DENY


def test_leaves_a_plain_comment_alone() -> None:
    part = archives.Part(name="archive/data.pkl", data=PLAIN)
    assert codes(archives.zip_of(part, comment=b"made by a tool of that name, version 1.2.3"), "m.pt") == []


@pytest.mark.parametrize("payload", [EVIL, archives.elf(bytes(64))], ids=["pickle", "program"])
def test_denies_a_tensor_that_is_something_else(payload: bytes) -> None:
    header = {
        "a": weights.entry("F32", [2], 0, 8),
        "b": weights.entry("U8", [len(payload)], 8, 8 + len(payload)),
    }
    assert verdict(weights.safetensors(header, bytes(8) + payload), "m.safetensors").outcome is Outcome.DENY


def test_leaves_a_training_state_in_a_tensor_alone() -> None:
    header = {"extra_state": weights.entry("U8", [len(PLAIN)], 0, len(PLAIN))}
    assert codes(weights.safetensors(header, PLAIN), "m.safetensors") == []


def test_many_harmless_strings_hide_none() -> None:
    harmless = [base64.b64encode(pickled({"a": [n, "x" * 40]})).decode() for n in range(500)]
    settings = {"states": [*harmless, base64.b64encode(EVIL).decode()]}
    assert verdict(json.dumps(settings).encode(), "config.json").outcome is Outcome.DENY
