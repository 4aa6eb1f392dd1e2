"""Lays out text for a terminal: columns, wrapping, colours."""

from collections.abc import Iterator

_CODES = {
    "bold": "1",
    "dim": "2",
    "critical": "1;37;41",
    "high": "1;31",
    "medium": "33",
    "low": "36",
    "info": "2",
    "deny": "1;37;41",
    "undetermined": "1;30;43",
    "warn": "1;30;43",
    "allow": "1;30;42",
    "path": "1;34",
}


def styled(text: str, style: str, *, color: bool) -> str:
    """Colour a text that holds no escape sequences of its own."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if color and text else text


def width_of(text: str) -> int:
    """Count the columns that a text takes; East Asian wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines at spaces; a word that is too long is broken, never cut."""
    lines: list[str] = []
    line, used = "", 0
    for word in text.split(" "):
        need = width_of(word)
        if line and used + 1 + need <= width:
            line, used = f"{line} {word}", used + 1 + need
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, width)
        lines += full
        used = width_of(line)
    if line or not lines:
        lines.append(line)
    return lines


def hanging(text: str, width: int, first: str, rest: str) -> Iterator[str]:
    """Wrap a text behind a first indent, and the following lines behind another one of equal width."""
    for number, line in enumerate(wrapped(text, max(width - width_of(rest), 12))):
        yield (rest if number else first) + line


def _pieces(word: str, width: int) -> list[str]:
    if width_of(word) <= width:
        return [word]
    pieces, piece, used = [], "", 0
    for char in word:
        columns = _columns(char)
        if used + columns > width:
            kept, moved = _at_slash(piece, width)
            pieces.append(kept)
            piece, used = moved, width_of(moved)
        piece += char
        used += columns
    return [*pieces, piece]


def _at_slash(piece: str, width: int) -> tuple[str, str]:
    """Break after the last slash, if that leaves a line which is at least half full."""
    at = piece.rfind("/") + 1
    return (piece[:at], piece[at:]) if at > width // 2 and at < len(piece) else (piece, "")


def _columns(char: str) -> int:
    if char.isascii():
        return 1
    from unicodedata import combining, east_asian_width

    if combining(char):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1
