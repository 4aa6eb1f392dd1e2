"""DSSE envelopes: a payload with signatures over it and its type.

Source: Dead Simple Signing Envelope v1.0 (secure-systems-lab/dsse), ``protocol.md``.
"""

import base64
import binascii

import msgspec

from backstamp.core.errors import ReadError
from backstamp.core.tree import Tree, list_at, text_at

_MOST_SIGNATURES = 64
_MOST_PAYLOAD = 256 * 1024 * 1024


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """A signature and the name of the key that made it, which nothing vouches for."""

    sig: bytes
    keyid: str = ""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A signed payload."""

    payload: bytes
    payload_type: str
    signatures: tuple[Signature, ...]

    @property
    def signed(self) -> bytes:
        """The bytes that signatures are over."""
        return pae(self.payload_type, self.payload)

    def as_tree(self) -> Tree:
        """Write the envelope as its JSON tree."""
        signatures: list[Tree] = []
        for each in self.signatures:
            made: Tree = {"sig": base64.b64encode(each.sig).decode()}
            if each.keyid:
                made["keyid"] = each.keyid
            signatures.append(made)
        return {
            "payload": base64.b64encode(self.payload).decode(),
            "payloadType": self.payload_type,
            "signatures": [*signatures],
        }


def pae(payload_type: str, payload: bytes) -> bytes:
    """Encode type and payload so that neither can be taken for the other (Pre-Authentication Encoding)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def envelope_of(tree: Tree) -> Envelope:
    """Read an envelope. Raises ``ReadError`` for what is none."""
    payload = decoded(text_at(tree, "payload"), "payload")
    if not payload or not text_at(tree, "payloadType"):
        raise ReadError("an envelope without payload or payload type")
    if len(payload) > _MOST_PAYLOAD:
        raise ReadError(f"a payload of {len(payload):,} bytes is too large")
    listed = list_at(tree, "signatures")
    if not 0 < len(listed) <= _MOST_SIGNATURES:
        raise ReadError(f"an envelope with {len(listed)} signatures")
    signatures = []
    for each in listed:
        sig = decoded(text_at(each, "sig"), "signature")
        if not sig:
            raise ReadError("an empty signature")
        signatures.append(Signature(sig=sig, keyid=text_at(each, "keyid")))
    return Envelope(payload=payload, payload_type=text_at(tree, "payloadType"), signatures=tuple(signatures))


def decoded(text: str, what: str) -> bytes:
    """Decode base64 of the usual alphabet, strictly: one text for the same bytes. Raises ``ReadError``."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ReadError(f"the {what} is not base64") from error
    if base64.b64encode(data).decode() != text:
        raise ReadError(f"the {what} is not canonical base64")
    return data
