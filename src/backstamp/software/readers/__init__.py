"""Readers of the software area: structures -> facts."""
