"""Facts about configuration files of model repositories: what they make a loader import, fetch or trust."""

from backstamp.core.fact import Fact


class CodeReference(Fact, frozen=True, kw_only=True):
    """A configuration names a class which a loader takes from a file of code.

    ``key`` is where it stands (``auto_map``, ``custom_pipelines`` ...), ``role`` what it is for
    (``AutoModel`` ...), ``repository`` the other repository the code is fetched from, if any.
    """

    key: str
    role: str
    target: str
    repository: str


class TrustSetting(Fact, frozen=True, kw_only=True):
    """A configuration says that remote code may run. ``document`` is ``model`` or ``other``."""

    value: str
    document: str


class AttentionSetting(Fact, frozen=True, kw_only=True):
    """A configuration chooses an implementation of attention, which a loader may fetch."""

    key: str
    value: str


class PipelineComponent(Fact, frozen=True, kw_only=True):
    """A part of a diffusers pipeline: a class, and the library that a loader imports for it."""

    component: str
    library: str
    class_name: str


class ClassSetting(Fact, frozen=True, kw_only=True):
    """A key that names a class by its bare name, whose value is more than a name."""

    key: str
    value: str


class ModuleSetting(Fact, frozen=True, kw_only=True):
    """A module path that a loader imports: ``modules.json`` types, the parent library of an adapter."""

    key: str
    value: str


class ShardIndex(Fact, frozen=True, kw_only=True):
    """An index names the files that hold the weights."""

    shards: tuple[str, ...]
    tensors: int


class RepeatedKey(Fact, frozen=True, kw_only=True):
    """A key that decides about code stands twice in one object: readers disagree which one counts."""

    key: str


class LfsPointer(Fact, frozen=True, kw_only=True):
    """A file is a Git LFS pointer."""

    oid: str
    size: int


class ModelConfig(Fact, frozen=True, kw_only=True):
    """What a configuration declares of its model."""

    model_type: str
    architectures: tuple[str, ...]
