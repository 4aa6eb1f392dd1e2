"""The memory of first uses: who signed a model when it was used first, and its last version (TOML, atomic).

Trust on first use needs a memory that is not lost and not written halfway: the file is written beside the
old one, flushed, and moved over it.
"""

import json
import os
from collections.abc import Mapping

from backstamp.attest.trust import Remembered
from backstamp.core.budget import Budget
from backstamp.core.errors import ConfigError, OutputError, ReadError, SourceError
from backstamp.core.finding import shown
from backstamp.core.tree import text_at, texts_at, trees_at
from backstamp.formats.tomltext import toml_of

SCHEMA = "backstamp.signers/1"
_HEAD = "# Who signed what, when it was used first. Written by Backstamp: remove an entry to trust anew.\n"


def load_signers(path: str) -> dict[str, Remembered]:
    """Read the memory, by name; empty if there is no file. Raises ``SourceError`` or ``ConfigError``."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f'cannot read the record of signers "{shown(path)}": {error}') from error
    try:
        tree = toml_of(text, Budget()).tree
    except ReadError as error:
        raise ConfigError(f'record of signers "{shown(path)}": {error.message}', hint=_MEND) from error
    if text_at(tree, "schema") != SCHEMA:
        raise ConfigError(f'record of signers "{shown(path)}": its schema is not "{SCHEMA}"', hint=_MEND)
    found: dict[str, Remembered] = {}
    for each in trees_at(tree, "model"):
        name = text_at(each, "name")
        if not name or name in found:
            told = f'the name "{shown(name, 80)}" is empty or stands twice'
            raise ConfigError(f'record of signers "{shown(path)}": {told}', hint=_MEND)
        found[name] = Remembered(
            signers=tuple(texts_at(each, "signers")),
            version=text_at(each, "version"),
            digest=text_at(each, "digest"),
        )
    return found


_MEND = "bring it back from version control: an empty record trusts whoever comes first"


def signers_text(memory: Mapping[str, Remembered]) -> str:
    """Write the memory as TOML, sorted: equal memories, equal bytes."""
    parts = [_HEAD, f'schema = "{SCHEMA}"\n']
    for name in sorted(memory):
        each = memory[name]
        parts.append(f"\n[[model]]\nname = {_quoted(name)}\n")
        parts.append(f"signers = [{', '.join(_quoted(signer) for signer in each.signers)}]\n")
        if each.version:
            parts.append(f"version = {_quoted(each.version)}\n")
        if each.digest:
            parts.append(f"digest = {_quoted(each.digest)}\n")
    return "".join(parts)


def save_signers(path: str, memory: Mapping[str, Remembered]) -> None:
    """Write the memory, atomically. Raises ``OutputError``; the old file is intact then."""
    from tempfile import NamedTemporaryFile

    folder = os.path.dirname(os.path.abspath(path))
    made = ""
    try:
        with NamedTemporaryFile("w", dir=folder, prefix=".signers-", encoding="utf-8", delete=False) as file:
            made = file.name
            file.write(signers_text(memory))
            file.flush()
            os.fsync(file.fileno())
        os.replace(made, path)
    except OSError as error:
        if made and os.path.exists(made):
            os.unlink(made)
        raise OutputError(f'cannot write the record of signers "{shown(path)}": {error.strerror}') from error


def _quoted(text: str) -> str:
    """Write a basic string of TOML: as JSON, but for DEL, which TOML wants escaped."""
    legible = text.encode("utf-8", "replace").decode()
    return json.dumps(legible, ensure_ascii=False).replace("\x7f", "\\u007f")
