"""What a CycloneDX document is as SPDX: each thing in the place that SPDX has for it."""

import json

import pytest

from backstamp.bom.spdx.check import missing_of_profile, problems, profile_problems
from backstamp.bom.spdx.read import cyclonedx_of
from backstamp.bom.spdx.write import spdx_of
from backstamp.core.tree import Json, Tree, text_at
from kit.rich_boms import dataset, file, library, model, rich
from kit.standards import cyclonedx_errors

_SPACE = "urn:spdx.dev:bom-3e671687-395b-41f5-a30f-a58921a69b79-2#"


def _bom(**values: Json) -> Tree:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        "version": 2,
        **values,
    }


def _elements(tree: Tree) -> dict[str, Tree]:
    return {text_at(each, "spdxId").removeprefix(_SPACE): each for each in spdx_of(tree)[0]["@graph"]}


def _said(element: Tree) -> Tree:
    return {key: value for key, value in element.items() if key not in {"spdxId", "creationInfo"}}


def _related(elements: dict[str, Tree], source: str) -> list[tuple[str, list[str]]]:
    return [
        (text_at(each, "relationshipType"), [end.removeprefix(_SPACE) for end in each["to"]])
        for each in elements.values()
        if text_at(each, "from") == _SPACE + source
    ]


def test_the_rich_document_comes_back_as_it_was():
    document, notes = spdx_of(rich())
    assert cyclonedx_of(json.loads(json.dumps(document))) == (rich(), ())
    assert [note for note in notes if note.is_lost] == []
    assert list(problems(document)) == []


def test_the_rich_document_is_valid_cyclonedx():
    assert cyclonedx_errors(rich(), "1.7") == []
    pytest.importorskip("jsonschema")
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    assert JsonStrictValidator(SchemaVersion.V1_7).validate_str(json.dumps(rich())) is None


def test_the_same_document_always_gives_the_same_text():
    assert json.dumps(spdx_of(rich())[0]) == json.dumps(spdx_of(rich())[0])


def test_what_is_carried_is_only_what_has_no_place():
    assert [
        note.pointer for note in spdx_of(_bom(components=[model(), dataset("train", "training")]))[1]
    ] == [
        "/components/0/evidence/identity",
        "/components/0/evidence/occurrences/1/bom-ref",
        "/components/0/externalReferences/3/type",
        "/components/0/externalReferences/4/hashes",
        "/components/0/group",
        "/components/0/hashes/1/alg",
        "/components/0/manufacturer/contact",
        "/components/0/modelCard/bom-ref",
        "/components/0/modelCard/considerations/environmentalConsiderations/energyConsumptions/0/co2CostEquivalent",
        "/components/0/modelCard/considerations/environmentalConsiderations/energyConsumptions/0/energyProviders/0",
        "/components/0/modelCard/modelParameters/datasets/1",
        "/components/0/modelCard/modelParameters/datasets/2/governance",
        "/components/0/modelCard/modelParameters/inputs",
        "/components/0/modelCard/modelParameters/outputs",
        "/components/0/modelCard/quantitativeAnalysis/performanceMetrics/0/confidenceInterval",
        "/components/0/modelCard/quantitativeAnalysis/performanceMetrics/0/slice",
        "/components/0/releaseNotes/type",
        "/components/0/scope",
        "/components/0/tags",
        "/components/1/data/0/contents",
        "/components/1/data/0/name",
        "/components/1/data/0/sensitiveData",
    ]


def test_a_library_is_a_package_with_its_licence():
    elements = _elements(_bom(components=[library()]))
    assert _said(elements["component:pkg:pypi/torch@2.9.0"]) == {
        "type": "software_Package",
        "name": "torch",
        "software_primaryPurpose": "library",
        "software_packageVersion": "2.9.0",
        "software_packageUrl": "pkg:pypi/torch@2.9.0",
        "verifiedUsing": [
            {
                "type": "Hash",
                "algorithm": "sha256",
                "hashValue": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            }
        ],
    }
    ((kind, (licence,)),) = _related(elements, "component:pkg:pypi/torch@2.9.0")
    assert kind == "hasDeclaredLicense"
    assert _said(elements[licence]) == {
        "type": "simplelicensing_LicenseExpression",
        "simplelicensing_licenseExpression": "BSD-3-Clause AND MIT",
    }


