"""Facts about code that only mean something together with those of other files."""

from backstamp.core.fact import Fact


class SharedText(Fact, frozen=True, kw_only=True):
    """A name of a module that stands for a text which may name a model: other modules may import it.

    ``symbol`` is the name inside the module, with attributes: ``settings.llm_model``.
    """

    symbol: str
    text: str
    is_default: bool


class OpenUse(Fact, frozen=True, kw_only=True):
    """A call whose part is a name of another module: ``.config.DEFAULT_MODEL``.

    ``callee`` is the dotted name of what is called, ``address`` the one of the client's API, if there is any.
    """

    symbol: str
    callee: str
    address: str
    revision: str
    pin: str = ""  # the name of another module that holds the revision
