"""Backstamp secures the AI supply chain: what a system is made of, and whether it may run."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backstamp.capture.run import training_run as training_run

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load what programs that train call, when they call it: a scan needs none of it."""
    if name == "training_run":
        from backstamp.capture.run import training_run

        return training_run
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
