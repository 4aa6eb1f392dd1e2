"""What a document must not tell is left out of texts: credentials, and whose machine it was."""

import time

import pytest

from backstamp.core.discretion import discreet, is_foreign_path, last_name
from backstamp.core.secrets import names_credential

_TOKEN = "abcdefghij" + "0123456789" + "ABCDEFGHIJ"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("/home/ada/secret/models/llama", "****/llama"),
        ("/home/ada", "****"),
        ("/home/ada/", "****"),
        ("x=/home/ada/a/b end", "x=****/b end"),
        ("--out=/tmp/run1/x", "--out=****/x"),
        ('"/root/x"', '"****/x"'),
        ("/Users/carol/work: a", "****/work: a"),
        ("/mnt/c/Users/bob/x", "****/x"),
        ("C:\\Users\\bob\\models\\x", "****/x"),
        ("C:\\\\Users\\\\bob\\\\x", "****/x"),
        ("C:/Users/bob/x", "****/x"),
        ("C:\\Users\\bob", "****"),
        ("file:///home/ada/a/b", "****/b"),
        ("~/a/b", "****/b"),
        ("~ada/a/b", "****/b"),
        ("https://ada:" + "hunter2@host/x", "https://host/x"),
        ("https://ada:" + "hunter2pass", "https://"),
        ("postgres://u:" + "hunter2@h/db", "postgres://h/db"),
        ("https://" + _TOKEN + "@host/x", "https://host/x"),
        ("train.py --password " + "hunter2x --lr 1", "train.py --password **** --lr 1"),
        ("train.py --hf-token=" + "abcdefgh", "train.py --hf-token=****"),
        ("https://h/sse?token=" + "abcdefgh&x=1", "https://h/sse?token=****&x=1"),
        ("hf_" + _TOKEN, "hf_****"),
        ("half \ud83d pair", "half \\xed\\xa0\\xbd pair"),
    ],
)
def test_what_must_not_be_told_is_left_out(given, told):
    assert discreet(given) == told


@pytest.mark.parametrize(
    "text",
    [
        "org/model",
        "data/train.csv",
        "./data/train.csv",
        "/usr/bin/python",
        "/v1/chat/completions",
        "https://host.example/data/x",
        "https://host.example:8000/home/x",
        "http://host.example:8000",
        "${HOST}/data/x",
        "s3://bucket/home/x",
        "ssh://git@host.example/x",
        "ratio 3:/4",
        "and/or/home",
        "--token-ids 5 --pad_token <pad>",
        "",
    ],
)
def test_what_tells_nothing_stays(text):
    assert discreet(text) == text


def test_a_whole_path_of_some_machine_is_known():
    paths = ["/a/b", "~/x", "C:\\x", "file:///x", "\\\\server\\x", "a/b", "/", "https://h/x", "a\n/b/c"]
    assert [is_foreign_path(path) for path in paths] == [True] * 5 + [False] * 4


def test_the_last_name_of_a_path_stays_unless_it_is_a_person():
    assert [last_name(p) for p in ("/a/b/c", "/home/ada", "/home/ada/x", "C:\\Users\\bob")] == [
        "c",
        "****",
        "x",
        "****",
    ]


def test_settings_are_credentials_by_their_names():
    names = ["hub_token", "token", "API-KEY", "pad_token", "max_tokens", "eos_token", "model.password", "key"]
    assert [names_credential(name) for name in names] == [
        True, True, True, False, False, False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "piece", ["/home/", "~a", "C:\\", "://a:", "--token ", "?token=", ";a", "-a.", "file:", "/tmp/a "]
)
def test_hostile_texts_cost_time_in_proportion_to_their_length(piece):
    started = time.process_time()
    discreet(piece * (1_000_000 // len(piece)))
    assert time.process_time() - started < 5
