"""PEP 740: attestations of wheels and source distributions, verified from files.

Sources: PEP 740; the PyPI publish attestation v1; Trusted Publisher identities. Rules held here:

1. The statement has one subject: the name of this distribution and its SHA-256, computed from the bytes.
2. The signature covers the statement as an envelope of in-toto; certificate and log entries go to an
   ``Opener`` (Sigstore), and nothing is believed of them before it has agreed.
3. ``publisher`` in a provenance file is what an index says, and is signed by nobody: the identity in the
   certificate must be the publisher that the caller expects. Without an expectation nothing verifies.
4. A publish attestation has no predicate; build provenance (SLSA v1) is another statement, and none takes the
   place of the other.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from typing import Protocol

import msgspec

from backstamp.attest import fields
from backstamp.attest.dsse import decoded
from backstamp.attest.provenance import V1, repository_of
from backstamp.attest.statement import PAYLOAD_TYPE, STATEMENT, strict_tree
from backstamp.core.errors import ReadError, VerificationError
from backstamp.core.tree import Json, Tree
from backstamp.formats.requirement import normalised

PUBLISH = "https://docs.pypi.org/attestations/publish/v1"
_BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
_MOST = 50
_GITHUB_ISSUER = "https://token.actions.githubusercontent.com"


class Publisher(msgspec.Struct, frozen=True, kw_only=True):
    """A Trusted Publisher: ``workflow`` is the file (GitHub) or path (GitLab), ``email`` that of Google."""

    kind: str
    repository: str = ""
    workflow: str = ""
    environment: str = ""
    email: str = ""
    issuer: str = ""

    def __str__(self) -> str:
        """Tell it in one line."""
        parts = (self.kind, self.repository or self.email, self.workflow, self.environment)
        return " ".join(each for each in parts if each)


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a verified certificate says: the OIDC issuer, the names, and the claims of the build."""

    issuer: str
    names: tuple[str, ...]
    source: str = ""
    environment: str = ""


class Attested(msgspec.Struct, frozen=True, kw_only=True):
    """An attestation that verified: of which kind, and by whom."""

    predicate_type: str
    publisher: Publisher
    claims: Claims
    predicate: Tree


class Opener(Protocol):
    """Verifies Sigstore bundles."""

    def claims_of(self, bundle: bytes) -> Claims:
        """Verify signature, certificate and log of a bundle. Raises ``VerificationError``, ``ReadError``."""
        ...


class Attestation(msgspec.Struct, frozen=True, kw_only=True):
    """An attestation as it stands in a provenance file."""

    statement: bytes
    signature: bytes
    certificate: bytes
    entries: tuple[Tree, ...]
    said: Publisher | None = None

    def as_bundle(self) -> bytes:
        """Write it as a Sigstore bundle with an envelope."""
        import json

        entries: list[Json] = [*self.entries]
        tree: Tree = {
            "mediaType": _BUNDLE,
            "verificationMaterial": {
                "certificate": {"rawBytes": base64.b64encode(self.certificate).decode()},
                "tlogEntries": entries,
            },
            "dsseEnvelope": {
                "payload": base64.b64encode(self.statement).decode(),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": base64.b64encode(self.signature).decode()}],
            },
        }
        return json.dumps(tree, sort_keys=True).encode()


def attestations_of(data: bytes) -> tuple[Attestation, ...]:
    """Read a provenance file, or a single attestation. Raises ``ReadError``."""
    tree = strict_tree(data)
    if fields.number(tree, "version") != 1:
        raise ReadError("its version is not 1")
    if "attestation_bundles" not in tree:
        return (_attestation(tree, None),)
    found: list[Attestation] = []
    for bundle in fields.trees(tree, "attestation_bundles", required=True):
        publisher = _publisher(fields.tree(bundle, "publisher", required=True))
        for each in fields.trees(bundle, "attestations", required=True):
            if fields.number(each, "version") != 1:
                raise ReadError("the version of an attestation is not 1")
            found.append(_attestation(each, publisher))
    if not 0 < len(found) <= _MOST:
        raise ReadError(f"a provenance file with {len(found)} attestations")
    return tuple(found)


