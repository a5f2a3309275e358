"""Connect only to public addresses: metadata must not reach the servers of a private network.

The addresses of a host are looked up once and checked, and the connection uses one of these; so a
host whose address changes between check and connection gains nothing. Redirects are checked in the
same way, as each request passes through here.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any

import httpcore
import httpx

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv6 addresses that stand for IPv4 addresses, which are their last 32 bits."""
UNICAST = ipaddress.IPv6Network("2000::/3")
"""IPv6 addresses that are assigned to hosts of the internet."""

Resolver = Callable[[str, int], Iterable[str]]
"""Returns the addresses of a host, for connections to a port."""


class ForbiddenAddressError(Exception):
    """A URL leads to an address that is not public."""


def is_public(text: str) -> bool:
    """Return whether an IP address belongs to a host of the public internet.

    >>> is_public("93.184.216.34"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved
    inner = address.ipv4_mapped
    if inner is None and address in NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    if inner is not None:
        return is_public(str(inner))
    tunnel = address.sixtofour or address.teredo
    return address in UNICAST and address.is_global and not tunnel


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host by the system's resolver. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedBackend(httpcore.NetworkBackend):
    """Opens connections to public addresses and allowed hosts only, each with a deadline."""

    def __init__(self, allow_hosts: Collection[str], resolver: Resolver, longest: float) -> None:
        self._inner = httpcore.SyncBackend()
        self._allowed = {host.lower().strip("[]") for host in allow_hosts}
        self._resolver = resolver
        self._longest = longest

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first checked address of the host that answers."""
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._to_addresses(host, port):
            try:
                stream = self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _DeadlineStream(stream, time.monotonic() + self._longest)
        raise failure

    def _to_addresses(self, host: str, port: int) -> list[str]:
        try:
            addresses = list(self._resolver(host, port))
        except (OSError, ValueError) as error:
            raise httpcore.ConnectError(str(error)) from error
        if host.lower() not in self._allowed:
            for address in addresses:
                if not is_public(address):
                    raise ForbiddenAddressError(
                        f"leads to {host}, which is not a public address; if it is meant, add "
                        f"{host} to allow_hosts in the catalog"
                    )
        return addresses

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Refuse the connection: no URL may lead to a socket of this computer."""
        raise ForbiddenAddressError("leads to a socket of this computer")

    def sleep(self, seconds: float) -> None:
        """Wait; httpcore would call this between retries, which are switched off."""
        time.sleep(seconds)


class _DeadlineStream(httpcore.NetworkStream):
    """A connection that ends at a deadline, however slowly the server sends its bytes."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the connection was open for too long")
        return min(left, timeout) if timeout is not None else left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._left(timeout))
        return _DeadlineStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class CheckedTransport(httpx.HTTPTransport):
    """httpx's transport over connections that `CheckedBackend` opens; it uses no proxy."""

    def __init__(
        self, allow_hosts: Collection[str], longest: float, resolver: Resolver = resolve
    ) -> None:
        context = httpx.create_ssl_context()
        super().__init__(verify=context)
        if not isinstance(self._pool, httpcore.ConnectionPool):  # an untested version of httpx
            raise RuntimeError("httpx has changed, so that addresses cannot be checked")
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=100,
            max_keepalive_connections=0,  # so that each request has a connection and a deadline
            network_backend=CheckedBackend(allow_hosts, resolver, longest),
        )
