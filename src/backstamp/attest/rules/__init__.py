"""Rules about signatures that are valid, and suspicious all the same."""
