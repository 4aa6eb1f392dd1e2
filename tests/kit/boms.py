"""Builds BOM documents: small ones that say something, to be broken in one place, and large ones."""

import copy
import json

from backstamp.core.tree import Json, Tree

SERIAL = "urn:uuid:4f6b5f9e-7a52-4b7b-9d0b-0f8d6c1f2a3b"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_INFO = "_:info"


def cyclonedx(version: str = "1.7") -> Tree:
    """A model with its data set, files, licences, citations, a workflow, and a vulnerability: valid."""
    library: Tree = {
        "type": "library",
        "bom-ref": "lib",
        "name": "safetensors",
        "version": "0.5.0",
        "purl": "pkg:pypi/safetensors@0.5.0",
        "licenses": [{"expression": "Apache-2.0 OR MIT"}],
    }
    document: Tree = {
        "$schema": f"http://cyclonedx.org/schema/bom-{version}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "serialNumber": SERIAL,
        "version": 1,
        "metadata": {
            "timestamp": "2026-01-02T03:04:05Z",
            "component": {"type": "application", "bom-ref": "app", "name": "search", "version": "1.0"},
        },
        "components": [library],
        "dependencies": [{"ref": "app", "dependsOn": ["lib"]}],
        "vulnerabilities": [{"bom-ref": "vuln", "id": "CVE-2024-0001", "affects": [{"ref": "lib"}]}],
    }
    if version >= "1.5":
        _models(document)
    if version >= "1.7":
        document["citations"] = [
            {
                "pointers": ["/components/1/modelCard/modelParameters/task"],
                "timestamp": "2026-01-02T03:04:05Z",
                "attributedTo": "lib",
                "process": "training",
            }
        ]
    return copy.deepcopy(document)


def _models(document: Tree) -> None:
    components, dependencies = document["components"], document["dependencies"]
    assert isinstance(components, list)
    assert isinstance(dependencies, list)
    components += [
        {
            "type": "machine-learning-model",
            "bom-ref": "model",
            "group": "acme",
            "name": "minilm",
            "version": "1.0",
            "purl": "pkg:huggingface/acme/minilm@1.0",
            "licenses": [{"license": {"id": "Apache-2.0"}}],
            "modelCard": {
                "modelParameters": {"task": "feature-extraction", "datasets": [{"ref": "data"}]},
            },
            "components": [
                {
                    "type": "file",
                    "bom-ref": "weights",
                    "name": "model.safetensors",
                    "hashes": [{"alg": "SHA-256", "content": SHA256}],
                }
            ],
            "properties": [{"name": "cdx:ai-ml:model:parameter:count", "value": "1000"}],
        },
        {
            "type": "data",
            "bom-ref": "data",
            "name": "pairs",
            "version": "2",
            "data": [{"type": "dataset", "name": "pairs", "contents": {"url": "https://example.org/pairs"}}],
        },
    ]
    dependencies.append({"ref": "model", "dependsOn": ["data"]})
    document["formulation"] = [
        {
            "bom-ref": "formula",
            "workflows": [
                {
                    "bom-ref": "training",
                    "uid": "1",
                    "taskTypes": ["build"],
                    "timeStart": "2025-12-01T00:00:00Z",
                    "timeEnd": "2025-12-02T00:00:00Z",
                    "inputs": [{"resource": {"ref": "data"}}],
                    "outputs": [{"type": "artifact", "resource": {"ref": "model"}}],
                }
            ],
        }
    ]
    document["annotations"] = [
        {
            "subjects": ["model"],
            "annotator": {"component": {"type": "application", "name": "backstamp"}},
            "timestamp": "2026-01-02T03:04:05Z",
            "text": "Checked.",
        }
    ]
    document["compositions"] = [{"aggregate": "incomplete", "assemblies": ["app", "model"]}]


def many(count: int) -> Tree:
    """A document of so many libraries, each with a hash, a licence, properties and five dependencies."""
    names = [f"pkg:pypi/package-{at}@1.{at}.0" for at in range(count)]
    document = cyclonedx("1.6")
    document["components"] = [
        {
            "type": "library",
            "bom-ref": name,
            "name": f"package-{at}",
            "version": f"1.{at}.0",
            "purl": name,
            "hashes": [{"alg": "SHA-256", "content": f"{at:064x}"}],
            "licenses": [{"license": {"id": "MIT"}} if at % 2 else {"expression": "MIT OR Apache-2.0"}],
            "externalReferences": [{"type": "website", "url": f"https://example.org/{at}"}],
            "properties": [{"name": f"internal:{key}", "value": "1"} for key in "abcde"],
        }
        for at, name in enumerate(names)
    ]
    document["dependencies"] = [
        {"ref": name, "dependsOn": list[Json](names[at + 1 : at + 6])} for at, name in enumerate(names)
    ]
    for key in ("vulnerabilities", "formulation", "annotations", "compositions"):
        del document[key]
    return document


