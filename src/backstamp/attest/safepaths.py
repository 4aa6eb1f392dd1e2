"""Paths inside a model, as locks and hubs write them: which of them may become files on this machine.

A path is written by whoever made the lock or the repository, and becomes the name of a file that we write. So
it must mean the same file on every system, and only ever one below its folder. Refused are:

1. empty paths, absolute ones, drives and streams (``C:x``, ``a.txt:hidden``), backslashes, empty parts,
   ``.`` and ``..``;
2. control, bidirectional and invisible characters, and bytes that are no text;
3. what Windows takes for something else: devices (``CON``, ``nul.txt``), parts that end in a dot or blank;
4. ``.git`` in any spelling (CVE-2014-9390), since tools run what is in there;
5. parts of more than 255 bytes, paths of more than 1,024 characters;
6. two paths that are one where case or Unicode form does not count, and a path that is also a folder.

Sources: Windows "Naming Files, Paths, and Namespaces"; git's ``verify_path`` and ``core.protectNTFS``.
"""

from collections.abc import Iterable, Iterator

from backstamp.core.finding import is_plain

_MOST = 1024
_MOST_PART = 255
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"}
)
_GIT = frozenset({".git", "git~1"})


def why_hostile(path: str) -> str:
    """Say why a path may not become a file; empty if it may."""
    if not path:
        return "it is empty"
    if len(path) > _MOST:
        return f"it has more than {_MOST:,} characters"
    if path.startswith("/"):
        return "it is absolute"
    if "\\" in path:
        return "it has a backslash"
    if ":" in path:
        return "it has a colon, which names a drive or a stream"
    if not all(is_plain(char) for char in path):
        return "it has a character that does not show"
    for part in path.split("/"):
        if reason := _why_part(part):
            return reason
    return ""


def _why_part(part: str) -> str:
    if not part:
        return "it has an empty part"
    if part in (".", ".."):
        return f'it has the part "{part}"'
    if part[-1] in ". ":
        return "a part of it ends in a dot or a blank"
    if len(part.encode("utf-8", "surrogatepass")) > _MOST_PART:
        return f"a part of it is longer than {_MOST_PART} bytes"
    if part.casefold().partition(".")[0].rstrip(" ") in _DEVICES:
        return f'"{part}" is a device on Windows'
    if part.casefold() in _GIT:
        return f'"{part}" belongs to git'
    return ""


def folded(path: str) -> str:
    """Write a path as systems see it for which neither case nor Unicode form counts (Windows, macOS)."""
    if path.isascii():
        return path.lower()
    from unicodedata import normalize

    return normalize("NFC", normalize("NFC", path).casefold())


def clashes(paths: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the paths that are another one's file or folder, with their number and the reason."""
    listed = list(paths)
    seen: dict[str, str] = {}
    for path in listed:
        seen.setdefault(folded(path), path)
    met: set[str] = set()
    for at, path in enumerate(listed):
        name = folded(path)
        if name in met:
            other = seen[name]
            yield at, "it is listed twice" if other == path else f'it is "{other}" where case does not count'
        met.add(name)
        above = name.rpartition("/")[0]
        while above:
            if above in seen:
                yield at, f'"{seen[above]}" is listed as a file, and is its folder'
                break
            above = above.rpartition("/")[0]
