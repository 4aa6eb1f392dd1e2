"""CycloneDX documents for tests: one that says as much as it can, and small ones."""

from backstamp.core.tree import Tree

_SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def file(name: str, digest: str = _SHA) -> Tree:
    """A file of a model."""
    return {
        "type": "file",
        "bom-ref": f"file:{name}",
        "name": name,
        "mime-type": "application/octet-stream",
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "properties": [{"name": "backstamp:size", "value": "90868376"}],
    }


def model() -> Tree:
    """A model with a card, a base model, files, a tokenizer and data."""
    return {
        "type": "machine-learning-model",
        "bom-ref": "model:tiny",
        "supplier": {"name": "Example Org", "url": ["https://example.org"]},
        "manufacturer": {"name": "Example Labs", "contact": [{"name": "Ada", "email": "ada@example.org"}]},
        "authors": [{"name": "Ada Example", "email": "ada@example.org"}, {"name": "Bob"}],
        "publisher": "Example Hub",
        "group": "example",
        "name": "tiny-bert",
        "version": "0123456789abcdef0123456789abcdef01234567",
        "description": "A small model.\nFor tests.",
        "scope": "required",
        "hashes": [{"alg": "SHA-512", "content": _SHA * 2}, {"alg": "Streebog-256", "content": _SHA}],
        "licenses": [
            {"license": {"id": "Apache-2.0", "acknowledgement": "declared"}},
            {
                "license": {
                    "name": "Example Use Policy",
                    "url": "https://example.org/use",
                    "bom-ref": "lic:use",
                }
            },
            {"license": {"name": "House Licence", "text": {"content": "Do what you like."}}},
            {"expression": "Apache-2.0 OR MIT", "acknowledgement": "concluded"},
        ],
        "copyright": "Copyright 2026 Example Org",
        "cpe": "cpe:2.3:a:example:tiny-bert:1.0:*:*:*:*:*:*:*",
        "purl": "pkg:huggingface/example/tiny-bert@0123456789abcdef0123456789abcdef01234567",
        "swhid": ["swh:1:cnt:94a9ed024d3859793618152ea559a168bbcbb5e2"],
        "externalReferences": [
            {"type": "documentation", "url": "https://example.org/paper", "comment": "paper"},
            {"type": "distribution", "url": "https://huggingface.co/example/tiny-bert"},
            {"type": "website", "url": "https://example.org/tiny"},
            {"type": "model-card", "url": "https://example.org/tiny/card"},
            {
                "type": "vcs",
                "url": "https://example.org/git",
                "hashes": [{"alg": "SHA-1", "content": "a" * 40}],
            },
        ],
        "releaseNotes": {"type": "major", "timestamp": "2026-02-03T04:05:06Z"},
        "pedigree": {"ancestors": [_ancestor()], "notes": "fine-tuned from the base"},
        "modelCard": _card(),
        "components": [
            file("model.safetensors"),
            file("config.json", "0" * 64),
            {
                "type": "data",
                "bom-ref": "tokenizer",
                "name": "tokenizer",
                "components": [file("tokenizer.json", "1" * 64)],
            },
        ],
        "evidence": {
            "identity": [
                {"field": "name", "confidence": 0.95, "methods": [{"technique": "filename", "confidence": 1}]}
            ],
            "occurrences": [
                {"location": "config.json", "line": 7},
                {"location": "README.md", "bom-ref": "occ-2"},
            ],
        },
        "properties": [
            {"name": "backstamp:spdx:ai_autonomyType", "value": "no"},
            {"name": "backstamp:training:note", "value": "Three epochs on one machine."},
            {"name": "backstamp:spdx:ai_safetyRiskAssessment", "value": "low"},
            {"name": "cdx:ai-ml:model:hyperparameter:hidden_size", "value": "384"},
            {"name": "cdx:ai-ml:model:hyperparameter:vocab_size", "value": "30522"},
            {"name": "cdx:ai-ml:model:language", "value": "en"},
            {"name": "cdx:ai-ml:model:parameter:count", "value": "22713216"},
            {"name": "cdx:ai-ml:model:parameter:tune_method", "value": "finetune"},
            {"name": "cdx:ai-ml:model:tokenizer", "value": "tokenizer"},
            {"name": "flag"},
        ],
        "tags": ["embedding"],
    }


def _ancestor() -> Tree:
    return {
        "type": "machine-learning-model",
        "bom-ref": "model:base",
        "name": "base-bert",
        "purl": "pkg:huggingface/example/base-bert@89abcdef0123456789abcdef0123456789abcdef",
        "licenses": [{"license": {"id": "Apache-2.0", "acknowledgement": "declared"}}],
    }


