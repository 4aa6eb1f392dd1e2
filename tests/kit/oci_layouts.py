"""Builds OCI image layouts, and cosign signatures in them, to be broken in one place."""

import json
from pathlib import Path

from kit.attestations import ALICE, b64, sha256

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json"
MODEL = "application/vnd.cncf.model.manifest.v1+json"
MODEL_CONFIG = "application/vnd.cncf.model.config.v1+json"
WEIGHT = "application/vnd.cncf.model.weight.v1.raw"
PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
REPOSITORY = "registry.example/acme/minilm"
REF_NAME = "org.opencontainers.image.ref.name"


def payload(digest, kind="cosign container image signature", reference=REPOSITORY, **changes: object):
    """A simple signing payload, as cosign writes it."""
    critical = {
        "identity": {"docker-reference": reference},
        "image": {"docker-manifest-digest": digest},
        "type": kind,
    }
    critical.update(changes.pop("critical", {}))
    return json.dumps({"critical": critical, "optional": changes.pop("optional", None), **changes}).encode()


class Layout:
    """A layout under way; ``write`` puts it on disk."""

    def __init__(self) -> None:
        self.blobs = {}
        self.entries = []

    def blob(self, data, media_type, size=None, **more: object):
        """Keep a blob and give its descriptor."""
        digest = f"sha256:{sha256(data)}"
        self.blobs[digest] = data
        return {
            "mediaType": media_type,
            "digest": digest,
            "size": len(data) if size is None else size,
            **more,
        }

    def document(self, tree, media_type=MANIFEST, **more: object):
        return self.blob(json.dumps(tree).encode(), media_type, **more)

    def tagged(self, descriptor, tag):
        """List a descriptor under a tag."""
        notes = {**descriptor.get("annotations", {}), REF_NAME: tag}
        self.entries.append({**descriptor, "annotations": notes})
        return descriptor

    def listed(self, descriptor):
        self.entries.append(descriptor)
        return descriptor

    def image(self, layers=(b"layer one", b"layer two"), architecture="amd64", **more: object):
        """An image; ``more`` goes into its manifest."""
        config = json.dumps({"os": "linux", "architecture": architecture}).encode()
        tree = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.blob(config, IMAGE_CONFIG),
            "layers": [self.blob(each, "application/vnd.oci.image.layer.v1.tar") for each in layers],
            **more,
        }
        return self.document(tree, platform={"os": "linux", "architecture": architecture})

    def index(self, manifests, **more: object):
        return self.document({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests, **more}, INDEX)

    def model(self, files, config=None, **more: object):
        """A ModelPack artifact: a raw layer a file."""
        layers = [
            self.blob(data, WEIGHT, annotations={"org.cncf.model.filepath": name}) for name, data in files
        ]
        held = {
            "descriptor": {"name": "minilm"},
            "modelfs": {"type": "layers", "diffIds": [each["digest"] for each in layers]},
        }
        tree = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": MODEL,
            "config": self.blob(json.dumps(held if config is None else config).encode(), MODEL_CONFIG),
            "layers": layers,
            **more,
        }
        return self.document(tree)

    def signature_layer(self, digest, signer=ALICE, data=None, signature=None, **notes: object):
        data = payload(digest) if data is None else data
        made = signer.sign(data) if signature is None else signature
        return self.blob(
            data, PAYLOAD, annotations={"dev.cosignproject.cosign/signature": b64(made), **notes}
        )

    def carrier(self, layers, **more: object):
        """The manifest that carries signatures."""
        tree = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.blob(b"{}", "application/vnd.oci.empty.v1+json"),
            "layers": layers,
            **more,
        }
        return self.document(tree)

    def sign(self, image, *signers, **changes: object):
        """Sign an image the way of cosign: under a tag of its digest."""
        layers = [self.signature_layer(image["digest"], each, **changes) for each in signers or (ALICE,)]
        self.tagged(self.carrier(layers), f"{image['digest'].replace(':', '-')}.sig")

    def refer(self, image, layers, **subject: object):
        """Attach layers to an image the way of OCI 1.1."""
        about = {key: image[key] for key in ("mediaType", "digest", "size")}
        self.listed(self.carrier(layers, subject={**about, **subject}))

    def write(self, folder: Path, version="1.0.0"):
        """Put the layout on disk and give its path."""
        for digest, data in self.blobs.items():
            algorithm, _, name = digest.partition(":")
            place = folder / "blobs" / algorithm
            place.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(data)
        (folder / "oci-layout").write_text(json.dumps({"imageLayoutVersion": version}))
        (folder / "index.json").write_text(
            json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": self.entries})
        )
        return str(folder)
