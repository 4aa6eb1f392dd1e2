"""Chains of certificates: the good ones pass, each hostile one is refused for its own reason."""

from datetime import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku
from hypothesis import given, settings
from hypothesis import strategies as st

from backstamp.attest.certificates import (
    Demands,
    Pin,
    certificates_of,
    check_pattern,
    has_substance,
    is_like,
    verify_chain,
)
from backstamp.attest.revocation import revocation_lists_of
from backstamp.core.errors import ReadError, UsageError, VerificationError
from kit import pki
from kit.pki import (
    DAY,
    NOW,
    claim,
    ec_key,
    intermediate,
    issued,
    leaf,
    leaf_extensions,
    name,
    root,
    rsa_key,
    usage,
)

SIGNER = Pin(san="signer@example.com")
ROOT = root()
ISSUER = intermediate(ROOT)
LEAF = leaf(ISSUER)
ODD = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0")
NUMBER = x509.RegisteredID(x509.ObjectIdentifier("1.2.3"))
MAIL, URI = x509.RFC822Name, x509.UniformResourceIdentifier


def verified(signer, at=NOW, pin=SIGNER, roots=None, demands=None):
    top = signer
    while top.above:
        top = top.above
    return verify_chain(signer.chain, roots or [top.der], at, [pin], demands)


def refused(signer, *args, **kwargs):  # those of verified
    with pytest.raises(VerificationError) as caught:
        verified(signer, *args, **kwargs)
    return caught.value.message.partition("is refused: ")[2]


def ca(path_length=None, usages=("key_cert_sign", "crl_sign"), more=()):
    found = [(x509.BasicConstraints(ca=True, path_length=path_length), True)]
    if usages is not None:
        found.append((usage(*usages), True))
    return [*found, *more]


def limits(permitted=None, excluded=None):
    return (x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=excluded), True)


def test_gives_the_identity_of_a_good_chain():
    identity = verified(LEAF)
    assert (identity.subject, identity.issuer) == ("CN=Signer", "CN=Test Issuer")
    assert identity.emails == ("signer@example.com",)
    assert identity.root == ROOT.certificate.fingerprint(hashes.SHA256()).hex()
    assert identity.chain == (LEAF.der, ISSUER.der, ROOT.der)


def test_accepts_a_leaf_right_below_the_root_and_a_root_in_the_chain():
    direct = leaf(ROOT)
    assert verified(direct).chain == (direct.der, ROOT.der)
    assert verify_chain([LEAF.der, ROOT.der, ISSUER.der], [ROOT.der], NOW, [SIGNER]).chain[1] == ISSUER.der


@pytest.mark.parametrize(
    "key", [ec_key(ec.SECP384R1()), ec_key(ec.SECP521R1()), ed25519.Ed25519PrivateKey.generate(), rsa_key()]
)
def test_accepts_the_usual_kinds_of_keys(key):
    top = root(key=key)
    assert verified(leaf(top, key=key)).subject == "CN=Signer"


def test_accepts_a_root_without_key_usage_as_openssl_makes_it():
    assert verified(leaf(root(extensions=ca(usages=None)))).name == "signer@example.com"


def test_accepts_the_mark_of_an_authority_on_a_leaf_that_may_not_sign_certificates():
    marked = leaf(ISSUER, leaf_extensions(more=[(x509.BasicConstraints(ca=True, path_length=None), True)]))
    assert verified(marked).name == "signer@example.com"


def test_accepts_a_leaf_that_bears_the_name_of_its_issuer():
    same = leaf(ISSUER, common="Test Issuer")
    assert verified(same, pin=Pin(subject="CN=Test Issuer")).subject == "CN=Test Issuer"


def test_reads_the_claims_of_fulcio():
    more = [
        claim(1, "https://issuer.example"),
        claim(8, "https://issuer.example"),
        claim(12, "https://git.example/a"),
    ]
    identity = verified(
        leaf(ISSUER, leaf_extensions(more=more)),
        pin=Pin(san="signer@*", oidc_issuer="https://issuer.example"),
    )
    assert identity.oidc_issuer == "https://issuer.example"
    assert identity.claims == (
        ("issuer", "https://issuer.example"),
        ("source_repository_uri", "https://git.example/a"),
    )


