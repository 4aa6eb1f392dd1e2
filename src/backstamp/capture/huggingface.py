"""Records what the Trainer of transformers really did: arguments, steps, epochs, metrics, compute."""

from importlib import import_module

from backstamp.capture.run import Run
from backstamp.capture.settings import settings_of


class Recorder:
    """The methods of a ``TrainerCallback`` that record; it needs no transformers itself."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run

    def on_train_begin(self, args: object, state: object, control: object, **more: object) -> None:  # noqa: ARG002
        """Record the arguments as they were resolved, and the model that is trained."""
        self.run.observe_settings(settings_of(args))
        model = more.get("model")
        name = getattr(getattr(model, "config", None), "_name_or_path", "") or ""
        self.run.observe(
            framework="transformers",
            worldSize=getattr(args, "world_size", 1),
            maxSteps=getattr(state, "max_steps", None),
            modelClass=type(model).__name__ if model is not None else "",
            startedFrom=name if isinstance(name, str) else "",
        )

    def on_log(self, args: object, state: object, control: object, **more: object) -> None:  # noqa: ARG002
        """Record what the Trainer logs."""
        self._metrics(more.get("logs"), state)

    def on_evaluate(self, args: object, state: object, control: object, **more: object) -> None:  # noqa: ARG002
        """Record the metrics of an evaluation."""
        self._metrics(more.get("metrics"), state)

    def on_train_end(self, args: object, state: object, control: object, **more: object) -> None:  # noqa: ARG002
        """Record how far it went."""
        self.run.observe(
            steps=getattr(state, "global_step", None),
            epochs=getattr(state, "epoch", None),
            totalFlos=getattr(state, "total_flos", None),
            bestMetric=getattr(state, "best_metric", None),
        )

    def _metrics(self, metrics: object, state: object) -> None:
        if isinstance(metrics, dict):
            step = getattr(state, "global_step", None)
            self.run.observe_metrics(metrics, step if isinstance(step, int) else None)


def callback(run: Run) -> object:
    """Make a callback for ``Trainer(callbacks=[...])``. Raises ``ImportError`` without transformers."""
    base: type = getattr(import_module("transformers"), "TrainerCallback")  # noqa: B009  # known by name only
    return type("BackstampCallback", (Recorder, base), {})(run)
