"""States a chat template that a model's files carry: its text and its digest."""

from collections.abc import Iterator

from backstamp.core.digest import digest_of
from backstamp.core.fact import Fact
from backstamp.core.location import Location
from backstamp.core.supply import Kind, Method, Part, Relation, Teller, Trait
from backstamp.models.readers.stating import MODEL, as_is


def template_told(by: str, place: Location, text: str, name: str = "") -> Iterator[Fact]:
    """State a template; ``name`` is empty for the one that is used unless another is asked for.

    The digest is over the text in UTF-8, so that the same template is the same in whatever file it stands.
    """
    if not text.strip():
        return
    part = Part(Kind.TEMPLATE, f"#{name}" if name and name != "default" else "")
    declared, measured = Teller(by, Method.DECLARED, 0.95), Teller(by, Method.MEASURED, 1.0)
    data = text.encode("utf-8", "surrogatepass")
    yield declared.links(place, MODEL, Relation.CONTAINS, part)
    yield declared.says(place, part, Trait.FORMAT, "jinja")
    yield measured.says(place, part, Trait.DIGEST, digest_of(memoryview(data)).hex, name="sha256")
    yield measured.says(place, part, Trait.SIZE, len(data))
    yield declared.says(place, part, Trait.TEXT, as_is(text))
