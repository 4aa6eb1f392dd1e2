"""Runs a scan: walk, budget, isolation, cache, order of stages."""