def spdx() -> Tree:
    """A model trained on a data set, with all that the AI and Dataset profiles make mandatory: valid."""
    root = "https://example.org/"

    def element(kind: str, key: str, **more: Json) -> Tree:
        return {"type": kind, "spdxId": root + key, "creationInfo": _INFO, **more}

    return {
        "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
        "@graph": [
            {
                "type": "CreationInfo",
                "@id": _INFO,
                "specVersion": "3.0.1",
                "created": "2026-01-01T00:00:00Z",
                "createdBy": [root + "acme"],
            },
            element("Organization", "acme", name="Acme"),
            element(
                "SpdxDocument",
                "document",
                rootElement=[root + "model"],
                profileConformance=["core", "software", "ai", "dataset", "simpleLicensing"],
            ),
            element(
                "ai_AIPackage",
                "model",
                name="minilm",
                releaseTime="2026-01-01T00:00:00Z",
                suppliedBy=root + "acme",
                software_downloadLocation="https://example.org/minilm",
                software_packageVersion="1.0",
                software_primaryPurpose="model",
                software_packageUrl="pkg:huggingface/acme/minilm@1.0",
                verifiedUsing=[{"type": "Hash", "algorithm": "sha256", "hashValue": SHA256}],
            ),
            element(
                "dataset_DatasetPackage",
                "data",
                name="pairs",
                builtTime="2025-01-01T00:00:00Z",
                releaseTime="2026-01-01T00:00:00Z",
                originatedBy=[root + "acme"],
                software_downloadLocation="https://example.org/pairs",
                software_primaryPurpose="data",
                dataset_datasetType=["text"],
            ),
            element(
                "Relationship",
                "trained",
                relationshipType="trainedOn",
                **{"from": root + "model", "to": [root + "data"]},
            ),
            element(
                "simplelicensing_LicenseExpression", "licence", simplelicensing_licenseExpression="Apache-2.0"
            ),
        ],
    }


def spdx_chain(length: int) -> Tree:
    """Packages of which each contains the next, and the last the first."""
    graph: list[Json] = [
        {
            "type": "CreationInfo", "@id": _INFO, "specVersion": "3.0.1", "created": "2026-01-02T03:04:05Z",
            "createdBy": ["https://example.org/ada"],
        },
        {"type": "Agent", "spdxId": "https://example.org/ada", "creationInfo": _INFO, "name": "Ada"},
    ]  # fmt: skip
    for at in range(length):
        name, following = f"https://example.org/{at}", f"https://example.org/{(at + 1) % length}"
        graph.append({"type": "software_Package", "spdxId": name, "creationInfo": _INFO, "name": f"p{at}"})
        graph.append(
            {
                "type": "Relationship", "spdxId": f"{name}/r", "creationInfo": _INFO, "from": name,
                "to": [following], "relationshipType": "contains",
            }
        )  # fmt: skip
    return {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": graph}


def _keys(pointer: str) -> list[str]:
    return [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]


def changed(tree: Tree, pointer: str, value: Json) -> Tree:
    """Put another value at a pointer of a copy; an index one past the end of a list appends."""
    made = copy.deepcopy(tree)
    *path, last = _keys(pointer)
    at: Json = made
    for key in path:
        at = at[int(key)] if isinstance(at, list) else at[key] if isinstance(at, dict) else None
    if isinstance(at, list):
        at[int(last) : int(last) + 1] = [value]
    elif isinstance(at, dict):
        at[last] = value
    return made


def without(tree: Tree, pointer: str) -> Tree:
    """Leave out what is at a pointer of a copy."""
    made = copy.deepcopy(tree)
    *path, last = _keys(pointer)
    at: Json = made
    for key in path:
        at = at[int(key)] if isinstance(at, list) else at[key] if isinstance(at, dict) else None
    if isinstance(at, list):
        del at[int(last)]
    elif isinstance(at, dict):
        del at[last]
    return made


def as_bytes(tree: Tree) -> bytes:
    """Write a document in short."""
    return json.dumps(tree).encode()
