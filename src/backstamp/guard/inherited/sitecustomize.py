"""Imported by Python when it starts, if ``guard.install(inherit=True)`` put this folder on the search path.

It installs the guard and runs the ``sitecustomize`` module that comes next. A process that cannot be guarded
ends: it was meant to be.
"""

import importlib.machinery
import importlib.util
import os
import sys


def start() -> None:
    """Install the guard, then run the module that this one stands before."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder or os.curdir) != here]
    try:
        from backstamp.core.errors import BackstampError
        from backstamp.guard.inheriting import install_from_environment
    except ImportError as error:
        raise SystemExit(f"backstamp: this process cannot be guarded: {error}") from error
    try:
        install_from_environment()
    except BackstampError as error:
        raise SystemExit(f"backstamp: this process cannot be guarded: {error}") from error
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize")
    if spec is not None and spec.loader is not None and os.path.dirname(spec.origin or "") != here:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


start()