def _attestation(tree: Tree, said: Publisher | None) -> Attestation:
    envelope = fields.tree(tree, "envelope", required=True)
    material = fields.tree(tree, "verification_material", required=True)
    statement = decoded(_long(envelope, "statement"), "statement")
    signature = decoded(_long(envelope, "signature"), "signature")
    certificate = decoded(_long(material, "certificate"), "certificate")
    entries = tuple(fields.trees(material, "transparency_entries", required=True))
    if not (statement and signature and certificate and entries):
        raise ReadError("an attestation without statement, signature, certificate or log entry")
    return Attestation(
        statement=statement, signature=signature, certificate=certificate, entries=entries, said=said
    )


def _long(tree: Tree, key: str) -> str:
    found = tree.get(key)
    if not isinstance(found, str):
        raise ReadError(f'"{key}" is missing or not a text')
    return found


def _publisher(tree: Tree) -> Publisher:
    return Publisher(
        kind=fields.text(tree, "kind", required=True),
        repository=_optional(tree, "repository"),
        workflow=_optional(tree, "workflow") or _optional(tree, "workflow_filepath"),
        environment=_optional(tree, "environment"),
        email=_optional(tree, "email"),
    )


def _optional(tree: Tree, key: str) -> str:
    return "" if tree.get(key) is None else fields.text(tree, key)


def verify_distribution(
    name: str, sha256: str, attestations: tuple[Attestation, ...], expected: Publisher | None, opener: Opener
) -> tuple[Attested, ...]:
    """Verify the attestations of a distribution: its file name and digest. Raises ``VerificationError``.

    At least one publish attestation by the expected publisher must hold; every attestation by that publisher
    that is about this file is given.
    """
    refused: list[str] = []
    found: list[Attested] = []
    for each in attestations:
        try:
            found.append(_verified(name, sha256, each, expected, opener))
        except (ReadError, VerificationError) as error:
            refused.append(error.message)
    if not any(each.predicate_type == PUBLISH for each in found):
        reasons = refused or ["there is no publish attestation"]
        hint = "Name the publisher that you expect." if expected is None else "Ask who published it."
        raise VerificationError(f'"{name}" is not attested: {"; ".join(dict.fromkeys(reasons))}', hint=hint)
    return tuple(found)


def _verified(
    name: str, sha256: str, attestation: Attestation, expected: Publisher | None, opener: Opener
) -> Attested:
    predicate_type, predicate = _statement(attestation.statement, name, sha256)
    claims = opener.claims_of(attestation.as_bundle())
    if expected is None:
        raise VerificationError(
            f"no publisher is expected; the certificate is of {', '.join(claims.names)[:200]}"
        )
    problems = list(identity_problems(claims, expected))
    if attestation.said is not None and (other := _differs(attestation.said, expected)):
        problems.append(f"the index says that {other} published it")
    if problems:
        raise VerificationError("; ".join(problems))
    return Attested(predicate_type=predicate_type, publisher=expected, claims=claims, predicate=predicate)


def _statement(data: bytes, name: str, sha256: str) -> tuple[str, Tree]:
    """Read a statement about a distribution. Raises ``ReadError`` or ``VerificationError``."""
    tree = strict_tree(data)
    if tree.get("_type") != STATEMENT:
        raise ReadError("it is not an in-toto statement v1")
    subjects = fields.trees(tree, "subject", required=True)
    if len(subjects) != 1:
        raise VerificationError(f"it has {len(subjects)} subjects; one distribution is one subject")
    said = fields.text(subjects[0], "name", required=True)
    digest = dict(fields.digests(subjects[0])).get("sha256", "")
    if normal_name(said) != normal_name(name):
        raise VerificationError(f'it is about "{said[:160]}", not "{name}"')
    if digest != sha256:
        raise VerificationError(f"it is about sha256:{digest or 'nothing'}, the file has sha256:{sha256}")
    kind = fields.text(tree, "predicateType", required=True)
    predicate = tree.get("predicate")
    if kind == PUBLISH:
        if predicate not in (None, {}):
            raise ReadError("a publish attestation with a predicate")
        return kind, {}
    if kind != V1:
        raise ReadError(f'"{kind[:80]}" is not a predicate of distributions')
    if not isinstance(predicate, dict):
        raise ReadError("provenance without a predicate")
    return kind, predicate


