"""Malicious pickles by class of evasion: the acceptance list of the scan.

Each case would call ``callee`` if it were loaded (with inert arguments) and is built here, byte by byte.
The classes follow published bypasses of other scanners; the reference stands beside each group.
"""

import base64
import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass

from kit.gadgets import MARKER
from kit.pickle_asm import Built, Call, Code, New, Ref, asm, code, op, pickled, reduce_call

SYSTEM = Ref("os", "system")
CALL = Call(SYSTEM, MARKER)
PLAIN = pickled({"weights": [1, 2, 3]})
EVIL = pickled(CALL)


@dataclass(frozen=True)
class Case:
    """One malicious file: the class of evasion, a name, the file's name and bytes, and what it calls."""

    group: str
    name: str
    data: bytes
    file: str = "model.pkl"
    callee: str = "os.system"


def cases() -> tuple[Case, ...]:
    """Build every case."""
    groups = (
        _protocols,
        _resolvers,
        _reexports,
        _allowlist_abuse,
        _memo_tricks,
        _call_opcodes,
        _extensions,
        _broken,
        _frames,
        _several,
        _nested,
        _zips,
        _containers,
        _polyglots,
    )
    return tuple(case for group in groups for case in group())


def _protocols() -> list[Case]:
    return [Case("protocol", f"p{p}", pickled(CALL, p)) for p in range(6)]


def _resolvers() -> list[Case]:
    """Universal resolvers (GHSA-vvpj, -955r, -46h3, -84r2; modelscan 331)."""
    os_module = Call(Ref("importlib", "import_module"), "os")
    imported = Call(Ref("builtins", "__import__"), "os")
    get = Ref("builtins", "getattr")
    values: dict[str, object] = {
        "getattr-import-module": Call(Call(get, os_module, "system"), MARKER),
        "getattr-dunder-import": Call(Call(get, imported, "system"), MARKER),
        "py2-getattr": Call(
            Call(Ref("__builtin__", "getattr"), Call(Ref("__builtin__", "__import__"), "os"), "system"),
            MARKER,
        ),
        "attrgetter": Call(Call(Call(Ref("operator", "attrgetter"), "system"), os_module), MARKER),
        "attrgetter-dotted": Call(
            Call(Call(Ref("operator", "attrgetter"), "path.os.system"), os_module), MARKER
        ),
        "methodcaller": Call(Call(Ref("operator", "methodcaller"), "system", MARKER), os_module),
        "resolve-name": Call(Call(Ref("pkgutil", "resolve_name"), "os:system"), MARKER),
        "resolve-name-dotted": Call(Call(Ref("pkgutil", "resolve_name"), "os.system"), MARKER),
        "ufunc-by-name": Call(Call(Ref("numpy.core", "_ufunc_reconstruct"), "os", "system"), MARKER),
        "partial": Call(Call(Ref("functools", "partial"), SYSTEM, MARKER)),
        "partial-of-partial": Call(
            Call(Ref("functools", "partial"), Call(Ref("functools", "partial"), SYSTEM), MARKER)
        ),
        "reduce": Call(Ref("functools", "reduce"), SYSTEM, [MARKER]),
        "reduce-getattr": Call(Call(Ref("functools", "reduce"), get, [imported, "system"]), MARKER),
        "map": Call(Ref("builtins", "list"), Call(Ref("builtins", "map"), SYSTEM, [MARKER])),
        "filter": Call(Ref("builtins", "tuple"), Call(Ref("builtins", "filter"), SYSTEM, [MARKER])),
        "starmap": Call(Ref("builtins", "list"), Call(Ref("itertools", "starmap"), SYSTEM, [(MARKER,)])),
        "join": Call(Call(get, os_module, Call(Call(get, "", "join"), ["sys", "tem"])), MARKER),
        "join-by-str": Call(
            Call(get, os_module, Call(Ref("builtins", "str.join"), "", ["sys", "tem"])), MARKER
        ),
        "decoded-name": Call(Call(get, os_module, Call(Ref("_codecs", "encode"), "flfgrz", "rot13")), MARKER),
        "operator-call": Call(Ref("operator", "call"), SYSTEM, MARKER),
        "module-dict": Call(
            Call(Ref("operator", "getitem"), Call(get, os_module, "__dict__"), "system"), MARKER
        ),
        "sys-modules": Call(
            Call(get, Call(Ref("operator", "getitem"), Ref("sys", "modules"), "os"), "system"), MARKER
        ),
        "vars": Call(
            Call(Ref("operator", "getitem"), Call(Ref("builtins", "vars"), os_module), "system"), MARKER
        ),
        "thread": Call(Ref("threading", "Thread"), None, SYSTEM, "x", (MARKER,)),
        "timer": Call(Ref("threading", "Timer"), 1, SYSTEM, [MARKER]),
        "weakref-finalize": Call(Ref("weakref", "finalize"), Ref("builtins", "int"), SYSTEM, MARKER),
        "exit-stack": Call(Ref("atexit", "register"), SYSTEM, MARKER),
        "defaultdict": Call(Ref("collections", "defaultdict"), SYSTEM),
        "object-attribute": Built(New(Ref("__main__", "Thing")), {"callback": SYSTEM}),
        "subclasses": Call(Call(get, Ref("builtins", "object"), "__subclasses__")),
        "globals-of-function": Call(Ref("builtins", "getattr"), Ref("os", "fspath"), "__globals__"),
    }
    callees = {"subclasses": "__subclasses__", "globals-of-function": "__globals__"}
    return [
        Case("resolver", n, pickled(v, p), callee=callees.get(n, "os.system"))
        for n, v in values.items()
        for p in (2, 4)
    ]


