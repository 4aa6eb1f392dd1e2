"""Facts about configuration texts."""

from backstamp.core.fact import Fact


class ConfigurationName(Fact, frozen=True, kw_only=True):
    """A name that a loader would import. Fields as in ``formats.configtext.Named``."""

    mark: str
    name: str


class XmlEntity(Fact, frozen=True, kw_only=True):
    """A declared entity. Fields as in ``formats.xmltext.Entity``."""

    name: str
    target: str
    nested: int
