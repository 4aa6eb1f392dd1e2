"""Jinja templates to syntax trees. Nothing is ever rendered."""
