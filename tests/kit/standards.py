"""Files of the standards, which tests use where they are at hand: they are not part of the repository."""

import os

import pytest

_HERE = os.path.dirname(os.path.abspath(__file__))


def standard(name: str) -> str:
    """Give the path of a file of a standard; the test is skipped where there is none.

    Looked for in the folder that ``BACKSTAMP_STANDARDS`` names, then in ``shared/bom`` beside or above the
    repository.
    """
    folders = [os.environ.get("BACKSTAMP_STANDARDS", "")]
    above = _HERE
    while os.path.dirname(above) != above:
        above = os.path.dirname(above)
        folders.append(os.path.join(above, "shared", "bom"))
    for folder in folders:
        path = os.path.join(folder, name)
        if folder and os.path.exists(path):
            return path
    pytest.skip(f"{name} is not at hand: it is a file of the standard, not of this repository")
