"""Credentials in quotations of a file are masked, whatever cuts them."""

import pytest

from backstamp.core.fact import Present
from backstamp.core.location import Location
from backstamp.core.secrets import masked
from kit.reports import PROCESS

# Written in two halves, so that no scanner takes this file for a leak.
_TOKEN = "abcdefghij" + "0123456789" + "ABCDEFGHIJ" + "012345"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("AKIA" + "IOSFODNN7EXAMPLE", "AKIA****"),
        ("aws_secret_access_key = " + _TOKEN, "aws_secret_access_key = ****"),
        ("token hf_" + _TOKEN + " end", "token hf_**** end"),
        ("ghp_" + _TOKEN, "ghp_****"),
        ("github_pat_" + _TOKEN, "github_pat_****"),
        ("glpat-" + _TOKEN, "glpat-****"),
        ("sk-" + "proj-" + _TOKEN, "sk-proj-****"),
        ("sk-" + "ant-api03-" + _TOKEN, "sk-ant-****"),
        ("xoxb" + "-123456789012-abcdef", "xoxb-****"),
        ("AIza" + _TOKEN, "AIza****"),
        ("eyJ" + "hbGciOiJIUzI1" + "." + "eyJzdWIiOiIxMjM0" + "." + "c2lnbmF0dXJl", "eyJ****"),
        ("-----BEGIN RSA PRIVATE " + "KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY----- x",
         "-----BEGIN RSA PRIVATE " + "KEY-----**** x"),
        ("-----BEGIN PRIVATE " + "KEY-----\\nMIIE cut here", "-----BEGIN PRIVATE " + "KEY-----****"),
        ("https://user:" + "hunter2@host/path", "https://user:****@host/path"),
        ("Authorization: Bearer " + _TOKEN, "Authorization: Bearer ****"),
        ('password = "' + 'correct-horse"', 'password = "****"'),
    ],
)  # fmt: skip
def test_a_credential_is_masked_and_its_kind_stays(given, shown):
    assert masked(given) == shown


@pytest.mark.parametrize(
    "words",
    [
        "os.environ['API_KEY']",
        "sklearn.ensemble._forest.RandomForestClassifier",
        "sk-learn-contrib-something-without-a-number",
        "https://huggingface.co/org/model@main",
        "token = get_token()",
        "hf_hub_download",
        "a" * 40,
        "-----BEGIN CERTIFICATE-----",
        "torch._utils._rebuild_tensor_v2",
        "",
    ],
)
def test_evidence_that_holds_no_credential_stays(words):
    assert masked(words) == words


def test_a_finding_is_stored_without_the_credential_even_where_it_is_cut():
    fact = Present(place=Location(("a",)), size=0, kinds=())
    found = PROCESS.rule.found(
        fact, module="x" * 190 + " ghp_" + _TOKEN, name="run", evidence=("y" * 395 + " hf_" + _TOKEN,)
    )
    assert found.message == "loading this pickle runs " + "x" * 190 + " ghp_****.run"
    assert found.evidence == ("y" * 395 + " hf_*…",)


def test_masking_is_linear():
    hostile = ("sk-" * 2000, "://" + "a:" * 3000, "eyJ" * 2000, "-----BEGIN " * 400, "password='" * 600)
    assert [len(masked(words)) <= len(words) + 8 for words in hostile] == [True] * 5
