"""Hostile files of many kinds, put together by hand and never loaded.

Each would, if anything ran it, create a file named ``MARKER`` in the current folder, import the module
``TRAP``, or use a function that the audit hook refuses.
"""

import base64
import bz2
import gzip
import importlib.util
import io
import json
import lzma
import marshal
import struct
import tarfile
import zipfile
import zlib

from kit import evasions
from kit.gadgets import STANDARD, THIRD_PARTY
from kit.pickle_asm import reduce_call

MARKER = "backstamp-audit-was-executed"
TRAP = "backstamp_audit_trap"
TOUCH = f"touch {MARKER}"
CODE = f"open({MARKER!r}, 'w').close()"

# Module, name and arguments of calls which a pickle would make.
CALLS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("os", "system", (TOUCH,)),
    ("posix", "system", (TOUCH,)),
    ("nt", "system", (TOUCH,)),
    ("os", "popen", (TOUCH,)),
    ("os", "remove", (MARKER,)),
    ("os", "mkdir", (MARKER,)),
    ("subprocess", "getoutput", (TOUCH,)),
    ("subprocess", "Popen", (TOUCH,)),
    ("builtins", "eval", (CODE,)),
    ("builtins", "exec", (CODE,)),
    ("__builtin__", "eval", (CODE,)),
    ("builtins", "__import__", (TRAP,)),
    ("builtins", "open", (MARKER, "w")),
    ("importlib", "import_module", (TRAP,)),
    ("pkgutil", "resolve_name", (f"{TRAP}:run",)),
    ("runpy", "run_module", (TRAP,)),
    ("runpy", "_run_code", (CODE,)),
    ("code", "InteractiveInterpreter.runsource", (CODE,)),
    ("timeit", "timeit", (CODE,)),
    ("cProfile", "run", (CODE,)),
    ("pdb", "run", (CODE,)),
    ("bdb", "Bdb.run", (CODE,)),
    ("trace", "Trace.run", (CODE,)),
    ("doctest", "debug_script", (CODE,)),
    ("pydoc", "pipepager", ("", TOUCH)),
    ("pydoc", "locate", (f"{TRAP}.run",)),
    ("pty", "spawn", (TOUCH,)),
    ("platform", "popen", (TOUCH,)),
    ("commands", "getoutput", (TOUCH,)),
    ("webbrowser", "open", ("https://example.invalid/",)),
    ("urllib.request", "urlopen", ("https://example.invalid/",)),
    ("http.server", "test", ()),
    ("socket", "create_connection", ("example.invalid", "80")),
    ("smtplib", "SMTP", ("example.invalid",)),
    ("ctypes", "CDLL", ("libc.so.6",)),
    ("ctypes.util", "find_library", ("c",)),
    ("shutil", "rmtree", (MARKER,)),
    ("marshal", "loads", (CODE,)),
    ("pickle", "loads", (CODE,)),
    ("_pickle", "loads", (CODE,)),
    ("types", "FunctionType", (CODE,)),
    ("asyncio.unix_events", "_UnixSubprocessTransport._start", (TOUCH,)),
    ("multiprocessing.util", "spawnv_passfds", (TOUCH,)),
    ("sqlite3", "connect", (MARKER,)),
    ("logging.config", "fileConfig", (MARKER,)),
    ("numpy.testing._private.utils", "runstring", (CODE,)),
    ("torch.hub", "load", (TRAP,)),
    ("torch.serialization", "load", (MARKER,)),
    ("torch.utils.collect_env", "run", (TOUCH,)),
    ("pip", "main", ("install", TRAP)),
    (TRAP, "run", (TOUCH,)),
)

# Modules which samples name and a scan has no need of: none may be imported while it runs.
NAMED = frozenset(
    {
        TRAP,
        *(
            module
            for module, _, _ in CALLS
            if module.partition(".")[0]
            not in {"os", "posix", "builtins", "importlib", "types", "platform", "shutil", "marshal"}
        ),
    }
)


def call(module: str, name: str, arguments: tuple[str, ...], protocol: int = 2) -> bytes:
    """Write a pickle which calls a function while it loads."""
    function = f"c{module}\n{name}\n".encode()
    if protocol >= 4:
        function = text(module) + text(name) + b"\x93"
    head = bytes([0x80, protocol]) if protocol >= 2 else b""
    return head + function + b"(" + b"".join(text(a) for a in arguments) + b"tR."


def text(value: str) -> bytes:
    """Write BINUNICODE."""
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def torch_archive(data: bytes) -> bytes:
    """Wrap a pickle as ``torch.save`` does."""
    return zipped({"archive/data.pkl": data, "archive/version": b"3\n", "archive/data/0": bytes(16)})


def zipped(members: dict[str, bytes]) -> bytes:
    """Write a zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return stream.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    """Write a tar archive."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def npy(data: bytes) -> bytes:
    """Write an ``.npy`` file of objects: its body is a pickle."""
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def gguf(template: str) -> bytes:
    """Write a GGUF file with a chat template and no tensors."""
    key, value = b"tokenizer.chat_template", template.encode()
    entry = struct.pack("<Q", len(key)) + key + struct.pack("<IQ", 8, len(value)) + value
    return b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + entry


def safetensors(tail: bytes) -> bytes:
    """Write a safetensors file of one tensor with something behind it."""
    header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    return struct.pack("<Q", len(header)) + header + bytes(4) + tail


def bytecode() -> bytes:
    """Write a ``.pyc`` file of this interpreter."""
    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile(CODE, "model.py", "exec"))


