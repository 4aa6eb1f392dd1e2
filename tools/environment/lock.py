"""Writes ``requirements/*.txt``: every version and hash, for all platforms, seven days behind the index.

The delay lets others find a hijacked release first. Needs ``uv``; run by hand with ``make lock``.
"""

import datetime as dt
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COOLDOWN = dt.timedelta(days=7)
LOCKS = {
    "run.txt": ("pyproject.toml",),
    "build.txt": ("requirements/build.in",),
    "test.txt": ("pyproject.toml", "requirements/build.in", "requirements/test.in"),
    "peers.txt": ("requirements/peers.in",),
}


def foreign_lines(text: str) -> list[str]:
    """Find lines that would bind a lock to an index, a file or a machine."""
    bound = re.compile(r"://|^\s*-|--(?!hash=)|\s/\w|@ ")
    return [
        line for line in text.splitlines() if bound.search(line.partition("#")[0]) and "--hash=" not in line
    ]


def main() -> int:
    """Write all locks and check them."""
    before = (dt.datetime.now(dt.UTC) - COOLDOWN).date().isoformat()
    for name, sources in LOCKS.items():
        target = f"requirements/{name}"
        subprocess.run(
            [
                *("uv", "pip", "compile", "--quiet", "--no-config", "--universal", "--generate-hashes"),
                *("--python-version", "3.11", "--exclude-newer", before, "--no-header"),
                *(
                    "--no-emit-index-url",
                    "--no-emit-find-links",
                    "--no-strip-extras",
                    "--upgrade",
                    *sources,
                    "-o",
                    target,
                ),
            ],
            cwd=ROOT,
            check=True,
        )
        with open(os.path.join(ROOT, target), encoding="utf-8") as file:
            foreign = foreign_lines(file.read())
        if foreign:
            print(f"{target}: bound to one place: {foreign}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
