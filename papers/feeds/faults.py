"""Puts a failed request into words for an administrator, and into one of few kinds to be counted.

It decides no policy and shows no address: a query may hold a key.
Read more: papers/answer_counts.py (the kinds).
"""

import http.client
import socket
import zlib
from dataclasses import dataclass

import requests
import urllib3
from requests_hardened.ip_filter import InvalidIPAddress

from papers.feeds.unpacking import TooLargeError, UnreadableCodingError

EXPECTED = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
    zlib.error,
)
TOO_SLOW = (TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError)
BROKEN_PACKING = (UnreadableCodingError, zlib.error, urllib3.exceptions.DecodeError)


@dataclass(frozen=True, slots=True)
class Fault:
    """`outcome` as papers/answer_counts.py counts it; `words` follow the name of the host."""

    outcome: str
    words: str


def fault_of(error: Exception, *, seconds: float, largest_bytes: int) -> Fault:
    """What happened, for one of EXPECTED. `seconds` and `largest_bytes` were the limits."""
    if isinstance(error, InvalidIPAddress):
        return Fault("refused", f"is at the private address {error}, which is not dialled")
    if isinstance(error, TooLargeError):
        limit = largest_bytes / 1_000_000
        return Fault("too_large", f"sent more than {limit:g} MB, which is not read")
    if isinstance(error, TOO_SLOW):
        return Fault("too_slow", f"did not answer in full within {seconds:g} seconds")
    if isinstance(error, BROKEN_PACKING):
        return Fault("broken", f"sent an answer whose compression is broken ({error})")
    if isinstance(error, urllib3.exceptions.ProtocolError):
        return Fault("broken", "broke off in the middle of its answer")
    if isinstance(error, requests.exceptions.SSLError):
        return Fault("unreachable", f"has a certificate that is not trusted ({_root(error)})")
    if isinstance(error, requests.exceptions.InvalidHeader):
        # The message would repeat the header, which may be a key.
        return Fault("unreachable", "was not asked: a header for it holds forbidden characters")
    if isinstance(error, requests.ConnectionError):
        return Fault("unreachable", f"could not be reached ({_reason(_root(error))})")
    return Fault("unreachable", f"could not be asked ({_reason(_root(error))})")


def _root(error: BaseException) -> BaseException:
    """The innermost cause: the wrappers around it repeat the address and little else."""
    for _depth in range(10):
        inner = error.__cause__ or error.__context__
        if inner is None:
            break
        error = inner
    return error


def _reason(error: BaseException) -> str:
    if isinstance(error, socket.gaierror):
        return "its name leads nowhere"
    if isinstance(error, ConnectionRefusedError):
        return "it refuses connections"
    if isinstance(error, http.client.RemoteDisconnected):
        return "it hung up without an answer"
    if isinstance(error, http.client.HTTPException):
        return f"its answer is not proper HTTP: {str(error)[:100]}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"{type(error).__name__}: {str(error)[:200]}"
