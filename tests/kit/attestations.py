"""Makes keys, models, statements and envelopes about them."""

import base64
import hashlib
import json
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from backstamp.attest.artifacts import Artifact, File, artifact_of
from backstamp.attest.dsse import Envelope
from backstamp.attest.signatures import sealed
from backstamp.attest.statement import Statement, Subject
from backstamp.attest.store import Store, attestations_in, envelope_text
from backstamp.core.errors import VerificationError
from backstamp.core.tree import Tree

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
COMMIT = "c" * 40
BUILDER = "https://github.com/actions/runner/github-hosted"
VERIFIER = "https://acme.example/review"
RULES = "5" * 64


class P256:
    """A key on the curve P-256, for both sides."""

    def __init__(self, seed: int, keyid: str) -> None:
        self._key = ec.derive_private_key(seed, ec.SECP256R1())
        self.keyid = keyid

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))

    def verify(self, data: bytes, signature: bytes) -> None:
        try:
            self._key.public_key().verify(signature, data, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise VerificationError("the signature is not by this key") from error


class Ed25519:
    """A key of Ed25519, for both sides."""

    def __init__(self, seed: int, keyid: str) -> None:
        self._key = ed25519.Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32, "big"))
        self.keyid = keyid

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)

    def verify(self, data: bytes, signature: bytes) -> None:
        try:
            self._key.public_key().verify(signature, data)
        except InvalidSignature as error:
            raise VerificationError("the signature is not by this key") from error


ALICE, BOB, MALLORY = P256(11, "alice"), Ed25519(12, "bob"), P256(13, "mallory")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def weights(elements: int = 16, fill: bytes = b"\0") -> bytes:
    """A safetensors file of one tensor."""
    entry = {"w": {"dtype": "F32", "shape": [elements], "data_offsets": [0, 4 * elements]}}
    head = json.dumps(entry).encode()
    return len(head).to_bytes(8, "little") + head + fill * (4 * elements)


FILES = {
    "model.safetensors": weights(),
    "config.json": b'{"model_type": "bert"}',
    "README.md": b"# A model\n",
}


def model(files: dict[str, bytes] | None = None, name: str = "model") -> Artifact:
    """A folder, by the digests of its files."""
    held = FILES if files is None else files
    made = tuple(
        File(
            name=each,
            sha256=sha256(data),
            size=len(data),
            elements=(len(data) - 8 - int.from_bytes(data[:8], "little")) // 4
            if each.endswith(".safetensors")
            else None,
        )
        for each, data in held.items()
    )
    return artifact_of(name, made)


def outputs(artifact: Artifact, without: tuple[str, ...] = ("README.md",)) -> tuple[Subject, ...]:
    return tuple(
        Subject(name=each.name, digest=(("sha256", each.sha256),))
        for each in artifact.files
        if each.name not in without
    )


def run(subjects: tuple[Subject, ...], outcome: str = "succeeded", **observed: object) -> Statement:
    """A training run as ``capture`` writes it."""
    predicate = {
        "buildDefinition": {
            "buildType": "https://backstamp.dev/training-run/process/v1",
            "externalParameters": {"name": "tune"},
            "internalParameters": {},
            "resolvedDependencies": [
                {"name": "code", "digest": {"gitCommit": COMMIT}, "annotations": {"kind": "code"}}
            ],
        },
        "runDetails": {
            "builder": {"id": "https://backstamp.dev/capture", "version": {"backstamp": "0.1.0"}},
            "metadata": {
                "invocationId": "run-1",
                "startedOn": "2026-05-30T10:00:00Z",
                "finishedOn": "2026-05-30T11:00:00Z",
            },
            "byproducts": [],
        },
        "observed": {"outcome": outcome, **observed},
    }
    return Statement(
        subjects=subjects, predicate_type="https://backstamp.dev/training-run/v1", predicate=predicate
    )


