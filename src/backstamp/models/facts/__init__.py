"""Typed facts of the models area, one module a family."""
