"""One in-toto statement a run: subjects are what came out, the predicate says how.

1. Intent (what was configured) stands in ``buildDefinition``, observation (what happened) in ``observed``.
2. The text is canonical: sorted keys, no spaces, only finite numbers. It is ready to be signed as it is.
3. A statement has a subject: a run that left nothing is named by the digest of its own definition.

Sources: in-toto attestation, Statement v1; SLSA provenance v1, whose words the predicate keeps.
"""

import hashlib
import json

import msgspec

from backstamp.core.tree import Json, Tree

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://backstamp.dev/training-run/v1"
BUILD_TYPE = "https://backstamp.dev/training-run/process/v1"
BUILDER = "https://backstamp.dev/capture"
FILE_NAME = "backstamp.training-run.json"


class Record(msgspec.Struct, kw_only=True):
    """Everything that is known of a run, to be written as a statement."""

    invocation: str
    started: str
    finished: str = ""
    intended: Tree = {}
    internal: Tree = {}
    dependencies: list[Tree] = []
    byproducts: list[Tree] = []
    observed: Tree = {}
    subjects: list[Tree] = []


def statement_of(record: Record, version: str) -> Tree:
    """Make the statement."""
    definition: Tree = {
        "buildType": BUILD_TYPE,
        "externalParameters": record.intended,
        "internalParameters": record.internal,
        "resolvedDependencies": list[Json](record.dependencies),
    }
    subjects: list[Json] = list(record.subjects)
    if not subjects:
        digest = hashlib.sha256(canonical(definition)).hexdigest()
        subjects = [{"name": f"run:{record.invocation}", "digest": {"sha256": digest}}]
    return {
        "_type": STATEMENT_TYPE,
        "subject": subjects,
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "buildDefinition": definition,
            "runDetails": {
                "builder": {"id": BUILDER, "version": {"backstamp": version}},
                "metadata": {
                    "invocationId": record.invocation,
                    "startedOn": record.started,
                    "finishedOn": record.finished,
                },
                "byproducts": list[Json](record.byproducts),
            },
            "observed": record.observed,
        },
    }


def canonical(tree: Json) -> bytes:
    """Write a tree so that equal trees are equal bytes."""
    text = json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def described(name: str, sha256: str, kind: str = "", **annotations: Json) -> Tree:
    """Describe a file (a resource descriptor of in-toto)."""
    notes: Tree = {key: value for key, value in annotations.items() if value not in ("", None)}
    if kind:
        notes["kind"] = kind
    found: Tree = {"name": name, "digest": {"sha256": sha256}}
    if notes:
        found["annotations"] = notes
    return found


def library(name: str, version: str) -> Tree:
    """Describe an installed distribution."""
    return {"uri": f"pkg:pypi/{name}@{version}", "annotations": {"kind": "library"}}
