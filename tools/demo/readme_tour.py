"""Writes the tour of the README: commands on the demo system, with what they really print.

``python -m tools.demo.readme_tour`` rewrites it, ``--check`` says whether it is fresh.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable

from tools.demo.build_demo import build
from tools.demo.run_demo import SYSTEM

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
START, END = "<!-- tour: python -m tools.demo.readme_tour -->\n", "<!-- /tour -->\n"
_LONGEST = 32  # lines of one output that are shown

# What is said before each command, and the command.
STEPS: tuple[tuple[str, str], ...] = (
    (
        "The demo system has a clean classifier. Everything in it is examined, and it is allowed:",
        f"backstamp scan {SYSTEM}/models/classifier",
    ),
    (
        "A checkpoint beside it runs a command when `torch.load` reads it:",
        f"backstamp scan {SYSTEM}/models/sentiment-finetune",
    ),
    (
        "A third model brings code of its own, and its chat template reaches into Python:",
        f"backstamp scan {SYSTEM}/models/assistant",
    ),
    ("Every rule has a page:", "backstamp explain PKL101"),
    (
        (
            "The whole system as an AI-BOM: models, data, training, prompts, tools, services and libraries, "
            "each with the evidence for it. What is odd about lineage and licences is told beside:"
        ),
        f"backstamp bom {SYSTEM} --output bom.json",
    ),
    (
        "How complete is it, by the minimum elements of the G7? What is measured counts more than claims:",
        "backstamp bom score bom.json",
    ),
    ("What hangs on what, for Markdown (also as SVG and GraphML):", "backstamp bom graph bom.json"),
    (
        (
            "Every model and dataset in use, pinned to its exact bytes. What is not on this machine, or is "
            "denied, is only left open because it is asked for:"
        ),
        f"backstamp lock {SYSTEM} --allow-unresolved --allow-denied",
    ),
    ("Is what is on disk exactly that?", f"backstamp verify --locked {SYSTEM}"),
)


def tour(run: Callable[[list[str]], tuple[int, str]]) -> str:
    """Write all steps with their outputs and exit codes."""
    parts = []
    for words, command in STEPS:
        code, output = run(command.split())
        lines = [line.rstrip() for line in output.strip("\n").splitlines()]
        left = len(lines) - _LONGEST
        shown = [*lines[:_LONGEST], f"... and {left} more lines"] if left > 0 else lines
        body = "\n".join([f"$ {command}", *shown, "$ echo $?", str(code)])
        parts.append(f"{words}\n\n```text\n{body}\n```\n")
    return "\n".join(parts)


def renewed(text: str, steps: str) -> str:
    """Put a tour between its marks. Raises ``ValueError`` if the text has no marks."""
    start, end = text.index(START) + len(START), text.index(END)
    return f"{text[:start]}\n{steps}\n{text[end:]}"


def real_tour() -> str:
    """Run the steps on a newly built demo system."""
    with tempfile.TemporaryDirectory(prefix="backstamp-tour-") as folder:
        build(os.path.join(folder, SYSTEM))

        def run(words: list[str]) -> tuple[int, str]:
            environment = {
                **os.environ,
                "COLUMNS": "100",
                "HF_HOME": os.path.join(folder, "no-hub-cache"),
                "NO_COLOR": "1",
                "PYTHONPATH": os.path.join(ROOT, "src"),
                "XDG_CACHE_HOME": folder,
            }
            ended = subprocess.run(
                [sys.executable, "-m", "backstamp.cli", *words[1:]],
                cwd=folder,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            if "Traceback" in ended.stdout:
                raise RuntimeError(ended.stdout)
            return ended.returncode, ended.stdout

        return tour(run)


def main(arguments: list[str]) -> int:
    """Renew or check the README."""
    path = os.path.join(ROOT, "README.md")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    fresh = renewed(text, real_tour())
    if arguments == ["--check"]:
        if fresh != text:
            print("README.md: the tour is not what the commands print", file=sys.stderr)
            print("Renew it: python -m tools.demo.readme_tour", file=sys.stderr)
        return int(fresh != text)
    with open(path, "w", encoding="utf-8") as file:
        file.write(fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
