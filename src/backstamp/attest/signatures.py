"""Signs statements and says who signed them.

1. A signature counts only if a verifier that was given accepts it over the pre-authentication encoding;
   the key id in an envelope is a hint that nothing vouches for, and decides nothing.
2. A threshold counts keys, not signatures: a key that signed twice counts once.
3. A signature that no given verifier accepts makes the envelope fail, unless others are allowed: a reader who
   sees two signatures must not think that two were verified.
4. Certificates count only through a ``Certifier``, which checks the chain, the roots and the identity.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from backstamp.attest.dsse import Envelope, Signature, pae
from backstamp.attest.statement import PAYLOAD_TYPE
from backstamp.core.errors import VerificationError


class Verifier(Protocol):
    """Verifies signatures of one key."""

    @property
    def keyid(self) -> str:
        """The name of the key."""
        ...

    def verify(self, data: bytes, signature: bytes, /) -> None:
        """Raises ``VerificationError`` unless the key signed the data."""
        ...


class Signer(Protocol):
    """Signs with one key."""

    @property
    def keyid(self) -> str:
        """The name of the key."""
        ...

    def sign(self, data: bytes, /) -> bytes:
        """Sign the data."""
        ...


class Certifier(Protocol):
    """Trusts keys by certificates."""

    def verifier_of(self, chain: tuple[bytes, ...], at: datetime | None) -> Verifier:
        """Give the key of the first certificate (DER). Raises ``VerificationError`` unless it is trusted."""
        ...


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """Who may sign: keys, certificates, and how many different keys must have signed."""

    verifiers: tuple[Verifier, ...] = ()
    certifier: Certifier | None = None
    threshold: int = 1
    others_allowed: bool = False


def sealed(payload: bytes, signers: Sequence[Signer], payload_type: str = PAYLOAD_TYPE) -> Envelope:
    """Sign a payload with each of the signers."""
    signed = pae(payload_type, payload)
    signatures = tuple(Signature(sig=each.sign(signed), keyid=each.keyid) for each in signers)
    return Envelope(payload=payload, payload_type=payload_type, signatures=signatures)


def signers_of(envelope: Envelope, trust: Trust, chain: tuple[bytes, ...] = ()) -> tuple[str, ...]:
    """Name the keys that signed an envelope. Raises ``VerificationError`` if it does not verify."""
    return signers_over(envelope.signed, tuple(each.sig for each in envelope.signatures), trust, chain)


def signers_over(
    data: bytes, signatures: tuple[bytes, ...], trust: Trust, chain: tuple[bytes, ...] = ()
) -> tuple[str, ...]:
    """Name the keys whose signatures over the data are given. Raises ``VerificationError``.

    ``chain`` are the certificates (DER, the signer's first) that came along; they mean nothing without a
    certifier.
    """
    verifiers, why = _verifiers(trust, chain)
    if not verifiers:
        raise VerificationError(
            why or "there is no key to verify it with", hint="Name the key of who should have signed it."
        )
    found: dict[str, None] = {}
    unknown = 0
    for signature in signatures:
        names = [each.keyid for each in verifiers if _accepts(each, data, signature)]
        found.update(dict.fromkeys(names))
        unknown += not names
    if not found:
        raise VerificationError(
            why or "no signature is by a key that is trusted",
            hint="It was changed after it was signed, or somebody else signed it.",
        )
    if unknown and not trust.others_allowed:
        counted = f"{unknown} of {len(signatures)} signatures"
        raise VerificationError(f"{counted} verify with no key that is trusted")
    if len(found) < trust.threshold:
        raise VerificationError(f"{len(found)} of the trusted keys signed it, {trust.threshold} must have")
    return tuple(sorted(found))


def _verifiers(trust: Trust, chain: tuple[bytes, ...]) -> tuple[list[Verifier], str]:
    verifiers = list(trust.verifiers)
    if not chain or trust.certifier is None:
        return verifiers, ""
    try:
        return [*verifiers, trust.certifier.verifier_of(chain, None)], ""
    except VerificationError as error:
        return verifiers, error.message


def _accepts(verifier: Verifier, data: bytes, signature: bytes) -> bool:
    try:
        verifier.verify(data, signature)
    except VerificationError:
        return False
    return True