def bom_document(artifact: Artifact, count: str = "16") -> Tree:
    """A CycloneDX document of a model."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "components": [
            {
                "type": "machine-learning-model",
                "name": artifact.name,
                "properties": [{"name": "cdx:ai-ml:model:parameter:count", "value": count}],
                "components": [
                    {
                        "type": "file",
                        "name": each.name,
                        "hashes": [{"alg": "SHA-256", "content": each.sha256}],
                    }
                    for each in artifact.files
                ],
            }
        ],
    }


def spdx_document(artifact: Artifact, count: str = "16") -> Tree:
    """An SPDX document of a model."""
    return {
        "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
        "@graph": [
            {
                "type": "ai_AIPackage",
                "name": artifact.name,
                "ai_hyperparameter": [{"key": "parameter:count", "value": count}],
            },
            *(
                {
                    "type": "software_File",
                    "name": each.name,
                    "verifiedUsing": [{"type": "Hash", "algorithm": "sha256", "hashValue": each.sha256}],
                }
                for each in artifact.files
            ),
        ],
    }


def bom(artifact: Artifact, document: "Tree | None" = None) -> Statement:
    held = bom_document(artifact) if document is None else document
    kind = "https://cyclonedx.org/bom" if "bomFormat" in held else "https://spdx.dev/Document"
    return Statement(subjects=(artifact.subject,), predicate_type=kind, predicate=held)


def verdict_predicate(outcome: str = "allow", made: str = "2026-05-31T12:00:00Z", **others: object) -> Tree:
    return {
        "verdict": outcome,
        "reasons": ["nothing above info was found" if outcome == "allow" else "PKL101 was found"],
        "ruleSet": {"digest": {"sha256": RULES}},
        "knowledge": [{"name": "pickle callables", "asOf": "2026-05-01"}],
        "tool": {"name": "backstamp", "version": "0.1.0"},
        "madeOn": made,
        "findings": {},
        "failOn": "high",
        "unread": 0,
        **others,
    }


def verdict(artifact: Artifact, outcome: str = "allow", **others: object) -> Statement:
    return Statement(
        subjects=(artifact.subject,),
        predicate_type="https://backstamp.dev/scan-verdict/v1",
        predicate=verdict_predicate(outcome, **others),
    )


def provenance_predicate(**others: object) -> Tree:
    """SLSA provenance v1 as GitHub's builders write it."""
    return {
        "buildDefinition": {
            "buildType": "https://actions.github.io/buildtypes/workflow/v1",
            "externalParameters": {
                "workflow": {
                    "ref": "refs/heads/main",
                    "repository": "https://github.com/acme/minilm",
                    "path": ".github/workflows/train.yml",
                }
            },
            "resolvedDependencies": [
                {
                    "uri": "git+https://github.com/acme/minilm@refs/heads/main",
                    "digest": {"gitCommit": COMMIT},
                }
            ],
        },
        "runDetails": {"builder": {"id": BUILDER}, "metadata": {"invocationId": "run/1"}},
        **others,
    }


def vsa_predicate(**others: object) -> Tree:
    return {
        "verifier": {"id": VERIFIER, "version": {"reviewer": "2.1"}},
        "timeVerified": "2026-05-31T12:00:00Z",
        "resourceUri": "pkg:huggingface/acme/minilm@1.0",
        "policy": {"uri": "https://acme.example/policy/7", "digest": {"sha256": "7" * 64}},
        "inputAttestations": [{"uri": "run.dsse.json", "digest": {"sha256": "8" * 64}}],
        "verificationResult": "PASSED",
        "verifiedLevels": ["SLSA_BUILD_LEVEL_2"],
        "dependencyLevels": {"SLSA_BUILD_LEVEL_1": 4},
        "slsaVersion": "1.1",
        **others,
    }


def stated(artifact: Artifact, predicate_type: str, predicate: Tree) -> Statement:
    return Statement(subjects=(artifact.subject,), predicate_type=predicate_type, predicate=predicate)


def signed(statement: Statement, *signers: object) -> bytes:
    """The text of an envelope."""
    return envelope_text(sealed(statement.as_bytes(), list(signers or (ALICE,)))).encode()


def bundle(envelope: Envelope, **material: object) -> bytes:
    """A Sigstore bundle around an envelope."""
    return json.dumps(
        {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": material or {"publicKey": {"hint": "alice"}},
            "dsseEnvelope": envelope.as_tree(),
        }
    ).encode()


def store(**files: bytes) -> Store:
    """What ``read_store`` would give for these files; ``_`` in a name is a dot."""
    read = [attestations_in(data, name.replace("_", ".")) for name, data in files.items()]
    return Store(
        attestations=tuple(each for one in read for each in one.attestations),
        problems=tuple(each for one in read for each in one.problems),
    )


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
