"""How readers that take stock make values out of files: bounded, legible, without secrets or places.

1. Texts are bounded, control characters are escaped, credentials masked; placeholders are no values.
2. Paths of the machine on which a file was made are nobody's business: they are left out.
3. Numbers that are not finite are no values.
"""

from collections.abc import Iterable, Iterator
from math import isfinite

from backstamp.core.blob import Blob
from backstamp.core.finding import is_plain, shown, visible
from backstamp.core.placeholders import is_placeholder
from backstamp.core.secrets import masked
from backstamp.core.supply import Kind, Part, Scalar, Stated, Teller, Trait
from backstamp.core.tree import Json, Tree, escaped

MOST_TEXT = 4000
_MOST_ITEMS = 64
_LARGEST = 1 << 80

MODEL = Part(Kind.MODEL)
RUN = Part(Kind.RUN)
TOKENIZER = Part(Kind.TOKENIZER)


def file_of(blob: Blob) -> str:
    """Name the file that a blob belongs to: what counts of a model's files are scoped by."""
    return blob.path[0].replace("\\", "/").rsplit("/", 1)[-1] if blob.path else ""


def folder_of(blob: Blob) -> str:
    """Name the folder of a file, without those above it; empty at the top."""
    parts = blob.path[0].replace("\\", "/").split("/") if blob.path else []
    return parts[-2] if len(parts) > 1 else ""


def worded(text: str, limit: int = MOST_TEXT) -> str:
    """Make a text fit to be stated, with its lines; empty if it says nothing."""
    return "" if is_placeholder(text[: 4 * limit].strip()) else as_is(text, limit)


def as_is(text: str, limit: int = MOST_TEXT) -> str:
    """Make a text fit to be stated whatever it says: a template may be nothing but ``{{ prompt }}``."""
    held = masked(text[: 4 * limit].strip())
    clean = "\n".join(visible(line.rstrip("\r").replace("\t", " ")) for line in held.split("\n"))
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def line_of(text: str, limit: int = 200) -> str:
    """Make a text of one line fit to be stated; empty if it says nothing."""
    return worded(" ".join(text[: 8 * limit].split()), limit)


def label_of(text: str, limit: int = 100) -> str:
    """Make an identifier fit to be stated: unlike values, ``x`` and ``text`` are names like any other."""
    return shown(" ".join(text[: 8 * limit].split()), limit)


def is_local(text: str) -> bool:
    """Say whether a text is a path of some machine: absolute, above the folder, or in somebody's home."""
    held = text.strip().replace("\\", "/")
    if held.startswith(("~", "file:", "/")):
        return True
    return (
        held[1:3] == ":/" or held.startswith("../") or "/../" in held or "/home/" in held or "/Users/" in held
    )


def scalar_of(value: Json, limit: int = MOST_TEXT) -> Scalar | None:
    """Make a value that can be stated out of one of a document; ``None`` if there is none.

    Lists of plain values become one text.
    """
    match value:
        case bool():
            return value
        case int():
            return value if abs(value) < _LARGEST else None
        case float():
            return value if isfinite(value) else None
        case str():
            return None if is_local(value) else line_of(value, limit) or None
        case list() if len(value) > 0 and all(isinstance(v, str | int | float) for v in value[:_MOST_ITEMS]):
            return listed((str(v) for v in value), len(value), limit)
        case _:
            return None


def listed(items: Iterable[str], count: int, limit: int = MOST_TEXT) -> str | None:
    """Join short texts; what is beyond the bound is counted."""
    shown: list[str] = []
    for item in items:
        if len(shown) == _MOST_ITEMS:
            break
        if is_local(item):
            return None
        shown.append(label_of(item, 80))
    more = f", … ({count} in all)" if count > len(shown) else ""
    joined = ", ".join(text for text in shown if text)[:limit]
    return joined + more if joined else None


def names_of(values: Iterable[Json]) -> Iterator[str]:
    """Yield the texts among values that could be names: short, printable, no placeholders."""
    for value in values:
        if isinstance(value, str) and (name := line_of(value)) and all(map(is_plain, name)):
            yield name


def count_of(value: Json) -> int | None:
    """Take a value for a count: a whole number that is not negative."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST else None


def each_of(
    tell: Teller,
    blob: Blob,
    part: Part,
    trait: Trait,
    tree: Tree,
    *,
    under: str = "",
    keys: Iterable[str] | None = None,
    prefix: str = "",
) -> Iterator[Stated]:
    """State the plain values of an object, or those of some keys, each under its key."""
    for key in tree if keys is None else keys:
        if key not in tree:
            continue
        value = scalar_of(tree[key], 400)
        if value is not None:
            place = blob.at_pointer(f"{under}/{escaped(key)}")
            yield tell.says(place, part, trait, value, name=prefix + label_of(key, 100))
