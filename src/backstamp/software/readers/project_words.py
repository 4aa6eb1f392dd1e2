"""What a Python project says of itself: name, version, licence, authors, links. Source: PEP 621, PEP 639."""

from collections.abc import Iterator

from backstamp.core.blob import Blob
from backstamp.core.placeholders import is_placeholder
from backstamp.core.supply import Kind, Method, Part, Stated, Teller, Trait
from backstamp.core.tree import Tree, text_at, texts_at, tree_at, trees_at
from backstamp.formats.tomltext import Toml

_TELL = Teller("pyproject/1", Method.DECLARED, 0.9)
_SYSTEM = Part(Kind.SYSTEM)
_MOST = 2_000
_LINKS = {
    "repository": "vcs", "source": "vcs", "sourcecode": "vcs", "github": "vcs",
    "documentation": "documentation", "docs": "documentation", "issues": "issues", "bugtracker": "issues",
    "homepage": "website",
}  # fmt: skip


def project_told(toml: Toml, blob: Blob) -> Iterator[Stated]:
    """State what the project at the root of the target says of itself; others are parts of it."""
    if len(blob.path) > 1 or "/" in blob.path[0]:
        return
    project = tree_at(toml.tree, "project") or tree_at(toml.tree, "tool", "poetry")
    start = "/project" if tree_at(toml.tree, "project") else "/tool/poetry"
    for key, trait in (
        ("name", Trait.NAME),
        ("version", Trait.VERSION),
        ("description", Trait.DESCRIPTION),
    ):
        text = text_at(project, key).strip()[:_MOST]
        # "name" stands in templates, yet a project may be called so.
        if text and (trait is Trait.NAME or not is_placeholder(text)):
            yield _TELL.says(blob.at_line(toml.line(f"{start}/{key}")), _SYSTEM, trait, text)
    yield from _licence(project, toml, blob, start)
    place = blob.at_line(toml.line(f"{start}/authors"))
    names = [text_at(each, "name") or text_at(each, "email") for each in trees_at(project, "authors")]
    for name in (*names, *(text.partition("<")[0].strip() for text in texts_at(project, "authors"))):
        if name and not is_placeholder(name):
            yield _TELL.says(place, _SYSTEM, Trait.AUTHOR, name[:300])
    for label, url in tree_at(project, "urls").items():
        if isinstance(url, str) and url.startswith(("http://", "https://")):
            kind = _LINKS.get("".join(c for c in label.lower() if c.isalnum()), "website")
            place = blob.at_line(toml.line(f"{start}/urls"))
            yield _TELL.says(place, _SYSTEM, Trait.LINK, url[:_MOST], name=kind)


def _licence(project: Tree, toml: Toml, blob: Blob, start: str) -> Iterator[Stated]:
    text = text_at(project, "license") or text_at(project, "license", "text")
    if text and len(text) <= 300 and not is_placeholder(text):
        yield _TELL.says(blob.at_line(toml.line(f"{start}/license")), _SYSTEM, Trait.LICENSE, text)
