"""A hub on loopback: serves repositories by the hub protocol, and misbehaves on demand.

``faults`` maps a path to what is to go wrong, one fault a request; when they are used up the file is served
soundly. A fault is a word of ``Fault`` or ``location:<address>``.
"""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

REVISION = "0123456789abcdef0123456789abcdef01234567"


class Fault(StrEnum):
    """What can go wrong with an answer."""

    TRUNCATED = "truncated"
    FLIPPED = "flipped"
    BUSY = "busy"
    BROKEN = "broken"
    LOOP = "loop"
    NO_RANGE = "no-range"
    OTHER_RANGE = "other-range"
    ENDLESS = "endless"
    ENCODED = "encoded"
    STALLED = "stalled"
    DRIPPING_HEAD = "dripping-head"
    OTHER_COMMIT = "other-commit"
    SHORT = "short"
    LINKED_SIZE = "linked-size"
    LINKED_DIGEST = "linked-digest"
    GATED = "gated"
    GONE = "gone"
    BAD_LENGTH = "bad-length"


class HubServer:
    """The files of the hub, the faults that are to come, and the requests that came."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, list[str]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.address = ""
        self.commits: dict[str, str] = {}  # by the beginning of the path, where it is not REVISION
        self.ending = threading.Event()

    def put(self, path: str, data: bytes, name: str = "org/m", revision: str = REVISION) -> None:
        """Offer a file; ``name`` begins with ``datasets/`` for a dataset."""
        self.files[f"/{name}/resolve/{revision}/{path}"] = data

    def fail(self, path: str, *faults: str, name: str = "org/m") -> None:
        """Let the next requests for a file go wrong."""
        self.faults[f"/{name}/resolve/{REVISION}/{path}"] = [*faults]

    def asked(self, header: str) -> list[str]:
        """List the values of a header in the requests that came; empty where there was none."""
        return [headers.get(header, "") for _, headers in self.requests]


@contextmanager
def hub_server() -> Iterator[HubServer]:
    """Run a hub for the time of the context."""
    hub = HubServer()

    class Handler(_Handler):
        held = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.ending.set()
        server.shutdown()
        thread.join(5)
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    held: HubServer

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        path = unquote(self.path)
        self.held.requests.append((path, {k.lower(): v for k, v in self.headers.items()}))
        waiting = self.held.faults.get(path, [])
        fault = waiting.pop(0) if waiting else ""
        data = self.held.files.get(path)
        try:
            if fault:
                self._misbehave(fault, data or b"", path)
            elif data is None:
                self._answer(404, b"", {"X-Error-Code": "EntryNotFound", "X-Error-Message": "no such entry"})
            else:
                self._serve(data)
        except OSError:
            self.close_connection = True

    def _serve(self, data: bytes, more: dict[str, str] | None = None) -> None:
        start = self._start(data)
        head = {**_names(data), **(more or {})}
        for begin, commit in self.held.commits.items():
            if unquote(self.path).startswith(begin):
                head["X-Repo-Commit"] = commit
        if start:
            head["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        self._answer(206 if start else 200, data[start:], head)

    def _start(self, data: bytes) -> int:
        asked = self.headers.get("Range", "").removeprefix("bytes=").removesuffix("-")
        return int(asked) if asked and int(asked) < len(data) else 0

    def _answer(
        self, status: int, body: bytes, head: dict[str, str], length: int | str | None = None
    ) -> None:
        self.send_response(status)
        for key, value in head.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def _misbehave(self, fault: str, data: bytes, path: str) -> None:
        if fault.startswith("location:"):
            self._answer(302, b"", {"Location": fault.partition(":")[2], **_names(data)})
            return
        start = self._start(data)
        match Fault(fault):
            case Fault.TRUNCATED:
                head = {**_names(data), "Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
                rest = data[start:]
                self._answer(206 if start else 200, rest[: len(rest) // 2], head, len(rest))
                self.close_connection = True
            case Fault.FLIPPED:
                at = len(data) // 2
                self._serve_as(data, data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            case Fault.BUSY:
                self._answer(429, b"slow down", {"Retry-After": "7"})
            case Fault.BROKEN:
                self._answer(500, b"", {})
            case Fault.LOOP:
                self.held.faults[path] = [fault, fault]
                self._answer(302, b"", {"Location": self.path})
            case Fault.NO_RANGE:
                self._answer(200, data, _names(data))
            case Fault.OTHER_RANGE:
                self._answer(206, data, {"Content-Range": f"bytes 0-{len(data) - 1}/{len(data)}"})
            case Fault.ENCODED:
                self._answer(200, data, {"Content-Encoding": "gzip"})
            case Fault.OTHER_COMMIT:
                self._serve(data, {"X-Repo-Commit": "f" * 40})
            case Fault.SHORT:
                self._answer(200, data[:-1], _names(data))
            case Fault.LINKED_SIZE:
                self._serve(data, {"X-Linked-Size": str(len(data) + 1)})
            case Fault.LINKED_DIGEST:
                self._serve(data, {"X-Linked-Etag": f'"{"e" * 64}"'})
            case Fault.GATED:
                self._answer(403, b"", {"X-Error-Code": "GatedRepo", "X-Error-Message": "ask\x1b[2J first"})
            case Fault.GONE:
                self._answer(404, b"", {"X-Error-Code": "RevisionNotFound"})
            case Fault.BAD_LENGTH:
                self._answer(200, data, _names(data), length="-5")
            case _:
                self._drag_on(Fault(fault), data)

    def _serve_as(self, data: bytes, changed: bytes) -> None:
        self._answer(200, changed, _names(data))

    def _drag_on(self, fault: Fault, data: bytes) -> None:
        self.close_connection = True
        if fault is Fault.DRIPPING_HEAD:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not self.held.ending.is_set():
                self.wfile.write(b"X-More: 1\r\n"[:1])
                time.sleep(0.02)
            return
        self.send_response(200)
        for key, value in _names(data).items():
            self.send_header(key, value)
        if fault is Fault.STALLED:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        while not self.held.ending.is_set():
            if fault is Fault.ENDLESS:
                self.wfile.write(b"x" * 65536)
            else:
                self.wfile.write(b"x")
                time.sleep(0.02)


def _names(data: bytes) -> dict[str, str]:
    """The headers that a hub gives of a file: it calls large ones by SHA-256, small ones as git does."""
    head = {"X-Repo-Commit": REVISION, "Accept-Ranges": "bytes"}
    if len(data) >= 1024:
        digest = hashlib.sha256(data).hexdigest()
        return {
            **head,
            "ETag": f'"{digest}"',
            "X-Linked-Etag": f'"{digest}"',
            "X-Linked-Size": str(len(data)),
        }
    git = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    return {**head, "ETag": f'"{git}"'}
