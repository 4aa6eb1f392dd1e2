"""Rules about pickles."""

RULES: tuple[type, ...] = ()
