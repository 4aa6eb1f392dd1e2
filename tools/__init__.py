"""Tools for makers of Backstamp; not installed."""
