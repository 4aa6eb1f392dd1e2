"""Rules about what is hidden in weights, and about bytes that are two formats at once."""

import json

import pytest

from backstamp.core.fact import Embedded, FactBook, Present
from backstamp.core.location import Bytes, Location
from backstamp.models.facts.pickle import PickleStream
from backstamp.models.rules.embedded import HiddenArtifact, TwoFormats
from kit.archives import STREAMS, Part, elf, macho, pe, usual_zip, zip_of
from kit.pickle_asm import reduce_call
from kit.scanning import codes

PNG = b"\x89PNG\r\n\x1a\n" + bytes(80)


def weights(tail: bytes = b"") -> bytes:
    header = json.dumps({"w": {"dtype": "U8", "shape": [64], "data_offsets": [0, 64]}}).encode().ljust(136)
    return len(header).to_bytes(8, "little") + header + bytes(64) + tail


@pytest.mark.parametrize("artifact", [elf(bytes(64)), pe(), macho(), b"#!/bin/sh\necho hello there\n"])
def test_finds_what_is_appended_to_weights(artifact):
    assert "EMB101" in codes(weights(artifact), "m.safetensors")


def test_finds_what_is_appended_to_an_archive():
    assert "EMB101" in codes(usual_zip({"a.txt": b"1"}) + bytes(20) + elf(bytes(64)))
    assert "EMB101" in codes(STREAMS["gzip"](b"1") + elf(bytes(64)))


def test_finds_a_program_between_entries():
    data = zip_of(Part(name="a", data=b"1"), Part(name="b", data=b"1"), prefix=b"\xaa" * 64 + elf(bytes(64)))
    assert "EMB101" in codes(data)


def test_leaves_pickles_in_files_that_nobody_read_to_the_pickle_rules():
    fact = Embedded(place=Location(("m",), Bytes(80)), kind="pickle", host=("npy",), is_read=False)
    assert list(HiddenArtifact().detect(FactBook([fact]))) == []
    read = Embedded(place=Location(("m",), Bytes(80)), kind="pickle", host=("npy",))
    assert [f.rule for f in HiddenArtifact().detect(FactBook([read]))] == ["EMB101"]


def test_warns_of_programs_in_unknown_files():
    assert codes(b"\xaa" * 300 + elf(bytes(64)), "x.dat") == ["EMB102"]


def test_leaves_padding_alone():
    assert codes(weights(bytes(4096)), "m.safetensors") == []
    assert codes(usual_zip({"a": b"1"}) + bytes(512)) == []


def test_finds_weights_that_are_an_archive_as_well():
    assert "EMB201" in codes(weights(usual_zip({"a.txt": b"1"})), "m.safetensors")


def test_finds_a_pickle_that_is_another_format_only_if_it_is_read_to_its_end():
    place = Location(("m",))
    present = Present(place=place, size=9, kinds=("pickle", "safetensors"))
    stream = PickleStream(place=place, protocol=2, length=9, operations=3)
    assert [f.rule for f in TwoFormats().detect(FactBook([present, stream]))] == ["EMB201"]
    assert list(TwoFormats().detect(FactBook([present]))) == []


def test_warns_of_a_picture_that_is_an_archive():
    assert codes(PNG + usual_zip({"a.txt": b"1"}), "a.png") == ["EMB202"]


@pytest.mark.parametrize(
    "kinds", [("zip", "pe"), ("zip", "elf"), ("tflite", "zip"), ("json", "text"), ("png",)]
)
def test_leaves_usual_pairs_alone(kinds):
    present = Present(place=Location(("m",)), size=9, kinds=kinds)
    assert list(TwoFormats().detect(FactBook([present]))) == []


def test_leaves_a_picture_with_bytes_behind_it_alone():
    assert codes(PNG + b"tEXt leftover", "a.png") == []


RAW = [
    ("m.cbm", b"CBM1"),
    ("m.ubj", b"{L\0\0\0\0\0\0\0\x07learner"),
    ("m.bin", b"binf"),
    ("variables.data-00000-of-00001", b"\x11\x22\x33"),
    ("x.mat", b"MATLAB 5.0 MAT-file, Platform: X" + b" " * 91 + b"\0\x01IM"),
    ("a.fits", b"SIMPLE  =                    T" + b" " * 50),
]


@pytest.mark.parametrize(("name", "head"), RAW, ids=lambda v: v if isinstance(v, str) else "")
def test_finds_what_travels_behind_raw_values(name, head):
    noise = bytes(range(1, 256)) * 20
    assert codes(head + noise, name) == []
    assert codes(head + noise + reduce_call("os", "system", "true"), name) == ["EMB102", "PKL101"]
    assert codes(head + noise + elf(bytes(200)), name) == ["EMB102"]
