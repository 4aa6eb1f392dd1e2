"""Verifies cosign signatures of images and model artifacts in an OCI image layout, without a registry.

Sources: cosign ``SIGNATURE_SPEC`` (simple signing payloads under the tag ``sha256-<hex>.sig``), OCI v1.1
referrers (``subject``), cosign ``BUNDLE_SPEC`` (Sigstore bundles as referrers, predicate
``https://sigstore.dev/cosign/sign/v1``), containers ``simple signing`` (critical fields). Rules held here:

1. What is signed is a digest. The image, and everything below it, is computed again from the bytes on disk.
2. A signature is about what its payload says: the digest and the type in ``critical``, never annotations,
   names of tags, or the ``subject`` of the manifest that carries it. Unknown critical fields are refused.
3. A signed index covers the manifests that it lists. A signed manifest does not cover the index around it.
4. Each key counts once. Signatures that are not trusted prove nothing and do not stop others.
5. Of the repository in a payload (``docker-reference``) only an expected one is believed.
"""

from collections.abc import Iterator

import msgspec

from backstamp.attest import fields, modelpack
from backstamp.attest.dsse import Envelope, decoded, envelope_of
from backstamp.attest.modelpack import NamedLayer
from backstamp.attest.oci_layout import (
    INDEXES,
    MANIFESTS,
    REF_NAME,
    Descriptor,
    Index,
    Layout,
    Manifest,
    document_of,
)
from backstamp.attest.signatures import Trust, signers_of, signers_over
from backstamp.attest.statement import PAYLOAD_TYPE, Statement, statement_of, strict_tree
from backstamp.attest.store import certificates_of
from backstamp.core.errors import ReadError, VerificationError
from backstamp.core.tree import Tree

PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
SIGN = "https://sigstore.dev/cosign/sign/v1"
SIGNATURE_NOTE = "dev.cosignproject.cosign/signature"
_CERTIFICATE_NOTE = "dev.sigstore.cosign/certificate"
_CHAIN_NOTE = "dev.sigstore.cosign/chain"
_TYPE = "cosign container image signature"
_CRITICAL = frozenset({"identity", "image", "type"})
_IMAGE_CONFIGS = frozenset(
    {"application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"}
)
_MOST_SIGNATURES = 200
_MOST_PARTS = 2000


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a signature must say beyond the digest."""

    platform: str = ""
    repository: str = ""
    annotations: tuple[tuple[str, str], ...] = ()
    check_layers: bool = True


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """An image whose bytes and signatures hold."""

    digest: str
    media_type: str
    signers: tuple[str, ...]
    manifests: tuple[str, ...]
    files: tuple[NamedLayer, ...] = ()
    remarks: tuple[str, ...] = ()


class _Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """An envelope that came along as a referrer, with the certificates of its signer."""

    where: str
    envelope: Envelope
    chain: tuple[bytes, ...] = ()


def verify_image(layout: Layout, reference: str, trust: Trust, wanted: Wanted = Wanted()) -> Verified:  # noqa: B008  # frozen
    """Verify an image by its tag or digest (empty: the only one).

    Raises ``VerificationError`` with all reasons.
    """
    try:
        image = image_of(layout, reference)
        manifests, files = _bytes_hold(layout, image, wanted)
    except ReadError as error:
        raise VerificationError(f"the image does not hold: {error.message}") from error
    signers: dict[str, None] = {}
    refused: list[str] = []
    each_trust = msgspec.structs.replace(trust, threshold=1)
    for count, found in enumerate(_signatures(layout, image, refused), 1):
        if count > _MOST_SIGNATURES:
            refused.append(f"more than {_MOST_SIGNATURES} signatures: the rest was not looked at")
            break
        if isinstance(found, Descriptor):
            names, why = _by_payload(layout, found, image, each_trust, wanted)
        else:
            names, why = _by_bundle(found, image, each_trust, wanted)
        signers.update(dict.fromkeys(names))
        refused.extend(why)
    least = max(1, trust.threshold)
    if len(signers) < least:
        reasons = refused or [f"there is no signature of {image.digest} in the layout"]
        counted = f"{len(signers)} of the trusted keys signed {image.digest}, {least} must have"
        raise VerificationError(
            "; ".join((counted, *reasons)), hint="A signature lies beside the image: copy it, too."
        )
    return Verified(
        digest=image.digest,
        media_type=image.media_type,
        signers=tuple(sorted(signers)),
        manifests=manifests,
        files=files,
        remarks=tuple(refused),
    )


def image_of(layout: Layout, reference: str) -> Descriptor:
    """Find the image that a tag or digest names. Raises ``ReadError`` if there is none, or more than one."""
    listed = [each for each in layout.index.manifests if each.media_type in MANIFESTS | INDEXES]
    if reference.startswith(("sha256:", "sha512:")):
        found = [each for each in listed if each.digest == reference]
        found = found or list(_inner(layout, listed, reference))
    elif reference:
        found = [each for each in listed if _tag(each) == reference]
    else:
        found = [each for each in listed if not _is_beside(layout, each)]
    distinct = {(each.digest, each.size, each.media_type): each for each in found}
    if len(distinct) != 1:
        what = f'"{reference[:120]}"' if reference else "an image"
        raise ReadError(f"{len(distinct)} entries of the layout are {what}; exactly one must be")
    return next(iter(distinct.values()))


def _inner(layout: Layout, listed: list[Descriptor], digest: str) -> Iterator[Descriptor]:
    for each in listed:
        if each.media_type in INDEXES:
            index = document_of(layout.document(each), each.media_type)
            if isinstance(index, Index):
                yield from (inner for inner in index.manifests if inner.digest == digest)


def _tag(found: Descriptor) -> str:
    name = found.note(REF_NAME)
    return name.rpartition(":")[2] if "/" in name else name


def _is_beside(layout: Layout, found: Descriptor) -> bool:
    """Say whether an entry is something about an image: a signature, an attestation, a referrer."""
    tag = _tag(found)
    if tag.startswith(("sha256-", "sha512-")) or found.note("kind").startswith("dev.cosignproject.cosign/"):
        return not found.note("kind").endswith(("/image", "/imageIndex"))
    try:
        return document_of(layout.document(found), found.media_type).subject is not None
    except ReadError:
        return False


def _bytes_hold(
    layout: Layout, image: Descriptor, wanted: Wanted
) -> tuple[tuple[str, ...], tuple[NamedLayer, ...]]:
    """Compute every digest below an image. Raises ``ReadError``."""
    manifests: list[str] = []
    files: tuple[NamedLayer, ...] = ()
    waiting, seen = [image], {image.digest}
    while waiting:
        each = waiting.pop(0)
        if len(seen) > _MOST_PARTS:
            raise ReadError("an image of too many parts")
        document = document_of(layout.document(each), each.media_type)
        if isinstance(document, Index):
            below = [m for m in document.manifests if not wanted.platform or m.platform == wanted.platform]
            if not below:
                raise ReadError(f'{each.digest} has no manifest for "{wanted.platform}"')
            for inner in below:
                if inner.media_type not in MANIFESTS | INDEXES:
                    raise ReadError(
                        f'{inner.digest} is listed as "{inner.media_type[:80]}", which is no manifest'
                    )
                if inner.digest not in seen:
                    seen.add(inner.digest)
                    waiting.append(inner)
            continue
        manifests.append(each.digest)
        _check_platform(layout, each, document, wanted)
        files += _manifest_holds(layout, document, wanted)
    return tuple(manifests), files


def _check_platform(layout: Layout, found: Descriptor, manifest: Manifest, wanted: Wanted) -> None:
    """Hold the platform of an image's configuration against that of its descriptor, and the one wanted."""
    if manifest.config.media_type not in _IMAGE_CONFIGS:
        return
    config = strict_tree(layout.document(manifest.config))
    parts = [fields.text(config, key) for key in ("os", "architecture")]
    said = "/".join(each for each in parts if each)
    listed = "/".join(found.platform.split("/")[:2])
    if listed and said and listed != said and "unknown" not in listed:
        raise ReadError(
            f'{found.digest} is listed for "{listed[:80]}", its configuration is for "{said[:80]}"'
        )
    if wanted.platform and "/".join(wanted.platform.split("/")[:2]) != (said or listed):
        raise ReadError(f'{found.digest} is for "{(said or listed)[:80]}", not for "{wanted.platform}"')


