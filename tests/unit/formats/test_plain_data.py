"""Formats of plain data are recognised by their bytes, and a name alone never makes one."""

import struct

import pytest

from backstamp.core.blob import Blob
from backstamp.core.verdict import Outcome
from backstamp.formats.plaindata import is_wide_text
from backstamp.formats.sniff import is_known, kinds_of
from kit.scanning import verdict

_RECORD = struct.pack("<Q", 4) + bytes.fromhex("42455204") + b"\xff\0\xfe\1" + bytes(4)
_VECTORS = b"2 3\n" + b"".join(
    word + b" " + struct.pack("<3f", 1, 0.5, -2) + b"\n" for word in (b"a", b"eval")
)
PLAIN = {
    "model.mat": (b"MATLAB 5.0 MAT-file, Platform: GLNX86".ljust(124) + b"\0\1IM" + bytes(8), "mat"),
    "grid.nc": (b"CDF\x01" + bytes(60), "netcdf"),
    "data-00000-of-00001.arrow": (b"\xff\xff\xff\xff\x10\1\0\0" + bytes(60), "arrow"),
    "old.dta": (b"\x72\2\1\0" + bytes(60), "stata"),
    "table.sav": (b"$FL2@(#) SPSS DATA FILE" + bytes(60), "spss"),
    "lid.176.bin": (b"\xba\x16\x4f\x2f\x0c\0\0\0" + bytes(60), "fasttext"),
    "vectors.bin": (_VECTORS, "word2vec"),
    "events.out.tfevents.1": (_RECORD, "tfrecord"),
    "index.faiss": (b"IxF2" + bytes(60), "faiss"),
    "picture.ppm": (b"P6\n2 2\n255\n" + bytes(12), "netpbm"),
    "scan.nii": (b"\x5c\1\0\0" + bytes(340) + b"n+1\0" + bytes(20), "nifti"),
    "solid.stl": (bytes(80) + b"\1\0\0\0" + bytes(50), "stl"),
    "notes.csv": ("a;b\r\n1;ü\r\n".encode("utf-16"), "wide-text"),
}


@pytest.mark.parametrize("name", PLAIN)
def test_plain_data_is_known_for_what_it_is(name: str):
    data, kind = PLAIN[name]
    kinds = kinds_of(Blob(data, path=(name,)))
    assert kind in kinds
    assert is_known(tuple(kinds))


@pytest.mark.parametrize("name", PLAIN)
def test_a_name_alone_settles_nothing(name: str):
    assert kinds_of(Blob(b"\xfe\x01\x99\xf0" * 40, path=(name,))) == frozenset()


def test_a_pickle_behind_the_magic_of_plain_data_is_still_a_pickle():
    polyglot = b"CDF\x01\0" + bytes(65) + b"0cos\nsystem\n(S'x'\ntR."
    assert {"netcdf", "pickle"} <= kinds_of(Blob(polyglot, path=("grid.nc",)))


def test_wide_text_is_not_a_way_past_the_readers_of_scripts():
    text = "Write-Host hi\r\n".encode("utf-16")
    assert is_wide_text(text)
    assert kinds_of(Blob(text, path=("run.ps1",))) == frozenset()
    assert not is_wide_text(b"\xff\xfe" + bytes(range(200, 256)))


def test_a_record_file_must_carry_the_checksum_of_its_first_length():
    assert kinds_of(Blob(_RECORD[:8] + b"\0\0\0\0" + _RECORD[12:], path=("a.tfrecord",))) == frozenset()


def test_cython_source_with_an_interpreter_line_is_no_python():
    text = b"#!/usr/bin/env python3\ncimport numpy\ncdef int x = 1\n"
    assert kinds_of(Blob(text, path=("fast.pyx",))) == {"text"}
    assert "python" in kinds_of(Blob(text, path=("fast",)))


def test_what_spacy_keeps_of_a_vocabulary_is_read_as_msgpack():
    numbered = b"\x82" + b"".join(b"\xcf" + bytes((at,)) * 8 + b"\xcc\x90" for at in (200, 201))
    found = [verdict(data, name="key2row").outcome for data in (b"\x80", numbered)]
    assert found == [Outcome.ALLOW, Outcome.ALLOW]
