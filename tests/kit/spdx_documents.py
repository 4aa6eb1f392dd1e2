"""SPDX 3.0.1 documents for tests, as other tools would write them."""

from backstamp.core.tree import Json, Tree

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_ID = "https://example.com/spdx/"


def element(kind: str, local: str, /, **values: Json) -> Tree:
    """An element with a short name."""
    return {"type": kind, "spdxId": _ID + local, "creationInfo": "_:info", **values}


def relationship(name: str, source: str, kind: str, *targets: str, **values: Json) -> Tree:
    """A relationship between elements with short names."""
    ends: list[Json] = [target if ":" in target else _ID + target for target in targets]
    made: Tree = {"from": _ID + source, "relationshipType": kind, "to": ends}
    return element("Relationship", name, **made, **values)


def ai_system() -> Tree:
    """A model with its data, a licence by address, a build and a vulnerability."""
    info: Tree = {
        "type": "CreationInfo",
        "@id": "_:info",
        "specVersion": "3.0.1",
        "created": "2026-05-06T07:08:09Z",
        "createdBy": [_ID + "ada"],
        "createdUsing": [_ID + "tool"],
        "comment": "made by hand",
    }
    graph: list[Json] = [
        info,
        element("Person", "ada", name="Ada"),
        element("Organization", "org", name="Example Org"),
        element("Tool", "tool", name="other-tool", description="writes documents"),
        element("SpdxDocument", "doc", rootElement=[_ID + "sbom"], profileConformance=["core", "ai"]),
        element("software_Sbom", "sbom", rootElement=[_ID + "model"], software_sbomType=["build"]),
        element(
            "ai_AIPackage",
            "model",
            name="foreign-model",
            software_packageVersion="2.0",
            software_primaryPurpose="model",
            software_downloadLocation="https://example.com/model",
            suppliedBy=_ID + "org",
            releaseTime="2026-01-01T00:00:00Z",
            ai_typeOfModel=["supervised", "transformer"],
            ai_domain=["vision"],
            ai_limitation="Small pictures only.",
            ai_autonomyType="no",
            ai_hyperparameter=[{"type": "DictionaryEntry", "key": "layers", "value": "12"}],
            ai_metricDecisionThreshold=[{"type": "DictionaryEntry", "key": "accuracy", "value": "0.9"}],
            summary="a model",
            verifiedUsing=[{"type": "Hash", "algorithm": "sha256", "hashValue": "a" * 64}],
        ),
        element(
            "dataset_DatasetPackage",
            "data",
            name="foreign-data",
            software_primaryPurpose="data",
            dataset_datasetType=["image"],
            dataset_datasetSize=42,
            dataset_sensor=[{"type": "DictionaryEntry", "key": "camera", "value": "left"}],
            originatedBy=[_ID + "org"],
        ),
        element("software_Package", "lib", name="numpy", software_packageUrl="pkg:pypi/numpy@2.0"),
        element("software_File", "weights", name="model.bin", software_fileKind="file"),
        relationship("r1", "model", "trainedOn", "data"),
        relationship("r2", "model", "dependsOn", "lib", completeness="complete"),
        relationship("r3", "model", "contains", "weights"),
        relationship("r4", "model", "hasConcludedLicense", "https://spdx.org/licenses/MIT"),
        relationship("r5", "lib", "hasDeclaredLicense", "licence"),
        relationship(
            "r6", "lib", "hasDeclaredLicense", "https://spdx.org/rdf/3.0.1/terms/Licensing/NoAssertion"
        ),
        relationship("r7", "data", "hasTest", "lib", description="odd"),
        element(
            "simplelicensing_LicenseExpression", "licence", simplelicensing_licenseExpression="BSD-3-Clause"
        ),
        element("build_Build", "build", build_buildType="https://example.com/ci", build_buildId="7"),
        relationship("r8", "build", "hasOutput", "weights"),
        element("security_Vulnerability", "cve", name="CVE-2026-1", summary="bad"),
        relationship("r9", "lib", "hasAssociatedVulnerability", "cve"),
    ]
    return {"@context": CONTEXT, "@graph": graph}