def test_a_model_says_all_that_an_ai_package_can():
    components: list[Json] = [model(), dataset("train", "training"), dataset("test", "evaluation")]
    elements = _elements(_bom(components=components))
    found = elements["component:model:tiny"]
    assert {key: value for key, value in found.items() if key.startswith("ai_")} == {
        "ai_autonomyType": "no",
        "ai_domain": ["sentence-similarity"],
        "ai_energyConsumption": {
            "type": "ai_EnergyConsumption",
            "ai_trainingEnergyConsumption": [
                {
                    "type": "ai_EnergyConsumptionDescription",
                    "ai_energyQuantity": "12.5",
                    "ai_energyUnit": "kilowattHour",
                }
            ],
        },
        "ai_hyperparameter": [
            {"type": "DictionaryEntry", "key": "hidden_size", "value": "384"},
            {"type": "DictionaryEntry", "key": "vocab_size", "value": "30522"},
            {"type": "DictionaryEntry", "key": "parameter:count", "value": "22713216"},
            {"type": "DictionaryEntry", "key": "parameter:tune_method", "value": "finetune"},
            {
                "type": "DictionaryEntry",
                "key": "context_length",
                "value": "256",
                "@id": f"{_SPACE}card-property:component:model:tiny/0",
            },
        ],
        "ai_informationAboutApplication": (
            "Use case: Semantic search\nUse case: Clustering\n  of texts\nUser: Search teams"
        ),
        "ai_informationAboutTraining": "Three epochs on one machine.",
        "ai_limitation": (
            "Limitation: Texts beyond 256 words are cut.\nTrade-off: Small but less exact.\n"
            "Ethical consideration: Bias of web text\nMitigation: Review results.\n"
            "Group at risk: Dialect speakers\nHarms: Worse recall"
        ),
        "ai_metric": [
            {"type": "DictionaryEntry", "key": "accuracy", "value": "0.91"},
            {"type": "DictionaryEntry", "key": "f1", "value": "0.88"},
        ],
        "ai_safetyRiskAssessment": "low",
        "ai_typeOfModel": ["self-supervised", "bert", "BertModel"],
    }
    assert missing_of_profile(found) == ("ai", ())
    datasets = "component:model:tiny/modelCard/modelParameters/datasets/2"
    assert [entry for entry in _related(elements, "component:model:tiny") if "License" not in entry[0]] == [
        (
            "contains",
            ["component:file:model.safetensors", "component:file:config.json", "component:tokenizer"],
        ),
        ("descendantOf", ["component:model:base"]),
        ("hasDataFile", ["component:tokenizer"]),
        ("hasEvidence", ["occurrence-at:/components/0/evidence/occurrences/0", "evidence:README.md"]),
        ("publishedBy", [_publisher(elements)]),
        ("testedOn", ["component:data:test"]),
        (
            "trainedOn",
            ["component:data:train", datasets.replace("component:model:tiny", "dataset-at:/components/0")],
        ),
    ]
    assert elements["relationship:component:model:tiny/descendantOf"]["comment"] == "fine-tuned from the base"


def _publisher(elements: dict[str, Tree]) -> str:
    return next(name for name, each in elements.items() if text_at(each, "name") == "Example Hub")


def test_data_are_a_dataset_package_and_no_type_is_made_up():
    held: Tree = {"type": "data", "bom-ref": "d", "name": "set"}
    assert _said(_elements(_bom(components=[held]))["component:d"]) == {
        "type": "dataset_DatasetPackage",
        "name": "set",
        "software_primaryPurpose": "data",
        "dataset_datasetType": ["noAssertion"],
    }
    found = _said(_elements(_bom(components=[dataset("train", "training")]))["component:data:train"])
    assert {
        key: value for key, value in found.items() if key.startswith("dataset_") or key == "builtTime"
    } == {
        "builtTime": "2025-01-01T00:00:00Z",
        "dataset_confidentialityLevel": "green",
        "dataset_datasetSize": 123456,
        "dataset_datasetType": ["text"],
        "dataset_intendedUse": "training of small models",
        "dataset_knownBias": ["English only", "News only"],
    }


