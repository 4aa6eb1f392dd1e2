"""Makes the environment of what tests hold Backstamp against: model-signing, and libraries that load models.

They live apart, since they pin what we use in other versions. An environment that cannot be made (no index, a
platform without wheels) leaves those tests out, and says so: nothing else depends on it.
"""

import os
import shutil
import subprocess
import sys

from tools.environment.prepare import ROOT, stamp_digest

_FOLDER, _LOCK = ".venv-peers", os.path.join("requirements", "peers.txt")
_VARIABLES = ("BACKSTAMP_MODEL_SIGNING", "BACKSTAMP_GUARD_PYTHON")


def interpreter(root: str = ROOT) -> str:
    """Give the interpreter of the environment, making it first where it is missing; empty if it cannot be."""
    folder = os.path.join(root, _FOLDER)
    python = os.path.join(folder, "bin", "python")
    stamp = os.path.join(folder, "backstamp-peers.stamp")
    wanted = stamp_digest(os.path.join(root, _LOCK), folder)
    try:
        with open(stamp, encoding="ascii") as file:
            if file.read() == wanted:
                return python
    except OSError:
        pass
    shutil.rmtree(folder, ignore_errors=True)
    pip = (python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install")
    steps = (
        (sys.executable, "-m", "venv", folder),
        (*pip, "--require-hashes", "--no-deps", "-r", os.path.join(root, _LOCK)),
    )
    for step in steps:
        if subprocess.run(step, check=False, stderr=subprocess.DEVNULL).returncode:
            print(
                "peers: no environment of other signers could be made: their tests are left out",
                file=sys.stderr,
            )
            return ""
    with open(stamp, "w", encoding="ascii") as file:
        file.write(wanted)
    return python


def variables(root: str = ROOT) -> dict[str, str]:
    """Name the variables by which tests find the environment; those that are set already stay."""
    if all(name in os.environ for name in _VARIABLES):
        return {}
    python = interpreter(root)
    return {name: python for name in _VARIABLES if python and name not in os.environ}
