"""Files of the standards, which tests use where they are at hand: they are not part of the repository."""

import json
import os

import pytest

from backstamp.core.tree import Json, Tree

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


def cyclonedx_errors(tree: Tree, version: str) -> list[str]:
    """List what is wrong with a CycloneDX document by the official schema of a version."""
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    cyclonedx = pytest.importorskip("cyclonedx.schema")
    folder = os.path.join(os.path.dirname(cyclonedx.__file__), "_res")

    def named(address: str) -> Json:
        name = address.rpartition("/")[2].replace(".schema.json", ".SNAPSHOT.schema.json")
        with open(
            os.path.join(folder, name.replace("SNAPSHOT.SNAPSHOT", "SNAPSHOT")), encoding="utf-8"
        ) as file:
            held: Json = json.load(file)
        return held

    schema = named(f"bom-{version}.schema.json")
    validator = jsonschema_rs.validator_for(schema, retriever=named, validate_formats=True)
    return [
        f"/{'/'.join(map(str, each.instance_path))}: {each.message[:300]}"
        for each in validator.iter_errors(tree)
    ]
