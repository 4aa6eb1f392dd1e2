"""Facts about chat templates: what they use, what they write out, and under which condition."""

from backstamp.core.fact import Fact


class TemplateSummary(Fact, frozen=True, kw_only=True):
    """A template was parsed. ``is_chat`` says that it goes over messages or was held by a model."""

    is_chat: bool
    is_broken: bool
    length: int


class TemplateWord(Fact, frozen=True, kw_only=True):
    """A name that a template uses, once for each role.

    Roles: ``attribute``, ``item`` (a constant in brackets), ``method``, ``function``, ``filter``, ``test``,
    ``keyword`` (of a call), ``variable``, ``string`` (a constant that holds a name in double underscores),
    ``load`` (the tag that takes another template in).
    ``on`` shows what it is used on.
    """

    role: str
    name: str
    on: str


class TemplateTrick(Fact, frozen=True, kw_only=True):
    """Something that templates are written with only to hide what they do, or to exhaust the renderer.

    ``kind``: ``dynamic-attribute``, ``built-name`` (a name in double underscores put together from parts),
    ``character-code``, ``object-text`` (the text of a function or generator), ``huge-range``, ``huge-text``.
    """

    kind: str
    seen: str


class GatedText(Fact, frozen=True, kw_only=True):
    """Text that is written out only if the content of a message holds one of the ``triggers``."""

    triggers: tuple[str, ...]
    text: str


class TemplateText(Fact, frozen=True, kw_only=True):
    """Text that a template always carries, with what is odd about it.

    ``marks``: ``invisible`` (characters nobody sees), ``address`` (of the web), ``markup`` (HTML that acts).
    """

    marks: tuple[str, ...]
    text: str
