"""Several statements in one text, for fields of SPDX that hold a single one: ``Label: words`` a line.

1. A line that starts with two blanks goes on with the statement before.
2. Text without labels is one statement of the first label.
3. Nothing is written that would be read otherwise.
"""

Statements = list[tuple[str, str]]


def joined(statements: Statements, labels: tuple[str, ...]) -> str | None:
    """Write statements as one text; nothing if there are none."""
    if not statements:
        return None
    if len(statements) == 1 and statements[0][0] == labels[0]:
        plain = statements[0][1]
        if plain and parted(plain, labels) == statements:
            return plain
    text = "\n".join(f"{label}: " + words.replace("\n", "\n  ") for label, words in statements)
    return text if parted(text, labels) == statements else None


def parted(text: str, labels: tuple[str, ...]) -> Statements:
    """Read statements out of a text."""
    found: Statements = []
    for line in text.split("\n"):
        label, colon, words = line.partition(": ")
        if colon and label in labels:
            found.append((label, words))
        elif line.startswith("  ") and found:
            found[-1] = (found[-1][0], f"{found[-1][1]}\n{line[2:]}")
        else:
            return [(labels[0], text)]
    return found
