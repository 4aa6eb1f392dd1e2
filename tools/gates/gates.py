"""Runs the gates: what must hold before a change is taken. Runs all of them, then says which failed.

``python -m tools.gates.gates`` runs every gate; names as arguments run those alone.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCS_GENERATOR = os.path.join("tools", "docs", "generate.py")
# Exit codes of a scan which a gate lets pass: allowed or warned, and not everything could be examined.
_NOT_DENIED = (0, 3)

Gate = tuple[str, list[str], tuple[int, ...]]


def gates(root: str, processors: int) -> tuple[Gate, ...]:
    """List the gates: name, command, and the exit codes which pass."""
    binary = os.path.dirname(sys.executable)
    python = sys.executable

    def tool(name: str) -> str:
        return os.path.join(binary, name)

    workers = ["-n", str(processors)] if processors > 1 else []
    generated: tuple[Gate, ...] = ()
    if os.path.exists(os.path.join(root, DOCS_GENERATOR)):
        generated = (("docs", [python, DOCS_GENERATOR, "--check"], (0,)),)
    return (
        ("format", [tool("ruff"), "format", "--check", "--quiet", "."], (0,)),
        ("lint", [tool("ruff"), "check", "--quiet", "."], (0,)),
        ("types", [tool("mypy"), "--no-error-summary"], (0,)),
        ("architecture", [tool("lint-imports"), "--no-cache"], (0,)),
        ("dependencies", [tool("deptry"), "src"], (0,)),
        *generated,
        ("tests", [python, "-m", "pytest", *workers], (0,)),
        ("self", [tool("backstamp"), "scan", "src"], _NOT_DENIED),
    )


def failed(chosen: Sequence[Gate], run: Callable[[list[str]], tuple[int, str]]) -> list[str]:
    """Run gates and name those that failed.

    A gate's output is shown when it fails; of the tests, always the last line.
    """
    names = []
    for name, command, passing in chosen:
        began = time.monotonic()
        code, output = run(command)
        took = time.monotonic() - began
        print(f"{'ok    ' if code in passing else 'FAILED'} {name:<13} {took:6.1f} s", flush=True)
        if code not in passing:
            names.append(name)
            print(output, flush=True)
        elif name == "tests":
            print(output.rstrip().rpartition("\n")[2], flush=True)
    return names


def _run(command: list[str]) -> tuple[int, str]:
    environment = {**os.environ, "PYTHONPATH": "", "NO_COLOR": "1"}
    if command[1:3] == ["-m", "pytest"]:
        from tools.environment.peers import variables

        environment |= variables()
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return ended.returncode, ended.stdout


def main(arguments: list[str]) -> int:
    """Run the named gates, or all."""
    every = gates(ROOT, os.cpu_count() or 1)
    unknown = sorted({*arguments} - {name for name, _, _ in every})
    if unknown:
        print(f"gates: no such gate: {', '.join(unknown)}", file=sys.stderr)
        print(f"Gates: {', '.join(name for name, _, _ in every)}", file=sys.stderr)
        return 2
    names = failed([gate for gate in every if not arguments or gate[0] in arguments], _run)
    print(f"gates failed: {', '.join(names)}" if names else "all gates passed")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
