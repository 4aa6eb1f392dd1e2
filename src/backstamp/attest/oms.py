"""OpenSSF Model Signing v1.0: signs the files of a model, and verifies that they are what was signed.

Source: ossf/model-signing-spec v1.0. What a verification asks, all of it, with all that fails named:

1. The bundle is signed in the way asked for, and names a key that was given.
2. Every signature is by a key that was given, and every key that was given has signed.
3. The payload is an in-toto statement v1 about the files of a model; its subject is the digest of the list.
4. The list keeps the rules of ``attest.manifest``.
5. The folder holds what is listed, byte for byte, and nothing else (``attest.comparing``).

Nothing is kept between two verifications.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Literal

import msgspec

from backstamp.attest.bundle import (
    Bundle,
    CertificateChain,
    Material,
    PublicKeyHint,
    SigstoreCertificate,
    bundle_of,
)
from backstamp.attest.comparing import Care, compare, manifest_of
from backstamp.attest.dsse import Envelope, Signature
from backstamp.attest.folder import model_name
from backstamp.attest.keys import CLASSICAL, QUANTUM_SAFE, names_of
from backstamp.attest.manifest import Manifest, Resource, Serialization, manifest_from
from backstamp.attest.ports import Signer, Verifier
from backstamp.attest.reasons import Reason, Refused, reason
from backstamp.attest.statement import (
    PAYLOAD_TYPE,
    STATEMENT,
    RepeatedKey,
    Statement,
    Subject,
    statement_of,
    strict_tree,
)
from backstamp.core.errors import ReadError, UsageError, VerificationError
from backstamp.core.tree import text_at
from backstamp.formats.json_text import is_too_rich

PREDICATE_TYPE = "https://model_signing/signature/v1.0"
LEGACY_PREDICATE_TYPE = "https://model_signing/Digests/v0.1"
Method = Literal["key", "certificate", "sigstore"]
_DETAILS = {
    "PKIX_ECDSA_P256_SHA_256": "p256",
    "PKIX_ECDSA_P384_SHA_384": "p384",
    "PKIX_ECDSA_P521_SHA_512": "p521",
    "PKIX_ED25519": "ed25519",
}
_METHODS = {PublicKeyHint: "key", CertificateChain: "certificate", SigstoreCertificate: "sigstore"}


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a bundle beyond valid signatures; ``care`` says how the folder is compared.

    ``all_must_sign`` off lets keys be given that did not sign; at least one of them has to.
    """

    method: Method = "key"
    accepts_legacy: bool = False
    all_must_sign: bool = True
    care: Care = Care()


class SignedBy(msgspec.Struct, frozen=True, kw_only=True):
    """A key whose signature was verified."""

    keyid: str
    algorithm: str


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """A model that is what was signed. ``name`` is what the signer called it, and proves nothing."""

    name: str
    root_digest: str
    manifest: Manifest
    signed_by: tuple[SignedBy, ...]
    files: int
    size: int
    notices: tuple[Reason, ...] = ()


def sign_folder(
    target: str,
    signers: Sequence[Signer],
    serialization: Serialization | None = None,
    care: Care | None = None,
    material: Material | None = None,
) -> Bundle:
    """Sign a model: a file, or all files of a folder.

    The first signer is the one that the bundle names; others sign beside it. ``material`` replaces its name,
    for signing with certificates. Raises ``UsageError``, ``SourceError`` and ``ReadError``.
    """
    _check_signers(signers)
    manifest = manifest_of(target, serialization or Serialization(), care)
    return sign_manifest(manifest, model_name(target), signers, material)


def sign_manifest(
    manifest: Manifest, name: str, signers: Sequence[Signer], material: Material | None = None
) -> Bundle:
    """Sign a manifest whose digests are known already, as of a registry. Raises ``UsageError``."""
    _check_signers(signers)
    subject = Subject(name=name, digest=(("sha256", manifest.root_digest),))
    predicate = manifest.as_predicate()
    statement = Statement(subjects=(subject,), predicate_type=PREDICATE_TYPE, predicate=predicate)
    envelope = Envelope(payload=statement.as_bytes(), payload_type=PAYLOAD_TYPE, signatures=())
    signatures = [
        Signature(sig=signer.sign(envelope.signed), keyid=signer.keyid if at else "")
        for at, signer in enumerate(signers)
    ]
    return Bundle(
        envelope=msgspec.structs.replace(envelope, signatures=tuple(signatures)),
        material=material or PublicKeyHint(hint=signers[0].keyid),
    )


def verify_folder(
    target: str,
    bundle: Bundle | bytes,
    verifiers: Verifier | Sequence[Verifier],
    policy: Policy | None = None,
) -> Verified:
    """Verify that a model is what was signed by the keys given.

    Raises ``Refused`` (a ``VerificationError``) with all reasons, ``SourceError`` if there is no target and
    ``UsageError`` if no key is given.
    """
    policy = policy or Policy()
    manifest, name, signed_by, notices = verify_manifest(bundle, verifiers, policy)
    comparison = compare(manifest, target, policy.care)
    if comparison.reasons:
        raise Refused(comparison.reasons, hint="The signature is good, but these are not the files signed.")
    return Verified(
        name=name,
        root_digest=manifest.root_digest,
        manifest=manifest,
        signed_by=signed_by,
        files=comparison.files,
        size=comparison.size,
        notices=(*notices, *comparison.notices),
    )