def _manifest_holds(layout: Layout, manifest: Manifest, wanted: Wanted) -> tuple[NamedLayer, ...]:
    for each in (manifest.config, *manifest.layers):
        if each.media_type in MANIFESTS | INDEXES:
            raise ReadError(f"{each.digest} is a layer and called a manifest")
        if wanted.check_layers or each is manifest.config:
            layout.check(each)
    if not modelpack.is_modelpack(manifest):
        return ()
    return modelpack.layers_of(manifest, layout.document(manifest.config))


def _signatures(layout: Layout, image: Descriptor, refused: list[str]) -> Iterator[Descriptor | _Bundle]:
    """Yield simple signing layers and bundles that may be about an image; what cannot be read is told."""
    seen: set[str] = set()
    for carrier in _carriers(layout, image, refused):
        if carrier.digest in seen or carrier.digest == image.digest:
            continue
        seen.add(carrier.digest)
        try:
            manifest = document_of(layout.document(carrier), carrier.media_type)
        except ReadError as error:
            if _is_named_for(carrier, image):
                refused.append(error.message)
            continue
        if not isinstance(manifest, Manifest):
            continue
        if manifest.subject is not None and not _is_same(manifest.subject, image):
            continue
        is_ours = manifest.subject is not None or _is_named_for(carrier, image)
        for layer in manifest.layers if is_ours else ():
            if layer.media_type == PAYLOAD:
                yield layer
            elif layer.media_type.startswith("application/vnd.dev.sigstore.bundle"):
                try:
                    yield _bundle(layout.document(layer), layer.digest)
                except ReadError as error:
                    refused.append(f"{layer.digest}: {error.message}")


def _carriers(layout: Layout, image: Descriptor, refused: list[str]) -> Iterator[Descriptor]:
    fallback = image.digest.replace(":", "-")
    for each in layout.index.manifests:
        if each.media_type in MANIFESTS:
            yield each
        elif each.media_type in INDEXES and _tag(each) == fallback:
            try:
                index = document_of(layout.document(each), each.media_type)
            except ReadError as error:
                refused.append(error.message)
                continue
            if isinstance(index, Index):
                yield from (inner for inner in index.manifests if inner.media_type in MANIFESTS)


def _is_named_for(carrier: Descriptor, image: Descriptor) -> bool:
    return _tag(carrier) == f"{image.digest.replace(':', '-')}.sig" or (
        carrier.note("kind") == "dev.cosignproject.cosign/sigs"
    )


def _is_same(one: Descriptor, other: Descriptor) -> bool:
    return (one.digest, one.size, one.media_type) == (other.digest, other.size, other.media_type)