def _reexports() -> list[Case]:
    """Submodules and names that lead to another module (CVE-2025-10157, GHSA-5j3x-jp52-966f)."""
    names = (
        ("pathlib", "os.system"),
        ("random", "_os.system"),
        ("torch.serialization", "os.system"),
        ("joblib.memory", "os.system"),
        ("tempfile", "_os.system"),
        ("numpy.testing._private.utils", "os.system"),
        ("asyncio.unix_events", "subprocess.Popen"),
        ("shutil", "os.system"),
        ("logging", "os.system"),
        ("posixpath", "os.system"),
        ("os.path", "os.system"),
        ("torch.hub", "os.system"),
        ("multiprocessing.util", "subprocess.Popen"),
        ("webbrowser", "subprocess.Popen"),
    )
    return [
        Case("re-export", f"{m}-{n}", pickled(Call(Ref(m, n), MARKER), 4), callee=n.lstrip("_"))
        for m, n in names
    ]


def _allowlist_abuse() -> list[Case]:
    """BUILD on a trusted function or class (modelscan 330, arXiv 2607.17503, GHSA-cffv-grgg-g429)."""
    target = Ref("numpy", "size")
    evil_state = {"shape": Ref("builtins", "__builtins__")}
    return [
        Case("allowlist-abuse", "build-on-function", pickled(Built(target, evil_state)), callee="numpy.size"),
        Case(
            "allowlist-abuse",
            "build-on-class",
            pickled(Built(Ref("collections", "OrderedDict"), {"x": 1})),
            callee="collections.OrderedDict",
        ),
        Case("allowlist-abuse", "slot-state", pickled(Built(target, (None, {"x": 1}))), callee="numpy.size"),
        Case(
            "allowlist-abuse",
            "scanner-off",
            pickled(Built(Ref("picklescan.scanner", "_unsafe_globals"), {"os": 1})),
            callee="picklescan",
        ),
        Case(
            "allowlist-abuse",
            "setattr",
            pickled(Call(Ref("builtins", "setattr"), Ref("json", "loads"), "x", 1)),
            callee="builtins.setattr",
        ),
    ]


