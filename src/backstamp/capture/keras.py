"""Records what ``fit`` of Keras really did: optimizer, batches, epochs, metrics."""

from importlib import import_module

from backstamp.capture.run import Run
from backstamp.capture.settings import settings_of


class Recorder:
    """The methods of a Keras ``Callback`` that record; it needs no Keras itself."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run
        self.epochs = 0
        self.batches = 0

    def on_train_begin(self, logs: object = None) -> None:  # noqa: ARG002  # Keras's signature
        """Record the parameters of ``fit`` and the configuration of the optimizer."""
        settings = dict(settings_of(getattr(self, "params", None)))
        optimizer = getattr(getattr(self, "model", None), "optimizer", None)
        configuration = getattr(optimizer, "get_config", None)
        if callable(configuration):
            settings["optimizer"] = settings_of(configuration())
        self.run.observe_settings(settings)
        self.run.observe(framework="keras", modelClass=type(getattr(self, "model", None)).__name__)

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:  # noqa: ARG002  # Keras's signature
        """Count a step."""
        self.batches += 1

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        """Record the metrics of an epoch."""
        self.epochs = epoch + 1
        if isinstance(logs, dict):
            self.run.observe_metrics(logs, self.epochs)

    def on_train_end(self, logs: object = None) -> None:  # noqa: ARG002  # Keras's signature
        """Record how far it went."""
        self.run.observe(steps=self.batches, epochs=self.epochs)


def callback(run: Run) -> object:
    """Make a callback for ``model.fit(callbacks=[...])``. Raises ``ImportError`` without Keras."""
    try:
        module = import_module("keras.callbacks")
    except ImportError:
        module = import_module("tensorflow.keras.callbacks")
    base: type = getattr(module, "Callback")  # noqa: B009  # known by name only
    # The base holds parameters and model itself, the model as a property.
    return type("BackstampCallback", (Recorder, base), {})(run)
