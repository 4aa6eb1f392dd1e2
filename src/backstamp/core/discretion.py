"""Leaves out of a text what a document must not tell: credentials, and whose machine something was made on.

1. Credentials go by ``backstamp.core.secrets``; a user of an address goes with its password.
2. A path below a folder of people or of a machine's work (``/home/ada/x/llama``) keeps its last name, unless
   that is the name of the person. ``/usr/bin/python`` tells nothing and stays.
3. Halves of surrogate pairs become escapes: no document can hold them.
4. Everything is linear: the texts are hostile.
"""

from functools import cache
from re import Match, Pattern

from backstamp.core.location import legible
from backstamp.core.secrets import MASK, masked

_ROOTS = (
    "home|Users|root|tmp|mnt|scratch|workspace|workspaces|content|kaggle|gpfs|lustre|nfs|fsx|Volumes|media|private|"
    "storage|cluster|export|dbfs|data|opt/ml|var/(?:tmp|folders|lib)|work"
)
_ENDS = r"\s\"'`<>|,;:()\[\]{}\\"
_PEOPLE = ("home", "Users", "root")
# One look says for nearly all texts that there is nothing to leave out.
_TRIGGER = rf"(?:^|[^\w./-])/(?:{_ROOTS})/|file:/|[A-Za-z]:[\\/]{{1,2}}[A-Za-z]|~[\w-]{{0,40}}[/\\]|://[^\s/]{{0,400}}[@:]|\\\\\\\\"


def discreet(text: str) -> str:
    """Leave out of a text what must not be told."""
    text = legible(masked(text))
    if not _trigger().search(text):
        return text
    text = _user().sub("://", text)
    text = _windows().sub(_last_name, text)
    return _path().sub(_last_name, text)


def is_foreign_path(text: str) -> bool:
    """Say whether a text as a whole is a path of some machine: absolute, or below a home."""
    return len(text) < 1024 and "\n" not in text and _whole().fullmatch(text) is not None


def last_name(path: str) -> str:
    """Give the last name of a path of some machine, masked where it would name a person."""
    return _kept(path) or MASK


def _last_name(found: Match[str]) -> str:
    name = _kept(found[0])
    return f"{MASK}/{name}" if name else MASK


def _kept(path: str) -> str:
    names = [name for name in path.replace("\\", "/").removeprefix("file:").split("/") if name]
    while names and (names[0].endswith(":") or names[0] in ("private", "mnt", "c", "d")):
        names = names[1:]
    least = 3 if names and names[0] in _PEOPLE[:2] else 2
    return names[-1] if len(names) >= least and names[-1] not in (".", "..", "~") else ""


@cache
def _trigger() -> Pattern[str]:
    import re

    return re.compile(_TRIGGER)


@cache
def _user() -> Pattern[str]:
    import re

    # Who is at an address: with a password, or a word so long that it is one.
    # Cut before the "@", a password is what stands where only a port could.
    return re.compile(
        r"://(?:(?:[^\s/@:]{0,128}:[^\s/@]{0,256}|[^\s/@:]{20,256})@"
        r"|[^\s/@:\[\]]{1,128}:(?!\d{0,5}\Z)[^\s/@:\[\]]{1,256}\Z)"
    )


@cache
def _windows() -> Pattern[str]:
    import re

    return re.compile(
        rf"(?<![A-Za-z0-9])(?:file:/{{2,3}})?[A-Za-z]:(?:\\{{1,2}}|/)[^{_ENDS}/][^{_ENDS}]*(?:\\{{1,2}}[^{_ENDS}]+)*"
    )


@cache
def _path() -> Pattern[str]:
    import re

    rooted = rf"/(?:{_ROOTS})/[^{_ENDS}]*"
    return re.compile(
        rf"(?:file:/{{0,2}}/[^{_ENDS}]*|(?<![\w./~*}})>\]%-]){rooted}|(?<![\w./*])~[\w-]{{0,40}}/[^{_ENDS}]*)"
    )


@cache
def _whole() -> Pattern[str]:
    import re

    return re.compile(r"(?:file:/.*|~[\w-]{0,40}[/\\].*|/[^/]+/.*|[A-Za-z]:[\\/].*|\\\\.*)")
