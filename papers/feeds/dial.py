"""How fetch.py dials: addresses checked at the moment of dialling, and a line that can be cut.

Decides no policy beyond that; only fetch.py uses it.
Read more: requests_hardened.ip_filter (which addresses count as private), DESIGN 3.7.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Self, TypeVar

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.connectionpool import HTTPConnectionPool

Result = TypeVar("Result")


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    """Stricter than the filter: reserved ranges, such as ::127.0.0.1, count as global in Python."""
    is_site_local = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not (is_site_local or address.is_reserved or address.is_multicast)


class Line:
    """The sockets of one request, so that another thread can end it whatever it waits for.

    Read time-outs start anew with each byte, in headers and in the TLS greeting too; only
    shutting the socket down bounds the whole. Duplicates are kept, because TLS takes the
    first descriptor over.
    """

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._is_cut = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        with self._lock:
            for kept in self._sockets:
                kept.close()
            self._sockets.clear()

    def keep(self, dialled: socket.socket) -> socket.socket:
        with self._lock:
            if self._is_cut:
                dialled.close()
                raise TimeoutError("the time was up before the connection stood")
            self._sockets.append(dialled.dup())
        return dialled

    def hang_up(self) -> None:
        with self._lock:
            self._is_cut = True
            for kept in self._sockets:
                with contextlib.suppress(OSError):
                    kept.shutdown(socket.SHUT_RDWR)


class _KeepsLine:
    """Mixed into an adapter: each socket that its pools open is kept on the line."""

    line: Line

    def get_connection_with_tls_context(
        self,
        request: PreparedRequest,
        verify: bool | str | None,
        proxies: Mapping[str, str] | None = None,
        cert: Any = None,
    ) -> HTTPConnectionPool:
        pool: HTTPConnectionPool = super().get_connection_with_tls_context(  # type: ignore[misc]
            request, verify, proxies=proxies, cert=cert
        )
        make_connection: Callable[..., Any] = pool.ConnectionCls

        def make_kept_connection(*args: Any, **kwargs: Any) -> Any:
            connection = make_connection(*args, **kwargs)
            dial = connection._new_conn
            connection._new_conn = lambda: self.line.keep(dial())
            return connection

        pool.ConnectionCls = make_kept_connection  # type: ignore[assignment]
        return pool


class _GuardedAdapter(_KeepsLine, IPFilterAdapter):  # type: ignore[misc]
    """Looks the name up once, and dials the number that it checked."""

    def build_connection_pool_key_attributes(
        self, *args: Any, **kwargs: Any
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        host_params, pool_kwargs = super().build_connection_pool_key_attributes(*args, **kwargs)
        address = ip_address(host_params["host"].strip("[]"))
        if not _is_public(address):
            raise InvalidIPAddress(address)
        return host_params, pool_kwargs


class _OpenAdapter(_KeepsLine, HTTPAdapter):
    pass


def make_adapter(url: str, line: Line, is_private_allowed: bool) -> contextlib.closing[HTTPAdapter]:
    """An adapter for one request to `url`. It reads no proxy and no password from outside."""
    adapter = (
        _OpenAdapter()
        if is_private_allowed
        else _GuardedAdapter(is_https_proto=url.startswith("https:"))
    )
    adapter.line = line
    return contextlib.closing(adapter)


def call_within(seconds: float, work: Callable[[], Result], hang_up: Callable[[], None]) -> Result:
    """What `work` returns or raises; after `seconds`, `hang_up()` and TimeoutError.

    It works in a thread of its own, because a name look-up cannot be interrupted: one that
    hangs is left behind and ends with the resolver's own patience.
    """
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, name="fetch", daemon=True).start()
    if not wait([future], timeout=seconds).done:
        hang_up()
        raise TimeoutError
    return future.result()
