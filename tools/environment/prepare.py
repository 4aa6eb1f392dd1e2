"""Makes the virtual environment from the hash-locked requirements; does nothing if it is there already.

``python -m tools.environment.prepare run`` is enough to use Backstamp, ``... test`` for the gates as well.
A stamp in the environment holds the digest of all that it was made from, so that a second call is
quick and needs no network.
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOCKS = {"run": ("run.txt", "build.txt"), "test": ("test.txt",)}
# An environment for "test" serves "run" too.
SERVES = {"run": ("run", "test"), "test": ("test",)}


class CommandFailed(Exception):
    """A command that makes the environment ended with an error; it has said why."""


def stamp_of(root: str, kind: str, interpreter: str) -> str:
    """Name all that an environment depends on: its place, its interpreter, its locks and the project."""
    digest = hashlib.sha256(f"{root}\n{interpreter}\n{kind}\n".encode())
    for name in (*(f"requirements/{lock}" for lock in LOCKS[kind]), "pyproject.toml"):
        with open(os.path.join(root, name), "rb") as file:
            digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def stamp_digest(lock: str, folder: str) -> str:
    """Name all that an environment of one lock depends on: its place, the interpreter and the lock."""
    digest = hashlib.sha256(f"{folder}\n{os.path.realpath(sys.executable)} {sys.version}\n".encode())
    with open(lock, "rb") as file:
        digest.update(file.read())
    return digest.hexdigest()


def is_ready(root: str, folder: str, kind: str, interpreter: str) -> bool:
    """Say whether the environment was made from the same inputs, for this kind or one which serves it."""
    for serving in SERVES[kind]:
        try:
            with open(_stamp(folder, serving), encoding="ascii") as file:
                if file.read() == stamp_of(root, serving, interpreter):
                    return True
        except OSError:
            continue
    return False


def prepare(root: str, kind: str) -> None:
    """Make the environment of a checkout, or complete it. Raises ``CommandFailed``."""
    folder = os.path.join(root, ".venv")
    interpreter = f"{os.path.realpath(sys.executable)} {sys.version}"
    if is_ready(root, folder, kind, interpreter):
        return
    print(f"Making .venv for {kind} with Python {sys.version.split()[0]} (once) ...", file=sys.stderr)
    for serving in LOCKS:
        if os.path.exists(_stamp(folder, serving)):
            os.remove(_stamp(folder, serving))
    if not _fits(folder):
        shutil.rmtree(folder, ignore_errors=True)
        _run(sys.executable, "-m", "venv", folder)
    pip = (_python(folder), "-m", "pip", "--disable-pip-version-check", "--quiet", "install")
    locks = [part for lock in LOCKS[kind] for part in ("-r", os.path.join(root, "requirements", lock))]
    _run(*pip, "--require-hashes", "--no-deps", *locks)  # the locks are whole
    _run(*pip, "--no-index", "--no-deps", "--no-build-isolation", "--editable", root)
    with open(_stamp(folder, kind), "w", encoding="ascii") as file:
        file.write(stamp_of(root, kind, interpreter))


def _stamp(folder: str, kind: str) -> str:
    return os.path.join(folder, f"backstamp-{kind}.stamp")


def _python(folder: str) -> str:
    return os.path.join(folder, "bin", "python")


def _fits(folder: str) -> bool:
    """Say whether there is an environment of the same Python version at this very place."""
    question = "import sys, pip; print(sys.version, sys.prefix)"
    try:
        answer = subprocess.run(
            [_python(folder), "-c", question], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return answer.stdout.strip() == f"{sys.version} {folder}"


def _run(*command: str) -> None:
    ended = subprocess.run(command, check=False)
    if ended.returncode:
        raise CommandFailed(" ".join(os.path.relpath(w) if os.path.isabs(w) else w for w in command))


def main(arguments: list[str]) -> int:
    """Prepare the environment of this checkout."""
    kind = arguments[0] if arguments else "run"
    if kind not in LOCKS:
        print(f'prepare: "{kind}" is not a kind of environment; one of: {", ".join(LOCKS)}', file=sys.stderr)
        return 2
    try:
        prepare(ROOT, kind)
    except CommandFailed as error:
        print(f"prepare: could not make .venv: this failed: {error}", file=sys.stderr)
        print(
            "The first run needs a package index; on Debian and Ubuntu, python3-venv as well.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
