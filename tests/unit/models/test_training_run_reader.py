"""A statement about a training run becomes parts of the supply graph, intent and observation apart."""

import base64
import json

from backstamp.capture.statement import Record, canonical, described, library, statement_of
from backstamp.core.supply import Stated
from kit.stock import said, stated, stock, ties

SHA, COMMIT = "0123456789abcdef" * 4, "0123456789" * 4
RECORD = Record(
    invocation="4f1c",
    started="2026-01-01T00:00:00Z",
    finished="2026-01-01T01:00:00Z",
    intended={
        "name": "demo",
        "command": ["python", "t.py"],
        "configuration": {"lr": 0.1, "opt": {"name": "adam"}},
    },
    internal={"seeds": {"torch": 7}, "environmentLock": {"sha256": SHA}},
    dependencies=[
        {
            "name": "code",
            "uri": "https://example.org/a.git",
            "digest": {"gitCommit": COMMIT},
            "annotations": {"kind": "code", "dirty": SHA},
        },
        described("data/train", SHA, "dataset", rows=9, size=100),
        described("data/train/a.csv", SHA, "dataset", partOf="data/train"),
        described("data/test.csv", SHA, "dataset", role="test"),
        {"name": "org/base", "uri": "https://huggingface.co/org/base", "annotations": {"kind": "model"}},
        library("torch", "2.9.0"),
    ],
    observed={
        "outcome": "succeeded",
        "durationSeconds": 3600.5,
        "steps": 10,
        "totalFlos": 1e15,
        "settings": {"lr": 0.2},
        "metrics": {"loss": 0.5},
        "hardware": {"accelerators": [{"name": "NVIDIA H100", "driver": "535.1"}] * 2},
        "energy": {"energyKilowattHours": 1.5, "region": "bavaria"},
    },
    subjects=[described("model.safetensors", SHA), described("../escape", SHA)],
)
DATA = canonical(statement_of(RECORD, "0.1.0"))
R, M = "run:", "model:"


def test_a_run_says_what_it_was_and_the_model_what_made_it():
    assert said(DATA, "out/backstamp.training-run.json") == [
        (R, "identifier", "uuid", "4f1c"),
        (R, "started", "", "2026-01-01T00:00:00Z"),
        (R, "finished", "", "2026-01-01T01:00:00Z"),
        (R, "name", "", "demo"),
        (R, "command", "", "python t.py"),
        (R, "setting", "lr", 0.1),
        (R, "setting", "opt.name", "adam"),
        (R, "seed", "torch", 7),
        (R, "identifier", "environment-lock", SHA),
        (R, "commit", "", COMMIT),
        (R, "dirty", "", SHA),
        (R, "link", "vcs", "https://example.org/a.git"),
        ("dataset:name:data/train", "digest", "sha256", SHA),
        ("dataset:name:data/train", "size", "", 100),
        ("dataset:name:data/train", "rows", "", 9),
        ("dataset:name:data/test.csv", "digest", "sha256", SHA),
        (R, "duration", "", 3600.5),
        (R, "steps", "", 10),
        (R, "compute", "", 1e15),
        (R, "energy", "", 1.5),
        (R, "region", "", "bavaria"),
        (R, "flag", "outcome", "succeeded"),
        (R, "setting", "lr", 0.2),
        (M, "metric", "loss", 0.5),
        ("hardware:name:NVIDIA H100", "name", "", "NVIDIA H100"),
        ("hardware:name:NVIDIA H100", "version", "", "driver 535.1"),
        ("file:path:model.safetensors", "digest", "sha256", SHA),
    ]


def test_inputs_outputs_libraries_and_hardware_hang_on_the_run():
    pinned = f"sha256:{SHA}"
    assert ties(DATA, "out/backstamp.training-run.json") == [
        (M, "made-by", R, "", ""),
        (R, "consumed", "dataset:name:data/train", "dataset", pinned),
        (M, "trained-on", "dataset:name:data/train", "", pinned),
        (R, "consumed", "dataset:name:data/test.csv", "dataset", pinned),
        (M, "tested-on", "dataset:name:data/test.csv", "", pinned),
        (R, "consumed", "model:huggingface:org/base", "model", ""),
        (M, "derived-from", "model:huggingface:org/base", "", ""),
        (R, "depends-on", "library:pypi:torch", "", "2.9.0"),
        (R, "ran-on", "hardware:name:NVIDIA H100", "2 devices", ""),
        ("file:path:model.safetensors", "made-by", R, "", ""),
    ]


def test_intent_and_observation_keep_apart():
    found: list[Stated] = [fact for fact in stated(DATA, "r.json") if fact.name == "lr"]
    assert [(fact.value, fact.scope) for fact in found] == [(0.1, "intended"), (0.2, "observed")]


def test_a_signed_envelope_is_opened():
    payload = base64.b64encode(DATA).decode()
    envelope = {
        "payloadType": "application/vnd.in-toto+json",
        "payload": payload,
        "signatures": [{"sig": "x"}],
    }
    assert said(json.dumps(envelope).encode(), "r.json") == said(DATA, "r.json")
    bundle = {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": envelope}
    assert said(json.dumps(bundle).encode(), "r.json") == said(DATA, "r.json")


def test_other_statements_and_broken_envelopes_say_nothing():
    other = json.loads(DATA) | {"predicateType": "https://slsa.dev/provenance/v1"}
    assert said(json.dumps(other).encode(), "r.json") == []
    broken = b'{"payloadType": "application/vnd.in-toto+json", "payload": "%%%"}'
    assert said(broken, "r.json") == []
    assert [c.reason for c in stock(broken, "r.json").coverage] == [
        "training-run: the payload of this envelope is no base64"
    ]
    assert (
        said(b'{"_type": "https://in-toto.io/Statement/v1", "subject": 3, "predicate": []}', "r.json") == []
    )
