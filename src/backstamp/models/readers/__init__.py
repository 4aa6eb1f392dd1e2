"""Readers of the models area: structures to facts, one module a format."""
