"""Command lines of shells, as far as they can be read without running them: words, assignments, comments.

Quotes, escapes, line continuations and operators are understood; variables are replaced where the text itself
assigns them, or by their default (``${NAME:-default}``). Here-documents are data, but for those that Python runs. Nothing
runs.
Source: POSIX.1-2024, Shell Command Language, 2.2 and 2.3.
"""

from collections.abc import Iterator

import msgspec

from backstamp.core.budget import Budget

_LONGEST = 20_000
_MOST_TURNS = 64
_OPERATORS = frozenset(";&|\n()")
_NAME = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_KEYWORDS = frozenset(
    ("if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "time", "exec", "fi", "done")
)


class Command(msgspec.Struct, frozen=True):
    """A simple command: its words, and the line on which each stands."""

    words: tuple[str, ...]
    lines: tuple[int, ...]


class _Reader:
    """Cuts a text into commands."""

    def __init__(self, text: str, line: int) -> None:
        self.text = text
        self.at = 0
        self.line = line
        self.heredocs: list[str] = []

    def commands(self, budget: Budget) -> Iterator[Command]:
        """Yield the commands of the text."""
        words: list[str] = []
        lines: list[int] = []
        while self.at < len(self.text):
            budget.spend_operations()
            char = self.text[self.at]
            if char in " \t\r":
                self.at += 1
            elif char == "\\" and self.text[self.at + 1 : self.at + 3].lstrip("\r").startswith("\n"):
                self.at = self.text.index("\n", self.at) + 1
                self.line += 1
            elif char == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif char in _OPERATORS:
                if words:
                    yield Command(tuple(words), tuple(lines))
                program = words[0].rpartition("/")[2] if words else ""
                words, lines = [], []
                self.at += 1
                if char == "\n":
                    self.line += 1
                    for line, held in self._heredocs():
                        if program.startswith("python"):  # a program, not data
                            yield Command((program, "-c", held), (line, line, line))
            elif char in "<>":
                self._redirection()
            else:
                lines.append(self.line)
                words.append(self._word())
        if words:
            yield Command(tuple(words), tuple(lines))

    def _redirection(self) -> None:
        mark = self.text[self.at : self.at + 3]
        if mark.startswith("<<") and mark != "<<<":
            self.at += 3 if mark == "<<-" else 2
            while self.at < len(self.text) and self.text[self.at] in " \t":
                self.at += 1
            word = self._word()
            if word:
                self.heredocs.append(word)
            return
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] in " \t>&":
            self.at += 1
        if self.at < len(self.text) and self.text[self.at] not in _OPERATORS:
            self._word()

    def _heredocs(self) -> list[tuple[int, str]]:
        """Take the here-documents that the line opened: the line on which each begins, and its text."""
        found: list[tuple[int, str]] = []
        for mark in self.heredocs:
            start, line = self.at, self.line
            end = start
            while self.at < len(self.text):
                end = self.text.find("\n", self.at)
                end = len(self.text) if end < 0 else end
                row = self.text[self.at : end].strip()
                at, self.at = self.at, end + 1
                self.line += 1
                if row == mark:
                    end = at
                    break
            found.append((line, self.text[start:end]))
        self.heredocs = []
        return found

    def _word(self) -> str:
        made: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "(" and made and made[-1].endswith("=") and _NAME.issuperset("".join(made)[:-1]):
                made.append(self._braced())  # an array: NAME=(one two)
                continue
            if char in " \t\r<>" or char in _OPERATORS:
                break
            if char in "'\"":
                made.append(self._quoted(char))
            elif char == "\\":
                following = self.text[self.at + 1 : self.at + 2]
                if following == "\n":
                    self.line += 1
                else:
                    made.append(following)
                self.at += 2
            elif self.text.startswith(("${", "$("), self.at):
                made.append(self._braced())
            else:
                made.append(char)
                self.at += 1
        return "".join(made)

    def _braced(self) -> str:
        """Take ``${...}`` or ``$(...)`` as it stands, with what is nested in it."""
        start, depth = self.at, 0
        while self.at < len(self.text) and self.at - start < _LONGEST:
            char = self.text[self.at]
            self.at += 1
            if char in "{(":
                depth += 1
            elif char in "})":
                depth -= 1
                if depth == 0:
                    break
            elif char == "\n":
                self.line += 1
        return self.text[start : self.at]

    def _quoted(self, mark: str) -> str:
        start = self.at + 1
        at = start
        while at < len(self.text) and self.text[at] != mark:
            at += 2 if self.text[at] == "\\" and mark == '"' else 1
        held = self.text[start:at]
        self.line += held.count("\n")
        self.at = at + 1
        held = held.replace("\\\n", "")
        return held.replace('\\"', '"') if mark == '"' else held.replace("$", "\0")


def commands_of(text: str, budget: Budget, line: int = 1) -> Iterator[Command]:
    """Yield the simple commands of a script, in their order."""
    yield from _Reader(text, line).commands(budget)


def words_of(text: str, variables: dict[str, str], budget: Budget) -> list[str]:
    """List the words that a word of a ``for`` becomes: a variable or an array may hold several."""
    value = expanded(text, variables)
    if value is None:
        return []
    inner = value[1:-1] if value.startswith("(") and value.endswith(")") else value
    return [word for command in commands_of(inner, budget) for word in command.words][:_MOST_TURNS]


def without_keywords(command: Command) -> Command:
    """Cut the words of the shell's own grammar from the start of a command."""
    at = 0
    while at < len(command.words) and command.words[at] in _KEYWORDS:
        at += 1
    return Command(command.words[at:], command.lines[at:]) if at else command


def assignment(word: str) -> tuple[str, str] | None:
    """Take ``NAME=value`` apart."""
    name, found, value = word.partition("=")
    if not found or not name or not _NAME.issuperset(name) or name[0].isdigit():
        return None
    return name, value


def expanded(text: str, variables: dict[str, str]) -> str | None:
    """Replace variables by what is known of them, or by their defaults; ``None`` if one is not known."""
    if "$" not in text:
        return text.replace("\0", "$")
    made: list[str] = []
    at = 0
    while (found := text.find("$", at)) >= 0:
        made.append(text[at:found])
        if text[found + 1 : found + 2] in ("{", "("):
            close = "}" if text[found + 1] == "{" else ")"
            end = text.find(close, found)
            name, default = _braced_name(text[found + 2 : end]) if end > 0 else ("", None)
            at = end + 1
        else:
            end = found + 1
            while end < len(text) and text[end] in _NAME:
                end += 1
            name, default, at = text[found + 1 : end], None, end
        value = variables.get(name, default)
        if value is None or at <= 0 or "$" in value or len(value) > 2000:
            return None
        made.append(value)
    made.append(text[at:])
    whole = "".join(made).replace("\0", "$")
    return whole if len(whole) < _LONGEST else None


def _braced_name(text: str) -> tuple[str, str | None]:
    text = text.removesuffix("[@]").removesuffix("[*]")
    for mark in (":-", "-", ":="):
        name, found, default = text.partition(mark)
        if found and name and _NAME.issuperset(name):
            return name, default.strip("\"'")
    return text, None
