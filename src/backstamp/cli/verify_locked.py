"""``backstamp verify --locked`` and ``backstamp lock --verify``: is what is on disk exactly the lock?"""

import os
from typing import TYPE_CHECKING

from backstamp.core.errors import ReadError, SourceError, UsageError
from backstamp.core.finding import shown, visible

if TYPE_CHECKING:
    from backstamp.attest.lockfile import Lock
    from backstamp.attest.locking import Checked, Difference, Where

SCHEMA = "backstamp.lock-check/1"
_MOST_SHOWN = 20
_STOPPED = {"verified": 0, "different": 1, "undetermined": 3}


def lock_path(target: str, lock: str) -> str:
    """Name the lock of a target: the one that is asked for, or ``models.lock`` in it."""
    from backstamp.attest.lockfile import FILE_NAME

    return lock or os.path.join(target, FILE_NAME)


def read_lock(path: str) -> "Lock":
    """Read a lock. Raises ``SourceError`` if there is none and ``ReadError`` if it is none."""
    from backstamp.attest.lockreading import lock_of
    from backstamp.formats.tomltext import MOST_BYTES

    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise SourceError(
            f'cannot read the lock "{path}": {(error.strerror or str(error)).lower()}',
            hint="`backstamp lock` writes one.",
        ) from error
    try:
        return lock_of(data)
    except ReadError as error:
        error.message = f'"{path}": {error.message}'
        raise


def where_of(target: str, caches: tuple[str, ...], lock: str, *, is_exact: bool = False) -> "Where":
    """Say where to look: the caches that are asked for, or those in the target and the user's own.

    Raises ``SourceError`` for a folder that is not there.
    """
    from backstamp.attest import hubcache, stores
    from backstamp.attest.locking import Where

    for folder in (target, *caches):
        if not os.path.isdir(folder):
            raise SourceError(f'"{folder}" is no folder', hint="Check the path.")
    inside = tuple(hubcache.caches_below(target))
    own = caches or hubcache.default_roots(os.environ)
    relative = os.path.relpath(os.path.realpath(lock), os.path.realpath(target)).replace(os.sep, "/")
    return Where(
        target=target,
        roots=tuple(dict.fromkeys((*own, *inside, target))),
        ollama=caches or stores.ollama_roots(os.environ),
        torch=caches or stores.torch_roots(os.environ),
        leave_out=frozenset({relative}),
        is_exact=is_exact,
    )


def verify_locked(
    target: str = ".",
    *,
    caches: tuple[str, ...] = (),
    lock: str = "",
    is_exact: bool = False,
    jobs: int = 0,
    form: str = "text",
    output: str = "",
    quiet: bool = False,
) -> int:
    """Hold what is on disk against the lock, write what differs, and give the exit code: 0, 1 or 3."""
    from backstamp.attest.locking import verified
    from backstamp.cli import output as place

    if form not in ("text", "json"):
        raise UsageError(f'a check of a lock is not written as "{form}"', hint="Use text or json.")
    path = lock_path(target, lock)
    place.check_place(output)
    held = read_lock(path)
    checked = verified(held, where_of(target, caches, path, is_exact=is_exact), jobs=jobs)
    outcome = outcome_of(checked)
    text = as_json(checked, outcome) if form == "json" else as_text(checked, outcome, quiet=quiet)
    place.write(text, output)
    return _STOPPED[outcome]


def outcome_of(checked: "tuple[Checked, ...]") -> str:
    """Say what follows of all copies: verified, different, or undetermined where something was not read."""
    if any(each.differences and not each.is_unread for each in checked):
        return "different"
    return "undetermined" if any(each.is_unread for each in checked) else "verified"


def as_text(checked: "tuple[Checked, ...]", outcome: str, *, quiet: bool = False) -> str:
    """Write a check for a person."""
    files = sum(each.files for each in checked)
    size = sum(each.size for each in checked)
    names = len({(each.name, each.revision) for each in checked})
    bad = len({(each.name, each.revision) for each in checked if each.differences})
    head = {
        "verified": f"verified: {names:,} locked, {files:,} files, {size:,} bytes are exactly as locked",
        "different": f"different: {bad:,} of {names:,} are not as locked",
        "undetermined": f"undetermined: {bad:,} of {names:,} could not be read to the end",
    }[outcome]
    if quiet:
        return head + "\n"
    lines = [head]
    for each in checked:
        name = f"{each.name}@{each.revision[:12]}" if each.revision else each.name
        mark = (
            "differs" if each.differences and not each.is_unread else "unread" if each.differences else "same"
        )
        lines.append(visible(f"  {mark:8} {name}" + (f"  ({each.place})" if each.place else "")))
        lines += [f"           {_line(d)}" for d in each.differences[:_MOST_SHOWN]]
        if len(each.differences) > _MOST_SHOWN:
            lines.append(
                f"           and {len(each.differences) - _MOST_SHOWN:,} more; --format json lists all"
            )
    return "\n".join(lines) + "\n"


_WORDS = {
    "absent": "is not on this machine",
    "revision": "has another revision",
    "missing": "is missing",
    "extra": "is not in the lock",
    "size": "has another size",
    "changed": "has other content",
    "link": "is a link that may not be followed",
    "special": "is not a regular file",
    "swapped": "changed while it was read",
    "unreadable": "could not be read",
    "unlocked": "is not in the lock",
}


def _line(difference: "Difference") -> str:
    subject = shown(difference.path) if difference.path else "it"
    found = shown(difference.found, 80)
    expected = shown(difference.expected, 80)
    what = f"{subject} {_WORDS[difference.flaw.value]}"
    if expected and found:
        return f"{what}: {found}, locked is {expected}"
    return f"{what}: {found}" if found else what


def as_json(checked: "tuple[Checked, ...]", outcome: str) -> str:
    """Write a check for a program: the schema ``backstamp.lock-check/1``."""
    import json

    tree = {
        "schema": SCHEMA,
        "outcome": outcome,
        "checked": [
            {
                "name": each.name,
                "revision": each.revision,
                "place": each.place,
                "files": each.files,
                "differences": [
                    {"flaw": d.flaw.value, "path": d.path, "expected": d.expected, "found": d.found}
                    for d in each.differences
                ],
            }
            for each in checked
        ],
    }
    return json.dumps(tree, indent=2) + "\n"