def _card() -> Tree:
    return {
        "bom-ref": "card:tiny",
        "modelParameters": {
            "approach": {"type": "self-supervised"},
            "task": "sentence-similarity",
            "architectureFamily": "bert",
            "modelArchitecture": "BertModel",
            "datasets": [
                {"ref": "data:train"},
                {"ref": "data:test"},
                {
                    "type": "dataset",
                    "name": "wiki",
                    "contents": {"url": "https://example.org/wiki"},
                    "classification": "clear",
                    "governance": {"owners": [{"organization": {"name": "Wiki"}}]},
                },
            ],
            "inputs": [{"format": "text"}],
            "outputs": [{"format": "float32[384]"}],
        },
        "quantitativeAnalysis": {
            "performanceMetrics": [
                {
                    "type": "accuracy",
                    "value": "0.91",
                    "slice": "test",
                    "confidenceInterval": {"lowerBound": "0.9"},
                },
                {"type": "f1", "value": "0.88"},
            ],
        },
        "considerations": {
            "users": ["Search teams"],
            "useCases": ["Semantic search", "Clustering\nof texts"],
            "technicalLimitations": ["Texts beyond 256 words are cut."],
            "performanceTradeoffs": ["Small but less exact."],
            "ethicalConsiderations": [{"name": "Bias of web text", "mitigationStrategy": "Review results."}],
            "fairnessAssessments": [{"groupAtRisk": "Dialect speakers", "harms": "Worse recall"}],
            "environmentalConsiderations": {
                "energyConsumptions": [
                    {
                        "activity": "training",
                        "energyProviders": [
                            {
                                "organization": {"name": "Grid"},
                                "energySource": "wind",
                                "energyProvided": {"value": 12.5, "unit": "kWh"},
                            }
                        ],
                        "activityEnergyCost": {"value": 12.5, "unit": "kWh"},
                        "co2CostEquivalent": {"value": 0.004, "unit": "tCO2eq"},
                    }
                ]
            },
        },
        "properties": [{"name": "cdx:ai-ml:model:hyperparameter:context_length", "value": "256"}],
    }


def dataset(name: str, usage: str) -> Tree:
    """A dataset as a component."""
    return {
        "type": "data",
        "bom-ref": f"data:{name}",
        "name": f"{name} set",
        "version": "1.0",
        "licenses": [{"license": {"id": "CC-BY-4.0"}}],
        "externalReferences": [{"type": "distribution", "url": f"https://example.org/{name}"}],
        "data": [
            {
                "type": "dataset",
                "name": name,
                "classification": "green",
                "sensitiveData": ["names"],
                "contents": {"properties": [{"name": "rows", "value": "1000"}]},
            }
        ],
        "properties": [
            {"name": "backstamp:data:usage", "value": usage},
            {"name": "backstamp:spdx:builtTime", "value": "2025-01-01T00:00:00Z"},
            {"name": "backstamp:spdx:dataset_datasetSize", "value": "123456"},
            {"name": "backstamp:spdx:dataset_datasetType", "value": "text"},
            {"name": "backstamp:spdx:dataset_intendedUse", "value": "training of small models"},
            {"name": "backstamp:spdx:dataset_knownBias", "value": "English only"},
            {"name": "backstamp:spdx:dataset_knownBias", "value": "News only"},
        ],
    }


def library(name: str = "torch", version: str = "2.9.0") -> Tree:
    """A library as tools for software write it."""
    return {
        "type": "library",
        "bom-ref": f"pkg:pypi/{name}@{version}",
        "name": name,
        "version": version,
        "scope": "required",
        "licenses": [{"expression": "BSD-3-Clause AND MIT"}],
        "purl": f"pkg:pypi/{name}@{version}",
        "hashes": [{"alg": "SHA-256", "content": _SHA}],
    }


