"""What Fulcio writes into certificates about the token that it saw: issuer, repository, workflow, commit.

Source: sigstore/fulcio, ``docs/oid-info.md``. Numbers 1.1 to 1.6 hold bare text, 1.8 and up a DER string.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509

_ARC = "1.3.6.1.4.1.57264.1."
_USER_NAME = "1.3.6.1.4.1.57264.1.7"
_CLAIMS = {
    "1": "issuer", "2": "workflow_trigger", "3": "workflow_sha", "4": "workflow_name",
    "5": "workflow_repository", "6": "workflow_ref", "8": "issuer", "9": "build_signer_uri",
    "10": "build_signer_digest", "11": "runner_environment", "12": "source_repository_uri",
    "13": "source_repository_digest", "14": "source_repository_ref", "15": "source_repository_id",
    "16": "source_repository_owner_uri", "17": "source_repository_owner_id", "18": "build_config_uri",
    "19": "build_config_digest", "20": "build_trigger", "21": "run_invocation_uri",
    "22": "source_repository_visibility",
}  # fmt: skip


def claims_of(certificate: "x509.Certificate") -> tuple[tuple[str, str], ...]:
    """Read the claims by name, sorted. Raises ``ValueError`` if two speak of the same and differ."""
    found: dict[str, str] = {}
    for extension in certificate.extensions:
        number = extension.oid.dotted_string
        name = _CLAIMS.get(number.removeprefix(_ARC)) if number.startswith(_ARC) else None
        if name is None:
            continue
        raw: bytes = extension.value.public_bytes()
        value = _text(raw, is_der=int(number.removeprefix(_ARC)) >= 8)
        if found.setdefault(name, value) != value:
            raise ValueError(f"two claims of the {name} that differ")
    return tuple(sorted(found.items()))


def oidc_issuer_of(certificate: "x509.Certificate") -> str:
    """Give who told Fulcio of the identity; empty if the certificate is none of Fulcio's."""
    return dict(claims_of(certificate)).get("issuer", "")


def other_names(names: "x509.SubjectAlternativeName") -> tuple[str, ...]:
    """Give the names that Fulcio writes for users that have no mail address."""
    from cryptography import x509

    found = []
    for each in names.get_values_for_type(x509.OtherName):
        if each.type_id.dotted_string == _USER_NAME:
            raw = each.value
            found.append(_text(raw, is_der=raw[:1] == b"\x0c"))
    return tuple(found)


def _text(raw: bytes, *, is_der: bool) -> str:
    if is_der:
        from backstamp.attest.der import Reader

        reader = Reader(raw)
        raw = reader.take(0x0C)
        reader.end()
    return raw.decode()
