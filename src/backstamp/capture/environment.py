"""What a run ran on and with: Python, platform, libraries, accelerators, and a few environment variables.

Hosts, users and serial numbers are left out: they say nothing about a model. Nothing is imported that the
training has not imported itself.
"""

import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping

from backstamp.core.secrets import masked
from backstamp.core.tree import Json, Tree

_SECONDS = 10
_VARIABLES = (
    "ACCELERATE_MIXED_PRECISION", "CUBLAS_WORKSPACE_CONFIG", "CUDA_DEVICE_ORDER", "CUDA_LAUNCH_BLOCKING",
    "CUDA_VISIBLE_DEVICES", "HF_DATASETS_OFFLINE", "HF_HUB_OFFLINE", "HIP_VISIBLE_DEVICES", "KERAS_BACKEND",
    "LOCAL_WORLD_SIZE", "MKL_NUM_THREADS", "NCCL_P2P_DISABLE", "OMP_NUM_THREADS", "PYTHONHASHSEED",
    "PYTORCH_CUDA_ALLOC_CONF", "RANK", "ROCR_VISIBLE_DEVICES", "SOURCE_DATE_EPOCH", "TF_CPP_MIN_LOG_LEVEL",
    "TF_DETERMINISTIC_OPS", "TOKENIZERS_PARALLELISM", "TRANSFORMERS_OFFLINE", "WORLD_SIZE", "XLA_FLAGS",
)  # fmt: skip
_LISTING = (
    "import sys; sys.path[:1] = [];"
    "import importlib.metadata as m, json, platform;"
    "print(json.dumps([platform.python_version(), platform.python_implementation(),"
    "sorted({(d.metadata['Name'], d.version) for d in m.distributions()"
    " if d.metadata and d.metadata['Name']})]))"
)
_QUERY = ("--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits")


def variables_of(environment: Mapping[str, str]) -> Tree:
    """Keep the environment variables that change what a training does, and no others."""
    return {name: masked(environment[name])[:500] for name in _VARIABLES if name in environment}


def libraries_here() -> list[tuple[str, str]]:
    """List the distributions of this interpreter, by normalised name, with their versions."""
    from importlib.metadata import distributions

    found: dict[str, str] = {}
    for each in distributions():
        name = each.metadata["Name"] if each.metadata else None
        if name:
            found.setdefault(normalised(name), str(each.version))
    return sorted(found.items())


def interpreter_of(program: str) -> tuple[Tree, list[tuple[str, str]]]:
    """Ask the Python that a command starts for its version and libraries; other programs are not asked."""
    import json
    import shutil

    path = shutil.which(program)
    if path is None or not os.path.basename(path).lower().startswith(("python", "pypy")):
        return {}, []
    try:
        done = subprocess.run(  # noqa: S603  # the interpreter that the user is about to start
            [path, "-c", _LISTING],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=6 * _SECONDS,
            check=False,
        )
        version, implementation, listing = json.loads(done.stdout.splitlines()[-1])
        libraries = sorted({normalised(str(name)): str(number) for name, number in listing}.items())
    except (OSError, subprocess.SubprocessError, ValueError, IndexError, TypeError):
        return {}, []
    return {"version": str(version), "implementation": str(implementation)}, libraries


def lock_digest(libraries: Iterable[tuple[str, str]]) -> str:
    """Name an environment: SHA-256 over its sorted ``name==version`` lines."""
    return hashlib.sha256("".join(f"{n}=={v}\n" for n, v in sorted(libraries)).encode()).hexdigest()


def normalised(name: str) -> str:
    """Write a name of a distribution as indexes do (PEP 503)."""
    return "-".join(filter(None, name.lower().replace("_", "-").replace(".", "-").split("-")))


def python_here() -> Tree:
    """Name this interpreter."""
    return {"version": platform.python_version(), "implementation": platform.python_implementation()}


def hardware() -> Tree:
    """Describe the machine: processor, memory, accelerators with their driver."""
    found: Tree = {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "processors": os.cpu_count() or 0,
    }
    if memory := _memory():
        found["memoryBytes"] = memory
    gpus = _gpus_by_tool() or _gpus_by_proc() or _gpus_by_torch()
    if gpus:
        found["accelerators"] = gpus
    torch = sys.modules.get("torch")
    for key, path in (("cuda", ("version", "cuda")), ("rocm", ("version", "hip"))):
        value: object = torch
        for name in path:
            value = getattr(value, name, None)
        if isinstance(value, str):
            found[key] = value
    return found


def _gpus_by_tool() -> list[Json]:
    try:
        done = subprocess.run(  # noqa: S603  # fixed words
            ["nvidia-smi", *_QUERY],  # noqa: S607  # where the driver installed it
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    if done.returncode != 0:
        return []
    return gpus_of(done.stdout.decode("utf-8", "replace"))


def gpus_of(listing: str) -> list[Json]:
    """Read what ``nvidia-smi`` lists: name, mebibytes, driver."""
    found: list[Json] = []
    for line in listing.splitlines()[:64]:
        words = [word.strip() for word in line.split(",")]
        if len(words) == 3 and words[0]:
            gpu: Tree = {"name": words[0][:100], "driver": words[2][:40]}
            if words[1].isdigit():
                gpu["memoryBytes"] = int(words[1]) * 1024 * 1024
            found.append(gpu)
    return found


def _gpus_by_proc() -> list[Json]:
    """Without the tool, the driver itself says what it drives."""
    base = "/proc/driver/nvidia"
    driver = ""
    for word in _text(f"{base}/version").split():
        if word[:1].isdigit() and word.count(".") >= 1:
            driver = word
            break
    found: list[Json] = []
    try:
        cards = sorted(os.listdir(f"{base}/gpus"))
    except OSError:
        return []
    for card in cards[:64]:
        for line in _text(f"{base}/gpus/{card}/information").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "Model":
                found.append({"name": value.strip()[:100], "driver": driver})
    return found


def _gpus_by_torch() -> list[Json]:
    """Ask PyTorch, if the training uses it and an accelerator is in use already."""
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    try:
        if cuda is None or not cuda.is_initialized():
            return []
        return [{"name": str(cuda.get_device_name(at))} for at in range(min(64, int(cuda.device_count())))]
    except Exception:  # noqa: BLE001  # a broken driver costs this description, not the run
        return []


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(64 * 1024)
    except OSError:
        return ""
