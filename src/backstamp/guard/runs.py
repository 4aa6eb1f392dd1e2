"""The kinds of guarded calls that are more than "load this file"."""

import contextlib
import os
from collections.abc import Callable
from typing import TypeAlias

from backstamp.guard import calls
from backstamp.guard.calls import Arguments, Hook, Keywords, Original
from backstamp.guard.checking import Guard
from backstamp.guard.companions import opens_by_folder
from backstamp.guard.errors import GuardError

Active: TypeAlias = Callable[[], Guard | None]
_MOST_DEPTH = 2


def twin_of(hook: Hook, active: Active) -> Callable[[Original], Original]:
    """Make the maker of the guarded function: it does nothing while no guard is active."""
    run = {
        "load": calls.load,
        "resolving": resolving,
        "session": in_session,
        "session-of-onnx": session_of_onnx,
    }[hook.run]

    def twin(original: Original) -> Original:
        def guarded(*args: object, **kwargs: object) -> object:
            guard = active()
            if guard is None or guard.flight.is_busy:
                return original(*args, **kwargs)
            return run(guard, hook, original, args, kwargs)

        return guarded

    return twin


def in_session(guard: Guard, hook: Hook, original: Original, args: Arguments, kwargs: Keywords) -> object:
    """Call what loads many files; at the end look again at those that it opened by their path.

    Libraries turn what they did not expect into errors of their own; a refusal is told as what it is.
    """
    with guard.session(hook.loader):
        try:
            return original(*args, **kwargs)
        except GuardError:
            raise
        except Exception as error:
            refusal = _refusal_behind(error)
            if refusal is not None:
                raise refusal from None
            raise


def _refusal_behind(error: BaseException) -> GuardError | None:
    seen: set[int] = set()
    behind: BaseException | None = error
    while behind is not None and id(behind) not in seen:
        if isinstance(behind, GuardError):
            return behind
        seen.add(id(behind))
        behind = behind.__cause__ or behind.__context__
    return None


def resolving(guard: Guard, hook: Hook, original: Original, args: Arguments, kwargs: Keywords) -> object:
    """Check the files that a hub's function found, before anybody opens them."""
    found = original(*args, **kwargs)
    if hook.name == "cached_file" and "cached_files" in getattr(original, "__globals__", ()):
        return found  # it has called the other one
    for path in _paths(found, 0):
        if os.path.isfile(path) and not calls.is_loading(guard, path):
            held = guard.admit(path, loader=hook.loader, copy=False)
            if held is not None:
                guard.remember(held)
    return found


def _paths(found: object, depth: int) -> list[str]:
    if isinstance(found, str | os.PathLike):
        return [os.fsdecode(found)]
    if isinstance(found, list | tuple) and depth < _MOST_DEPTH:
        return [path for each in found for path in _paths(each, depth + 1)]
    return []


def session_of_onnx(
    guard: Guard, _hook: Hook, original: Original, args: Arguments, kwargs: Keywords
) -> object:
    """Check the model of an ONNX session each time it is opened: a change of devices does it again.

    A model without files beside it is opened by the held descriptor.
    """
    session = args[0]
    path = getattr(session, "_model_path", None)
    if not isinstance(path, str | bytes | os.PathLike):
        data = getattr(session, "_model_bytes", None)
        if isinstance(data, bytes):
            calls.check_bytes(guard, data, "onnxruntime.InferenceSession")
        return original(*args, **kwargs)
    loader = "onnxruntime.InferenceSession"
    with contextlib.ExitStack() as stack:
        held = calls.checked_files(guard, os.fsdecode(path), loader, stack, copy=True)
        if not held:
            return original(*args, **kwargs)
        stack.enter_context(guard.loading(*held))
        by_path = len(held) > 1 or held[0].stand_in == held[0].path or opens_by_folder(held[0])
        if not by_path:
            setattr(session, "_model_path", held[0].stand_in)  # noqa: B010  # an attribute of the library's own
            stack.callback(setattr, session, "_model_path", path)
        result = original(*args, **kwargs)
        for each in held:
            guard.confirm(each, loader=loader, by_path=by_path)
    return result
