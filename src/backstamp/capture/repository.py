"""The state of the code that ran: commit, changes that were not committed, files that git does not know.

git is asked with hooks, monitors and external diffs off, and with a time limit; without git, or outside of a
repository, there is no state.
"""

import hashlib
import os
import subprocess

import msgspec

from backstamp.core.secrets import masked

_SECONDS = 20
_QUIET = (
    "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c",
    "core.quotepath=false", "-c", "core.pager=cat",
)  # fmt: skip


class State(msgspec.Struct, frozen=True, kw_only=True):
    """``dirty`` is the SHA-256 of the difference to the commit; empty if there is none."""

    commit: str
    dirty: str
    untracked: int
    remote: str


def state_of(folder: str) -> State | None:
    """Ask git for the state of the repository that a folder belongs to."""
    commit = _asked(folder, "rev-parse", "--verify", "HEAD").decode("ascii", "replace").strip()
    if len(commit) not in (40, 64) or commit.strip("0123456789abcdef"):
        return None
    difference = _asked(folder, "diff", "HEAD", "--no-ext-diff", "--no-textconv", "--binary", "--no-color")
    others = _asked(folder, "ls-files", "--others", "--exclude-standard", "-z", "--full-name", ":/")
    remote = _asked(folder, "config", "--get", "remote.origin.url").decode("utf-8", "replace").strip()
    return State(
        commit=commit,
        dirty=hashlib.sha256(difference).hexdigest() if difference else "",
        untracked=others.count(b"\0"),
        remote=_public(remote),
    )


def _public(remote: str) -> str:
    """Keep an address of a remote without what logs in to it; a path of this machine is none."""
    scheme, mark, rest = remote.partition("://")
    if not mark:
        is_ssh = "@" in remote and ":" in remote and not remote.startswith(("/", "."))
        return masked(remote)[:500] if is_ssh else ""
    host, slash, path = rest.partition("/")
    return masked(f"{scheme}://{host.rpartition('@')[2]}{slash}{path}")[:500] if scheme != "file" else ""


def _asked(folder: str, *arguments: str) -> bytes:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
    try:
        done = subprocess.run(  # noqa: S603  # fixed words; the folder is an argument of its own
            ["git", *_QUIET, "-C", folder, *arguments],  # noqa: S607  # the user's git, as their shell finds it
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return b""
    return done.stdout if done.returncode == 0 else b""
