"""Recognises formats of numbers, tables, words and media that carry no code and that no model loader runs.

A name alone never settles it: the bytes must begin, end or measure as the format says. Whatever else
the same bytes could be taken for (a pickle, an archive) is still read as that.
"""

import re
from functools import cache

_MAGIC = (
    (b"MATLAB 5.0 MAT-file", 0, "mat"),
    (b"CDF\x01\0", 0, "netcdf"),
    (b"CDF\x02\0", 0, "netcdf"),
    (b"CDF\x05\0", 0, "netcdf"),
    (b"SIMPLE  =", 0, "fits"),
    (b"FEA1", 0, "feather"),
    (b"Obj\x01", 0, "avro"),
    (b"$FL2@(#)", 0, "spss"),
    (b"$FL3@(#)", 0, "spss"),
    (b"<stata_dta><header>", 0, "stata"),
    (b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\0", 12, "sas"),
    (b"n+1\0", 344, "nifti"),
    (b"DICM", 128, "dicom"),
    (b"\xba\x16\x4f\x2f\x0c\0\0\0", 0, "fasttext"),
    (b"\xba\x16\x4f\x2f\x0b\0\0\0", 0, "fasttext"),
    (b"PILfont\n", 0, "font"),
    (b"SudachiBinaryDic\1\0\0\0", 0, "sudachi"),
    (b"BMDF\1\0\0\0", 0, "pocketsphinx"),
    (b"s3\nversion ", 0, "pocketsphinx"),
    (b"\0\5\x16\7\0\2\0\0", 0, "apple-double"),
    (b"lCRF", 0, "crfsuite"),
    (b"mmap lm http://kheafield.com/code format version", 0, "kenlm"),
    (b"We love Marisa.\0", 0, "marisa"),
    (b"\xd6\xfd\xb2\x7e", 0, "openfst"),
    (b"______LightGBM_Binary_File_Token______\n", 0, "lightgbm-data"),
    (b"lmgg", 0, "ggml"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", 0, "jpeg-2000"),
    (b"DDS \x7c\0\0\0", 0, "dds"),
    (b"8BPS\0", 0, "psd"),
    (b"\x76\x2f\x31\x01", 0, "exr"),
    (b"glTF\2\0\0\0", 0, "gltf"),
    (b"MThd\0\0\0\6", 0, "midi"),
    (b".snd\0\0", 0, "au"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", 0, "asf"),
    (b"FLV\x01", 0, "flv"),
    (b"\0\0\1\xba", 0, "mpeg"),
    (b"DIRC\0\0\0", 0, "git-index"),
    (b"PACK\0\0\0", 0, "git-pack"),
    (b"\xfftOc\0\0\0\2", 0, "git-pack"),
    (b":W&B\xee\xbe\0", 0, "run-log"),
    (b"ACON", 8, "cursor"),
    (b"true\0", 0, "font"),
)  # fmt: skip
_NAMED = (
    ((".orc",), (b"ORC",), "orc"),
    ((".arrow", ".arrows", ".feather", ".ipc"), (b"\xff\xff\xff\xff",), "arrow"),
    ((".dta",), tuple(bytes((release, order, 1, 0)) for release in range(105, 116) for order in (1, 2)),
     "stata"),
    ((".sav",), (b"SR\0\4", b"SR\0\6"), "idl"),
    ((".mat",), (*(bytes((low, high, 0, 0)) for low in range(52) for high in (0, 3, 4)),
                 *(bytes((0, 0, high, low)) for low in range(52) for high in (0, 3, 4))), "mat"),
    ((".faiss", ".index"), (b"IxF", b"IxM", b"Iw", b"IH", b"IxP", b"IxT", b"IBx"), "faiss"),
    ((".ppm", ".pgm", ".pbm", ".pnm", ".pfm"), (b"P4", b"P5", b"P6", b"Pf", b"PF"), "netpbm"),
    ((".icns",), (b"icns",), "icns"),
    ((".sgi", ".rgb", ".bw"), (b"\x01\xda",), "sgi"),
    ((".pcx",), (b"\n\2", b"\n\3", b"\n\5"), "pcx"),
    ((".tga",), (b"\0\0\2", b"\0\0\3", b"\0\0\n", b"\0\1\1", b"\0\1\t"), "tga"),
    ((".mp3",), (b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2"), "mp3"),
    ((".aac",), (b"\xff\xf1", b"\xff\xf9"), "aac"),
    ((".ply",), (b"ply\n", b"ply\r\n"), "ply"),
    ((".mdl", ".fst", ".ie", ".dubm", ".mat", ".ark", ".raw", ".nnet"),
     (b"\0B<", b"\0BFM ", b"\0BDM ", b"\0BFV "), "kaldi"),
)  # fmt: skip
_TABLE_ENDS = (b"\x57\xfb\x80\x8b\x24\x75\x47\xdb", b"\xf7\xcf\xf4\x85\xb6\x41\xe2\x88")  # LevelDB, RocksDB


def plain_kinds(view: memoryview, size: int, name: str) -> set[str]:
    """Name the formats of plain data that the bytes could be taken for."""
    head = bytes(view[:512])
    kinds = {kind for magic, at, kind in _MAGIC if head.startswith(magic, at)}
    kinds |= {kind for ends, starts, kind in _NAMED if name.endswith(ends) and head.startswith(starts)}
    if _is_word_vectors(head, size):
        kinds.add("word2vec")
    if _is_record_file(view, size):
        kinds.add("tfrecord")
    if name.endswith(".dic") and size >= 72 and int.from_bytes(head[:4], "little") ^ 0xEF718F77 == size:
        kinds.add("mecab")
    if name == "matrix.bin" and size == 4 + 2 * _short(head, 0) * _short(head, 2):
        kinds.add("mecab")
    if name == "char.bin" and size == 4 + 32 * int.from_bytes(head[:4], "little") + 4 * 0xFFFF:
        kinds.add("mecab")
    if name.endswith(".stl") and size >= 84 and size == 84 + 50 * int.from_bytes(head[80:84], "little"):
        kinds.add("stl")
    if name.endswith((".ldb", ".sst")) and len(view) == size and bytes(view[-8:]) in _TABLE_ENDS:
        kinds.add("key-value-table")
    return kinds


def is_wide_text(head: bytes) -> bool:
    """Say whether bytes are UTF-16 text that begins with its byte order mark."""
    if not head.startswith((b"\xff\xfe", b"\xfe\xff")) or len(head) < 4:
        return False
    try:
        text = head[: len(head) & ~1].decode("utf-16")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start & ~1].decode("utf-16")
    return all(c.isprintable() or c in "\t\r\n\f" for c in text)


def _short(head: bytes, at: int) -> int:
    return int.from_bytes(head[at : at + 2], "little")


def _is_word_vectors(head: bytes, size: int) -> bool:
    """word2vec's binary form: how many vectors of how many numbers, then each word with its numbers.

    The numbers must fit the file: each vector takes its width in floats and a word of a few bytes.
    """
    match = _counts().match(head)
    if match is None:
        return False
    count, width = int(match[1]), int(match[2])
    least = count * (4 * width + 1)
    return 0 < width <= 10_000 and least <= size - match.end() <= least + count * 256


@cache
def _counts() -> re.Pattern[bytes]:
    return re.compile(rb"(\d{1,9}) (\d{1,5})\n")


def _is_record_file(view: memoryview, size: int) -> bool:
    """TFRecord, also TensorBoard's events: a length, and the checksum of the length, begin each record."""
    if size < 16:
        return False
    length = bytes(view[:8])
    if int.from_bytes(length, "little") > size - 16:
        return False
    return _masked(_crc32c(length)) == int.from_bytes(view[8:12], "little")


def _crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def _masked(crc: int) -> int:
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


KINDS = frozenset(
    {
        *(kind for _, _, kind in _MAGIC), *(kind for _, _, kind in _NAMED),
        "key-value-table", "mecab", "stl", "tfrecord", "wide-text", "word2vec",
    }
)  # fmt: skip