def test_a_profile_is_claimed_only_when_it_is_met():
    for left_out, missing in (
        ("pedigree", []),
        ("releaseNotes", ["releaseTime"]),
        ("supplier", ["suppliedBy"]),
    ):
        component = {key: value for key, value in model().items() if key not in {"pedigree", left_out}}
        document, _ = spdx_of(_bom(components=[component]))
        graph = document["@graph"]
        about = next(each for each in graph if each["type"] == "SpdxDocument")
        at = next(at for at, each in enumerate(graph) if each["type"] == "ai_AIPackage")
        assert ("ai" in about["profileConformance"]) == (not missing)
        assert [each for each in profile_problems(document) if "ai" in each[1]] == [
            (f"/@graph/{at}", f'the profile "ai" asks for "{key}"') for key in missing
        ]


def test_a_document_without_a_time_says_so_instead_of_making_one_up():
    document, _ = spdx_of(_bom())
    assert document["@graph"][0] == {
        "type": "CreationInfo",
        "@id": "_:creationInfo",
        "specVersion": "3.0.1",
        "created": "1970-01-01T00:00:00Z",
        "comment": "The CycloneDX document does not say when it was created.",
        "createdBy": [next(e["spdxId"] for e in document["@graph"] if e["type"] == "SoftwareAgent")],
    }
    assert cyclonedx_of(document) == (_bom(), ())


def test_training_is_a_build_with_what_went_in_and_out():
    elements = _elements(rich())
    assert _said(elements["workflow:run-1"]) == {
        "type": "build_Build",
        "name": "fine-tuning",
        "build_buildId": "run-2026-01",
        "build_buildType": "urn:spdx.dev:cyclonedx-task-types:build",
        "build_buildStartTime": "2026-01-01T00:00:00Z",
        "build_buildEndTime": "2026-01-01T01:00:00Z",
        "build_configSourceEntrypoint": ["python train.py"],
        "build_environment": [{"type": "DictionaryEntry", "key": "CUDA_VISIBLE_DEVICES", "value": "0"}],
        "build_parameter": [
            {"type": "DictionaryEntry", "key": "learning_rate", "value": "2e-5"},
            {"type": "DictionaryEntry", "key": "seed", "value": "42"},
        ],
        "extension": [
            {
                "type": "extension_CdxPropertiesExtension",
                "extension_cdxProperty": [
                    {
                        "type": "extension_CdxPropertyEntry",
                        "extension_cdxPropName": "backstamp:seed",
                        "extension_cdxPropValue": "42",
                    }
                ],
            }
        ],
    }
    assert _related(elements, "workflow:run-1") == [
        ("contains", ["task:task:config"]),
        ("hasInput", ["component:data:train"]),
        ("hasOutput", ["component:file:model.safetensors"]),
        ("usesTool", ["component:gpu", "component:pkg:pypi/torch@2.9.0"]),
    ]


def test_a_vulnerability_is_assessed_for_what_it_affects():
    elements = _elements(rich())
    found = elements["relationship:vulnerability:vuln-1/doesNotAffect"]
    assert _said(found) == {
        "type": "security_VexNotAffectedVulnAssessmentRelationship",
        "from": f"{_SPACE}vulnerability:vuln-1",
        "relationshipType": "doesNotAffect",
        "to": [f"{_SPACE}component:pkg:pypi/torch@2.9.0"],
        "security_impactStatement": "Only safetensors are loaded.",
        "security_justificationType": "inlineMitigationsAlreadyExist",
        "security_publishedTime": "2026-02-01T00:00:00Z",
    }


def test_alike_licences_are_one_element():
    licence: Json = {"license": {"id": "MIT"}}
    components: list[Json] = [{**file(f"f{at}"), "licenses": [licence]} for at in range(3)]
    kinds = [each["type"] for each in spdx_of(_bom(components=components))[0]["@graph"]]
    assert kinds.count("simplelicensing_LicenseExpression") == 1
