"""Turns facts that judging readers state anyway into statements about parts: nothing is read twice."""
