"""Configurations of any kind as plain trees: dictionaries, dataclasses, namespaces, objects of frameworks.

1. Nothing of the objects is called but what turns them into dictionaries.
2. Credentials are masked: by what values look like, and by what keys are called.
3. Depth, length and number of values are bounded; what is no plain value is named by its type.
"""

import dataclasses
import enum
import math
import os
from collections.abc import Mapping
from functools import cache
from typing import cast

from backstamp.core.secrets import MASK, masked, names_credential
from backstamp.core.tree import Json, Tree

_DEPTH = 8
_MOST = 500
_MOST_TEXT = 2000
_CONVERTERS = ("to_sanitized_dict", "to_dict", "model_dump", "to_container")


def settings_of(config: object) -> Tree:
    """Give a configuration as a tree; something that has no names gives an empty one."""
    tree = plain(_named(config))
    return tree if isinstance(tree, dict) else {}


def plain(value: object, depth: int = 0, key: str = "") -> Json:
    """Give a value as plain data."""
    if isinstance(value, str):
        return MASK if names_credential(key) and value else masked(_nameless(value[:_MOST_TEXT]))
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, enum.Enum):
        return plain(value.value, depth, key)
    if isinstance(value, int):
        return int(value) if abs(value) < 1 << 53 else str(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(value)
    if isinstance(value, os.PathLike):
        return masked(_nameless(os.fsdecode(value)[:_MOST_TEXT]))
    if depth < _DEPTH:
        if isinstance(value, Mapping):
            pairs = list(value.items())[:_MOST]
            return {str(k)[:200]: plain(v, depth + 1, str(k)) for k, v in pairs}
        if isinstance(value, list | tuple | set | frozenset):
            items = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
            return [plain(each, depth + 1, key) for each in items[:_MOST]]
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return plain(_named(value), depth + 1, key)
    return _scalar_of(value)


def masked_arguments(arguments: list[str]) -> list[str]:
    """Mask credentials of a command line: by their form, and behind options that are named for them."""
    kept: list[str] = []
    hide = False
    for argument in arguments:
        name, equals, value = argument.partition("=")
        is_option = argument.startswith("-") and names_credential(name.lstrip("-"))
        if hide and not argument.startswith("-"):
            kept.append(MASK)
        elif equals and value and names_credential(name.lstrip("-").rpartition(".")[2]):
            kept.append(f"{name}={MASK}")
        else:
            kept.append(masked(argument[:_MOST_TEXT]))
        hide = is_option and not equals
    return kept


def _nameless(text: str) -> str:
    """Leave out whose machine it is: folders of logs are named for hosts, paths begin at homes."""
    home, host = _home_and_host()
    if home and (text == home or text.startswith(home + os.sep)):
        text = "~" + text[len(home) :]
    return text.removesuffix(f"_{host}") if host else text


@cache
def _home_and_host() -> tuple[str, str]:
    import platform

    home = os.path.expanduser("~")
    return (home if len(home) > 1 and home != "~" else ""), platform.node()


def _named(config: object) -> object:
    if config is None or isinstance(config, Mapping):
        return config or {}
    if dataclasses.is_dataclass(config) and not isinstance(config, type):
        return {field.name: getattr(config, field.name, None) for field in dataclasses.fields(config)}
    for name in _CONVERTERS:
        convert = getattr(config, name, None)
        if callable(convert):
            try:
                made = convert()
            except Exception:  # noqa: BLE001, S112  # it costs its settings, not the run
                continue
            if isinstance(made, Mapping):
                return made
    return dict(vars(config)) if hasattr(config, "__dict__") else {}


def _scalar_of(value: object) -> Json:
    """Numbers of arrays and tensors of one element are numbers; anything else is named by its type."""
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "shape", None) in ((), (1,)):
        try:
            found = cast("object", item())
        except Exception:  # noqa: BLE001  # see above
            found = None
        if isinstance(found, bool | int | float):
            return plain(found)
    kind = type(value)
    return f"<{kind.__module__}.{kind.__qualname__}>"[:200]