def _memo_tricks() -> list[Case]:
    """Names that come from the memo, with no-ops, copies and confusing types between (picklescan 22, 52)."""
    tail = asm(f"BINUNICODE {MARKER!r}", "TUPLE1", "REDUCE", "STOP")
    return [
        Case(
            "memo",
            "noop-between",
            asm(
                "PROTO 4",
                "SHORT_BINUNICODE 'os'",
                "PROTO 4",
                "MEMOIZE",
                "SHORT_BINUNICODE 'system'",
                "FRAME 0",
                "MEMOIZE",
                "POP",
                "POP",
                "BINGET 0",
                "BINGET 1",
                "STACK_GLOBAL",
            )
            + tail,
        ),
        Case(
            "memo",
            "overwritten",
            asm(
                "PROTO 4",
                "SHORT_BINUNICODE 'math'",
                "BINPUT 0",
                "POP",
                "SHORT_BINUNICODE 'os'",
                "BINPUT 0",
                "POP",
                "BINGET 0",
                "SHORT_BINUNICODE 'system'",
                "STACK_GLOBAL",
            )
            + tail,
        ),
        Case(
            "memo",
            "far-index",
            asm(
                "PROTO 4",
                "SHORT_BINUNICODE 'os'",
                "LONG_BINPUT 70000",
                "POP",
                "LONG_BINGET 70000",
                "SHORT_BINUNICODE 'system'",
                "STACK_GLOBAL",
            )
            + tail,
        ),
        Case(
            "memo",
            "dup",
            asm("PROTO 4", "SHORT_BINUNICODE 'os'", "DUP", "POP", "SHORT_BINUNICODE 'system'", "STACK_GLOBAL")
            + tail,
        ),
        Case(
            "memo",
            "pop-mark",
            asm(
                "PROTO 4",
                "SHORT_BINUNICODE 'os'",
                "MARK",
                "NONE",
                "NONE",
                "POP_MARK",
                "SHORT_BINUNICODE 'system'",
                "STACK_GLOBAL",
            )
            + tail,
        ),
        Case(
            "memo", "unicode-lines", asm("PROTO 4", "UNICODE 'os'", "UNICODE 'system'", "STACK_GLOBAL") + tail
        ),
        Case(
            "memo",
            "binunicode8",
            asm("PROTO 4", "BINUNICODE8 'os'", "BINUNICODE8 'system'", "STACK_GLOBAL") + tail,
        ),
        Case(
            "memo",
            "global-in-memo",
            asm("PROTO 2", "GLOBAL 'os system'", "BINPUT 5", "POP", "NONE", "POP", "BINGET 5") + tail,
        ),
        Case(
            "memo",
            "call-in-tuple",
            asm("PROTO 2", "GLOBAL 'os system'", f"BINUNICODE {MARKER!r}", "TUPLE1", "TUPLE2", "POP")
            + EVIL[2:],
        ),
    ]


def _call_opcodes() -> list[Case]:
    """INST, OBJ, NEWOBJ, NEWOBJ_EX, and results that are thrown away (GHSA-mxhj-88fx-4pcv)."""
    popen = code(Ref("subprocess", "Popen"))
    args = code(["true"])
    return [
        Case("opcode", "inst", asm("MARK", f"STRING {MARKER!r}", "INST 'os system'", "STOP")),
        Case(
            "opcode",
            "obj",
            asm("PROTO 2", "MARK", "GLOBAL 'os system'", f"BINUNICODE {MARKER!r}", "OBJ", "STOP"),
        ),
        Case(
            "opcode",
            "obj-pop",
            asm(
                "PROTO 2",
                "MARK",
                "GLOBAL 'os system'",
                f"BINUNICODE {MARKER!r}",
                "OBJ",
                "POP",
                "NONE",
                "STOP",
            ),
        ),
        Case(
            "opcode", "newobj", b"\x80\x02" + popen + code((["true"],)) + b"\x81.", callee="subprocess.Popen"
        ),
        Case(
            "opcode", "newobj-ex", b"\x80\x04" + popen + b"(" + args + b"t}\x92.", callee="subprocess.Popen"
        ),
        Case(
            "opcode",
            "reduce-pop",
            asm(
                "PROTO 2",
                "GLOBAL 'os system'",
                f"BINUNICODE {MARKER!r}",
                "TUPLE1",
                "REDUCE",
                "POP",
                "EMPTY_DICT",
                "STOP",
            ),
        ),
        Case(
            "opcode",
            "reconstructor",
            pickled(
                Call(
                    Ref("copyreg", "_reconstructor"),
                    Ref("subprocess", "Popen"),
                    Ref("builtins", "object"),
                    None,
                )
            ),
            callee="subprocess.Popen",
        ),
        Case("opcode", "append-method", pickled(Built(New(Ref("__main__", "Box")), {"append": SYSTEM}))),
        Case("opcode", "global-in-dict-key", pickled({"a": CALL, "b": [1]})),
        Case(
            "opcode",
            "string-escapes",
            asm("MARK", "RAW b\"S'touch \\\\x2ftmp\\\\x2fbackstamp-marker'\\n\"", "INST 'os system'", "STOP"),
        ),
    ]


def _extensions() -> list[Case]:
    register = code(Call(Ref("copyreg", "add_extension"), "os", "system", 200))
    tail = asm(f"BINUNICODE {MARKER!r}", "TUPLE1", "REDUCE", "STOP")
    return [
        Case(
            "extension",
            "registered-in-stream",
            b"\x80\x02" + register + b"0" + op("EXT1", 200) + tail,
            callee="copyreg.add_extension",
        ),
        Case("extension", "ext2", b"\x80\x02" + op("EXT2", 700) + tail, callee="extension"),
        Case("extension", "ext4", b"\x80\x02" + op("EXT4", 70000) + tail, callee="extension"),
    ]


