"""What a guarded loader does: finds what it shall load, has it checked, hands on what was checked."""

import contextlib
import io
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, Literal, TypeAlias

import msgspec

from backstamp.guard.checking import Guard
from backstamp.guard.companions import companions_of
from backstamp.guard.holding import HAS_DESCRIPTOR_PATHS, Held, state_of

Original: TypeAlias = Callable[..., object]
Arguments: TypeAlias = tuple[object, ...]
Keywords: TypeAlias = dict[str, object]
# How a loader gets the checked file: by the path of the held descriptor, by a link to it that has the file's
# own name (for loaders that go by the ending), or by its own path, with a second look afterwards.
How: TypeAlias = Literal["stand-in", "named", "path"]
_FIRST_LEVEL = (str, bytes, os.PathLike)
_RAW = (io.BufferedReader, io.FileIO, io.BufferedRandom)


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """A loader of a library: where it stands, and which argument says what to load.

    ``others`` are further arguments that name files. ``only_with`` names an argument (and its position) that
    must be true for the loader to be of interest.
    """

    module: str
    name: str
    argument: str
    position: int = 0
    how: How = "path"
    others: tuple[str, ...] = ()
    only_with: tuple[str, int] | None = None
    run: str = "load"

    @property
    def loader(self) -> str:
        """Name the loader as people know it."""
        return f"{self.module.partition('.')[0]}.{self.name.removesuffix('.__init__')}"


def load(guard: Guard, hook: Hook, original: Original, args: Arguments, kwargs: Keywords) -> object:
    """Load a file, a stream or bytes, whichever the argument is."""
    if hook.only_with and not given(hook.only_with[0], hook.only_with[1], args, kwargs):
        return original(*args, **kwargs)
    value = given(hook.argument, hook.position, args, kwargs)
    if isinstance(value, _FIRST_LEVEL) and not isinstance(value, bytes):
        return _load_path(guard, hook, original, args, kwargs)
    if isinstance(value, bytes | bytearray | memoryview | io.BytesIO):
        check_bytes(guard, value, hook.loader)
        return original(*args, **kwargs)
    if hasattr(value, "read"):
        with streaming(guard, value, hook.loader) as stream:
            return original(*replaced(hook, args, stream), **replaced_keywords(hook, kwargs, stream))
    return original(*args, **kwargs)


def _load_path(guard: Guard, hook: Hook, original: Original, args: Arguments, kwargs: Keywords) -> object:
    path = os.fsdecode(os.fspath(_as_path(given(hook.argument, hook.position, args, kwargs))))
    how = hook.how
    if how == "stand-in" and given("mmap_mode", 1, (), kwargs) in ("r+", "w+"):
        how = "path"  # it writes into the file itself
    with contextlib.ExitStack() as stack:
        others = [each for name in hook.others if isinstance(each := kwargs.get(name), _FIRST_LEVEL)]
        held = checked_files(guard, path, hook.loader, stack, copy=how != "path")
        for other in others:
            held += checked_files(guard, os.fsdecode(_as_path(other)), hook.loader, stack, copy=False)
        if not held:
            return original(*args, **kwargs)
        stack.enter_context(guard.loading(*held))
        is_single = len(held) == 1 and held[0].path == os.path.abspath(path) and HAS_DESCRIPTOR_PATHS
        if how == "path" or not is_single:
            result = original(*args, **kwargs)
        else:
            handed = held[0].stand_in if how == "stand-in" else stack.enter_context(named_link(held[0]))
            result = original(*replaced(hook, args, handed), **replaced_keywords(hook, kwargs, handed))
        for each in held:
            guard.confirm(each, loader=hook.loader, by_path=how == "path" or not is_single)
    return result


def checked_files(
    guard: Guard, path: str, loader: str, stack: contextlib.ExitStack, *, copy: bool
) -> list[Held]:
    """Check a file with those that belong to it, or all files of a folder; hold them until the stack ends."""
    if not os.path.exists(path):
        if "://" in path:
            guard.refuse(
                path, "it is no file on this machine", loader=loader, hint="Fetch it first, and lock it."
            )
        return []
    if is_loading(guard, path):
        return []
    if os.path.isdir(path):
        wanted = [os.path.join(at, name) for at, _, names in os.walk(path) for name in sorted(names)]
        return [held for each in wanted if (held := admitted(guard, each, loader, stack, copy=False))]
    held = admitted(guard, path, loader, stack, copy=copy)
    if held is None:
        return []
    files = [held]
    for each in companions_of(held):
        other = admitted(guard, each, loader, stack, copy=False)
        if other is not None:
            files.append(other)
    return files


