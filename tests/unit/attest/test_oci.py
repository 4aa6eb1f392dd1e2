"""cosign signatures of images in a layout on disk."""

import json
import os

import pytest

from backstamp.attest.oci import Verified, Wanted, payload_problems, verify_image
from backstamp.attest.oci_layout import layout_at
from backstamp.attest.signatures import Trust, sealed
from backstamp.attest.statement import Statement, Subject
from backstamp.core.errors import ReadError, SourceError, VerificationError
from kit.attestations import ALICE, BOB, MALLORY, b64, bundle
from kit.oci_layouts import (
    BUNDLE,
    INDEX,
    MANIFEST,
    PAYLOAD,
    REF_NAME,
    REPOSITORY,
    Layout,
    payload,
)

TRUST = Trust(verifiers=(ALICE,))
SIGN = "https://sigstore.dev/cosign/sign/v1"


def verified(layout, folder, reference="1.0", trust=TRUST, wanted=None):
    return verify_image(layout_at(layout.write(folder)), reference, trust, wanted or Wanted())


def simple():
    layout = Layout()
    return layout, layout.tagged(layout.image(), "1.0")


def statement(digest, kind=SIGN, name=REPOSITORY, predicate=None):
    subject = Subject(name=name, digest=(("sha256", digest.partition(":")[2]),))
    return Statement(subjects=(subject,), predicate_type=kind, predicate=predicate or {})


def referred(layout, image, made, *signers, **subject: object):
    """Attach a bundle with a statement, the way of cosign 3."""
    data = bundle(sealed(made.as_bytes(), list(signers or (ALICE,))))
    layout.refer(image, [layout.blob(data, BUNDLE)], **subject)


def test_an_image_signed_under_the_tag_of_its_digest(tmp_path):
    layout, image = simple()
    layout.sign(image)
    assert verified(layout, tmp_path) == Verified(
        digest=image["digest"], media_type=MANIFEST, signers=("alice",), manifests=(image["digest"],)
    )


def _by_cosign_save(layout, image):
    layout.entries.clear()
    layout.listed({**image, "annotations": {"kind": "dev.cosignproject.cosign/image", REF_NAME: "1.0"}})
    layout.listed(
        {
            **layout.carrier([layout.signature_layer(image["digest"])]),
            "annotations": {"kind": "dev.cosignproject.cosign/sigs"},
        }
    )


def _by_full_name(layout, image):
    layout.tagged(
        layout.carrier([layout.signature_layer(image["digest"])]),
        f"{REPOSITORY}:{image['digest'].replace(':', '-')}.sig",
    )


def _by_fallback_index(layout, image):
    about = {key: image[key] for key in ("mediaType", "digest", "size")}
    carrier = layout.carrier([layout.signature_layer(image["digest"])], subject=about)
    layout.tagged(layout.index([carrier]), image["digest"].replace(":", "-"))


def _with_bad_ones_around(layout, image):
    layout.sign(image, MALLORY)
    layout.refer(image, [layout.signature_layer(image["digest"], BOB)])
    layout.refer(image, [layout.signature_layer(image["digest"])])
    layout.refer(image, [layout.blob(b"{", BUNDLE)])


SIGNED = {
    "by cosign save": _by_cosign_save,
    "under the full name": _by_full_name,
    "as a referrer": lambda layout, image: layout.refer(image, [layout.signature_layer(image["digest"])]),
    "as a referrer listed by an index": _by_fallback_index,
    "as a bundle of cosign 3": lambda layout, image: referred(layout, image, statement(image["digest"])),
    "with others around that do not verify": _with_bad_ones_around,
}


@pytest.mark.parametrize("name", SIGNED)
def test_finds_signatures(name, tmp_path):
    layout, image = simple()
    SIGNED[name](layout, image)
    assert verified(layout, tmp_path).signers == ("alice",)


