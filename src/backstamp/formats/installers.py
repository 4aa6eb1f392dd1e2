"""Official installers that their makers tell users to pipe into a shell.

Only the exact addresses count, over HTTPS, fetched with flags that change nothing about where the text
comes from, and given to a shell that reads it from its input.
"""

import re
from functools import cache

_ADDRESSES = (
    "hf.co/cli/install.sh",
    "huggingface.co/cli/install.sh",
    "astral.sh/uv/install.sh",
    "sh.rustup.rs",
    "get.docker.com",
    "ollama.com/install.sh",
    "install.python-poetry.org",
    "bun.sh/install",
    "pixi.sh/install.sh",
    "get.helm.sh/install.sh",
    "packagecloud.io/install/repositories/github/git-lfs/script.deb.sh",
    "packagecloud.io/install/repositories/github/git-lfs/script.rpm.sh",
    "raw.githubusercontent.com/Homebrew/install/HEAD/install.sh",
    # Sorts the validation images of ImageNet into folders; half of all training recipes run it.
    "raw.githubusercontent.com/soumith/imagenetloader.torch/master/valprep.sh",
)


def without_installers(line: str) -> str:
    """Give a command line in which each run of an official installer is replaced by ``true``."""
    return _runs().sub("true", line) if "https://" in line else line


@cache
def _runs() -> re.Pattern[str]:
    flag = (
        r"(?:-[fsSLqO]{1,6}-?|-|--proto '?=https'?|--tlsv1\.[23]"
        r"|--silent|--fail|--show-error|--location|--quiet)"
    )
    address = "|".join(re.escape(each) for each in _ADDRESSES)
    shell = r"(?:sudo )?(?:/bin/|/usr/bin/)?(?:ba|z|da)?sh(?: -s(?: [\w.=-]{1,60}){0,8}| -[A-Z]\w{1,40}| -)?"
    return re.compile(
        rf"\b(?:curl|wget)(?: {flag}){{0,6}} [\"']?https://(?i:{address})/?[\"']?(?: {flag}){{0,3}} ?\| ?"
        rf"{shell}(?=\s*(?:$|#|&&|;|\n|[\"')]))"
    )