def verify_manifest(
    bundle: Bundle | bytes, verifiers: Verifier | Sequence[Verifier], policy: Policy | None = None
) -> tuple[Manifest, str, tuple[SignedBy, ...], tuple[Reason, ...]]:
    """Verify a bundle without its files: the manifest, the model's name, who signed, and what else to say.

    Raises ``Refused`` with all reasons, and ``UsageError`` if no key is given.
    """
    policy = policy or Policy()
    keys = tuple(verifiers) if isinstance(verifiers, Sequence) else (verifiers,)
    if not keys:
        raise UsageError("no key to verify with", hint="Give the signer's public key: --key key.pub")
    read = bundle_in(bundle) if isinstance(bundle, bytes) else bundle
    notices: list[Reason] = []
    reasons = list(_strange_material(read.material, keys, policy, notices))
    if policy.method == "key" and (read.log_entries or read.timestamps):
        notices.append(reason("unchecked-evidence"))
    signed_by, wrong = _signatures(read, keys, policy, notices)
    reasons += wrong
    if reasons:
        raise Refused(sorted(reasons), hint="Do not trust these files.")
    manifest, name = _manifest_in(read.envelope, policy, notices)
    return manifest, name, signed_by, tuple(notices)


def _check_signers(signers: Sequence[Signer]) -> None:
    if not signers:
        raise UsageError("no key to sign with", hint="backstamp key generate makes one.")
    if signers[0].algorithm in QUANTUM_SAFE:
        raise UsageError(
            f"a {signers[0].algorithm} key signs beside another key, not alone",
            hint=f"Name a key of {', '.join(CLASSICAL)} first: other tools check the first signature only.",
        )
    if len({signer.keyid for signer in signers}) != len(signers):
        raise UsageError("a key is given twice", hint="Each key signs once.")


def bundle_in(data: bytes) -> Bundle:
    """Read a bundle. Raises ``Refused`` for what is none."""
    try:
        return bundle_of(data)
    except RepeatedKey as error:
        raise Refused([reason("repeated-json-key", "bundle", error.message)]) from error
    except ReadError as error:
        raise Refused([reason("malformed-bundle", "bundle", error.message)]) from error


def _strange_material(
    material: Material, keys: Sequence[Verifier], policy: Policy, notices: list[Reason]
) -> list[Reason]:
    """Hold what the bundle says of its key against the keys that were given."""
    method = _METHODS[type(material)]
    if method != policy.method:
        text = f"the bundle is signed by {method}, and {policy.method} was asked for"
        return [reason("wrong-method", "bundle", text)]
    if not isinstance(material, PublicKeyHint):
        return []
    if not material.hint and not material.raw:
        notices.append(reason("no-key-hint"))
    wrong = []
    known = {key.keyid for key in keys}
    named = [key for key in keys if not material.hint or material.hint in names_of(key)]
    if not named:
        text = f"the bundle names the key {material.hint[:16]}…, which was not given"
        wrong.append(reason("wrong-key", "bundle", text))
    if material.raw and _keyid_in(material.raw) not in known:
        wrong.append(reason("wrong-key", "bundle", "the bundle holds a key that was not given"))
    algorithm = _DETAILS.get(material.details, "")
    if material.details and named and all(key.algorithm != algorithm for key in named):
        text = f'the bundle says "{material.details[:60]}", and the key is another'
        wrong.append(reason("wrong-key-type", "bundle", text))
    return wrong


def _keyid_in(raw: bytes) -> str:
    from backstamp.attest.keys import public_key_of

    with suppress(UsageError):
        return public_key_of(raw).keyid
    return ""


def _signatures(
    bundle: Bundle, keys: Sequence[Verifier], policy: Policy, notices: list[Reason]
) -> tuple[tuple[SignedBy, ...], list[Reason]]:
    """Match every signature with a key and every key with a signature."""
    envelope = bundle.envelope
    made: dict[str, SignedBy] = {}
    wrong: list[Reason] = []
    for at, signature in enumerate(envelope.signatures):
        place = f"signature {at + 1}"
        key = _maker_of(signature, envelope.signed, keys)
        if key is None and policy.accepts_legacy:
            key = _maker_of(signature, _legacy_encoding(envelope), keys)
            if key is not None:
                notices.append(reason("legacy-encoding", place))
        if key is None:
            wrong.append(_unmade(signature, envelope, keys, place))
        elif key.keyid in made:
            wrong.append(reason("repeated-signature", place))
        else:
            made[key.keyid] = SignedBy(keyid=key.keyid, algorithm=key.algorithm)
    for key in keys:
        if policy.all_must_sign and key.keyid not in made and len(made) > 0:
            text = f"the key {key.keyid[:16]}… ({key.algorithm}) did not sign"
            wrong.append(reason("missing-signature", "bundle", text))
    hint = bundle.material.hint if isinstance(bundle.material, PublicKeyHint) else ""
    if hint and made and not any(key.keyid in made for key in keys if hint in names_of(key)):
        wrong.append(reason("wrong-key", "bundle", "the key that the bundle names did not sign"))
    return tuple(made.values()), wrong


