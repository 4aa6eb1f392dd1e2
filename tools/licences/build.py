"""Makes the fingerprints of licence texts: src/backstamp/knowledge/data/licence_texts.json.

python -m tools.licences.build FOLDER

FOLDER holds the texts as the ScanCode LicenseDB has them (KEY.LICENSE, with a head between two lines of three
dashes): the folder licensedcode/data/licenses of the package scancode-toolkit-mini. Hashes are written, no
texts.
"""

import os
import sys
from collections.abc import Sequence

import msgspec

from backstamp.knowledge.licence_table import Entry, Print, table
from backstamp.knowledge.licence_texts import print_of, runs_of, words_of

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLACE = os.path.join(ROOT, "src", "backstamp", "knowledge", "data", "licence_texts.json")


def body_of(file_text: str) -> str:
    """Take the head off a file of the LicenseDB."""
    return file_text.partition("\n---\n")[2] if file_text.startswith("---\n") else file_text


def read(folder: str, key: str) -> str:
    """Read a text by its key."""
    with open(os.path.join(folder, f"{key}.LICENSE"), encoding="utf-8") as file:
        return body_of(file.read())


def fingerprints(folder: str, rows: Sequence[Entry]) -> dict[str, Print]:
    """Make the fingerprint of every text that the table names."""
    texts = {row.text: read(folder, row.text) for row in rows if row.text}
    runs = {key: runs_of(words_of(text)) for key, text in texts.items()}
    return {
        row.text: print_of(
            texts[row.text],
            set().union(*(runs[r.text] for r in rows if r.text and r.kin == row.kin and r.text != row.text)),
        )
        for row in rows
        if row.text
    }


def main(arguments: Sequence[str]) -> int:
    """Write the file."""
    if len(arguments) != 1:
        print(__doc__)
        return 2
    found = fingerprints(arguments[0], table().licence)
    lines = [
        f"{msgspec.json.encode(key).decode()}:{msgspec.json.encode(found[key]).decode()}"
        for key in sorted(found)
    ]
    with open(PLACE, "w", encoding="ascii", newline="\n") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(found)} texts")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
