import ipaddress
import json
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from delivery import outbound
from delivery.outbound import BadUrl, is_public, may_be_listed, post, read_url
from tests.delivery.receivers import receiving, says

CORPUS = json.loads(Path(__file__).with_name("hostile_urls.json").read_text())
HOSTILE = [url for urls in CORPUS.values() for url in urls]
INSIDE = ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1"]
PUBLIC = "93.184.215.14"


def send(url, **options):
    return post(url, content=b"{}", headers={"content-type": "application/json"}, **options)


def address_rows(*addresses):
    return [
        (socket.AF_INET6 if ":" in it else socket.AF_INET, socket.SOCK_STREAM, 6, "", (it, 443)) for it in addresses
    ]


@pytest.fixture
def tripwire(monkeypatch):
    """Where anything wanted to connect to; nothing does."""
    tried = []

    def connect(self, address):
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return tried


@pytest.fixture
def resolver(monkeypatch):
    """Names lead where the test says; numbers, in whatever spelling, where the system says."""
    real, answers = socket.getaddrinfo, []

    def getaddrinfo(host, port, *args, **options):
        try:
            return real(host, port, *args, **(options | {"flags": socket.AI_NUMERICHOST}))
        except socket.gaierror:
            return answers[0](host) if answers else address_rows(PUBLIC)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return answers


def test_no_hostile_url_makes_a_connection(tripwire, resolver):
    assert len(set(HOSTILE)) >= 200
    turn = iter(range(10_000))
    resolver.append(lambda host: address_rows(INSIDE[next(turn) % len(INSIDE)]))
    came_back = set()
    for url in HOSTILE:
        try:
            came_back.add(send(url).error)
        except BadUrl as refused:
            came_back.add(refused.code)
    assert tripwire == []
    assert came_back == {"not_a_url", "not_https", "port", "inside", "address"}


def test_only_names_of_hosts_get_as_far_as_the_resolver():
    for url in HOSTILE:
        if url not in CORPUS["names that lead inside"]:
            with pytest.raises(BadUrl):
                read_url(url)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "017700000001", "127.1", "0x7f.1", "0177.0.0.1", "0", "2852039166"]
)
def test_spellings_that_resolvers_take_for_addresses_are_refused_at_the_connection_too(tripwire, host):
    assert socket.getaddrinfo(host, 443), "the system reads it as an address"
    with pytest.raises(outbound.Inside):
        outbound._Backend(time.monotonic() + 5, is_listed=False).connect_tcp(host, 443)
    assert tripwire == []


def test_public_url_is_taken_in_one_form():
    assert read_url("HTTPS://Example.COM").url == "https://example.com/"
    assert read_url("https://example.com:443/a?b=c").url == "https://example.com/a?b=c"
    assert read_url("https://example.com?b=c").url == "https://example.com/?b=c"
    assert read_url("https://例子.中国/x").url == "https://xn--fsqu00a.xn--fiqs8s/x"
    assert read_url("https://xn--fa-hia.de/").host == "xn--fa-hia.de"
    assert read_url("https://[2606:4700:0:0::1111]/").url == "https://[2606:4700::1111]/"
    assert read_url("https://8.8.8.8/").host == "8.8.8.8"


def test_name_that_changes_its_mind_is_asked_once_and_only_that_answer_is_connected_to(tripwire, resolver):
    """A rebinding resolver: outside when it is judged, inside from then on."""
    asked = []

    def flip(host):
        asked.append(host)
        return address_rows(PUBLIC if len(asked) == 1 else "127.0.0.1")

    resolver.append(flip)
    assert send("https://rebind.example/").error == "connection"
    assert (tripwire, asked) == ([PUBLIC], ["rebind.example"])
    assert send("https://rebind.example/").error == "address"
    assert tripwire == [PUBLIC]


@pytest.mark.parametrize("inside", INSIDE)
def test_one_address_inside_among_public_ones_refuses_all(tripwire, resolver, inside):
    resolver.append(lambda host: address_rows(PUBLIC, "2606:4700::1111", inside))
    assert send("https://mixed.example/").error == "address"
    assert tripwire == []


