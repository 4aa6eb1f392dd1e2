"""Hands the guard on to child processes, by two environment variables and no file in an environment.

``BACKSTAMP_GUARD`` holds the settings (JSON, or just the path of a lock). A folder with a ``sitecustomize``
module stands first on ``PYTHONPATH``: Python imports it when it starts, it installs the guard, and then
runs the ``sitecustomize`` that would have been found without it. Interpreters that are started with ``-I``,
``-E`` or ``-S``, or with a cleaned environment, do not see it.
"""

import json
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

import msgspec

from backstamp.core.errors import ConfigError
from backstamp.core.tree import Json

if TYPE_CHECKING:
    from backstamp.guard.checking import Guard, Settings

VARIABLE = "BACKSTAMP_GUARD"
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "inherited")
_SEARCH = "PYTHONPATH"


class Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings in the variable."""

    lock: str = "models.lock"
    mode: Literal["enforce", "warn", "observe"] = "enforce"
    audit: Literal["enforce", "warn", "observe", "off"] = "enforce"
    memory: Literal["allow", "check"] = "allow"
    copy_below: int = 64 * 1024 * 1024
    cache: bool = True
    strict: bool = False
    places: dict[str, str] = {}
    log: str = ""


def handed_on(lock: str, settings: "Settings", more: Mapping[str, Json]) -> Callable[[], None]:
    """Set the variables; give what takes them back."""
    before = {name: os.environ.get(name) for name in (VARIABLE, _SEARCH)}
    given = {**msgspec.to_builtins(settings), "lock": lock, **more}
    os.environ[VARIABLE] = json.dumps(given, sort_keys=True)
    folders = [part for part in (before[_SEARCH] or "").split(os.pathsep) if part and part != FOLDER]
    os.environ[_SEARCH] = os.pathsep.join([FOLDER, *folders])

    def undo() -> None:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    return undo


def install_from_environment() -> "Guard | None":
    """Install the guard as ``BACKSTAMP_GUARD`` says; nothing is done if it is not set.

    Raises ``ConfigError`` if it cannot be understood, and what ``install`` raises.
    """
    text = os.environ.get(VARIABLE, "")
    if not text:
        return None
    try:
        given = msgspec.json.decode(text, type=Given) if text.lstrip().startswith("{") else Given(lock=text)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise ConfigError(
            f"the variable {VARIABLE} cannot be understood: {error}", hint="Set it to the path of a lock."
        ) from error
    from backstamp.guard.installation import install

    return install(
        lock=given.lock,
        mode=given.mode,
        audit=given.audit,
        memory=given.memory,
        copy_below=given.copy_below,
        cache=given.cache,
        strict=given.strict,
        places=given.places,
        log=given.log or None,
        inherit=True,
    )