def _by_payload(
    layout: Layout, layer: Descriptor, image: Descriptor, trust: Trust, wanted: Wanted
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Verify a simple signing layer: who signed, or why it does not count."""
    try:
        payload = layout.document(layer)
        signature = decoded(layer.note(SIGNATURE_NOTE), "signature")
        names = signers_over(payload, (signature,), trust, _chain(layer))
        problems = payload_problems(payload, image.digest, wanted)
    except (ReadError, VerificationError) as error:
        return (), (f"{layer.digest}: {error.message}",)
    return (names, ()) if not problems else ((), tuple(f"{layer.digest}: {each}" for each in problems))


def payload_problems(payload: bytes, digest: str, wanted: Wanted = Wanted()) -> tuple[str, ...]:  # noqa: B008  # frozen
    """Say why a simple signing payload is not about a digest as wanted. Raises ``ReadError``."""
    tree = strict_tree(payload)
    critical = fields.tree(tree, "critical", required=True)
    if unknown := sorted(critical.keys() - _CRITICAL):
        raise ReadError(f'the critical field "{unknown[0][:80]}" is not known')
    image = fields.tree(critical, "image", required=True)
    if unknown := sorted(image.keys() - {"docker-manifest-digest"}):
        raise ReadError(f'the critical field "image.{unknown[0][:80]}" is not known')
    kind = fields.text(critical, "type", required=True)
    said = fields.text(image, "docker-manifest-digest", required=True)
    named = fields.text(fields.tree(critical, "identity"), "docker-reference")
    optional = fields.tree(tree, "optional") if tree.get("optional") is not None else {}
    problems = []
    if kind != _TYPE:
        problems.append(f'its type is "{kind[:80]}"')
    if said != digest:
        problems.append(f"it is about {said[:140]}, not {digest}")
    if wanted.repository and _repository(named) != _repository(wanted.repository):
        problems.append(f'it is about the repository "{named[:120]}", not "{wanted.repository}"')
    problems += [
        f'it does not say "{key}={value}"' for key, value in wanted.annotations if optional.get(key) != value
    ]
    return tuple(problems)


def _repository(reference: str) -> str:
    """Cut tag and digest off a reference; a port is none."""
    name = reference.partition("@")[0]
    head, _, last = name.rpartition("/")
    return f"{head}/{last.partition(':')[0]}" if head else last.partition(":")[0]


def _bundle(data: bytes, where: str) -> _Bundle:
    tree = strict_tree(data)
    chain = certificates_of(tree)
    if "messageSignature" in tree:
        raise ReadError("a bundle of a bare signature says not what it is about")
    envelope = envelope_of(fields.tree(tree, "dsseEnvelope", required=True))
    if envelope.payload_type != PAYLOAD_TYPE:
        raise ReadError(f'the payload is "{envelope.payload_type[:80]}", not an in-toto statement')
    return _Bundle(where=where, envelope=envelope, chain=chain)


def _by_bundle(
    found: _Bundle, image: Descriptor, trust: Trust, wanted: Wanted
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Verify a bundle: only the statement of a signature counts, other attestations are something else."""
    try:
        names = signers_of(found.envelope, trust, found.chain)
        problem = _statement_problem(statement_of(found.envelope.payload), image.digest, wanted)
    except (ReadError, VerificationError) as error:
        return (), (f"{found.where}: {error.message}",)
    return ((), (f"{found.where}: {problem}",)) if problem else (names, ())


def _statement_problem(statement: Statement, digest: str, wanted: Wanted) -> str:
    """Say why a statement is not a signature of a digest as wanted; empty if it is."""
    if statement.predicate_type != SIGN:
        return f'it is an attestation ("{statement.predicate_type[:80]}"), not a signature'
    algorithm, _, value = digest.partition(":")
    subject = statement.subjects[0]
    if len(statement.subjects) != 1 or subject.of(algorithm) != value:
        told = ", ".join(f"{name}:{each}" for name, each in subject.digest)
        return f"it is about {told[:200]}, not {digest}"
    if wanted.repository and _repository(subject.name) != _repository(wanted.repository):
        return f'it is about the repository "{subject.name[:120]}", not "{wanted.repository}"'
    notes = _notes(statement.predicate)
    missing = [f"{key}={value}" for key, value in wanted.annotations if notes.get(key) != value]
    return f'it does not say "{missing[0]}"' if missing else ""


def _notes(predicate: Tree) -> Tree:
    """Give the annotations of a signature, which are signed as its predicate."""
    inner = predicate.get("annotations")
    return inner if isinstance(inner, dict) else predicate


def _chain(layer: Descriptor) -> tuple[bytes, ...]:
    """Give the certificates of a layer's annotations (PEM), the signer's first. Raises ``ReadError``."""
    made = []
    for text in (layer.note(_CERTIFICATE_NOTE), layer.note(_CHAIN_NOTE)):
        for part in text.split("-----BEGIN CERTIFICATE-----")[1:]:
            body, mark, _ = part.partition("-----END CERTIFICATE-----")
            if not mark:
                raise ReadError("a certificate that is cut off")
            made.append(decoded("".join(body.split()), "certificate"))
    return tuple(made[:16])
