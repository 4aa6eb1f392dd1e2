"""Backstamp secures the AI supply chain: what a system is made of, and whether it may run."""

__version__ = "0.1.0"