def _broken() -> list[Case]:
    """The payload runs before the stream breaks (nullifAI, GHSA-9gvj)."""
    head = EVIL[:-1]
    return [
        Case("broken", "no-stop", head),
        Case("broken", "bad-opcode", head + b"\xff\xff\xff"),
        Case("broken", "underflow", head + b"000000."),
        Case("broken", "bad-memo", head + b"h\x77."),
        Case("broken", "truncated-string", head + b"X\xff\xff\x00\x00abc"),
        Case("broken", "text-after", head + b"\nthis is not a pickle at all\n"),
        Case("broken", "bad-proto-first", b"\x80\x09" + head[2:] + b"."),
        Case("broken", "proto-0-no-stop", pickled(CALL, 0)[:-1], file="pytorch_model.bin"),
        Case("broken", "non-ascii-line", head + "cübermodul\nname\n.".encode()),
    ]


def _frames() -> list[Case]:
    """A frame that ends inside an opcode's argument (python/cpython 154848)."""
    payload = code(CALL, 4)
    nested = (
        b"\x80\x04\x95"
        + struct.pack("<Q", 40)
        + b"\x95"
        + struct.pack("<Q", len(payload) + 1)
        + payload
        + b"."
    )
    inside = b"\x80\x04" + b"\x95" + struct.pack("<Q", len(payload) + 1) + payload + b"."
    short = b"\x80\x04" + b"\x95" + struct.pack("<Q", 3) + payload + b"."
    return [
        Case("frame", "in-a-frame", nested),
        Case("frame", "plain", inside),
        Case("frame", "short", short),
        Case("frame", "none", b"\x80\x04" + payload + b"."),
        Case("frame", "huge", b"\x80\x04\x95" + b"\xff" * 7 + b"\x7f" + payload + b"."),
    ]


def _several() -> list[Case]:
    """A second pickle after the first; behind other bytes; a sixth behind torch's five."""
    magic = pickled(0x1950A86A20F9469CFC6C)
    five = magic + pickled(1001) + pickled({"little_endian": True}) + pickled({"w": [1]}) + pickled([])
    return [
        Case("several", "second", PLAIN + EVIL),
        Case("several", "third", PLAIN + PLAIN + EVIL),
        Case("several", "after-zeros", PLAIN + b"\0" * 64 + EVIL),
        Case("several", "after-newlines", PLAIN + b"\n\n" + EVIL),
        Case("several", "sixth-after-torch", five + EVIL, file="model.pt"),
        Case(
            "several",
            "torch-fourth",
            magic + pickled(1001) + pickled({}) + EVIL + pickled([]),
            file="model.pt",
        ),
    ]


def _nested() -> list[Case]:
    """A pickle inside a pickle, as bytes, text or compressed, that a call consumes."""
    load = Ref("pickle", "loads")
    b64 = base64.b64encode(EVIL).decode()
    return [
        Case("nested", "loads", pickled(Call(load, EVIL), 3), callee="os.system"),
        Case("nested", "base64", pickled(Call(load, Call(Ref("base64", "b64decode"), b64)), 3)),
        Case("nested", "zlib", pickled(Call(load, Call(Ref("zlib", "decompress"), zlib.compress(EVIL))), 3)),
        Case("nested", "hex", pickled(Call(load, Call(Ref("binascii", "unhexlify"), EVIL.hex())), 3)),
        Case("nested", "torch-storage", pickled(Call(Ref("torch.storage", "_load_from_bytes"), EVIL), 3)),
        Case(
            "nested",
            "bytesio",
            pickled(Call(Ref("numpy", "load"), Call(Ref("io", "BytesIO"), EVIL)), 3),
            callee="numpy.load",
        ),
        Case("nested", "unknown-loader", pickled(Call(Ref("somelib", "restore"), EVIL), 3)),
    ]


