"""YAML as programs write it: lock files of many megabytes, read by their lines.

Block mappings and sequences, plain and quoted scalars, flow collections on one line, block scalars. What goes
beyond that (anchors, tags, complex keys, flow collections over several lines) is refused with ``ReadError``,
and
is for ``yamltext``, whose parser takes everything and is fifty times slower.
"""

from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.tree import Json, escaped
from backstamp.formats.yamltext import Yaml, documents_of

MOST_BYTES = 24 * MIB
_MOST_DEPTH = 60
_MOST_VALUES = 1_000_000


def lock_of(text: str, budget: Budget) -> Yaml:
    """Read the last document of a lock file, the quick way if it is plain, else by the full parser."""
    if len(text) > MOST_BYTES:
        raise ReadError(f"YAML of {len(text):,} characters is too large")
    budget.spend_operations(len(text) // 16)
    try:
        return _Lines(text.removeprefix("\ufeff")).read()
    except ReadError:
        found = Yaml(None, {})
        for document in documents_of(text, budget):
            found = document
        return found


class _Lines:
    """Reads one document line by line."""

    def __init__(self, text: str) -> None:
        self.rows = text.split("\n")
        self.at = 0
        self.lines: dict[str, int] = {}
        self.values = 0

    def read(self) -> Yaml:
        """Build the tree of the document."""
        first = self._peek()
        if first is None:
            return Yaml(None, {})
        tree = self._block(first[0], "", 0)
        if self._peek() is not None:
            raise ReadError(f"YAML with something unexpected at line {self.at + 1}")
        return Yaml(tree, self.lines)

    def _peek(self) -> tuple[int, str] | None:
        """Give the indentation and text of the next line that says something, without taking it."""
        while self.at < len(self.rows):
            row = self.rows[self.at].rstrip()
            text = row.lstrip(" ")
            if text in ("---", "...") and row == text:
                text = ""
            if text and text[0] != "#":
                if text[0] in "\t%":
                    raise ReadError(f"YAML with a tab or directive at line {self.at + 1}")
                return len(row) - len(text), text
            self.at += 1
        return None

    def _block(self, indent: int, pointer: str, depth: int) -> Json:
        if depth > _MOST_DEPTH:
            raise ReadError("YAML nested too deep")
        found = self._peek()
        if found is None or found[0] < indent:
            return None
        if found[1] == "-" or found[1].startswith("- "):
            return self._sequence(found[0], pointer, depth)
        return self._mapping(found[0], pointer, depth)

    def _sequence(self, indent: int, pointer: str, depth: int) -> list[Json]:
        made: list[Json] = []
        while (found := self._peek()) is not None and found[0] == indent and found[1][:2] in ("-", "- "):
            inner = f"{pointer}/{len(made)}"
            self._count(inner)
            text = found[1][1:].lstrip(" ")
            if not text or text[0] == "#":
                self.at += 1
                following = self._peek()
                deeper = following is not None and following[0] > indent
                made.append(self._block(indent + 1, inner, depth + 1) if deeper else None)
            elif text.startswith("- ") or _key_end(text) >= 0:
                offset = len(found[1]) - len(text)
                self.rows[self.at] = " " * (indent + offset) + text
                made.append(self._block(indent + offset, inner, depth + 1))
            else:
                self.at += 1
                made.append(self._scalar(text, indent))
        if found is not None and found[0] > indent:
            raise ReadError(f"YAML with an unexpected indentation at line {self.at + 1}")
        return made

    def _mapping(self, indent: int, pointer: str, depth: int) -> Json:
        made: dict[str, Json] = {}
        while (found := self._peek()) is not None and found[0] == indent:
            text = found[1]
            end = _key_end(text)
            if end < 0 or text.startswith("? "):
                raise ReadError(f"YAML beyond plain mappings at line {self.at + 1}")
            key = _key(text[:end].rstrip())
            rest = text[end + 1 :].strip()
            inner = f"{pointer}/{escaped(key)}"
            self._count(inner)
            self.at += 1
            made[key] = self._after(rest, indent, inner, depth)
        if found is not None and found[0] > indent:
            raise ReadError(f"YAML with an unexpected indentation at line {self.at + 1}")
        return made

    def _after(self, rest: str, indent: int, pointer: str, depth: int) -> Json:
        """Read the value of a key: on the rest of its line, or in the lines that follow."""
        if rest and rest[0] != "#":
            return self._scalar(rest, indent)
        following = self._peek()
        if following is None or following[0] < indent:
            return None
        is_list = following[1] == "-" or following[1].startswith("- ")
        if following[0] == indent and not is_list:
            return None
        return self._block(following[0], pointer, depth + 1)

    def _scalar(self, text: str, indent: int) -> Json:
        if text[0] in "|>" and text.rstrip("0123456789+-") in ("|", ">"):
            return self._raw(indent)
        if text[0] in "&*!@`":
            raise ReadError(f"YAML with an anchor or tag at line {self.at}")
        if text[0] in "{[":
            value, end = _flow(text, 0, 0)
            if text[end:].strip() and not text[end:].strip().startswith("#"):
                raise ReadError(f"YAML beyond plain scalars at line {self.at}")
            return value
        text = _uncommented(text)
        if text[0] in "\"'" and (len(text) < 2 or text[-1] != text[0]):
            raise ReadError(f"YAML with a text over several lines at line {self.at}")
        following = self._peek()
        if following is not None and following[0] > indent:
            if text[0] in "\"'" or _key_end(following[1]) >= 0:
                raise ReadError(f"YAML beyond plain scalars at line {self.at + 1}")
            while following is not None and following[0] > indent:
                text += " " + following[1]
                self.at += 1
                following = self._peek()
        return _plain(text)

    def _raw(self, indent: int) -> str:
        start = self.at
        while self.at < len(self.rows):
            row = self.rows[self.at]
            if row.strip() and len(row) - len(row.lstrip(" ")) <= indent:
                break
            self.at += 1
        return "\n".join(row.strip() for row in self.rows[start : self.at])

    def _count(self, pointer: str) -> None:
        self.values += 1
        if self.values > _MOST_VALUES:
            raise ReadError("YAML with too many values")
        self.lines[pointer] = self.at + 1


def _key_end(text: str) -> int:
    """Find the colon that ends a key; -1 if the text is no key with a value."""
    start = 0
    if text[:1] in ("'", '"'):
        start = text.find(text[0], 1) + 1
        if start == 0 or text[start : start + 1] != ":":
            return -1
    elif text[:1] in ("{", "["):
        return -1
    at = text.find(": ", start)
    if at >= 0:
        return at if " #" not in text[:at] else -1
    return len(text) - 1 if text.endswith(":") else -1


def _key(text: str) -> str:
    if text[:1] in ("&", "*", "!") and text[:1] != "":
        raise ReadError("YAML with an anchor or tag in a key")
    return text[1:-1] if len(text) > 1 and text[0] in "\"'" and text[-1] == text[0] else text


def _uncommented(text: str) -> str:
    if text[0] in "\"'":
        end = text.rfind(text[0])
        tail = text[end + 1 :].strip()
        return text[: end + 1] if end > 0 and (not tail or tail.startswith("#")) else text
    return text.partition(" #")[0].rstrip()


def _plain(text: str) -> Json:
    """Resolve the few words that lock files use; numbers stay text, since versions look like them."""
    if text[0] == "'":
        return text[1:-1].replace("''", "'")
    if text[0] == '"':
        return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if text in ("null", "~"):
        return None
    return {"true": True, "false": False}.get(text, text)


def _flow(text: str, at: int, depth: int) -> tuple[Json, int]:
    """Read a flow value; give it and where it ends."""
    if depth > _MOST_DEPTH:
        raise ReadError("YAML nested too deep")
    if at < len(text) and text[at] in "{[":
        return _collection(text, at, depth)
    if at < len(text) and text[at] in "\"'":
        end = text.find(text[at], at + 1)
        if end < 0:
            raise ReadError("YAML with a flow value over several lines")
        return text[at + 1 : end], end + 1
    end = at
    while end < len(text) and text[end] not in ",}]" and text[end : end + 2] != ": ":
        end += 1
    word = text[at:end].strip()
    return (_plain(word) if word else None), end


def _collection(text: str, at: int, depth: int) -> tuple[Json, int]:
    is_map = text[at] == "{"
    close = "}" if is_map else "]"
    items: list[Json] = []
    pairs: dict[str, Json] = {}
    at += 1
    while at < len(text):
        if text[at] in " ,":
            at += 1
            continue
        if text[at] == close:
            return (pairs if is_map else items), at + 1
        value, at = _flow(text, at, depth + 1)
        if is_map:
            if text[at : at + 1] != ":":
                raise ReadError("YAML with an unusual flow mapping")
            at += 1
            while text[at : at + 1] == " ":
                at += 1
            pairs[str(value)], at = _flow(text, at, depth + 1)
        else:
            items.append(value)
    raise ReadError("YAML with a flow value over several lines")
