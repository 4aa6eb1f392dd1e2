"""The page about signing: its commands run, and its reasons are all there are."""

import re
import shlex
from pathlib import Path

from backstamp.attest.reasons import MEANINGS
from backstamp.cli.commands import main
from kit import models

PAGE = Path(__file__).parents[2] / "docs" / "signing.md"


def test_the_commands_of_the_first_five_minutes_run(tmp_path, monkeypatch):
    models.laid(tmp_path / "model")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BACKSTAMP_PASSPHRASE", "words")
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    lines = [shlex.split(line)[1:] for block in blocks for line in block.splitlines() if line]
    assert [words[0] for words in lines] == ["key", "sign", "verify"]
    assert [main(words) for words in lines] == [0, 0, 0]
    models.laid(tmp_path / "model", {"extra.py": b""})
    assert main(lines[-1]) == 1


def test_every_reason_is_documented():
    text = PAGE.read_text(encoding="utf-8").partition("## Every reason")[2]
    assert dict(re.findall(r"\| `([a-z0-9-]+)` \| (.*) \|", text)) == MEANINGS