def admitted(guard: Guard, path: str, loader: str, stack: contextlib.ExitStack, *, copy: bool) -> Held | None:
    """Check one file and hold it until the stack ends."""
    held = guard.admit(path, loader=loader, copy=copy)
    return stack.enter_context(held) if held is not None else None


def is_loading(guard: Guard, path: str) -> bool:
    """Say whether this thread loads this file already: a loader that calls another one is checked once."""
    if not guard.flight.states:
        return False
    try:
        return guard.is_loading(state_of(os.stat(path)))
    except OSError:
        return False


@contextlib.contextmanager
def named_link(held: Held) -> Iterator[str]:
    """Make a link to a held file that has the file's own name, in a folder that only this user can open."""
    import tempfile

    folder = tempfile.mkdtemp(prefix="backstamp-guard-")
    link = os.path.join(folder, os.path.basename(held.path))
    os.symlink(f"/proc/{os.getpid()}/fd/{held.file}", link)
    try:
        yield link
    finally:
        os.unlink(link)
        os.rmdir(folder)


@contextlib.contextmanager
def streaming(guard: Guard, value: object, loader: str) -> Iterator[object]:
    """Check the file behind a stream, and give a stream of what was checked.

    A stream over a small file is read from the copy that was hashed, and the given one is moved as far. Of
    another stream (a decompressor, a large file) the file is looked at again afterwards.
    """
    number = descriptor_of(value)
    if number is None:
        check_unnamed(guard, loader)
        yield value
        return
    status = os.fstat(number)
    if not stat.S_ISREG(status.st_mode) or guard.is_loading(state_of(status)):
        yield value
        return
    raw = value if isinstance(value, _RAW) else None
    held = guard.admit(path_of(value, number), loader=loader, copy=raw is not None, descriptor=number)
    if held is None:
        yield value
        return
    with held, guard.loading(held):
        if held.is_copy and raw is not None:
            with opened_copy(held, raw.tell()) as copy:
                yield copy
                raw.seek(copy.tell())
        else:
            yield value
        guard.confirm(held, loader=loader, by_path=False)


def opened_copy(held: Held, position: int) -> BinaryIO:
    """Open the copy of a file as a stream of its own, at a position."""
    file = open(held.stand_in, "rb")  # noqa: SIM115  # the caller closes it
    file.seek(position)
    return file


def descriptor_of(value: object) -> int | None:
    """Give the descriptor behind a stream; ``None`` if there is none."""
    try:
        number = getattr(value, "fileno", lambda: None)()
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    return number if isinstance(number, int) and number >= 0 else None


def path_of(value: object, number: int) -> str:
    """Say which file a stream reads: the name that it was opened by, if that still is this file."""
    name = getattr(value, "name", None)
    if isinstance(name, str | bytes):
        with contextlib.suppress(OSError, ValueError):
            if os.path.samestat(os.stat(name), os.fstat(number)):
                return os.path.abspath(os.fsdecode(name))
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/self/fd/{number}").removesuffix(" (deleted)")
    return os.fsdecode(name) if isinstance(name, str | bytes) else f"descriptor {number}"


def check_bytes(guard: Guard, value: bytes | bytearray | memoryview | io.BytesIO, loader: str) -> None:
    """Check bytes in memory, if that is wanted; those of a file that is being loaded were checked."""
    if guard.flight.states:
        return
    if guard.settings.memory == "check":
        data = value.getbuffer() if isinstance(value, io.BytesIO) else memoryview(value)
        guard.admit_bytes(data, loader=loader)
    else:
        guard.mention(loader, "bytes in memory")


def check_unnamed(guard: Guard, loader: str) -> None:
    """Judge a stream that has no file: a member of an archive, a stream of a library's own."""
    if guard.flight.states:
        return
    if guard.settings.memory == "check":
        guard.refuse(
            "", "a stream without a file cannot be checked", loader=loader, hint="Load it from a file."
        )
    else:
        guard.mention(loader, "a stream without a file")


def given(name: str, position: int, args: Arguments, kwargs: Mapping[str, object]) -> object:
    """Give the value of an argument, however it was passed."""
    if name in kwargs:
        return kwargs[name]
    return args[position] if 0 <= position < len(args) else None


def replaced(hook: Hook, args: Arguments, value: object) -> Arguments:
    """Exchange the argument among those passed by position."""
    at = hook.position
    return (*args[:at], value, *args[at + 1 :]) if at < len(args) else args


def replaced_keywords(hook: Hook, kwargs: Keywords, value: object) -> Keywords:
    """Exchange the argument among those passed by name."""
    return {**kwargs, hook.argument: value} if hook.argument in kwargs else kwargs


def _as_path(value: object) -> str | bytes | os.PathLike[str] | os.PathLike[bytes]:
    if isinstance(value, str | bytes | os.PathLike):
        return value
    raise TypeError("not a path")
