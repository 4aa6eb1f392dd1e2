"""Asks a hub for files: one request with its redirects, safely.

1. TLS certificates are always checked (``SSL_CERT_FILE`` names others than the system's).
2. The token goes to the origin of the endpoint only, only by https or to this machine itself, and never
   again once a redirect has left that origin. Nothing of it, and nothing of signed addresses, is in messages.
3. Redirects are followed a few times, to addresses that ``addresses`` lets pass.
4. What a server sends before the body is bounded in size and time; a body encoded in any way is refused,
   since then lengths mean nothing.
5. Proxies of the environment are used (``HTTPS_PROXY``, ``NO_PROXY``); their passwords go to them only.

Source: hub protocol of huggingface_hub (``file_download.py``); RFC 9110.
"""

import base64
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import quote, unquote, urlsplit

import msgspec

from backstamp import __version__
from backstamp.attest.addresses import Address, Reach, address_of, is_spared, reach_of, resolved
from backstamp.attest.lockfile import LockEntry
from backstamp.core.errors import SourceError, UsageError
from backstamp.core.finding import shown

PIECE = 256 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How patient to be. Seconds; ``least`` bytes must come in each ``window``."""

    timeout: float = 30.0
    head: float = 90.0
    window: float = 60.0
    least: int = 16 * 1024
    attempts: int = 5
    longest_wait: float = 60.0
    redirects: int = 5


class Unreachable(SourceError):
    """A server did not answer as it should. ``is_passing`` says whether another attempt may help."""

    code = 3

    def __init__(self, message: str, *, hint: str = "", is_passing: bool = False, wait: float = 0.0) -> None:
        super().__init__(message, hint=hint)
        self.is_passing = is_passing
        self.wait = wait


class Reply(msgspec.Struct, kw_only=True):
    """An answer whose body is still to be read. ``named`` are the headers of the hub itself."""

    status: int
    headers: dict[str, str]
    named: dict[str, str]
    body: http.client.HTTPResponse
    line: http.client.HTTPConnection
    origin: tuple[str, str, int]

    def piece(self) -> bytes:
        """Read on; empty at the end. Raises ``Unreachable`` when the connection breaks."""
        try:
            return self.body.read1(PIECE)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(f"the connection broke: {_why(error)}", is_passing=True) from error


class HubClient:
    """A hub, the token for it, and the connections to it that are open, for several threads."""

    def __init__(
        self, endpoint: Address, *, token: str = "", pace: Pace | None = None, environment: Mapping[str, str]
    ) -> None:
        if not token.isascii() or not token.isprintable() or " " in token:
            raise UsageError("the token in HF_TOKEN has characters that no token has", hint="Set it anew.")
        self.endpoint = endpoint
        self.pace = pace or Pace()
        self._token = token
        self._proxies = _proxies(environment)
        self._own = threading.local()
        self._context: ssl.SSLContext | None = None
        self._reach: Reach | None = None
        self._guard = threading.Lock()

    def address_of_file(self, entry: LockEntry, path: str) -> Address:
        """Say where a hub has a file of an entry."""
        prefix = "datasets/" if entry.table == "dataset" else ""
        road = f"/{prefix}{quote(entry.bare_name)}/resolve/{entry.revision}/{quote(path)}"
        return msgspec.structs.replace(self.endpoint, target=self.endpoint.target + road)

    def opened(self, address: Address, start: int = 0) -> Reply:
        """Ask for the bytes of a file from ``start`` on, and follow redirects. Raises ``Unreachable``."""
        at_home = address.origin == self.endpoint.origin
        named: dict[str, str] = {}
        for _ in range(self.pace.redirects + 1):
            at_home = at_home and address.origin == self.endpoint.origin
            reply = self._asked(address, start, with_token=at_home)
            if at_home:
                named = {**reply.headers, **named}
            if reply.status not in _REDIRECTS:
                reply.named = named
                return reply
            self._drop(reply)
            try:
                address = address_of(reply.headers.get("location", ""), address)
            except SourceError as error:
                raise Unreachable(f"the server leads to {error.message}") from error
        raise Unreachable(f"the server leads on and on: more than {self.pace.redirects} redirects")

    def done(self, reply: Reply, *, is_whole: bool) -> None:
        """Say that a reply is read; a connection whose answer was read to the end is kept."""
        if is_whole and not reply.body.will_close and reply.body.isclosed():
            self._lines()[reply.origin] = reply.line
        else:
            self._drop(reply)

    @staticmethod
    def _drop(reply: Reply) -> None:
        with suppress(OSError):
            reply.body.close()
            reply.line.close()

    def _lines(self) -> dict[tuple[str, str, int], http.client.HTTPConnection]:
        lines: dict[tuple[str, str, int], http.client.HTTPConnection]
        lines = self._own.__dict__.setdefault("lines", {})
        return lines

    def _asked(self, address: Address, start: int, *, with_token: bool) -> Reply:
        kept = self._lines().pop(address.origin, None)
        if kept is not None:
            with suppress(Unreachable):
                return self._exchange(kept, address, start, with_token=with_token)
        return self._exchange(None, address, start, with_token=with_token)

    def _exchange(
        self, line: http.client.HTTPConnection | None, address: Address, start: int, *, with_token: bool
    ) -> Reply:
        alarm = Alarm(self.pace.head)
        try:
            line = line or self._line(address, alarm)
            alarm.watch(line.sock)
            line.request("GET", self._target(address), headers=self._headers(address, start, with_token))
            body = line.getresponse()
        except (OSError, http.client.HTTPException, ValueError) as error:
            if line is not None:
                line.close()
            is_passing = not isinstance(error, ssl.SSLCertVerificationError)
            raise Unreachable(
                f'"{address.host}" does not answer: {_why(error)}', is_passing=is_passing
            ) from error
        finally:
            alarm.off()
        headers = {key.lower(): value for key, value in body.getheaders()}
        return Reply(
            status=body.status, headers=headers, named={}, body=body, line=line, origin=address.origin
        )

    def _headers(self, address: Address, start: int, with_token: bool) -> dict[str, str]:  # noqa: FBT001  # named at its one call
        headers = {
            "Host": address.authority,
            "User-Agent": f"backstamp/{__version__}",
            "Accept-Encoding": "identity",
        }
        if start:
            headers["Range"] = f"bytes={start}-"
        if with_token and self._token and (address.scheme == "https" or self._inside() is Reach.OWN):
            headers["Authorization"] = f"Bearer {self._token}"
        proxy = self._proxy(address)
        if proxy and address.scheme == "http":
            headers.update(_proxy_headers(proxy))
        return headers

    # --- connecting ------------------------------------------------------------------------------

    def _line(self, address: Address, alarm: "Alarm") -> http.client.HTTPConnection:
        proxy = self._proxy(address)
        if proxy:
            return self._by_proxy(address, proxy, alarm)
        numbers = self._allowed(address)
        raw = self._connected(numbers, address.port)
        alarm.watch(raw)
        try:
            if address.scheme == "http":
                line = http.client.HTTPConnection(address.host, address.port, timeout=self.pace.timeout)
                line.sock = raw
            else:
                context = self._tls()
                line = http.client.HTTPSConnection(address.host, address.port, context=context)
                secured = context.wrap_socket(
                    raw, server_hostname=address.host, do_handshake_on_connect=False
                )
                raw = secured
                alarm.watch(secured)
                secured.do_handshake()
                line.sock = secured
        except BaseException:
            raw.close()
            raise
        line.auto_open = 0  # it never connects by itself, to an address that nobody looked at
        return line

    def _connected(self, numbers: list[str], port: int) -> socket.socket:
        last: OSError | None = None
        for each in numbers:
            try:
                return socket.create_connection((each, port), timeout=self.pace.timeout)
            except OSError as error:
                last = error
        raise last or OSError("no address")

    def _allowed(self, address: Address) -> list[str]:
        """Look a host up, and refuse it if it leads further inside than the endpoint."""
        numbers = _numbers(address)
        if address.origin != self.endpoint.origin:
            worst = max(reach_of(each) for each in numbers)
            if worst is Reach.NEVER or worst > self._inside():
                raise Unreachable(
                    f'the server leads to "{address.host[:100]}", which is inside of this network or machine'
                )
        return numbers

    def _inside(self) -> Reach:
        with self._guard:
            if self._reach is None:
                if self._proxy(self.endpoint):
                    self._reach = Reach.PUBLIC
                else:
                    self._reach = max(reach_of(each) for each in _numbers(self.endpoint))
            return self._reach

    def _tls(self) -> ssl.SSLContext:
        with self._guard:
            if self._context is None:
                self._context = ssl.create_default_context()
            return self._context

    # --- proxies -----------------------------------------------------------------------------------

    def _proxy(self, address: Address) -> str:
        proxy = self._proxies.get(address.scheme) or self._proxies.get("all") or ""
        if not proxy or is_spared(address, self._proxies.get("no", "")):
            return ""
        return proxy if "://" in proxy else f"http://{proxy}"

    def _by_proxy(self, address: Address, proxy: str, alarm: "Alarm") -> http.client.HTTPConnection:
        """Connect through a proxy. It looks names up itself: only addresses of numbers can be judged here."""
        with suppress(ValueError):
            if address.origin != self.endpoint.origin and reach_of(address.host) is not Reach.PUBLIC:
                raise Unreachable("the server leads to an address inside of this network or machine")
        parts = urlsplit(proxy)
        if parts.scheme != "http" or not parts.hostname:
            raise UsageError(
                "the proxy of the environment is none that is known", hint="Use http://host:port."
            )
        line: http.client.HTTPConnection
        if address.scheme == "http":
            line = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=self.pace.timeout)
            line.connect()
        else:
            line = http.client.HTTPSConnection(
                parts.hostname, parts.port or 80, timeout=self.pace.timeout, context=self._tls()
            )
            line.set_tunnel(address.host, address.port, headers=_proxy_headers(proxy))
            line.connect()
        alarm.watch(line.sock)
        line.auto_open = 0
        return line

    def _target(self, address: Address) -> str:
        if address.scheme == "http" and self._proxy(address):
            return address.written
        return address.target


class Alarm:
    """Ends a connection that does not come to the point: a server may send a byte now and then for ever."""

    def __init__(self, seconds: float) -> None:
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, line: socket.socket | None) -> None:
        """Say which connection to end."""
        self._socket = line

    def off(self) -> None:
        """Let the connection live."""
        self._timer.cancel()

    def _ring(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def _numbers(address: Address) -> list[str]:
    try:
        return resolved(address)
    except SourceError as error:
        raise Unreachable(error.message, is_passing=True) from error


def _proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """Name the proxies of an environment, by scheme."""
    if "REQUEST_METHOD" in environment:  # httpoxy, CVE-2016-5385: a request may have set HTTP_PROXY
        environment = {k: v for k, v in environment.items() if k != "HTTP_PROXY"}
    found = {}
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        value = environment.get(name) or environment.get(name.upper())
        if value:
            found[name.removesuffix("_proxy")] = value
    return found


def _proxy_headers(proxy: str) -> dict[str, str]:
    parts = urlsplit(proxy)
    if parts.username is None:
        return {}
    secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Proxy-Authorization": "Basic " + base64.b64encode(secret.encode()).decode()}


def _why(error: Exception) -> str:
    """Say why, in words that hold nothing of the address."""
    if isinstance(error, TimeoutError):
        return "it takes too long"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return shown(error.strerror.lower(), 100)
    return type(error).__name__