# name -> (what is done to a layout with an image, words of the reason)
REFUSED = {
    "no signature": (lambda _layout, _image: None, "there is no signature of sha256:"),
    "a stranger's signature": (
        lambda layout, image: layout.sign(image, MALLORY),
        "no signature is by a key that is trusted",
    ),
    "a payload about another image": (
        lambda layout, image: layout.sign(image, data=payload("sha256:" + "a" * 64)),
        f"it is about sha256:{'a' * 64}, not sha256:",
    ),
    "a payload of another type": (
        lambda layout, image: layout.sign(image, data=payload(image["digest"], "atomic container signature")),
        'its type is "atomic container signature"',
    ),
    "a payload with an unknown critical field": (
        lambda layout, image: layout.sign(image, data=payload(image["digest"], critical={"expires": "2020"})),
        'the critical field "expires" is not known',
    ),
    "a payload with a key twice": (
        lambda layout, image: layout.sign(
            image, data=payload(image["digest"]).replace(b'{"critical"', b'{"critical": {}, "critical"')
        ),
        'the key "critical" stands twice',
    ),
    "a payload without an image": (
        lambda layout, image: layout.sign(
            image, data=json.dumps({"critical": {"type": "cosign container image signature"}}).encode()
        ),
        '"image" is missing',
    ),
    "a signature that is empty": (
        lambda layout, image: layout.sign(image, signature=b""),
        "no signature is by a key that is trusted",
    ),
    "a signature of the digest and not of the payload": (
        lambda layout, image: layout.sign(image, signature=ALICE.sign(image["digest"].encode())),
        "no signature is by a key that is trusted",
    ),
    "a signature that is no base64": (
        lambda layout, image: layout.tagged(
            layout.carrier(
                [
                    layout.blob(
                        payload(image["digest"]),
                        PAYLOAD,
                        annotations={"dev.cosignproject.cosign/signature": "?"},
                    )
                ]
            ),
            f"{image['digest'].replace(':', '-')}.sig",
        ),
        "the signature is not base64",
    ),
    "a payload of a wrong media type": (
        lambda layout, image: layout.refer(
            image,
            [
                layout.blob(
                    payload(image["digest"]),
                    "text/plain",
                    annotations={
                        "dev.cosignproject.cosign/signature": b64(ALICE.sign(payload(image["digest"])))
                    },
                )
            ],
        ),
        "there is no signature of",
    ),
    "the signature of another image under this one's tag": (
        lambda layout, image: layout.tagged(
            layout.carrier([layout.signature_layer(layout.image((b"other",))["digest"])]),
            f"{image['digest'].replace(':', '-')}.sig",
        ),
        "it is about sha256:",
    ),
    "a referrer of another size": (
        lambda layout, image: layout.refer(
            image, [layout.signature_layer(image["digest"])], size=image["size"] + 1
        ),
        "there is no signature of",
    ),
    "a referrer of another media type": (
        lambda layout, image: layout.refer(image, [layout.signature_layer(image["digest"])], mediaType=INDEX),
        "there is no signature of",
    ),
    "a bundle with an attestation instead of a signature": (
        lambda layout, image: referred(
            layout, image, statement(image["digest"], "https://slsa.dev/provenance/v1")
        ),
        'it is an attestation ("https://slsa.dev/provenance/v1"), not a signature',
    ),
    "a bundle about another image": (
        lambda layout, image: referred(layout, image, statement("sha256:" + "b" * 64)),
        f"it is about sha256:{'b' * 64}",
    ),
    "a bundle of a stranger": (
        lambda layout, image: referred(layout, image, statement(image["digest"]), MALLORY),
        "no signature is by a key that is trusted",
    ),
    "a bundle with a bare signature": (
        lambda layout, image: layout.refer(
            image,
            [
                layout.blob(
                    json.dumps({"mediaType": BUNDLE, "messageSignature": {"signature": "AAAA"}}).encode(),
                    BUNDLE,
                )
            ],
        ),
        "a bundle of a bare signature",
    ),
    "a bundle with another type of payload": (
        lambda layout, image: layout.refer(
            image,
            [
                layout.blob(
                    bundle(sealed(statement(image["digest"]).as_bytes(), [ALICE], "text/plain")), BUNDLE
                )
            ],
        ),
        'the payload is "text/plain"',
    ),
    "a certificate without anybody who trusts it": (
        lambda layout, image: layout.sign(
            image,
            MALLORY,
            **{
                "dev.sigstore.cosign/certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n"
                "-----END CERTIFICATE-----\n"
            },
        ),
        "no signature is by a key that is trusted",
    ),
    "a certificate that is cut off": (
        lambda layout, image: layout.sign(
            image, **{"dev.sigstore.cosign/certificate": "-----BEGIN CERTIFICATE-----\nAAAA"}
        ),
        "a certificate that is cut off",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_does_not_count(name, tmp_path):
    change, words = REFUSED[name]
    layout, image = simple()
    change(layout, image)
    with pytest.raises(VerificationError) as caught:
        verified(layout, tmp_path)
    assert caught.value.message.startswith(f"0 of the trusted keys signed {image['digest']}, 1 must have")
    assert words in caught.value.message


def _changed_blob(layout, image, key):
    tree = json.loads(layout.blobs[image["digest"]])
    found = tree["config"] if key == "config" else tree["layers"][0]
    layout.blobs[found["digest"]] += b" "


def _swapped_bytes(layout, image):
    tree = json.loads(layout.blobs[image["digest"]])
    found = tree["layers"][0]
    layout.blobs[found["digest"]] = layout.blobs[found["digest"]][::-1]


def _resigned(layout, tree, media_type=MANIFEST):
    """Replace the image by a document, and sign that."""
    layout.entries.clear()
    image = layout.tagged(layout.document(tree, media_type), "1.0")
    layout.sign(image)


def _tree(layout, image):
    return json.loads(layout.blobs[image["digest"]])


def _entry(layout, **changes: object):
    layout.entries[0] = {**layout.entries[0], **changes}


# name -> (what is done to a signed image, words of the reason)
BROKEN = {
    "a layer with another length": (
        lambda layout, image: _changed_blob(layout, image, "layers"),
        "it does not have the 9 bytes of its descriptor",
    ),
    "a layer with other bytes": (_swapped_bytes, "its bytes have another digest"),
    "a configuration with other bytes": (
        lambda layout, image: _changed_blob(layout, image, "config"),
        "bytes, its descriptor says",
    ),
    "a manifest with other bytes": (
        lambda layout, image: layout.blobs.update(
            {image["digest"]: layout.blobs[image["digest"]].replace(b"{", b"[", 1)}
        ),
        "its bytes have another digest",
    ),
    "a manifest of another size": (
        lambda layout, image: _entry(layout, size=image["size"] + 1),
        "bytes, its descriptor says",
    ),
    "a manifest of another media type": (
        lambda layout, _image: _entry(layout, mediaType=INDEX),
        'its descriptor says "application/vnd.oci.image.index.v1+json", it says',
    ),
    "a media type that is none of images": (
        lambda layout, _image: _entry(layout, mediaType="application/json"),
        '0 entries of the layout are "1.0"',
    ),
    "a manifest that is an index, too": (
        lambda layout, image: _resigned(layout, {**_tree(layout, image), "manifests": []}),
        "it is a manifest and an index at once",
    ),
    "a manifest without a media type, called an index": (
        lambda layout, image: _resigned(
            layout,
            {k: v for k, v in _tree(layout, image).items() if k != "mediaType"},
            INDEX,
        ),
        "it is not what",
    ),
    "an old schema": (
        lambda layout, image: _resigned(layout, {**_tree(layout, image), "schemaVersion": 1}),
        "its schema version is not 2",
    ),
    "a layer that is called a manifest": (
        lambda layout, image: _resigned(
            layout, {**_tree(layout, image), "layers": [layout.blob(b"{}", MANIFEST)]}
        ),
        "is a layer and called a manifest",
    ),
    "a layer with a path for a digest": (
        lambda layout, image: _resigned(
            layout,
            {
                **_tree(layout, image),
                "layers": [{"mediaType": "x/y", "digest": "sha256:../../etc/passwd", "size": 1}],
            },
        ),
        '"sha256:../../etc/passwd" is not a digest',
    ),
    "a layer with a digest by MD5": (
        lambda layout, image: _resigned(
            layout,
            {
                **_tree(layout, image),
                "layers": [{"mediaType": "x/y", "digest": "md5:" + "0" * 32, "size": 1}],
            },
        ),
        "is not a digest that is known",
    ),
    "a layer with a negative size": (
        lambda layout, image: _resigned(
            layout,
            {
                **_tree(layout, image),
                "layers": [{"mediaType": "x/y", "digest": "sha256:" + "0" * 64, "size": -1}],
            },
        ),
        '"size" is not a whole number',
    ),
    "a layer that is not there": (
        lambda layout, image: _resigned(
            layout,
            {
                **_tree(layout, image),
                "layers": [{"mediaType": "x/y", "digest": "sha256:" + "0" * 64, "size": 1}],
            },
        ),
        "cannot be read",
    ),
    "an annotation that is no text": (
        lambda layout, image: _resigned(layout, {**_tree(layout, image), "annotations": {"a": 1}}),
        'the annotation "a" is not a text',
    ),
    "a configuration for another platform than listed": (
        lambda layout, _image: _entry(layout, platform={"os": "linux", "architecture": "arm64"}),
        'is listed for "linux/arm64", its configuration is for "linux/amd64"',
    ),
    "two images under one tag": (
        lambda layout, _image: layout.tagged(layout.image((b"other",)), "1.0"),
        '2 entries of the layout are "1.0"',
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_refuses(name, tmp_path):
    change, words = BROKEN[name]
    layout, image = simple()
    layout.sign(image)
    change(layout, image)
    with pytest.raises(VerificationError) as caught:
        verified(layout, tmp_path)
    assert caught.value.message.startswith("the image does not hold: ")
    assert words in caught.value.message


def many():
    layout = Layout()
    both = [layout.image((b"amd",)), layout.image((b"arm",), "arm64")]
    return layout, layout.tagged(layout.index(both), "1.0"), both


def test_a_signed_index_covers_its_platforms(tmp_path):
    layout, index, both = many()
    layout.sign(index)
    found = verified(layout, tmp_path)
    assert (found.digest, found.manifests) == (index["digest"], tuple(each["digest"] for each in both))


def test_one_platform_of_an_index(tmp_path):
    layout, index, both = many()
    layout.sign(index)
    found = verified(layout, tmp_path, wanted=Wanted(platform="linux/arm64"))
    assert found.manifests == (both[1]["digest"],)


def test_a_platform_that_is_not_there(tmp_path):
    layout, index, _ = many()
    layout.sign(index)
    with pytest.raises(VerificationError, match='has no manifest for "linux/s390x"'):
        verified(layout, tmp_path, wanted=Wanted(platform="linux/s390x"))


def test_a_single_image_of_another_platform_than_asked_for(tmp_path):
    layout, image = simple()
    layout.sign(image)
    with pytest.raises(VerificationError, match='is for "linux/amd64", not for "linux/arm64"'):
        verified(layout, tmp_path, wanted=Wanted(platform="linux/arm64"))


def test_a_signed_manifest_does_not_cover_the_index_around_it(tmp_path):
    layout, index, both = many()
    layout.sign(both[0])
    with pytest.raises(VerificationError, match=f"0 of the trusted keys signed {index['digest']}"):
        verified(layout, tmp_path)
    assert verified(layout, tmp_path, both[0]["digest"]).digest == both[0]["digest"]


def test_a_signed_index_does_not_speak_for_a_digest_that_is_asked_for_by_itself(tmp_path):
    layout, index, both = many()
    layout.sign(index)
    with pytest.raises(VerificationError, match=f"0 of the trusted keys signed {both[0]['digest']}"):
        verified(layout, tmp_path, both[0]["digest"])


def test_finds_the_only_image_among_what_lies_beside_it(tmp_path):
    layout = Layout()
    image = layout.listed(layout.image())
    layout.sign(image)
    layout.refer(image, [layout.signature_layer(image["digest"], BOB)])
    assert verified(layout, tmp_path, "").digest == image["digest"]


def test_a_threshold_counts_keys(tmp_path):
    layout, image = simple()
    layout.sign(image, ALICE, ALICE)
    two = Trust(verifiers=(ALICE, BOB), threshold=2)
    with pytest.raises(VerificationError, match="1 of the trusted keys signed"):
        verified(layout, tmp_path, trust=two)
    layout.refer(image, [layout.signature_layer(image["digest"], BOB)])
    assert verified(layout, tmp_path, trust=two).signers == ("alice", "bob")


def test_a_threshold_of_nothing_is_one(tmp_path):
    layout, _ = simple()
    with pytest.raises(VerificationError, match="0 of the trusted keys signed"):
        verified(layout, tmp_path, trust=Trust(verifiers=(ALICE,), threshold=0))


def test_the_repository_that_is_expected(tmp_path):
    layout, image = simple()
    layout.sign(image)
    layout_path = layout_at(layout.write(tmp_path))
    for reference in (REPOSITORY, f"{REPOSITORY}:1.0", f"{REPOSITORY}@{image['digest']}"):
        assert verify_image(layout_path, "1.0", TRUST, Wanted(repository=reference)).signers == ("alice",)
    with pytest.raises(VerificationError, match=f'it is about the repository "{REPOSITORY}", not'):
        verify_image(layout_path, "1.0", TRUST, Wanted(repository="registry.example/evil/minilm"))


def test_annotations_count_only_where_they_are_signed(tmp_path):
    layout, image = simple()
    layout.tagged(
        layout.carrier(
            [layout.signature_layer(image["digest"], stage="prod")], annotations={"stage": "prod"}
        ),
        f"{image['digest'].replace(':', '-')}.sig",
    )
    wanted = Wanted(annotations=(("stage", "prod"),))
    with pytest.raises(VerificationError, match='it does not say "stage=prod"'):
        verified(layout, tmp_path, wanted=wanted)
    layout.refer(
        image,
        [layout.signature_layer(image["digest"], data=payload(image["digest"], optional={"stage": "prod"}))],
    )
    assert verified(layout, tmp_path, wanted=wanted).signers == ("alice",)


def test_annotations_of_a_bundle(tmp_path):
    layout, image = simple()
    referred(layout, image, statement(image["digest"], predicate={"annotations": {"stage": "prod"}}))
    assert verified(layout, tmp_path, wanted=Wanted(annotations=(("stage", "prod"),))).signers == ("alice",)
    with pytest.raises(VerificationError, match='it does not say "stage=test"'):
        verified(layout, tmp_path, wanted=Wanted(annotations=(("stage", "test"),)))


def test_layers_may_be_left_unread(tmp_path):
    layout, image = simple()
    layout.sign(image)
    _swapped_bytes(layout, image)
    found = verified(layout, tmp_path, wanted=Wanted(check_layers=False))
    assert found.signers == ("alice",)


def test_a_certificate_counts_through_who_trusts_it(tmp_path):
    class Certifier:
        def verifier_of(self, chain, at):
            assert (chain, at) == ((b"leaf", b"above"), None)
            return BOB

    layout, image = simple()
    pem = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"
    layout.sign(
        image,
        BOB,
        **{
            "dev.sigstore.cosign/certificate": pem.format(b64(b"leaf")),
            "dev.sigstore.cosign/chain": pem.format(b64(b"above")),
        },
    )
    assert verified(layout, tmp_path, trust=Trust(certifier=Certifier())).signers == ("bob",)


def test_reads_the_payload_of_cosign():
    digest = "sha256:" + "1" * 64
    assert payload_problems(payload(digest), digest) == ()
    assert payload_problems(payload(digest, optional={"a": 1}), "sha256:" + "2" * 64) == (
        f"it is about {digest}, not sha256:{'2' * 64}",
    )


def test_a_folder_that_is_no_layout(tmp_path):
    with pytest.raises(SourceError, match="is not an OCI image layout"):
        layout_at(str(tmp_path))


def test_a_layout_of_another_version(tmp_path):
    layout, _ = simple()
    with pytest.raises(ReadError, match=r'"2\.0\.0" is not a version of the image layout'):
        layout_at(layout.write(tmp_path, version="2.0.0"))


def test_a_pipe_in_place_of_a_blob_does_not_hang(tmp_path):
    layout, image = simple()
    layout.sign(image)
    folder = layout.write(tmp_path)
    path = os.path.join(folder, "blobs", "sha256", image["digest"].partition(":")[2])
    os.unlink(path)
    os.mkfifo(path)
    with pytest.raises(VerificationError, match="is not a regular file"):
        verify_image(layout_at(folder), "1.0", TRUST)
