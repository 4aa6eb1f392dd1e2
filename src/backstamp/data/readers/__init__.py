"""Readers of the data area: structures -> facts."""