def test_next_address_is_tried_when_one_does_not_answer(tripwire, resolver):
    resolver.append(lambda host: address_rows("2606:4700::1111", PUBLIC, PUBLIC))
    assert send("https://two.example/").error == "connection"
    assert tripwire == ["2606:4700::1111", PUBLIC]


def embeddings(inside):
    number = int(inside)
    low, inverse = number, number ^ 0xFFFFFFFF
    yield inside
    for prefix in ("::ffff:0:0", "::", "64:ff9b::", "64:ff9b:1::"):
        yield ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | low)
    yield ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1)
    yield ipaddress.IPv6Address((0x20010000 << 96) | (0x4136E378 << 64) | inverse)


INSIDE_4 = """0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32"""
INSIDE_6 = (
    """::/3 4000::/2 8000::/1 2001::/23 2001:db8::/32 2002::/16 3fff::/20 fc00::/7 fe80::/10 fec0::/10 ff00::/8"""
)


def addresses_of(networks):
    return st.sampled_from(networks.split()).flatmap(lambda network: st.ip_addresses(network=network))


@given(addresses_of(INSIDE_4))
def test_address_inside_is_not_public_in_any_wrapping(inside):
    assert [it for it in embeddings(inside) if is_public(it)] == []


@given(addresses_of(INSIDE_6))
def test_ipv6_that_is_not_global_unicast_is_not_public(address):
    is_wrapped = address.ipv4_mapped or address in ipaddress.ip_network("64:ff9b::/96")
    assert is_wrapped or not is_public(address)


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "2a00:1450::1", "64:ff9b::808:808"])
def test_public_addresses_are_public(text):
    assert is_public(ipaddress.ip_address(text))


def test_listed_origin_is_let_through_for_itself_alone(resolver):
    resolver.append(lambda host: address_rows("127.0.0.1"))
    with receiving() as receiver, receiving() as other:
        named = f"http://receiver.internal:{receiver.port}"
        allowed = {receiver.origin, named}
        assert send(receiver.url, allowed=allowed).status == 200
        assert send(f"{named}/x", allowed=allowed).status == 200
        for url in (other.url, f"http://receiver.internal:{other.port}/", f"http://localhost:{receiver.port}/"):
            with pytest.raises(BadUrl):
                send(url, allowed=allowed)
        assert send("https://somewhere.example/", allowed=allowed).error == "address"
        assert (len(receiver.seen), other.seen) == (2, [])
    assert receiver.seen[1][0]["Host"] == f"receiver.internal:{receiver.port}"


@pytest.mark.parametrize(
    "inside", ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "192.0.0.192", "::", "224.0.0.1", "fe80::1"]
)
def test_no_listing_opens_the_secrets_of_a_cloud(tripwire, resolver, inside):
    resolver.append(lambda host: address_rows(inside))
    assert send("http://receiver.internal:8080/", allowed={"http://receiver.internal:8080"}).error == "address"
    assert tripwire == []
    assert not may_be_listed(ipaddress.ip_address(inside))


def test_redirects_are_not_followed():
    with receiving() as inside, receiving(says(302, Location=f"{inside.origin}/secret")) as receiver:
        answer = send(receiver.url, allowed={receiver.origin, inside.origin})
        assert (answer.status, answer.is_success, inside.seen) == (302, False, [])


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    with receiving() as receiver, receiving() as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.origin)
        assert send(receiver.url, allowed={receiver.origin}).status == 200
        assert (len(receiver.seen), proxy.seen) == (1, [])


def silent(handler):
    time.sleep(3)


def drip_head(handler):
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 100:
        handler.wfile.write(bytes([byte]))
        time.sleep(0.05)


def drip_body(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    for _ in range(100):
        handler.wfile.write(b"b")
        time.sleep(0.05)


def endless_hundreds(handler):
    while True:
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("answer", "came_back"),
    [
        (silent, (None, "timeout")),
        (drip_head, (None, "timeout")),
        (endless_hundreds, (None, "timeout")),
        (drip_body, (200, "")),
    ],
)
def test_slow_receiver_is_left_at_the_deadline(monkeypatch, answer, came_back):
    monkeypatch.setattr(outbound, "TOTAL_SECONDS", 0.4)
    with receiving(answer) as receiver:
        began = time.monotonic()
        found = send(receiver.url, allowed={receiver.origin})
        assert time.monotonic() - began < 1
    assert (found.status, found.error) == came_back