def identity_problems(claims: Claims, expected: Publisher) -> Iterator[str]:
    """Say in what a certificate is not that of a Trusted Publisher."""
    kind = expected.kind.lower()
    if kind in ("github", "gitlab"):
        yield from _repository_problems(claims, expected, kind)
    elif kind == "google":
        if claims.issuer != "https://accounts.google.com":
            yield f'the issuer is "{claims.issuer[:120]}"'
        if not expected.email or expected.email not in claims.names:
            yield f'the certificate is of "{", ".join(claims.names)[:160]}", not of "{expected.email}"'
    else:
        yield f'"{expected.kind[:40]}" is not a kind of publisher that is known'


def _repository_problems(claims: Claims, expected: Publisher, kind: str) -> Iterator[str]:
    host = "https://github.com" if kind == "github" else (expected.issuer or "https://gitlab.com")
    issuer = _GITHUB_ISSUER if kind == "github" else host
    if claims.issuer != issuer:
        yield f'the issuer is "{claims.issuer[:120]}", not "{issuer}"'
    if not expected.repository or not expected.workflow:
        yield "the expected publisher has no repository or no workflow"
        return
    folder = f"{expected.repository}/.github/workflows" if kind == "github" else f"{expected.repository}/"
    wanted = f"{host}/{folder}/{expected.workflow}@"
    if not any(each.lower().startswith(wanted.lower()) for each in claims.names):
        yield f'the certificate is of "{", ".join(claims.names)[:200]}", not of "{wanted}..."'
    source = f"{host}/{expected.repository}"
    if claims.source and repository_of(claims.source).lower() != repository_of(source).lower():
        yield f'it was built from "{claims.source[:160]}", not from "{source}"'
    if expected.environment and claims.environment.lower() != expected.environment.lower():
        said = f'that it was built in "{claims.environment[:60]}"' if claims.environment else "nothing of it"
        yield f'the environment "{expected.environment}" is expected; the certificate says {said}'


def _differs(said: Publisher, expected: Publisher) -> str:
    pairs = (
        (said.kind, expected.kind),
        (said.repository, expected.repository),
        (said.workflow, expected.workflow),
        (said.email, expected.email),
    )
    return str(said)[:200] if any(one.lower() != other.lower() for one, other in pairs) else ""


def normal_name(file: str) -> tuple[str, ...]:
    """Write the name of a distribution's file in one way. Raises ``ReadError`` for a name that is none."""
    if file.endswith(".whl"):
        parts = file.removesuffix(".whl").split("-")
        if len(parts) not in (5, 6) or not all(parts):
            raise ReadError(f'"{file[:160]}" is not the name of a wheel')
        name, version, *build = parts[:-3]
        tags = (".".join(sorted(set(each.split(".")))) for each in parts[-3:])
        return ("wheel", normalised(name), _version(version), *build, *tags)
    for ending in (".tar.gz", ".zip"):
        if file.endswith(ending):
            name, mark, version = file.removesuffix(ending).rpartition("-")
            if mark and name and version and "/" not in file:
                return ("sdist", normalised(name), _version(version), ending)
    raise ReadError(f'"{file[:160]}" is not the name of a distribution')


def _version(version: str) -> str:
    return version.lower().replace("_", "-").removeprefix("v")


@cache
def _runs() -> re.Pattern[str]:
    return re.compile(r"[-_.]+")


def verify_file(
    path: str, provenance: bytes, expected: Publisher | None, opener: Opener
) -> tuple[Attested, ...]:
    """Verify a distribution on disk by its provenance. Raises ``VerificationError`` or ``SourceError``."""
    import os

    from backstamp.sources.tree import Entry, opened

    name = os.path.basename(path)
    try:
        attestations = attestations_of(provenance)
    except ReadError as error:
        raise VerificationError(f'the provenance of "{name}" cannot be read: {error.message}') from error
    with opened(Entry(path=path, shown=name)) as blob:
        sha256 = hashlib.sha256(blob.view).hexdigest()
    return verify_distribution(name, sha256, attestations, expected, opener)
