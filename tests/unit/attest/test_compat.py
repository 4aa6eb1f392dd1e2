"""What upstream would say: the differences that were measured against model-signing 1.1.1."""

import msgspec
import pytest

from backstamp.attest.compat import Opinion, Seen, upstream_says

ACCEPTED_THOUGH_WRONG = {
    "expired": Seen(method="certificate", is_expired=True),
    "not yet valid": Seen(method="certificate", is_not_yet_valid=True),
    "a TLS certificate": Seen(method="certificate", is_for_code_signing=False),
    "no pinned roots": Seen(method="certificate", has_pinned_roots=False),
    "no pinned identity": Seen(method="certificate", has_pin=False),
    "revoked": Seen(method="certificate", is_revoked=True),
    "names twice": Seen(repeats_names=True),
    "unsorted": Seen(is_unsorted=True),
    "empty": Seen(is_empty=True),
    "keys twice": Seen(repeats_keys=True),
    "wild ignores": Seen(has_wild_ignores=True),
    "hidden weights": Seen(hides_weights=True),
    "a second signature": Seen(second_signature=True),
    "names that lead out": Seen(leaves_folder=True, ignores_unsigned=True),
    "ignores of an earlier model": Seen(earlier_ignores=True, has_extra_files=True),
}
REFUSED_THOUGH_RIGHT = {
    "shards": Seen(serialization="shards"),
    "blake2b": Seen(hash_type="blake2b"),
    "symlinks that are allowed": Seen(has_symlinks=True, allows_symlinks=True),
    "a hub cache": Seen(has_symlinks=True, is_hub_cache=True),
    "an Ed25519 key": Seen(key_kind="ed25519"),
}
REFUSED = {
    "a wrong signature": Seen(signature_is_valid=False),
    "changed files": Seen(files_match=False),
    "files that were not signed": Seen(has_extra_files=True),
    "another root digest": Seen(root_digest_matches=False),
    "a chain elsewhere": Seen(method="certificate", chain_leads_to_root=False),
    "a certificate for nothing of this": Seen(
        method="certificate", is_for_code_signing=False, has_digital_signature=False
    ),
    "Sigstore without a pin": Seen(method="sigstore", has_pin=False),
    "Sigstore after the certificate": Seen(method="sigstore", is_expired=True),
}


def test_an_ordinary_bundle_is_accepted_with_nothing_to_say():
    assert upstream_says(Seen()) == Opinion(accepts=True, refusals=(), overlooked=())
    assert upstream_says(Seen(has_extra_files=True, ignores_unsigned=True)).accepts


@pytest.mark.parametrize("case", ACCEPTED_THOUGH_WRONG)
def test_upstream_overlooks(case):
    opinion = upstream_says(ACCEPTED_THOUGH_WRONG[case])
    assert (opinion.accepts, len(opinion.overlooked)) == (True, 1)


@pytest.mark.parametrize("case", [*REFUSED_THOUGH_RIGHT, *REFUSED])
def test_upstream_refuses(case):
    opinion = upstream_says({**REFUSED_THOUGH_RIGHT, **REFUSED}[case])
    assert (opinion.accepts, len(opinion.refusals)) == (False, 1)


def test_tells_it_in_lines():
    seen = msgspec.structs.replace(REFUSED_THOUGH_RIGHT["a hub cache"], is_unsorted=True)
    assert upstream_says(seen).told().splitlines() == [
        "model-signing 1.1.1 would refuse this",
        "  because the files of a hub cache are symlinks, which it refuses in every configuration",
        "  and does not look at this: the resources are not sorted",
    ]
