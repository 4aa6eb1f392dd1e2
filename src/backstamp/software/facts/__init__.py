"""Facts of the software area."""
