"""Writes a result to standard output or to a file.

1. A file is written whole or not at all: beside its place under another name, then renamed.
2. A reader that goes away (``| head``) is not an error.
3. Anything else that stops the writing is an ``OutputError`` of two lines.
"""

import os
import stat
import sys

from backstamp.core.errors import OutputError, why


def check_place(path: str) -> None:
    """Say at once, before the work, that a result cannot be written to this file.

    Raises ``OutputError``.
    """
    if not path or path == "-":
        return
    if os.path.isdir(path):
        raise OutputError(f'cannot write to "{path}": it is a folder', hint="Name a file inside it.")
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise OutputError(
            f'cannot write to "{path}": there is no folder "{os.path.dirname(path)}"',
            hint="Make the folder first, or choose another place.",
        )
    if not os.path.exists(path) and not os.access(folder, os.W_OK):
        raise OutputError(
            f'cannot write to "{path}": you may not write to its folder', hint="Choose another place."
        )


def write(text: str, path: str = "") -> None:
    """Write a result to a file, or to standard output if there is no path or it is ``-``.

    Raises ``OutputError``.
    """
    data = text.encode("utf-8", "backslashreplace")
    if not path or path == "-":
        _to_stdout(data)
        return
    try:
        _to_file(data, os.path.realpath(path))
    except OSError as error:
        raise OutputError(
            f'cannot write to "{path}": {why(error)}', hint="Free some space or choose another place."
        ) from error


def wants_color(stream_is_terminal: bool) -> bool:  # noqa: FBT001  # reads well at the one place of its call
    """Say whether to colour: ``NO_COLOR`` and ``FORCE_COLOR`` decide, else whether it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR")
    if forced:
        return forced != "0"
    return stream_is_terminal and os.environ.get("TERM") != "dumb"


def is_terminal(descriptor: int) -> bool:
    """Say whether a standard stream is a terminal; a closed one is not."""
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


def speaks_unicode() -> bool:
    """Say whether standard output can show all characters."""
    encoding = getattr(sys.stdout, "encoding", None) or ""
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"


def terminal_width(descriptor: int, otherwise: int = 80) -> int:
    """Count the columns of the terminal; ``COLUMNS`` decides if it is set."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(descriptor).columns or otherwise
    except OSError:
        return otherwise


def _to_stdout(data: bytes) -> None:
    stream = sys.stdout
    if stream is None:
        raise OutputError("cannot write to standard output: it is closed", hint="Use --output FILE.")
    try:
        buffer = getattr(stream, "buffer", None)
        if buffer is None:
            stream.write(data.decode())
        else:
            stream.flush()
            buffer.write(data)
        stream.flush()
    except BrokenPipeError:
        _discard()
    except OSError as error:
        _discard()
        raise OutputError(
            f"cannot write to standard output: {why(error)}", hint="Free some space or use --output FILE."
        ) from error


def _discard() -> None:
    """Let the rest of standard output go nowhere, so that the interpreter's last flush is quiet."""
    handle = os.open(os.devnull, os.O_WRONLY)
    os.dup2(handle, 1)
    os.close(handle)


def _to_file(data: bytes, path: str) -> None:
    if os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode):
        with open(path, "wb", buffering=0) as device:
            _write_all(device.fileno(), data)
        return
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name[:100]}.{os.getpid()}.part")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        try:
            _write_all(handle, data)
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
