"""Records what Lightning's trainer really did: hyperparameters, steps, epochs, metrics, strategy."""

from importlib import import_module

from backstamp.capture.run import Run
from backstamp.capture.settings import settings_of

_SETTINGS = (
    "max_epochs", "max_steps", "min_epochs", "accumulate_grad_batches", "gradient_clip_val", "precision",
    "num_nodes", "num_devices", "check_val_every_n_epoch", "deterministic",
)  # fmt: skip


class Recorder:
    """The methods of a Lightning ``Callback`` that record; it needs no Lightning itself."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run

    def on_fit_start(self, trainer: object, pl_module: object) -> None:
        """Record what the trainer resolved, and the hyperparameters of the module."""
        known = {name: getattr(trainer, name, None) for name in _SETTINGS}
        settings = {name: value for name, value in known.items() if value is not None}
        settings.update(settings_of(getattr(pl_module, "hparams", None)))
        self.run.observe_settings(settings)
        self.run.observe(
            framework="lightning",
            worldSize=getattr(trainer, "world_size", 1),
            modelClass=type(pl_module).__name__,
            strategy=type(getattr(trainer, "strategy", None)).__name__,
        )

    def on_train_epoch_end(self, trainer: object, pl_module: object) -> None:  # noqa: ARG002  # Lightning's signature
        """Record the metrics of an epoch."""
        self._metrics(trainer)

    def on_validation_end(self, trainer: object, pl_module: object) -> None:  # noqa: ARG002  # Lightning's signature
        """Record the metrics of a validation that is no rehearsal."""
        if not getattr(trainer, "sanity_checking", False):
            self._metrics(trainer)

    def on_fit_end(self, trainer: object, pl_module: object) -> None:  # noqa: ARG002  # Lightning's signature
        """Record how far it went."""
        self._metrics(trainer)
        self.run.observe(
            steps=getattr(trainer, "global_step", None), epochs=getattr(trainer, "current_epoch", None)
        )

    def _metrics(self, trainer: object) -> None:
        metrics = getattr(trainer, "callback_metrics", None)
        step = getattr(trainer, "global_step", None)
        if hasattr(metrics, "items") and metrics:
            self.run.observe_metrics(dict(metrics), step if isinstance(step, int) else None)


def callback(run: Run) -> object:
    """Make a callback for ``Trainer(callbacks=[...])``. Raises ``ImportError`` without Lightning."""
    try:
        module = import_module("lightning.pytorch")
    except ImportError:
        module = import_module("pytorch_lightning")
    base: type = getattr(module, "Callback")  # noqa: B009  # known by name only
    return type("BackstampCallback", (Recorder, base), {})(run)
