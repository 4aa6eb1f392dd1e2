"""Turns facts that readers state for rules as well into the words of the supply graph."""