def test_slow_resolver_is_left_at_the_deadline(monkeypatch, resolver):
    monkeypatch.setattr(outbound, "TOTAL_SECONDS", 0.2)
    wake = threading.Event()
    resolver.append(lambda host: wake.wait(5) and address_rows(PUBLIC))
    began = time.monotonic()
    assert send("https://slow.example/").error == "timeout"
    assert time.monotonic() - began < 1
    wake.set()


def test_of_a_long_answer_only_the_beginning_is_kept():
    sent = []

    def long(handler):
        handler.wfile.write(b"HTTP/1.1 500 Oh\r\n\r\n")
        try:
            for _ in range(1000):
                handler.wfile.write(b"x" * 65536)
                sent.append(65536)
        except OSError:
            pass

    with receiving(long) as receiver:
        answer = send(receiver.url, allowed={receiver.origin})
    assert (answer.status, answer.body) == (500, b"x" * 4096)
    assert sum(sent) < 20 * 1024 * 1024


def cut(handler):
    handler.connection.shutdown(socket.SHUT_RDWR)


def garbage(handler):
    handler.wfile.write(b"\x00\xff not HTTP at all\r\n\r\n")


def huge_head(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000 + b"\r\n\r\n")


@pytest.mark.parametrize("answer", [cut, garbage, huge_head])
def test_whatever_comes_back_is_an_answer(answer):
    with receiving(answer) as receiver:
        assert send(receiver.url, allowed={receiver.origin}).error == "protocol"


def test_closed_port_and_unknown_name():
    with receiving() as receiver:
        pass
    assert send(receiver.url, allowed={receiver.origin}).error == "connection"
    assert send("https://nobody.invalid/").error == "name"


def test_retry_after_in_seconds_as_a_date_or_as_nonsense():
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    found = []
    for value in ("120", in_an_hour, "soon", "-5", "9" * 40):
        with receiving(says(503, Retry_After=value)) as receiver:
            found.append(send(receiver.url, allowed={receiver.origin}).retry_after)
    assert found[0] == 120
    assert 3590 < found[1] <= 3600
    assert found[2:] == [None, None, 999999999]


@pytest.mark.parametrize(
    ("name", "value"),
    [("host", "a"), ("x-other", "1"), ("webhook-id", "a\r\nHost: b"), ("webhook-id", "a\n"), ("webhook-id", "")],
)
def test_only_known_headers_without_line_breaks_are_sent(tripwire, name, value):
    with pytest.raises(ValueError, match="No header"):
        post("https://example.com/", content=b"", headers={name: value})
    assert tripwire == []


# TLS ------------------------------------------------------------------------------------------------


def certificate(folder, name):
    """A self-signed certificate for one name, and a server's side of TLS with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return path, context


@pytest.fixture
def fresh_tls():
    outbound._tls.cache_clear()
    yield
    outbound._tls.cache_clear()


def test_certificate_must_be_trusted_and_of_the_urls_name(monkeypatch, tmp_path, resolver, fresh_tls):
    resolver.append(lambda host: address_rows("127.0.0.1"))
    path, context = certificate(tmp_path, "hooks.example.test")
    asked_for = []
    context.sni_callback = lambda connection, name, _context: asked_for.append(name)
    with receiving(tls=context) as receiver:
        right, wrong = f"https://hooks.example.test:{receiver.port}", f"https://other.example.test:{receiver.port}"
        allowed = {right, wrong}
        assert send(f"{right}/", allowed=allowed).error == "tls", "nobody has signed it"
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        outbound._tls.cache_clear()
        assert send(f"{wrong}/", allowed=allowed).error == "tls", "it is another's"
        assert send(f"{right}/", allowed=allowed).status == 200
    assert asked_for == ["hooks.example.test", "other.example.test", "hooks.example.test"]
    assert [head["Host"] for head, _body in receiver.seen] == [f"hooks.example.test:{receiver.port}"]


def test_receiver_without_tls_is_no_https(resolver):
    with receiving() as receiver:
        origin = f"https://127.0.0.1:{receiver.port}"
        assert send(f"{origin}/", allowed={origin}).error == "tls"
    assert receiver.seen == []
