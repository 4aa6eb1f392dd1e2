"""Bytes to structures, one module (or package) a format. No opinions, no I/O."""