def _zip(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


def torch_zip(pickle_bytes: bytes) -> bytes:
    """Build a checkpoint as ``torch.save`` lays it out."""
    return _zip(
        ("archive/data.pkl", pickle_bytes),
        ("archive/byteorder", b"little"),
        ("archive/data/0", struct.pack("<4f", 1, 2, 3, 4)),
        ("archive/version", b"3\n"),
    )


def _zips() -> list[Case]:
    """Zip tricks (CVE-2025-1889, -1944, -1945, -10155, -10156)."""
    plain = torch_zip(EVIL)
    flags = bytearray(plain)
    central = plain.index(b"PK\x01\x02")
    flags[6] |= 1
    flags[central + 8] |= 1
    crc = bytearray(plain)
    crc[14] ^= 0xFF
    crc[central + 16] ^= 0xFF
    renamed = plain.replace(b"archive/data.pkl", b"archive/data.txt", 1)
    two = _zip(("archive/data.pkl", EVIL), ("archive/data.pkl2", PLAIN)).replace(
        b"data.pkl2", b"data.pkl\x00"
    )
    hidden = _zip(("archive/data.pkl", EVIL))[: len(_zip(("archive/data.pkl", EVIL))) - 0]
    local_only = hidden[: hidden.index(b"PK\x01\x02")] + torch_zip(PLAIN)
    return [
        Case("zip", "torch", plain, file="pytorch_model.bin"),
        Case("zip", "deflated", _zip(("archive/data.pkl", EVIL), method=zipfile.ZIP_DEFLATED), file="m.pt"),
        Case("zip", "lzma", _zip(("archive/data.pkl", EVIL), method=zipfile.ZIP_LZMA), file="m.pt"),
        Case("zip", "encrypted-flag", bytes(flags), file="m.pt"),
        Case("zip", "bad-crc", bytes(crc), file="m.pt"),
        Case("zip", "other-local-name", renamed, file="m.pt"),
        Case("zip", "duplicate", two, file="m.pt"),
        Case("zip", "prefix", b"\x00" * 100 + plain, file="m.pt"),
        Case("zip", "local-only", local_only, file="m.pt"),
        Case(
            "zip", "odd-extension", _zip(("archive/data.pkl", PLAIN), ("archive/notes.md", EVIL)), file="m.pt"
        ),
        Case("zip", "protocol-0-member", _zip(("archive/config", pickled(CALL, 0))), file="m.pt"),
        Case("zip", "zip-in-zip", _zip(("a/inner.dat", plain)), file="m.zip"),
        Case("zip", "three-deep", _zip(("a", _zip(("b", _zip(("c", EVIL)))))), file="m.zip"),
        Case("zip", "npz", _zip(("x.npy", npy(EVIL))), file="x.npz"),
    ]


def npy(pickle_bytes: bytes) -> bytes:
    """Build a ``.npy`` of objects."""
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    header += b" " * (63 - (10 + len(header)) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + pickle_bytes


def _tar(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _containers() -> list[Case]:
    """The container is swapped (nullifAI used 7z; picklescan 35)."""
    tar = _tar(("pytorch_model.bin", EVIL))
    return [
        Case("container", "gzip", gzip.compress(EVIL, mtime=0), file="m.pkl.gz"),
        Case("container", "bz2", bz2.compress(EVIL), file="m.joblib"),
        Case("container", "xz", lzma.compress(EVIL), file="m.joblib"),
        Case("container", "lzma", lzma.compress(EVIL, lzma.FORMAT_ALONE), file="m.joblib"),
        Case("container", "zlib", zlib.compress(EVIL), file="m.joblib"),
        Case("container", "twice", gzip.compress(zlib.compress(EVIL), mtime=0), file="m.joblib"),
        Case("container", "tar", tar, file="m.tar"),
        Case("container", "tar-gz", gzip.compress(tar, mtime=0), file="m.tar.gz"),
        Case("container", "tar-in-zip", _zip(("x", tar)), file="m.zip"),
        Case("container", "zip-in-gzip", gzip.compress(torch_zip(EVIL), mtime=0), file="m.bin"),
        Case("container", "npy", npy(EVIL), file="x.npy"),
        Case("container", "no-extension", EVIL, file="weights"),
        Case("container", "lying-extension", EVIL, file="model.safetensors"),
        Case("container", "text-extension", EVIL, file="README.txt"),
        Case("container", "protocol-0-no-extension", pickled(CALL, 0), file="weights"),
    ]


def _polyglots() -> list[Case]:
    """Files that several loaders take."""
    png = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0" * 17 + b"\0\0\0\0IEND\xaeB`\x82"
    header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    tensors = struct.pack("<Q", len(header)) + header + b"\0\0\0\0"
    return [
        Case("polyglot", "png-zip", png + torch_zip(EVIL), file="logo.png"),
        Case("polyglot", "safetensors-zip", tensors + torch_zip(EVIL), file="model.safetensors"),
        Case("polyglot", "safetensors-pickle-behind", tensors + EVIL, file="model.safetensors"),
        Case("polyglot", "pickle-zip", EVIL + torch_zip(PLAIN), file="m.pt"),
        Case("polyglot", "pickle-before-zip", PLAIN + torch_zip(EVIL), file="m.pt"),
    ]


__all__ = ["EVIL", "PLAIN", "Case", "Code", "cases", "npy", "reduce_call", "torch_zip"]
