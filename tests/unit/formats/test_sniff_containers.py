"""Containers, programs and media are recognised by content, and their look-alikes are not."""

import random
import struct

import pytest

from backstamp.core.blob import Blob
from backstamp.formats.sniff import is_known, kinds_of, settled
from kit.archives import STREAMS, elf, macho, pe, tar_of, usual_zip


def kinds(data: bytes, name: str = "data.bin") -> set[str]:
    return set(kinds_of(Blob(data, path=(name,))))


def test_each_container_is_recognised_under_any_name():
    assert kinds(usual_zip({"a": b"1"})) == {"zip"}
    assert kinds(tar_of({"a": b"1"})) == {"tar"}
    assert [kinds(make(b"x" * 100)) for make in STREAMS.values()] == [{kind} for kind in STREAMS]


def test_programs_are_recognised_by_their_structure():
    assert kinds(elf()) == {"elf"}
    assert kinds(pe()) == {"pe"}
    assert kinds(macho()) == {"macho"}
    assert kinds(b"\0asm\1\0\0\0") == {"wasm"}
    assert kinds(b"MZ is the mark of Mark Zbikowski", "notes.txt") == {"text"}
    assert kinds(b"MZ" * 4000 + b"\xff\x01") == set()
    assert kinds(b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(40), "A.class") == {"java-class"}


def test_a_tar_that_holds_a_zip_is_no_zip():
    assert kinds(tar_of({"a.zip": usual_zip({"a": b"1"})})) == {"tar"}


def test_a_zip_behind_other_bytes_is_one():
    assert kinds(b"\x89PNG\r\n\x1a\n" + bytes(50) + usual_zip({"a": b"1"})) == {"png", "zip"}


def test_four_bytes_at_the_end_make_no_zip():
    assert kinds(b"\xaa" * 500 + b"PK\x05\x06" + b"\xbb" * 40) == set()


@pytest.mark.parametrize(
    ("line", "name", "wanted"),
    [
        ("#!/bin/sh\nls\n", "run", {"text", "script"}),
        ("#!/usr/bin/env python3\nprint()\n", "run", {"text", "python"}),
        ("echo 1\n", "run.bat", {"text", "script"}),
        ("echo 1\n", "run.txt", {"text"}),
    ],
)
def test_texts_are_scripts_by_their_first_line_or_their_name(line, name, wanted):
    assert kinds(line.encode(), name) == wanted


def test_a_shell_reads_a_script_with_binary_bytes_behind_it():
    assert kinds(b"#!/bin/sh\nexit 0\n\0\xff" * 3) == {"script"}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"BM" + struct.pack("<I", 100) + bytes(94), "a.bmp"),
        (b"\0\0\1\0\1\0" + bytes(40), "a.ico"),
        (b"II*\0" + bytes(40), "a.tiff"),
        (b"wOFF" + bytes(40), "a.woff"),
        (b"OTTO" + bytes(40), "a.otf"),
        (b"PAR1" + bytes(40) + b"PAR1", "a.parquet"),
        (b"ARROW1\0\0" + bytes(40), "a.arrow"),
        (b"SQLite format 3\0" + bytes(100), "a.db"),
        (b"\xde\x12\x04\x95\0\0\0\0" + bytes(40), "a.mo"),
        (b"TZif2" + bytes(40), "UTC"),
        (b"\0\0\0\1Bud1" + bytes(40), ".DS_Store"),
        (b"\x1a\x45\xdf\xa3" + bytes(40), "a.webm"),
        (b"0\x82\1\1" + bytes(40), "a.der"),
    ],
)
def test_media_are_known_and_need_no_reader(data, name):
    assert is_known(tuple(kinds(data, name)))


def test_torchscript_code_is_not_python():
    found = kinds_of(Blob(b"def f(): ...", path=("code/a.py",)))
    assert settled(found, ("torchscript-code",)) == ("text", "torchscript-code")
    assert settled(found, ()) == ("python", "text")


def test_noise_is_seldom_anything():
    noise = random.Random(1)  # noqa: S311  # chance that can be repeated
    assert sum(bool(kinds(noise.randbytes(600))) for _ in range(2000)) <= 2
