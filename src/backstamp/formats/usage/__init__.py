"""Reads Python source for what it uses: models, datasets, services, tools, agents, prompts.

Nothing is imported, compiled or run. The walk is that of ``formats.python``, which knows what runs where and
with which values; here is what the calls mean. ``scan`` is the way in.
"""
