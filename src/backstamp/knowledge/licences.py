"""Licences of models, data and software: their names, their texts, and what they ask. Not legal advice.

``normalised`` understands what people write, ``recognised`` reads licence texts, ``obligations_of`` tells
what a licence asks, and ``origin_of`` which licence a well-known model has.
"""

from backstamp.knowledge.licence_names import UNKNOWN, Licence, normalised, single
from backstamp.knowledge.licence_table import (
    Obligations,
    Term,
    Terms,
    kin_of,
    name_of,
    obligations_of,
    origin_of,
)
from backstamp.knowledge.licence_texts import Recognition, recognised

__all__ = [
    "UNKNOWN",
    "Licence",
    "Obligations",
    "Recognition",
    "Term",
    "Terms",
    "kin_of",
    "name_of",
    "normalised",
    "obligations_of",
    "origin_of",
    "recognised",
    "single",
]
