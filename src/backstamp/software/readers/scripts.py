"""Reads shell scripts, Makefiles and environment files (.env): models that are fetched, served or set."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.reading import Statement
from backstamp.formats.commandline import expanded
from backstamp.formats.plaintext import decoded
from backstamp.formats.python.notebook import notebook_of
from backstamp.software.readers.commands import Commands
from backstamp.software.readers.scope import is_example, is_test

_BY = "scripts/1"
_SHELLS = (".sh", ".bash", ".zsh", ".command", ".ksh")
_MAKES = ("makefile", "gnumakefile", "justfile", ".justfile", "procfile")


class ScriptsReader:
    """States what command lines in scripts use."""

    name = "scripts"
    version = 1
    kinds = frozenset({"text", "script", "wide-text", "notebook"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield what each command or variable uses."""
        name = blob.name.lower()
        if is_test(blob.path[-1]):
            return
        certainty = 0.6 if is_example(name) else 1.0
        commands = Commands(blob, _BY, budget, {}, certainty)
        if name == ".env" or name.startswith(".env.") or name.endswith(".env") or name == ".envrc":
            yield from _environment(decoded(blob, MIB), commands)
        elif name.endswith((".tf", ".tfvars", ".hcl")):
            yield from _terraform(decoded(blob, MIB), commands)
        elif name in _MAKES or name.endswith((".mk", ".mak")):
            yield from _makefile(decoded(blob, MIB), commands)
        elif name.endswith(".ipynb"):
            # Lines count through the cells, as they do for the code of a notebook.
            budget.spend_operations(blob.size // 64 + 1)
            for line, command in notebook_of(blob.view).commands:
                yield from commands.script(command, line)
        elif name.endswith(_SHELLS) or _is_shell(blob):
            yield from commands.script(decoded(blob, MIB))


def _is_shell(blob: Blob) -> bool:
    head = blob.head(64)
    if not head.startswith(b"#!"):
        return False
    line = head.partition(b"\n")[0]
    return any(word in line for word in (b"/sh", b"bash", b"zsh", b" sh", b"ksh"))


def _environment(text: str, commands: Commands) -> Iterator[Statement]:
    rows = []
    for line, row in enumerate(text.splitlines(), 1):
        bare = row.strip().removeprefix("export ").strip()
        key, found, value = bare.partition("=")
        key, value = key.strip(), value.strip()
        if not found or bare.startswith("#") or not key.replace("_", "").isalnum():
            continue
        value = (
            value[1:].partition(value[0])[0] if value[:1] in ("'", '"') else value.partition(" #")[0].strip()
        )
        rows.append((key, value, line))
    for key, value, _ in rows:
        if (known := expanded(value, commands.variables)) is not None:
            commands.variables[key] = known
    for key, value, line in rows:
        yield from commands.environment(key, value, line)


def _terraform(text: str, commands: Commands) -> Iterator[Statement]:
    """Read settings of infrastructure: ``HF_MODEL_ID = "org/name"``, and ``default`` of a variable."""
    variable = ""
    for line, row in enumerate(text.splitlines(), 1):
        bare = row.strip()
        if bare.startswith(('variable "', "variable '")):
            variable = bare[10:].partition(bare[9])[0]
        key, found, value = bare.partition("=")
        key, value = key.strip().strip("\"'"), value.strip()
        if not found or bare.startswith(("#", "//", "*", "/*")) or not key.replace("_", "").isalnum():
            continue
        if value[:1] == '"' and "${" not in value:
            name = variable if key == "default" else key
            yield from commands.environment(name, value[1:].partition('"')[0], line)


def _makefile(text: str, commands: Commands) -> Iterator[Statement]:
    """Read assignments and recipes; ``$(NAME)`` is the value of a name, ``$$`` a dollar for the shell."""
    recipe: list[str] = []
    start = 0
    for line, row in enumerate((*text.splitlines(), ""), 1):
        is_joined = bool(recipe) and recipe[-1].endswith("\\")
        if row.startswith("\t") or is_joined or (row.startswith("    ") and row.strip()):
            start = start if is_joined else line
            if recipe and not is_joined:
                yield from _recipe(recipe, start - len(recipe), commands)
                recipe = []
            recipe.append(row.strip().lstrip("@-+") if not is_joined else row.strip())
            continue
        if recipe:
            yield from _recipe(recipe, line - len(recipe), commands)
            recipe = []
        key, found, value = row.partition("=")
        key = key.rstrip(":?+! ").removeprefix("export ").strip()
        if found and key.replace("_", "").isalnum() and not row.startswith("#"):
            value = _shell(value.partition(" #")[0].strip())
            if (known := expanded(value, commands.variables)) is not None:
                commands.variables[key] = known
            yield from commands.environment(key, value, line)


def _recipe(rows: list[str], start: int, commands: Commands) -> Iterator[Statement]:
    yield from commands.script(_shell("\n".join(rows)), start)


def _shell(text: str) -> str:
    """Write references of make as a shell does."""
    made: list[str] = []
    for at, part in enumerate(text.split("$(")):
        if at == 0:
            made.append(part)
            continue
        name, found, rest = part.partition(")")
        plain = found and name.replace("_", "").isalnum()
        made.append(f"${{{name}}}{rest}" if plain else f"$({part}")
    return "".join(made).replace("$$", "$")


READER = ScriptsReader()
