"""Writes addresses so that documents may hold them: as IRI references (RFC 3987)."""

import re
from functools import cache


def iri_of(text: str) -> str:
    """Give an address with what may not stand in one as escapes; empty if its host or port is none."""
    found = _parts().fullmatch(text.strip())
    if not found:
        return ""
    start, path, fragment = found[1], found[2], found[3] or ""
    if not start and ":" in path.partition("/")[0]:
        return ""
    path = path.replace("[", "%5B").replace("]", "%5D")
    fragment = fragment[1:].replace("#", "%23").replace("[", "%5B").replace("]", "%5D")
    made = _unfit().sub(_quoted, start) + _unfit().sub(_quoted, path)
    return made + ("#" + _unfit().sub(_quoted, fragment) if found[3] else "")


def _quoted(found: "re.Match[str]") -> str:
    char = found[0]
    if not char.isascii() and char.isalnum() and ord(char) < 0xE000:
        return char
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))


@cache
def _parts() -> re.Pattern[str]:
    # A scheme with or without an authority (host in brackets, or without any; digits for a port), or neither.
    scheme = r"[A-Za-z][A-Za-z0-9+.-]*:"
    host = r"(?://(?:[^/?#\[\]@\s]*@)?(?:\[[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*\]|[^/?#\[\]@:\s]+)(?::\d{0,5})?(?=[/?#]|$))"
    return re.compile(rf"((?:{scheme})?{host}|(?:{scheme})?(?!//))([^#]*)(#.*)?", re.DOTALL)


@cache
def _unfit() -> re.Pattern[str]:
    return re.compile(r"[\x00-\x20\"<>\\^`{|}\x7f]|[^\x00-\x7f]|%(?![0-9A-Fa-f]{2})")
