"""Sending to addresses that somebody typed in, without ever being sent inside.

The guard stands where the connection is made: the name is resolved, every address it has is judged, and exactly one
of those is connected to, so a name that changes its mind in between gains nothing. Redirects are not followed and
proxies of the environment not used. Nothing here knows of Django.
"""

import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

import httpcore

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# For one sending as a whole: name, connection, TLS and answer.
TOTAL_SECONDS = 15.0
# One address that does not answer must not use up the time of the others.
CONNECT_SECONDS = 5.0
# Of an answer so much is read and so much is kept.
MOST_READ = 64 * 1024
MOST_KEPT = 4 * 1024
# Names in other scripts grow when they are written in ASCII; 500 characters are kept.
LONGEST_URL = 400

_PORTS = {"http": 80, "https": 443}
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[^/?#@:\[\]\\%\s]+)(?::(?P<port>[0-9]{1,5}))?(?P<path>[/?].*)?",
    re.IGNORECASE,
)
# What a path and query may hold as they are; everything else is written with % by whoever wrote the URL.
_PATH = re.compile(r"[A-Za-z0-9/?:@!$&'()*+,;=._~%-]*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_HEADER = re.compile(r"[!-~]+(?: [!-~]+)*")
_HEADERS = frozenset({"content-type", "user-agent", "webhook-id", "webhook-timestamp", "webhook-signature"})


class BadUrl(ValueError):  # noqa: N818 -- says what is wrong
    """Not an address to send to. ``code``: not_a_url, not_https, port or inside."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Inside(Exception):  # noqa: N818 -- says what happened
    """The name stands for an address that is not the public's."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart: host in ASCII and lower case, port always said."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """As the ``Host`` header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        return self.origin + self.path


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status, or else ``error`` (address, name, connection, timeout, tls or protocol)."""

    status: int | None
    error: str = ""
    body: bytes = b""
    retry_after: float | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def read_url(url: str, *, allowed: Collection[str] = ()) -> Target:
    """Take a URL apart and judge all that can be judged without a network.

    Only https to port 443 of something outside, but for ``allowed``: origins such as ``http://ats.example:8080``,
    each for itself alone. Raises ``BadUrl``.
    """
    match = _URL.fullmatch(url) if len(url) <= LONGEST_URL else None
    if match is None or not _PATH.fullmatch(match["path"] or ""):
        raise BadUrl("not_a_url")
    scheme = match["scheme"].lower()
    port = int(match["port"] or _PORTS[scheme])
    path = match["path"] or "/"
    target = Target(scheme, _host(match["host"]), port, path if path.startswith("/") else f"/{path}")
    if not 0 < port < 65536:
        raise BadUrl("not_a_url")
    if target.origin in allowed:
        return target
    if scheme != "https":
        raise BadUrl("not_https")
    if port != _PORTS[scheme]:
        raise BadUrl("port")
    if (address := _address(target.host)) and not is_public(address):
        raise BadUrl("inside")
    return target


def post(url: str, *, content: bytes, headers: Mapping[str, str], allowed: Collection[str] = ()) -> Answer:
    """Send once and tell what came of it, in 15 seconds at most.

    Whatever the network does is an ``Answer``; only our own mistakes raise (``BadUrl``, ``ValueError`` for a header).
    """
    target = read_url(url, allowed=allowed)
    _check_headers(headers)
    deadline = time.monotonic() + TOTAL_SECONDS
    backend = _Backend(deadline, is_listed=target.origin in allowed)
    everything = [("Host", target.authority), ("Content-Length", str(len(content))), *headers.items()]
    address = httpcore.URL(
        scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode()
    )
    try:
        with (
            httpcore.HTTPConnection(address.origin, ssl_context=_tls(), network_backend=backend) as connection,
            connection.stream("POST", address, headers=everything, content=content) as response,
        ):
            head = {name.lower(): value for name, value in response.headers}
            wait = _seconds(head.get(b"retry-after", b""))
            return Answer(response.status, body=_beginning(response), retry_after=wait)
    except Inside:
        return Answer(None, "address")
    except httpcore.TimeoutException:
        return Answer(None, "timeout")
    except httpcore.ConnectError as error:
        return Answer(None, _connect_error(error))
    except (httpcore.NetworkError, httpcore.ProtocolError):
        return Answer(None, "protocol")


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could send there too.

    ``ipaddress`` alone does not tell: it takes multicast, site-local addresses and IPv4 addresses wrapped into IPv6
    for global ones. So IPv6 must be global unicast (2000::/3) outside the prefixes that lead elsewhere (Teredo and
    its like, 6to4, documentation); an address mapped from IPv4 or by NAT64 is judged by the IPv4 address in it.
    """
    address = _unwrapped(address)
    if address in _METADATA or not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _GLOBAL_UNICAST and not any(address in network for network in _NOT_PUBLIC_6)


def may_be_listed(address: Address) -> bool:
    """Whether a listed origin may stand for this address: also a private one or this machine.

    But never one that names no single machine, and never the service that tells a cloud's machines their secrets.
    """
    address = _unwrapped(address)
    return not (
        address in _METADATA
        or address.is_multicast
        or address.is_unspecified
        or address.is_link_local
        or address == ipaddress.IPv4Address("255.255.255.255")
    )


# Oracle, Alibaba, Azure, Amazon; the rest of them are link-local.
_METADATA = frozenset(map(ipaddress.ip_address, ("192.0.0.192", "100.100.100.200", "168.63.129.16", "fd00:ec2::254")))
_NOT_PUBLIC_4 = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "100.64.0.0/10")))
_NOT_PUBLIC_6 = tuple(map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _unwrapped(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _host(text: str) -> str:
    """The host of a URL in the one form that is resolved, sent and compared. Raises ``BadUrl``."""
    if text.startswith("["):
        try:
            return ipaddress.IPv6Address(text[1:-1]).compressed
        except ValueError as error:
            raise BadUrl("not_a_url") from error
    name = text.lower()
    try:
        host = name.encode("idna").decode("ascii")
        # Letters that IDNA 2003 folds into others are another name in IDNA 2008: such a name is written with xn--.
        is_same = name.isascii() or host.encode().decode("idna") == name
    except UnicodeError as error:
        raise BadUrl("not_a_url") from error
    labels = host.split(".")
    if not is_same or len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadUrl("not_a_url")
    # Resolvers read 127.1, 0x7f.1 and 2130706433 as addresses; we take four plain numbers only.
    if (labels[-1].isdigit() or labels[-1].startswith("0x")) and not _address(host):
        raise BadUrl("not_a_url")
    return host


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if name not in _HEADERS or not _HEADER.fullmatch(value):
            raise ValueError(f"No header {name!r} like this is sent.")


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    # The system's authorities (SSL_CERT_FILE adds a company's own) and those of certifi.
    return httpcore.default_ssl_context()


def _seconds(value: bytes) -> float | None:
    """``Retry-After`` as seconds from now: it may also be a date."""
    text = value.decode("ascii", "replace").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _beginning(response: httpcore.Response) -> bytes:
    """What is kept of the answer. Its status counts even where the rest never comes."""
    kept, read = b"", 0
    try:
        for chunk in response.iter_stream():
            read += len(chunk)
            kept += chunk[: MOST_KEPT - len(kept)]
            if read >= MOST_READ:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        pass
    return kept


def _connect_error(error: httpcore.ConnectError) -> str:
    if isinstance(error.__cause__, socket.gaierror):
        return "name"
    return "tls" if isinstance(error.__cause__, ssl.SSLError) else "connection"


class _Backend(httpcore.NetworkBackend):
    """Connects to addresses that were judged, within the deadline."""

    def __init__(self, deadline: float, *, is_listed: bool) -> None:
        self._deadline = deadline
        self._may_connect = may_be_listed if is_listed else is_public

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        addresses = _resolved(host, port, self._deadline)
        # One address inside is enough to refuse: nobody who means well has both.
        if not all(self._may_connect(ipaddress.ip_address(it)) for it in addresses):
            raise Inside
        failure: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError("no address")
        for address in addresses:
            seconds = min(CONNECT_SECONDS, _left(self._deadline))
            try:
                return _Stream(httpcore.SyncBackend().connect_tcp(address, port, timeout=seconds), self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _Stream(httpcore.NetworkStream):
    """A connection whose every step ends with the deadline, so that drop after drop does not hold a worker."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


def _resolved(host: str, port: int, deadline: float) -> list[str]:
    """The addresses of a host, each once. In a thread of its own: resolvers know no deadline."""
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(it[4][0]) for it in found)))
        except OSError as error:
            answers.put(error)

    threading.Thread(target=resolve, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=_left(deadline))
    except queue.Empty as error:
        raise httpcore.ConnectTimeout from error
    if isinstance(answer, OSError):
        raise httpcore.ConnectError from answer
    return answer
