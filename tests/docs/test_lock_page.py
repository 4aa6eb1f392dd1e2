"""The page about locks shows a lock that can be read, and names every option of the commands."""

import re
from pathlib import Path

from backstamp.attest.lockfile import WORLDS
from backstamp.attest.lockreading import lock_of
from backstamp.cli import fetch, lock

PAGE = (Path(__file__).parents[2] / "docs" / "lock.md").read_text(encoding="utf-8")


def test_the_lock_on_the_page_can_be_read():
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert [entry.name for entry in lock_of(text.encode()).entries] == ["huggingface:org/model"]


def test_every_option_on_the_page_exists():
    known = {name for command in (lock.command, fetch.command) for p in command.params for name in p.opts}
    assert sorted(set(re.findall(r"--[a-z][a-z-]+", PAGE)) - known) == []


def test_every_world_is_on_the_page():
    assert [world for world in WORLDS if f"| `{world}:" not in PAGE] == []