def rich() -> Tree:
    """A document that uses nearly all that CycloneDX 1.7 has for AI systems."""
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.7.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        "version": 2,
        "metadata": {
            "timestamp": "2026-11-25T10:00:00Z",
            "lifecycles": [{"phase": "post-build"}],
            "tools": {
                "components": [
                    {
                        "type": "application",
                        "bom-ref": "tool:backstamp",
                        "name": "backstamp",
                        "version": "0.2.0",
                        "hashes": [{"alg": "SHA-256", "content": _SHA}],
                    }
                ]
            },
            "authors": [{"name": "Ada Example", "email": "ada@example.org"}],
            "supplier": {"name": "Example Org", "url": ["https://example.org"]},
            "licenses": [{"license": {"id": "CC0-1.0", "acknowledgement": "declared"}}],
            "component": {
                "type": "application",
                "bom-ref": "app",
                "name": "search",
                "version": "1.0",
            },
            "properties": [{"name": "backstamp:target", "value": "search"}],
            "distributionConstraints": {"tlp": "GREEN"},
        },
        "components": [model(), dataset("train", "training"), dataset("test", "evaluation"), library()],
        "services": [
            {
                "bom-ref": "svc:openai",
                "provider": {"name": "OpenAI", "url": ["https://openai.com"]},
                "name": "gpt-4o",
                "endpoints": ["https://api.openai.com/v1"],
                "authenticated": True,
                "x-trust-boundary": True,
                "data": [{"flow": "bi-directional", "classification": "PII"}],
                "externalReferences": [{"type": "documentation", "url": "https://platform.openai.com"}],
                "services": [{"bom-ref": "svc:inner", "name": "moderation"}],
                "properties": [{"name": "backstamp:model", "value": "gpt-4o"}],
            }
        ],
        "externalReferences": [{"type": "bom", "url": "https://example.org/bom"}],
        "dependencies": [
            {"ref": "app", "dependsOn": ["model:tiny", "pkg:pypi/torch@2.9.0", "svc:openai"]},
            {"ref": "model:tiny", "dependsOn": ["data:train", "data:test"]},
            {"ref": "pkg:pypi/torch@2.9.0"},
        ],
        "compositions": [
            {
                "bom-ref": "comp-1",
                "aggregate": "complete",
                "assemblies": ["model:tiny"],
                "dependencies": ["app"],
            },
            {"aggregate": "incomplete_third_party_only", "dependencies": ["model:tiny"]},
            {"aggregate": "unknown", "assemblies": ["svc:openai"]},
        ],
        "vulnerabilities": [_vulnerability(), _investigated()],
        "annotations": [
            {
                "bom-ref": "note-1",
                "subjects": ["model:tiny"],
                "annotator": {"organization": {"name": "Example Org"}},
                "timestamp": "2026-11-25T11:00:00Z",
                "text": "Reviewed.",
            },
            {
                "subjects": ["app", "data:train"],
                "annotator": {"component": {"type": "application", "name": "bot"}},
                "timestamp": "2026-11-25T12:00:00.5+02:00",
                "text": "Automatic remark.",
            },
        ],
        "formulation": [_formula()],
        "citations": [
            {
                "bom-ref": "cite-1",
                "pointers": ["/components/0/modelCard/modelParameters/task", "/components/0/name"],
                "timestamp": "2026-11-25T10:00:00Z",
                "attributedTo": "tool:backstamp",
                "process": "task:config",
                "note": "config.json, /architectures, declared, 0.95",
            },
            {
                "expressions": ["$.components[1].name"],
                "timestamp": "2026-11-25T10:00:01+01:00",
                "attributedTo": "tool:backstamp",
            },
        ],
        "properties": [{"name": "backstamp:profile", "value": "g7"}],
    }


def _vulnerability() -> Tree:
    return {
        "bom-ref": "vuln-1",
        "id": "CVE-2026-0001",
        "source": {"name": "NVD", "url": "https://nvd.nist.gov/vuln/detail/CVE-2026-0001"},
        "references": [{"id": "GHSA-xxxx-yyyy-zzzz", "source": {"name": "GitHub"}}],
        "ratings": [
            {
                "source": {"name": "NVD"},
                "score": 9.8,
                "severity": "critical",
                "method": "CVSSv31",
                "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            },
            {"severity": "high", "method": "other"},
        ],
        "cwes": [502],
        "description": "Loads pickles.",
        "detail": "torch.load without weights_only.",
        "recommendation": "Update.",
        "advisories": [{"title": "Advisory", "url": "https://example.org/advisory"}],
        "published": "2026-01-01T00:00:00Z",
        "updated": "2026-01-02T00:00:00.123Z",
        "analysis": {
            "state": "not_affected",
            "justification": "protected_at_runtime",
            "response": ["will_not_fix"],
            "detail": "Only safetensors are loaded.",
            "firstIssued": "2026-02-01T00:00:00Z",
        },
        "affects": [
            {"ref": "pkg:pypi/torch@2.9.0", "versions": [{"version": "2.9.0", "status": "unaffected"}]}
        ],
    }


def _investigated() -> Tree:
    return {
        "id": "BACKSTAMP-PKL101",
        "analysis": {"state": "exploitable"},
        "affects": [{"ref": "file:model.safetensors"}, {"ref": "model:tiny"}],
    }


def _formula() -> Tree:
    return {
        "bom-ref": "formula-1",
        "components": [{"type": "platform", "bom-ref": "gpu", "name": "NVIDIA H100"}],
        "workflows": [
            {
                "bom-ref": "run-1",
                "uid": "run-2026-01",
                "name": "fine-tuning",
                "taskTypes": ["build"],
                "resourceReferences": [{"ref": "gpu"}, {"ref": "pkg:pypi/torch@2.9.0"}],
                "tasks": [
                    {
                        "bom-ref": "task:config",
                        "uid": "read-config",
                        "name": "config/1",
                        "taskTypes": ["scan", "other"],
                    }
                ],
                "steps": [{"name": "train", "commands": [{"executed": "python train.py"}]}],
                "inputs": [
                    {
                        "resource": {"ref": "data:train"},
                        "properties": [{"name": "usage", "value": "training"}],
                    },
                    {
                        "parameters": [
                            {"name": "learning_rate", "value": "2e-5", "dataType": "float"},
                            {"name": "seed", "value": "42"},
                        ]
                    },
                    {"environmentVars": [{"name": "CUDA_VISIBLE_DEVICES", "value": "0"}, "DEBUG"]},
                ],
                "outputs": [{"type": "artifact", "resource": {"ref": "file:model.safetensors"}}],
                "timeStart": "2026-01-01T00:00:00Z",
                "timeEnd": "2026-01-01T01:00:00Z",
                "properties": [{"name": "backstamp:seed", "value": "42"}],
            }
        ],
    }
