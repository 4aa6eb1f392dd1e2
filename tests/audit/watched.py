"""A program for a child process: does something under an audit hook and writes down what was refused.

``python -I watched.py SOURCES RECORD WRITABLE ACTION ARGUMENT...``: ``scan`` and ``describe`` are
what matters; the others do what a scanner must never do, and prove that the hook would see it.
"""

import json
import os
import sys

REFUSED = frozenset(
    "code.__new__ cpython.run_command cpython.run_file cpython.run_interactivehook cpython.run_module "
    "cpython.run_startup cpython.run_stdin ensurepip.bootstrap function.__new__ os.exec os.fork "
    "os.forkpty os.kill os.killpg os.posix_spawn os.putenv os.spawn os.startfile os.system os.unsetenv "
    "pickle.find_class pty.spawn signal.pthread_kill sqlite3.connect subprocess.Popen sys.setprofile "
    "sys.settrace urllib.Request webbrowser.open".split()
)
REFUSED_FAMILIES = (
    "ctypes.",
    "ftplib.",
    "http.",
    "imaplib.",
    "poplib.",
    "shutil.",
    "smtplib.",
    "socket.",
    "winreg.",
)
CHANGES = frozenset(
    "os.chflags os.chmod os.chown os.link os.mkdir os.remove os.removexattr os.rename os.rmdir "
    "os.setxattr os.symlink os.truncate os.utime tempfile.mkdtemp tempfile.mkstemp".split()
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
# Modules that write the methods of named tuples and data classes, or read annotations in quotes.
WRITERS = (
    "/annotationlib.py",
    "/collections/__init__.py",
    "/dataclasses.py",
    "/msgspec/_utils.py",
    "/typing.py",
)
IMPORTER = ("<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>")


class Watch:
    """Judges audit events. ``writable`` is the one folder in which files may be changed."""

    def __init__(self, sources: str, record: int, writable: str) -> None:
        self.roots = tuple(
            os.path.realpath(p) + os.sep
            for p in (sources, sys.prefix, sys.base_prefix, os.path.dirname(os.__file__), *sys.path)
            if p
        )
        self.record = record
        self.writable = os.path.realpath(writable) + os.sep
        self.is_on = False

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.is_on:
            return
        self.is_on = False
        try:
            self._judge(event, arguments)
        finally:
            self.is_on = True

    def _judge(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "import":
            self._write("import", str(arguments[0]))
        elif event == "open":
            self._opened(*arguments)
        elif event in CHANGES:
            if not all(self._may_change(p) for p in arguments if isinstance(p, (str, bytes))):
                self._write("refused", f"{event} {arguments!r}")
        elif event in {"compile", "exec", "marshal.loads", "code.__new__"}:
            if not self._is_our_own(event, arguments):
                self._write("refused", f"{event} {str(arguments)[:200]}")
        elif event in REFUSED or event.startswith(REFUSED_FAMILIES):
            self._write("refused", f"{event} {str(arguments)[:200]}")

    def _opened(self, path: object, mode: object, flags: object) -> None:
        writes = any(c in str(mode or "") for c in "wax+") or bool(int(str(flags or 0)) & WRITING)
        if writes and not isinstance(path, int) and not self._may_change(path):
            self._write("refused", f"open {path!r} {mode!r} {flags!r}")

    def _may_change(self, path: object) -> bool:
        return os.path.realpath(os.fsdecode(path)).startswith(self.writable)  # type: ignore[arg-type]

    def _is_our_own(self, event: str, arguments: tuple[object, ...]) -> bool:
        """Say whether code comes from an import of an installed module, or is parsed and not run."""
        frame = sys._getframe(3)
        caller = frame.f_code.co_filename
        if event not in {"compile", "exec"}:
            return caller in IMPORTER
        if event == "compile" and self._is_parsing(frame):
            return True
        file = getattr(arguments[0], "co_filename", "") if event == "exec" else os.fsdecode(arguments[1])
        if file == "<string>":
            return caller.endswith(WRITERS) and self._is_installed(caller)
        if event == "compile" and caller not in IMPORTER:
            return False
        return self._is_installed(file) or file.startswith("<frozen ")

    def _is_parsing(self, frame: object) -> bool:
        """Say whether ``compile`` was called by ``ast.parse``: it makes a tree, no code."""
        code = frame.f_code  # type: ignore[attr-defined]
        is_parse = code.co_name == "parse" and code.co_filename == getattr(
            sys.modules.get("ast"), "__file__", ""
        )
        return is_parse and frame.f_locals.get("optimize", -1) == -1  # type: ignore[attr-defined]

    def _is_installed(self, file: str) -> bool:
        return os.path.realpath(file).startswith(self.roots)

    def _write(self, kind: str, what: str) -> None:
        # Opened before the watch and appended to: a forked child's events arrive as well.
        os.write(self.record, json.dumps([kind, what]).encode() + b"\n")


def _scan(folder: str) -> None:
    from backstamp.cli.commands import main
    from backstamp.cli.scan import command

    options = {option for parameter in command.params for option in parameter.opts}
    alone = ["--jobs", "1"] if "--jobs" in options else []
    sys.stderr.write(f"exit code {main(['scan', '--format', 'json', *alone, folder])}\n")


def _describe(folder: str) -> None:
    from backstamp.cli.commands import main

    sys.stderr.write(f"exit code {main(['bom', '--quiet', folder])}\n")


def _misbehave(action: str, path: str) -> None:
    """Do what a scanner must not do; each is refused by one line of the watch."""
    with open(path, "rb") as file:
        data = file.read()
    if action == "unpickle":
        __import__("pickle").loads(data)
    elif action == "evaluate":
        eval(data)  # noqa: S307  # what the watch must see
    elif action == "execute":
        exec(compile(data, path, "exec"))  # noqa: S102  # what the watch must see
    elif action == "unmarshal":
        __import__("marshal").loads(data)
    elif action == "import":
        sys.path.insert(0, os.path.dirname(path))
        __import__(os.path.basename(path).removesuffix(".py"))
    elif action == "write":
        open(path, "ab").close()
    elif action == "remove":
        os.remove(path)
    elif action == "connect":
        __import__("socket").socket()


def main(sources: str, record: str, writable: str, action: str, *arguments: str) -> None:
    """Do one thing under the watch."""
    sys.path.insert(0, sources)
    handle = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    watch = Watch(sources, handle, writable)
    sys.addaudithook(watch)
    watch.is_on = True
    try:
        ours = {"scan": _scan, "describe": _describe}
        ours.get(action, lambda path: _misbehave(action, path))(*arguments)
    finally:
        watch.is_on = False


if __name__ == "__main__":
    main(*sys.argv[1:])
