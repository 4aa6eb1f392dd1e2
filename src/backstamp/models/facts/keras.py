"""Facts about Keras configurations."""

from backstamp.core.fact import Fact


class KerasObject(Fact, frozen=True, kw_only=True):
    """An object that loading a configuration makes. Fields as in ``formats.keras.Layer``.

    ``has_code`` says that it carries bytecode; ``container`` is what holds the configuration: ``json``,
    ``hdf5`` (where safe mode is not asked) or ``savedmodel``.
    """

    class_name: str
    module: str
    registered_name: str
    function: str
    paths: tuple[tuple[str, str], ...] = ()
    has_code: bool = False
    repeated: tuple[str, ...] = ()
    container: str = "json"
    count: int = 1