HOSTILE = {
    "expired leaf": (lambda: leaf(ISSUER, end=NOW - DAY), "it expired on 2026-05-31"),
    "leaf not yet valid": (lambda: leaf(ISSUER, start=NOW + DAY), "it is valid only from 2026-06-02"),
    "expired issuer": (lambda: leaf(intermediate(ROOT, end=NOW - DAY)), '"CN=Test Issuer" expired'),
    "issuer not yet valid": (lambda: leaf(intermediate(ROOT, start=NOW + DAY)), "is valid only from"),
    "expired root": (lambda: leaf(root(end=NOW - DAY)), 'its issuer "CN=Test Root" expired'),
    "TLS server": (
        lambda: leaf(ISSUER, leaf_extensions(purposes=[Eku.SERVER_AUTH])),
        "its extended key usage is for TLS servers, not for signing code",
    ),
    "TLS server and client": (
        lambda: leaf(ISSUER, leaf_extensions(purposes=[Eku.SERVER_AUTH, Eku.CLIENT_AUTH])),
        "is for TLS clients, TLS servers, not for signing code",
    ),
    "TLS server that signs code too": (
        lambda: leaf(ISSUER, leaf_extensions(purposes=[Eku.SERVER_AUTH, Eku.CODE_SIGNING])),
        "is for TLS servers as well as for signing code",
    ),
    "any purpose": (
        lambda: leaf(ISSUER, leaf_extensions(purposes=[Eku.ANY_EXTENDED_KEY_USAGE])),
        "is for anything, not for signing code",
    ),
    "any purpose and code": (
        lambda: leaf(ISSUER, leaf_extensions(purposes=[Eku.ANY_EXTENDED_KEY_USAGE, Eku.CODE_SIGNING])),
        "is for anything as well as for signing code",
    ),
    "mail": (lambda: leaf(ISSUER, leaf_extensions(purposes=[Eku.EMAIL_PROTECTION])), "is for mail, not"),
    "timestamps": (lambda: leaf(ISSUER, leaf_extensions(purposes=[Eku.TIME_STAMPING])), "is for timestamps"),
    "no purpose": (lambda: leaf(ISSUER, leaf_extensions(purposes=None)), "it has no extended key usage"),
    "no key usage": (
        lambda: leaf(ISSUER, leaf_extensions(usages=None)),
        "its key usage does not allow digital signatures",
    ),
    "key usage for encipherment": (
        lambda: leaf(ISSUER, leaf_extensions(usages=("key_encipherment",))),
        "its key usage does not allow digital signatures",
    ),
    "key usage of an authority": (
        lambda: leaf(ISSUER, leaf_extensions(usages=("digital_signature", "key_cert_sign"))),
        "its key usage allows to sign certificates",
    ),
    "authority as a signer": (lambda: intermediate(ISSUER, "Signer"), "it is of an authority"),
    "issuer without basic constraints": (
        lambda: leaf(intermediate(ROOT, extensions=[(usage("key_cert_sign"), True)])),
        "is no authority",
    ),
    "a signer issues": (lambda: leaf(leaf(ISSUER, common="Other")), 'its issuer "CN=Other" is no authority'),
    "issuer that may not sign certificates": (
        lambda: leaf(intermediate(ROOT, extensions=ca(usages=("digital_signature",)))),
        "may not sign certificates",
    ),
    "path too long": (
        lambda: leaf(intermediate(intermediate(ROOT), "Lower")),
        '"CN=Test Issuer" allows 0 authorities',
    ),
    "path too long for the root": (
        lambda: leaf(intermediate(root(extensions=ca(0)))),
        'its issuer "CN=Test Root" allows 0 authorities',
    ),
    "issuer for TLS": (
        lambda: leaf(
            intermediate(ROOT, extensions=ca(more=[(x509.ExtendedKeyUsage([Eku.SERVER_AUTH]), False)]))
        ),
        "may only issue certificates for TLS servers",
    ),
    "SHA-224": (lambda: leaf(ISSUER, algorithm=hashes.SHA224()), "signed by means of sha224"),
    "small RSA": (lambda: leaf(ISSUER, key=rsa_key(1024)), "it has an RSA key of 1024 bits"),
    "small RSA above": (lambda: leaf(intermediate(ROOT, key=rsa_key(1024))), "has an RSA key of 1024 bits"),
    "odd curve": (lambda: leaf(ISSUER, key=ec_key(ec.SECP256K1())), "it has a key on the curve secp256k1"),
    "unknown critical extension": (
        lambda: leaf(
            ISSUER,
            leaf_extensions(more=[(ODD, True)]),
        ),
        "a critical extension that is not understood (1.2.3.4)",
    ),
    "policy constraints above": (
        lambda: leaf(intermediate(ROOT, extensions=ca(more=[(x509.PolicyConstraints(0, None), True)]))),
        "a critical extension that is not understood (2.5.29.36)",
    ),
    "precertificate": (
        lambda: leaf(ISSUER, leaf_extensions(more=[(x509.PrecertPoison(), True)])),
        "it is a precertificate",
    ),
    "mail outside": (
        lambda: leaf(intermediate(ROOT, extensions=ca(more=[limits([MAIL("other.example")])]))),
        'may not speak for "signer@example.com"',
    ),
    "mail excluded": (
        lambda: leaf(intermediate(ROOT, extensions=ca(more=[limits(None, [MAIL("example.com")])]))),
        'may not speak for "signer@example.com"',
    ),
    "subject outside": (
        lambda: leaf(intermediate(ROOT, extensions=ca(more=[limits([x509.DirectoryName(name("Else"))])]))),
        'may not speak for "CN=Signer"',
    ),
    "limits by the root": (
        lambda: leaf(intermediate(root(extensions=ca(more=[limits([MAIL("other.example")])])))),
        'CN=Test Root" may not speak for',
    ),
    "limits of an unknown kind": (
        lambda: leaf(intermediate(ROOT, extensions=ca(more=[limits([NUMBER])]))),
        "limits names of a kind that is not understood",
    ),
    "another signer": (
        lambda: leaf(ISSUER, leaf_extensions(names=[MAIL("mallory@example.com")])),
        'it is of "mallory@example.com"; expected is "signer@example.com"',
    ),
    "the pinned name as a host": (
        lambda: leaf(ISSUER, leaf_extensions(names=[x509.DNSName("signer.example.com")])),
        "expected is",
    ),
    "no names at all": (lambda: leaf(ISSUER, leaf_extensions(names=None)), 'it is of "CN=Signer"'),
    "signed by another key of the same name": (
        lambda: leaf(ISSUER, signer=ec_key()),
        "no chain of valid signatures",
    ),
    "issuer signed by another key": (
        lambda: leaf(intermediate(ROOT, signer=ec_key())),
        "no chain of valid signatures",
    ),
    "names another issuer": (
        lambda: leaf(ISSUER, issuer=name("Somebody")),
        "no chain of valid signatures",
    ),
    "claims that differ": (
        lambda: leaf(ISSUER, leaf_extensions(more=[claim(1, "https://one"), claim(8, "https://two")])),
        "two claims of the issuer that differ",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_refuses(case):
    make, reason = HOSTILE[case]
    assert reason in refused(make())


def test_refuses_a_signature_by_sha1():
    top = root(key=rsa_key())
    der = leaf(top).der.replace(bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105"))
    with pytest.raises(VerificationError, match="it is signed by means of sha1"):
        verify_chain([der], [top.der], NOW, [SIGNER])


def test_refuses_a_root_of_the_same_name_that_was_not_pinned():
    assert "no chain of valid signatures" in refused(LEAF, roots=[root().der])


def test_refuses_a_signer_that_is_its_own_root():
    alone = issued(None, name("Signer"), leaf_extensions())
    with pytest.raises(VerificationError, match="pinned as a root itself"):
        verify_chain([alone.der], [alone.der], NOW, [SIGNER])


def test_tells_all_reasons_at_once():
    told = refused(leaf(ISSUER, leaf_extensions(usages=None, purposes=None), end=NOW - DAY))
    assert [part[:24] for part in told.split("; ")] == [
        "its key usage does not a",
        "it has no extended key u",
        "it expired on 2026-05-31",
        "the time in question is ",
    ]


def test_a_trusted_time_of_signing_saves_what_expired_since():
    old = leaf(ISSUER, start=NOW - 20 * DAY, end=NOW - 10 * DAY)
    assert verified(old, at=NOW - 15 * DAY).name == "signer@example.com"
    assert "expired" in refused(old, at=NOW)


def test_a_leaf_for_anything_passes_only_if_that_was_agreed():
    free = leaf(ISSUER, leaf_extensions(purposes=None))
    assert verified(free, demands=Demands(needs_purpose=False)).name == "signer@example.com"
    server = leaf(ISSUER, leaf_extensions(purposes=[Eku.SERVER_AUTH]))
    assert "not for signing code" in refused(server, demands=Demands(needs_purpose=False))


@pytest.mark.parametrize(
    ("permitted", "names"),
    [
        ([MAIL("example.com")], [MAIL("signer@example.com")]),
        ([MAIL("signer@example.com")], [MAIL("signer@example.com")]),
        ([MAIL(".example.com")], [MAIL("signer@mail.example.com")]),
        ([x509.DNSName("example.com")], [x509.DNSName("a.example.com")]),
        ([URI(".example.com")], [URI("spiffe://a.example.com/b")]),
        ([x509.DirectoryName(x509.Name([]))], [MAIL("a@b.example")]),
    ],
)
def test_accepts_names_within_the_limits(permitted, names):
    above = intermediate(ROOT, extensions=ca(more=[limits(permitted)]))
    assert (
        verified(leaf(above, leaf_extensions(names=names)), pin=Pin(subject="CN=Signer")).subject
        == "CN=Signer"
    )


@pytest.mark.parametrize(
    ("constraints", "names"),
    [
        (limits([x509.DNSName("example.com")]), [x509.DNSName("badexample.com")]),
        (limits(None, [x509.DNSName("example.com")]), [x509.DNSName("A.EXAMPLE.com")]),
        (limits(None, [x509.DNSName("a.example.com")]), [x509.DNSName("*.example.com")]),
        (limits([URI("example.com")]), [URI("https://example.com.evil.example/x")]),
        (limits([URI("example.com")]), [URI("https://example.com@evil.example/x")]),
        (limits([URI("example.com")]), [URI("urn:example.com")]),
        (limits([MAIL("example.com")]), [MAIL("a@sub.example.com")]),
        (limits(None, [MAIL(".example.com")]), [MAIL("a@sub.example.com")]),
    ],
)
def test_refuses_names_outside_the_limits(constraints, names):
    above = intermediate(ROOT, extensions=ca(more=[constraints]))
    assert "may not speak for" in refused(
        leaf(above, leaf_extensions(names=names)), pin=Pin(subject="CN=Signer")
    )


@pytest.mark.parametrize(
    "pin",
    [Pin(), Pin(san="**"), Pin(san="re:.*"), Pin(issuer="CN=Test Issuer"), Pin(oidc_issuer="https://a")],
)
def test_refuses_to_trust_whoever_the_authority_knows(pin):
    with pytest.raises(VerificationError, match="no identity was pinned"):
        verified(LEAF, pin=pin)
    assert not has_substance(pin)


@pytest.mark.parametrize(
    ("wanted", "text", "is_same"),
    [
        ("a@b.example", "a@b.example", True),
        ("a@b.example", "a@b.example.evil", False),
        ("*@b.example", "someone@b.example", True),
        ("*@b.example", "a@evil@b.example", False),
        ("https://g.example/org/*@refs/tags/*", "https://g.example/org/repo@refs/tags/v1", True),
        ("https://g.example/org/*", "https://g.example/org/repo/more", False),
        ("https://g.example/org/**", "https://g.example/org/repo/more@x", True),
        ("re:v[0-9]+", "v12", True),
        ("re:v[0-9]+", "v12x", False),
        ("re:a|b", "bx", False),
        ("a.c", "abc", False),
        ("a*", "a\nb", True),
        ("", "", False),
    ],
)
def test_a_pattern_is_held_against_the_whole_text(wanted, text, is_same):
    assert is_like(wanted, text) is is_same


def test_says_what_is_wrong_with_the_question():
    assert check_pattern("re:(").startswith("no regular expression")
    with pytest.raises(UsageError, match="no regular expression"):
        verified(LEAF, pin=Pin(san="re:("))
    with pytest.raises(UsageError, match="no zone"):
        verified(LEAF, at=datetime(2026, 6, 1))  # noqa: DTZ001  # that is the case
    with pytest.raises(UsageError, match="no root certificate"):
        verify_chain([LEAF.der], [], NOW, [SIGNER])


def lists(*revoked, issuer=ISSUER, **options):  # those of revocations
    return Demands(revocations=revocation_lists_of(pki.revocations(issuer, *revoked, **options)), now=NOW)


def test_a_list_without_the_certificate_is_good_news():
    assert verified(LEAF, demands=lists()).name == "signer@example.com"


@pytest.mark.parametrize(
    ("demands", "reason"),
    [
        (lists((LEAF, NOW - DAY, None)), "it was revoked on 2026-05-31 (unspecified)"),
        (lists((LEAF, NOW - DAY, x509.ReasonFlags.superseded)), "(superseded)"),
        (lists((LEAF, NOW + DAY, x509.ReasonFlags.key_compromise)), "(keyCompromise)"),
        (lists(end=NOW - DAY, start=NOW - 3 * DAY), "it is out of date"),
        (lists(start=NOW + DAY / 2), "it is from the future"),
        (lists(signer=ec_key()), "its signature is not of the issuer"),
        (lists(issuer=ROOT), "no revocation list of its issuer was given"),
        (lists(extensions=[(x509.DeltaCRLIndicator(1), True)]), "a critical extension that is not"),
        (lists((ISSUER, NOW - DAY, None), issuer=ROOT), 'its issuer "CN=Test Issuer" was revoked'),
    ],
)
def test_refuses_what_was_revoked_or_cannot_be_known(demands, reason):
    assert reason in refused(LEAF, demands=demands)


def test_a_certificate_that_was_superseded_later_still_signed_well():
    assert verified(
        LEAF, at=NOW - 5 * DAY, demands=lists((LEAF, NOW - DAY, x509.ReasonFlags.superseded))
    ).name


def test_reads_files_of_certificates_and_lists():
    pem = LEAF.certificate.public_bytes(Encoding.PEM) + ROOT.certificate.public_bytes(Encoding.PEM)
    assert certificates_of(pem) == (LEAF.der, ROOT.der)
    assert certificates_of(ROOT.der) == (ROOT.der,)
    both = pki.revocations(ISSUER) + pki.revocations(ROOT)
    assert len(revocation_lists_of(both).lists) == 2
    for reader in (certificates_of, revocation_lists_of):
        for junk in (b"", b"junk", b"-----BEGIN CERTIFICATE-----", b"-----BEGIN X509 CRL-----\nAA\n"):
            with pytest.raises(ReadError):
                reader(junk)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_changed_bit_of_a_leaf_is_refused(data):
    at = data.draw(st.integers(0, len(LEAF.der) * 8 - 1))
    changed = bytearray(LEAF.der)
    changed[at // 8] ^= 1 << at % 8
    with pytest.raises(VerificationError):
        verify_chain([bytes(changed), ISSUER.der], [ROOT.der], NOW, [SIGNER])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=4))
def test_any_bytes_are_refused_and_nothing_else(chain):
    with pytest.raises(VerificationError):
        verify_chain(chain, [ROOT.der], NOW, [SIGNER])