def _maker_of(signature: Signature, signed: bytes, keys: Sequence[Verifier]) -> Verifier | None:
    for key in keys:
        if signature.keyid and signature.keyid != key.keyid:
            continue
        with suppress(VerificationError):
            key.verify(signed, signature.sig)
            return key
    return None


def _unmade(signature: Signature, envelope: Envelope, keys: Sequence[Verifier], place: str) -> Reason:
    """Say why a signature has no maker among the keys."""
    if _maker_of(signature, _legacy_encoding(envelope), keys) is not None:
        return reason("legacy-encoding", place)
    if signature.keyid and all(key.keyid != signature.keyid for key in keys):
        text = f"{place} names the key {signature.keyid[:16]}…, which was not given"
        return reason("unverified-signature", place, text)
    if len(envelope.signatures) > 1 and place != "signature 1":
        return reason("unverified-signature", place, f"{place} is by none of the keys given")
    return reason("bad-signature", place, f"{place} is by none of the keys given, or not over this payload")


def _legacy_encoding(envelope: Envelope) -> bytes:
    """Encode as model-signing 0.2 did, which wrote the payload as Python shows bytes."""
    kind, payload = envelope.payload_type, envelope.payload
    return f"DSSEV1 {len(kind)} {kind} {len(payload)} {payload!r}".encode()


def _manifest_in(envelope: Envelope, policy: Policy, notices: list[Reason]) -> tuple[Manifest, str]:
    """Read the signed statement. Raises ``Refused``."""
    if envelope.payload_type != PAYLOAD_TYPE:
        text = f'the payload is "{envelope.payload_type[:80]}", not "{PAYLOAD_TYPE}"'
        raise Refused([reason("wrong-payload-type", "envelope", text)])
    statement = _statement(envelope.payload)
    if statement.predicate_type == LEGACY_PREDICATE_TYPE:
        return _legacy_manifest(statement, policy, notices), ""
    if statement.predicate_type != PREDICATE_TYPE:
        text = f'the statement is "{statement.predicate_type[:80]}", not "{PREDICATE_TYPE}"'
        raise Refused([reason("wrong-predicate-type", "statement", text)])
    read = manifest_from(statement.predicate)
    notices.extend(read.notices)
    wrong = [*read.reasons, *_strange_subject(statement, read.manifest if not read.reasons else None)]
    if wrong or read.manifest is None:
        raise Refused(sorted(wrong), hint="The signature is good, but what it says cannot be relied on.")
    return read.manifest, statement.subjects[0].name


def _statement(payload: bytes) -> Statement:
    if is_too_rich(payload):
        raise Refused([reason("malformed-statement", "statement", "it holds too many values to be read")])
    try:
        kind = text_at(strict_tree(payload), "_type")
        if kind == STATEMENT:
            return statement_of(payload)
    except RepeatedKey as error:
        raise Refused([reason("repeated-json-key", "statement", error.message)]) from error
    except ReadError as error:
        raise Refused([reason("malformed-statement", "statement", error.message)]) from error
    text = f'the statement is "{kind[:80]}", not "{STATEMENT}"'
    raise Refused([reason("wrong-statement-type", "statement", text)])


def _strange_subject(statement: Statement, manifest: Manifest | None) -> list[Reason]:
    subject = statement.subjects[0]
    if len(statement.subjects) != 1:
        text = f"the statement has {len(statement.subjects)} subjects"
        return [reason("wrong-subject", "statement", text)]
    if not subject.name or not subject.of("sha256"):
        return [reason("wrong-subject", "statement", "the subject has no name, or no SHA-256")]
    if manifest is not None and subject.of("sha256") != manifest.root_digest:
        return [reason("wrong-subject-digest", "statement")]
    return []


def _legacy_manifest(statement: Statement, policy: Policy, notices: list[Reason]) -> Manifest:
    """Read the statement of model-signing 0.2, whose subjects are the files. Raises ``Refused``."""
    if not policy.accepts_legacy:
        raise Refused([reason("legacy-predicate", "statement")], hint="--compat accepts it, at your risk.")
    notices.append(reason("legacy-predicate", "statement"))
    resources = sorted(
        (Resource(name=s.name, digest=s.of("sha256"), algorithm="sha256") for s in statement.subjects),
        key=lambda each: each.name,
    )
    manifest = Manifest(resources=tuple(resources))
    read = manifest_from(manifest.as_predicate())
    if read.reasons:
        raise Refused(read.reasons)
    return manifest
