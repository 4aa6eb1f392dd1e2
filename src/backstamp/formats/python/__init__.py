"""Reads Python source as text: what it does to the world, when, and where the data comes from and goes.

Nothing is imported, compiled or run: the syntax tree is walked. ``machine`` is the way in.
"""
