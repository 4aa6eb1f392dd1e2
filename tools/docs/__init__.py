"""Generators of the documentation that follows from the code."""
