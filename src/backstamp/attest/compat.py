"""What ``model-signing`` 1.1.1 would say of a bundle, so that whoever moves over knows why verdicts differ.

Every entry was measured against that release. ``upstream_says`` takes what our own verification found out
(``Seen``) and gives upstream's answer with its reasons; it verifies nothing itself, and nothing hangs on it.
"""

from collections.abc import Callable

import msgspec

VERSION = "1.1.1"


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What there is in a bundle and a folder, and how it was verified.

    ``method`` is ``key``, ``certificate`` or ``sigstore``. What is not set is as in an ordinary bundle.
    """

    method: str = "key"
    signature_is_valid: bool = True
    files_match: bool = True
    has_extra_files: bool = False
    ignores_unsigned: bool = False
    serialization: str = "files"
    hash_type: str = "sha256"
    key_kind: str = "p256"
    chain_leads_to_root: bool = True
    has_pinned_roots: bool = True
    is_expired: bool = False
    is_not_yet_valid: bool = False
    has_digital_signature: bool = True
    is_for_code_signing: bool = True
    is_revoked: bool = False
    has_pin: bool = True
    repeats_names: bool = False
    is_unsorted: bool = False
    is_empty: bool = False
    repeats_keys: bool = False
    has_wild_ignores: bool = False
    hides_weights: bool = False
    second_signature: bool = False
    empty_file_added: bool = False
    leaves_folder: bool = False
    has_symlinks: bool = False
    allows_symlinks: bool = False
    is_hub_cache: bool = False
    earlier_ignores: bool = False
    root_digest_matches: bool = True


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """Upstream's answer: why it refuses, and what it lets pass that we do not."""

    accepts: bool
    refusals: tuple[str, ...]
    overlooked: tuple[str, ...]

    def told(self) -> str:
        """Tell it in lines."""
        head = f"model-signing {VERSION} would {'accept' if self.accepts else 'refuse'} this"
        because = [f"  because {each}" for each in self.refusals]
        despite = [f"  and does not look at this: {each}" for each in self.overlooked]
        return "\n".join([head, *because, *despite])


_Test = Callable[[Seen], bool]
_REFUSES: tuple[tuple[_Test, str], ...] = (
    (lambda s: not s.signature_is_valid, "the signature does not verify"),
    (lambda s: not s.root_digest_matches, "the digest of the subject is not that of the resources"),
    (lambda s: not s.files_match, "files differ from what was signed"),
    (
        lambda s: (
            s.has_extra_files and not s.ignores_unsigned and not s.empty_file_added and not s.earlier_ignores
        ),
        "there are files that were not signed",
    ),
    (
        lambda s: s.serialization == "shards",
        "it reads shard_size as a fraction (4096.0) and fails with a TypeError, unless told how to hash",
    ),
    (
        lambda s: s.hash_type == "blake2b",
        'it writes the hash type "blake2b" and does not know it when it reads, unless told how to hash',
    ),
    (
        lambda s: s.has_symlinks and s.allows_symlinks and not s.is_hub_cache,
        "it records that symlinks are allowed, and refuses them when it verifies",
    ),
    (
        lambda s: s.is_hub_cache,
        "the files of a hub cache are symlinks, which it refuses in every configuration",
    ),
    (lambda s: s.key_kind not in ("p256", "p384", "p521"), "it knows keys on P-256, P-384 and P-521 only"),
    (
        lambda s: s.method == "certificate" and not s.chain_leads_to_root,
        "the chain does not lead to the roots that it was given",
    ),
    (
        lambda s: s.method == "certificate" and not (s.has_digital_signature or s.is_for_code_signing),
        "the certificate is neither for digital signatures nor for code",
    ),
    (
        lambda s: s.method == "sigstore" and (s.is_expired or s.is_not_yet_valid),
        "the certificate was not valid when the log or a timestamp saw the signature",
    ),
    (lambda s: s.method == "sigstore" and not s.has_pin, "Sigstore wants an identity and its issuer"),
)
_BY_CERTIFICATE = "certificate"
_OVERLOOKS: tuple[tuple[_Test, str], ...] = (
    (
        lambda s: s.method == _BY_CERTIFICATE and s.is_expired,
        "the certificate expired (it asks whether it was valid when its validity began)",
    ),
    (
        lambda s: s.method == _BY_CERTIFICATE and s.is_not_yet_valid,
        "the certificate is not valid yet (it asks whether it was valid when its validity began)",
    ),
    (
        lambda s: s.method == _BY_CERTIFICATE and s.has_digital_signature and not s.is_for_code_signing,
        "the certificate is not for signing code (any with digital signatures will do, TLS servers' too)",
    ),
    (
        lambda s: s.method == _BY_CERTIFICATE and not s.has_pinned_roots,
        "no roots were pinned, so that every authority of the web counts",
    ),
    (lambda s: s.method == _BY_CERTIFICATE and not s.has_pin, "whose certificate it is"),
    (lambda s: s.method == _BY_CERTIFICATE and s.is_revoked, "the certificate was revoked"),
    (lambda s: s.repeats_names, "a name stands twice among the resources"),
    (lambda s: s.is_unsorted, "the resources are not sorted"),
    (lambda s: s.is_empty, "nothing was signed: there are no resources"),
    (lambda s: s.repeats_keys, "a key stands twice in the JSON: readers differ on which one counts"),
    (lambda s: s.has_wild_ignores, "ignored paths are patterns, or lead out of the folder"),
    (lambda s: s.hides_weights, "ignored paths hide weights, so that they can be swapped"),
    (lambda s: s.second_signature, "a second signature is in the envelope, which it does not verify"),
    (lambda s: s.empty_file_added and s.serialization == "shards", "an empty file was added"),
    (lambda s: s.leaves_folder and s.ignores_unsigned, 'a name with ".." opens files outside of the folder'),
    (
        lambda s: s.earlier_ignores and s.has_extra_files,
        "paths ignored for an earlier model are ignored here too",
    ),
)


def upstream_says(seen: Seen) -> Opinion:
    """Give upstream's answer."""
    refusals = tuple(why for holds, why in _REFUSES if holds(seen))
    return Opinion(
        accepts=not refusals,
        refusals=refusals,
        overlooked=tuple(what for holds, what in _OVERLOOKS if holds(seen)),
    )
