"""Reads Modelfiles of Ollama, and the front matter of Spaces: what a model is made of, what an app shows.

Sources: Ollama's Modelfile reference; the configuration reference of Hugging Face Spaces.
"""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.budget import MIB, Budget
from backstamp.core.errors import ReadError
from backstamp.core.finding import shown
from backstamp.core.placeholders import is_placeholder
from backstamp.core.reading import Statement
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait, named_part
from backstamp.core.tree import list_at, text_at, tree_at
from backstamp.formats.plaintext import decoded
from backstamp.formats.yamltext import document_of
from backstamp.software.readers.agents import front_matter_of
from backstamp.software.readers.naming import Name, named
from backstamp.software.readers.pins import text_of

_TELL = Teller("modelfiles/1", Method.DECLARED, 0.95)
_WORDS = frozenset("FROM PARAMETER TEMPLATE SYSTEM ADAPTER LICENSE MESSAGE REQUIRES RENDERER PARSER".split())
_MODEL = Part(Kind.MODEL)
_SYSTEM = Part(Kind.SYSTEM)


class ModelfilesReader:
    """States what a Modelfile makes, and what a Space uses."""

    name = "modelfiles"
    version = 1
    kinds = frozenset({"text"})

    def read(self, blob: Blob, budget: Budget) -> Iterator[Statement]:
        """Yield what the file says of its model or app."""
        name = blob.name.lower()
        if name == "modelfile" or name.startswith("modelfile.") or name.endswith(".modelfile"):
            for word, text, line in _instructions(decoded(blob, MIB), budget):
                yield from _said(word, text.strip(), line, blob)
        elif name == "readme.md" and blob.head(4)[:3] == b"---":
            yield from _space(blob, budget)


def _instructions(text: str, budget: Budget) -> Iterator[tuple[str, str, int]]:
    rows = text.splitlines()
    at = 0
    while at < len(rows):
        budget.spend_operations()
        start = at
        word, _, rest = rows[at].strip().partition(" ")
        at += 1
        if word.upper() not in _WORDS:
            continue
        rest = rest.strip()
        mark = rest.find('"""')
        if mark >= 0:
            held = [rest[mark + 3 :]]
            while '"""' not in held[-1] and at < len(rows):
                held.append(rows[at])
                at += 1
            rest = rest[:mark] + "\n".join(held).partition('"""')[0]
        elif len(rest) > 1 and rest[0] == rest[-1] == '"' and word.upper() != "PARAMETER":
            rest = rest[1:-1]
        yield word.upper(), rest, start + 1


def _said(word: str, text: str, line: int, blob: Blob) -> Iterator[Statement]:
    place = blob.at_line(line)
    if not text or (word not in ("PARAMETER", "TEMPLATE") and is_placeholder(text)):
        return
    match word:
        case "FROM" | "ADAPTER":
            name = _source(text, Kind.MODEL if word == "FROM" else Kind.ADAPTER)
            if name is None:
                return
            relation = Relation.DERIVED_FROM if word == "FROM" else Relation.CONTAINS
            manner = "" if word == "FROM" else "adapter"
            yield _TELL.links(place, _MODEL, relation, name.part, manner=manner, revision=name.revision)
        case "PARAMETER":
            key, _, value = text.partition(" ")
            yield _TELL.says(
                place, _MODEL, Trait.SETTING, shown(value.strip().strip('"')), name=shown(key, 60)
            )
        case "TEMPLATE":
            part = Part(Kind.TEMPLATE, "#template")
            yield _TELL.links(place, _MODEL, Relation.CONTAINS, part)
            yield _TELL.says(place, part, Trait.TEXT, text[:4000])
        case "SYSTEM":
            part = Part(Kind.PROMPT, "#system")
            yield _TELL.links(place, _MODEL, Relation.CONTAINS, part)
            yield _TELL.says(place, part, Trait.TEXT, text[:4000])
        case "LICENSE":
            yield _TELL.says(place, _MODEL, Trait.LICENSE, shown(text.partition("\n")[0]))
        case _:
            return


def _source(text: str, kind: Kind) -> Name | None:
    """A model of Ollama's library, of the hub (``hf.co/org/name:quant``), or a file beside."""
    text = text.split(maxsplit=1)[0]
    if text.startswith((".", "/", "~")) or text.lower().endswith((".gguf", ".safetensors", ".bin")):
        part = named_part(kind, text if text.startswith((".", "/", "~")) else "./" + text)
        return Name(part) if part is not None else None
    for host in ("hf.co/", "huggingface.co/"):
        if text.startswith(host):
            return named("hf://" + text.removeprefix(host), kind)
    name, _, digest = text.partition("@") if "://" not in text else (text, "", "")
    return (
        named(name, kind, provider="ollama")
        if not digest
        else Name(Part(kind, "ollama:" + shown(name)), shown(digest))
    )


def _space(blob: Blob, budget: Budget) -> Iterator[Statement]:
    head = front_matter_of(decoded(blob, 4 * MIB))
    if head is None or "sdk:" not in head:
        return
    try:
        yaml = document_of("\n" + head, budget)
    except ReadError:
        return  # the reader of cards says so
    tree = tree_at(yaml.tree)
    sdk = text_at(tree, "sdk")
    if not sdk:
        return
    version = text_of(tree.get("sdk_version"))
    place = blob.at_line(yaml.lines.get("/sdk", 1))
    yield _TELL.says(place, _SYSTEM, Trait.FRAMEWORK, shown(version), name=shown(sdk, 40))
    for key, kind in (("models", Kind.MODEL), ("datasets", Kind.DATASET)):
        for at, text in enumerate(list_at(tree, key)):
            name = named(text, kind, is_for_it=True) if isinstance(text, str) else None
            if name is not None:
                line = yaml.lines.get(f"/{key}/{at}", 1)
                yield _TELL.links(blob.at_line(line), _SYSTEM, Relation.USES, name.part, manner=key)


READER = ModelfilesReader()
