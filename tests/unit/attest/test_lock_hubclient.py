"""The client of hubs: certificates, proxies, tokens, and how far inside an answer may lead."""

import datetime as dt
import ipaddress
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from backstamp.attest.addresses import Reach, address_of, endpoint_of, is_spared, reach_of
from backstamp.attest.hubclient import HubClient, Pace, Unreachable
from backstamp.core.errors import UsageError
from kit.hub_server import hub_server

TOKEN = "secret"
pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]


def client(endpoint: str, token: str = "", **environment: str) -> HubClient:
    return HubClient(
        endpoint_of(endpoint), token=token, pace=Pace(timeout=5.0, attempts=1), environment=environment
    )


def body(hub: HubClient, address: str) -> bytes:
    reply = hub.opened(address_of(address))
    data = b""
    while piece := reply.piece():
        data += piece
    hub.done(reply, is_whole=False)
    return data


@pytest.fixture
def certificate(tmp_path):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a hub for tests")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return str(pem), str(trusted)


@pytest.fixture
def secure_server(certificate):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"secure")

        def log_message(self, *arguments):
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request, client_address):
            pass

    server = Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[0])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join(5)
    server.server_close()


def test_a_certificate_that_nobody_vouches_for_is_refused_at_once(secure_server):
    with pytest.raises(Unreachable, match="its certificate is not trusted") as caught:
        client(secure_server).opened(address_of(f"{secure_server}/x"))
    assert not caught.value.is_passing


def test_a_certificate_that_the_user_trusts_is_accepted(secure_server, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", certificate[1])
    assert body(client(secure_server), f"{secure_server}/x") == b"secure"


def test_a_proxy_is_asked_with_its_own_password_and_no_proxy_spares_it():
    with hub_server() as proxy, hub_server() as hub:
        hub.files["/x"] = b"direct"
        proxy.files[f"{hub.address}/x"] = b"by proxy"
        named = proxy.address.replace("http://", "http://u:p%40ss@")
        through = client(hub.address, http_proxy=named)
        assert body(through, f"{hub.address}/x") == b"by proxy"
        assert proxy.asked("proxy-authorization") == ["Basic dTpwQHNz"]
        assert proxy.asked("host") == [hub.address.removeprefix("http://")]
        spared = client(hub.address, HTTP_PROXY=named, NO_PROXY="127.0.0.1")
        assert body(spared, f"{hub.address}/x") == b"direct"
        assert hub.asked("proxy-authorization") == [""]


def test_a_request_cannot_set_the_proxy_of_a_server():
    with hub_server() as hub:
        hub.files["/x"] = b"direct"
        asked = client(hub.address, HTTP_PROXY="http://127.0.0.1:1", REQUEST_METHOD="GET")
        assert body(asked, f"{hub.address}/x") == b"direct"


def test_an_unknown_kind_of_proxy_is_an_error_that_does_not_tell_it():
    with pytest.raises(UsageError) as caught:
        client("http://127.0.0.1:9", all_proxy="socks5://u:secret@127.0.0.1:1").opened(
            address_of("http://127.0.0.1:9/x")
        )
    assert "secret" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("token", ["a b", "a\r\nX: y", "t\u00f6ken", "\x00"])
def test_a_token_that_could_be_another_header_is_refused_and_not_told(token):
    with pytest.raises(UsageError) as caught:
        client("https://host", token=token)
    assert token not in caught.value.message


def test_a_token_is_not_sent_in_clear_to_another_machine():
    inner = client("http://10.0.0.1", token=TOKEN)
    home = client("http://127.0.0.1", token=TOKEN)
    secure = client("https://10.0.0.1", token=TOKEN)
    sent = ["Authorization" in each._headers(each.endpoint, 0, True) for each in (inner, home, secure)]
    assert sent == [False, True, True]


@pytest.mark.parametrize(
    ("endpoint", "allowed"),
    [
        ("https://1.1.1.1", ["http://8.8.8.8/x"]),
        ("https://10.0.0.1", ["http://8.8.8.8/x", "http://192.168.0.1/x", "http://[fd00::1]/x"]),
        (
            "http://127.0.0.1:1",
            [
                "http://8.8.8.8/x", "http://192.168.0.1/x", "http://127.0.0.1/x", "http://2130706433/x",
                "http://[fd00::1]/x", "http://[::ffff:7f00:1]/x", "http://0.0.0.0/x", "http://100.64.0.1/x",
            ],
        ),
    ],
)  # fmt: skip
def test_nobody_leads_further_inside_than_the_endpoint(endpoint, allowed):
    asked = client(endpoint)
    every = [
        "http://8.8.8.8/x", "http://192.168.0.1/x", "http://127.0.0.1/x", "http://2130706433/x",
        "http://[fd00::1]/x", "http://[::ffff:7f00:1]/x", "http://0.0.0.0/x", "http://169.254.169.254/x",
        "http://224.0.0.1/x", "http://[fe80::1]/x", "http://[64:ff9b::a9fe:a9fe]/x", "http://100.64.0.1/x",
    ]  # fmt: skip
    passed = []
    for address in every:
        try:
            asked._allowed(address_of(address))
        except Unreachable:
            continue
        passed.append(address)
    assert sorted(passed) == sorted(set(allowed) | ({"http://100.64.0.1/x"} if "10.0" in endpoint else set()))


@pytest.mark.parametrize(
    ("numbers", "reach"),
    [
        ("8.8.8.8", Reach.PUBLIC), ("10.1.1.1", Reach.PRIVATE), ("127.9.9.9", Reach.OWN), ("::1", Reach.OWN),
        ("::ffff:127.0.0.1", Reach.OWN), ("169.254.1.1", Reach.NEVER), ("fe80::1%1", Reach.NEVER),
        ("2002:7f00:1::", Reach.OWN), ("64:ff9b::7f00:1", Reach.OWN), ("239.1.1.1", Reach.NEVER),
    ],
)  # fmt: skip
def test_says_how_far_inside_an_address_is(numbers, reach):
    assert reach_of(numbers) is reach


@pytest.mark.parametrize(
    ("host", "words", "spared"),
    [
        ("a.example.org", "example.org", True), ("a.example.org", ".example.org,x", True),
        ("badexample.org", "example.org", False), ("10.1.2.3", "10.0.0.0/8", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("x", "*", True), ("x", "", False),
    ],
)  # fmt: skip
def test_no_proxy_spares_names_and_ranges(host, words, spared):
    assert is_spared(address_of(f"https://{host}/"), words) is spared