def corpus() -> dict[str, bytes]:
    """Name every sample with its bytes."""
    system = call("os", "system", (TOUCH,))
    return {**_pickles(), **_containers(system), **_texts(), **_others(system), **_evasions()}


def _evasions() -> dict[str, bytes]:
    samples = {f"evasions/{number:03}/{case.file}": case.data for number, case in enumerate(evasions.cases())}
    for number, (module, name, arguments) in enumerate(STANDARD + THIRD_PARTY):
        samples[f"gadgets/{number:03}.pkl"] = reduce_call(module, name, *arguments)
    return samples


def _pickles() -> dict[str, bytes]:
    samples = {}
    for number, (module, name, arguments) in enumerate(CALLS):
        for protocol in (0, 2, 4):
            samples[f"pickles/{number:02}-{protocol}.pkl"] = call(module, name, arguments, protocol)
    nested = call("os", "system", (TOUCH,))
    samples["pickles/nested.pkl"] = b"\x80\x03c_pickle\nloads\nC" + bytes([len(nested)]) + nested + b"\x85R."
    samples["pickles/import-only.pkl"] = f"\x80\x02c{TRAP}\nrun\n.".encode("latin-1")
    samples["pickles/persistent.pkl"] = b"\x80\x02" + text(TRAP) + b"Q."
    samples["pickles/build.pkl"] = f"\x80\x02c{TRAP}\nThing\n)\x81}}b.".encode("latin-1")
    samples["pickles/broken.pkl"] = call("os", "system", (TOUCH,))[:-1] + b"\xff\xff"
    return samples


def _containers(system: bytes) -> dict[str, bytes]:
    archive = torch_archive(system)
    return {
        "containers/pytorch_model.bin": archive,
        "containers/script.pt": zipped(
            {"m/data.pkl": system, "m/constants.pkl": b"\x80\x02).", "m/code/__torch__.py": CODE.encode()}
        ),
        "containers/model.joblib": zlib.compress(system),
        "containers/model.pkl.gz": gzip.compress(system, mtime=0),
        "containers/model.pkl.bz2": bz2.compress(system),
        "containers/model.pkl.xz": lzma.compress(system),
        "containers/model.tar": tarred({"model.pkl": system, "../../" + MARKER: b""}),
        "containers/model.tar.gz": gzip.compress(tarred({"a/model.bin": archive}), mtime=0),
        "containers/nested.zip": zipped({"1.zip": zipped({"2.zip": zipped({"3.bin": archive})})}),
        "containers/traversal.zip": zipped({"../../" + MARKER: b"", "/tmp/" + MARKER: b""}),
        "containers/array.npy": npy(system),
        "containers/arrays.npz": zipped({"a.npy": npy(system)}),
        "containers/package.whl": zipped({f"{TRAP}/__init__.py": CODE.encode(), "setup.py": CODE.encode()}),
    }


def _texts() -> dict[str, bytes]:
    encoded = base64.b64encode(CODE.encode()).decode()
    escape = "{{ cycler.__init__.__globals__.os.popen('" + TOUCH + "').read() }}"
    remote = {"auto_map": {"AutoModel": f"{TRAP}.Model"}, "trust_remote_code": True}
    return {
        "repository/config.json": json.dumps(remote).encode(),
        "repository/tokenizer_config.json": json.dumps({"chat_template": escape}).encode(),
        "repository/chat_template.jinja": escape.encode(),
        "repository/model_index.json": json.dumps({"_class_name": [TRAP, "Pipeline"]}).encode(),
        "repository/MLmodel": f"flavors:\n  python_function:\n    loader_module: {TRAP}\n".encode(),
        "repository/tags.yaml": f"!!python/object/apply:os.system ['{TOUCH}']\n".encode(),
        "repository/modeling.py": f"import base64\nexec(base64.b64decode('{encoded}'))\n".encode(),
        "repository/setup.py": f"import {TRAP}, os\nos.system('{TOUCH}')\n".encode(),
        "repository/conftest.py": CODE.encode(),
        "repository/sitecustomize.py": CODE.encode(),
        f"repository/{TRAP}.py": CODE.encode(),
        "repository/hook.pth": f"import os; {CODE}\n".encode(),
        "repository/install.sh": f"#!/bin/sh\n{TOUCH}\n".encode(),
        "repository/model.pyc": bytecode(),
        "repository/__pycache__/model.cpython-311.pyc": bytecode(),
        "repository/deep.py": b"x = " + b"(" * 5000 + b")" * 5000 + b"\n",
        "repository/null.py": CODE.encode() + b"\n\x00\n",
        "repository/coding.py": b"# -*- coding: " + TRAP.encode() + b" -*-\n" + CODE.encode(),
    }


def _others(system: bytes) -> dict[str, bytes]:
    layer = {
        "class_name": "Lambda",
        "config": {"function": [base64.b64encode(bytecode()[16:]).decode(), None, None]},
    }
    registered = {"module": TRAP, "class_name": "run", "registered_name": "run", "config": {}}
    node = {"__loader__": "FunctionNode", "__module__": "os", "__class__": "system", "content": TOUCH}
    return {
        "others/model.gguf": gguf("{{ ''.__class__.__mro__[1].__subclasses__() }}"),
        "others/model.safetensors": safetensors(system),
        "others/polyglot.safetensors": safetensors(torch_archive(system)),
        "others/model.keras": zipped(
            {"config.json": json.dumps({"config": {"layers": [layer, registered]}}).encode()}
        ),
        "others/model.skops": zipped({"schema.json": json.dumps(node).encode()}),
        "others/payload.bin": marshal.dumps(compile(CODE, "model.py", "exec")),
        "others/program.bin": b"\x7fELF\x02\x01\x01" + bytes(57),
    }
