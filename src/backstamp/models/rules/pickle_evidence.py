"""What arguments say: texts and bytes that no plain data structure is built from.

Used only to judge callables of which nothing is known: a function that is given a shell command
is taken for one which runs it.
"""

from collections.abc import Iterator

from backstamp.models.facts.pickle import AnyValue, Attribute, Constant, Items, Made, Pairs

_SHELL_WORDS = frozenset(
    "sh bash zsh dash ksh cmd cmd.exe powershell powershell.exe pwsh curl wget nc ncat netcat rm "
    "touch chmod chown "
    "whoami id uname hostname calc calc.exe notepad notepad.exe python python3 perl ruby node "
    "cat ls mkfifo nohup "
    "sudo crontab ssh scp echo kill mv cp dd ping nslookup dig certutil bitsadmin mshta rundll32 "
    "regsvr32 gnome-calculator "
    "xcalc open start sleep env tee base64 xxd".split()
)
_SHELL_SIGNS = (
    "$(",
    "&&",
    "||",
    " | ",
    "; ",
    "`",
    ">/dev/",
    "> /dev/",
    "2>&1",
    "/bin/sh",
    "/bin/bash",
    "/dev/tcp/",
)
_CODE_SIGNS = (
    "import os",
    "import subprocess",
    "import socket",
    "import sys",
    "__import__",
    "exec(",
    "eval(",
    "os.system",
    "os.popen",
    "subprocess.",
    "compile(",
    "open(",
    "__builtins__",
    "globals()",
    "getattr(",
    "lambda:",
    "print(",
)
_SINK_NAMES = frozenset(
    "os.system posix.system nt.system os.popen subprocess.Popen subprocess.run subprocess.call "
    "builtins.eval builtins.exec eval exec system popen __import__ subprocess os posix nt pty socket "
    "ctypes runpy".split()
)
_URLS = (
    "http://",
    "https://",
    "ftp://",
    "file://",
    "ws://",
    "wss://",
    "tcp://",
    "ldap://",
    "gopher://",
    "smb://",
    "\\\\",
)
_PATHS = (
    "/etc/",
    "/tmp/",
    "/root/",
    "/home/",
    "/var/",
    "/dev/",
    "/proc/",
    "/usr/",
    "/bin/",
    "~/",
    "../",
    "C:\\",
    "c:\\",
    "%TEMP%",
    "%APPDATA%",
)
_PICKLES = tuple(bytes((0x80, p)) for p in range(2, 6))


# Parts of a function's name which say what it does.
_TELLING = frozenset(
    "system popen exec execute eval evaluate shell spawn subprocess command cmd run_cmd run_command "
    "call_command check_output getoutput runcode run_code run_string runstring rmtree unlink "
    "remove_file delete_file write_file download urlopen urlretrieve import_module import_string "
    "load_module load_library dlopen unpickle execfile loads reverse_shell payload exploit backdoor".split()
)


def tells_of_harm(name: str) -> bool:
    """Say whether a function's name says that it runs, fetches or removes something."""
    last = name.rpartition(".")[2].strip("_").lower()
    words = last.split("_")
    return last in _TELLING or any(word in _TELLING for word in words) or "_".join(words[:2]) in _TELLING


def evidence_in(values: tuple[AnyValue, ...]) -> str:
    """Say what dangerous thing is among the arguments, in words; empty if nothing is.

    The arguments of calls inside the arguments are left out: those calls are judged themselves.
    """
    for text, raw in texts_in(values, into_calls=False):
        found = _evidence(text, is_bytes=raw)
        if found:
            return found
    return ""


def _evidence(text: str, *, is_bytes: bool) -> str:
    if is_bytes and text.encode("latin-1", "replace").startswith(_PICKLES) and "." in text:
        return "a nested pickle"
    if any(sign in text for sign in _CODE_SIGNS):
        return "code"
    if text.strip() in _SINK_NAMES:
        return "the name of a dangerous callable"
    if _is_shell(text):
        return "a shell command"
    if text.startswith(_URLS):
        return "a URL"
    if text.startswith(_PATHS):
        return "a path"
    return ""


def _is_shell(text: str) -> bool:
    words = text.split(maxsplit=2)
    if not words or len(text) > 4096 or "\n\n" in text:
        return False
    first = words[0].rpartition("/")[2].lower()
    if first in _SHELL_WORDS and (len(words) > 1 or first not in _WORDS_OF_DATA):
        return True
    # No shell takes a line with a NUL; the bytes of molecules, images and the like have signs by chance.
    return (
        any(sign in text for sign in _SHELL_SIGNS)
        and len(words) > 1
        and len(text) < 1024
        and "\0" not in text
    )


_WORDS_OF_DATA = frozenset(
    "id open start env echo node python cat sleep tee ping kill perl ruby hostname sh".split()
)


def texts_in(values: tuple[AnyValue, ...], *, into_calls: bool = True) -> Iterator[tuple[str, bool]]:
    """Yield every text among the values, and whether it is really bytes."""
    pending = list(reversed(values))
    while pending:
        match pending.pop():
            case Constant(value=str() as text, kind=kind):
                yield text, kind == "bytes"
            case Items(items=items):
                pending.extend(reversed(items))
            case Pairs(pairs=pairs):
                pending.extend(v for pair in pairs for v in pair)
            case Made(_, arguments) if into_calls:
                pending.extend(reversed(arguments))
            case Attribute(of, _):
                pending.append(of)
            case _:
                pass
