"""``backstamp verify --compat``: what ``model-signing`` would have said, beside our own answer.

What is not known, because we stopped before it, counts as ordinary: upstream's answer is then an "at best".
"""

from typing import TYPE_CHECKING

from backstamp.core.errors import ReadError
from backstamp.core.tree import text_at, tree_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backstamp.attest.compat import Opinion, Seen
    from backstamp.attest.ports import Verifier
    from backstamp.attest.reasons import Reason

_UNSIGNED = frozenset(
    {"bad-signature", "wrong-key", "wrong-key-type", "wrong-payload-type", "legacy-encoding"}
)
_DIFFERENT = frozenset({"changed-file", "size-mismatch", "missing-file", "renamed-file", "unreadable-file"})
_ADDED = frozenset({"added-file", "added-empty-file", "renamed-file"})
_UNREADABLE = frozenset({"malformed-bundle", "malformed-statement", "malformed-manifest", "wrong-method"})


def upstream_on(
    data: bytes, reasons: "Sequence[Reason]", verifiers: "Sequence[Verifier]", *, ignores_unsigned: bool
) -> "Opinion | None":
    """Give upstream's answer on a bundle, by what we found out; ``None`` if there is no telling."""
    from backstamp.attest.compat import upstream_says

    if any(each.code in _UNREADABLE for each in reasons):
        return None
    seen = _seen(data, reasons, verifiers, ignores_unsigned=ignores_unsigned)
    return upstream_says(seen) if seen else None


def _seen(
    data: bytes, reasons: "Sequence[Reason]", verifiers: "Sequence[Verifier]", *, ignores_unsigned: bool
) -> "Seen | None":
    from backstamp.attest.bundle import CertificateChain, PublicKeyHint, bundle_of
    from backstamp.attest.compat import Seen
    from backstamp.attest.statement import strict_tree

    codes = {each.code for each in reasons}
    told = " ".join(each.message for each in reasons if each.code == "untrusted-signer")
    try:
        bundle = bundle_of(data)
        statement = strict_tree(bundle.envelope.payload)
    except ReadError:
        return None
    method = "certificate" if isinstance(bundle.material, CertificateChain) else "sigstore"
    method = "key" if isinstance(bundle.material, PublicKeyHint) else method
    serialization = tree_at(statement, "predicate", "serialization")
    return Seen(
        method=method,
        signature_is_valid=not codes & _UNSIGNED,
        files_match=not codes & _DIFFERENT,
        has_extra_files=bool(codes & _ADDED),
        ignores_unsigned=ignores_unsigned,
        serialization=text_at(serialization, "method") or "files",
        hash_type=text_at(serialization, "hash_type") or "sha256",
        key_kind=verifiers[0].algorithm if verifiers else "p256",
        chain_leads_to_root="no chain of valid signatures" not in told,
        is_expired=" expired on " in told,
        is_not_yet_valid=" is valid only from " in told,
        has_digital_signature="does not allow digital signatures" not in told,
        is_for_code_signing="not for signing code" not in told,
        repeats_names="repeated-name" in codes,
        is_unsorted="unsorted-resources" in codes,
        is_empty="no-resources" in codes,
        has_wild_ignores="odd-ignore-path" in codes,
        hides_weights="hidden-file" in codes,
        second_signature=len(bundle.envelope.signatures) > 1,
        empty_file_added="added-empty-file" in codes,
        leaves_folder="odd-name" in codes,
        has_symlinks="symlink" in codes,
        allows_symlinks=serialization.get("allow_symlinks") is True,
        root_digest_matches="wrong-subject-digest" not in codes,
    )
