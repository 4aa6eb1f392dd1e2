"""Captures training runs while they happen: what was intended, what was used, what came out."""

from backstamp.capture.run import Run, training_run

__all__ = ["Run", "training_run"]
