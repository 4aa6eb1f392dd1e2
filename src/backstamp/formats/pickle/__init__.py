"""Pickles, followed symbolically as CPython's ``_pickle.c`` would run them. Nothing is executed."""
