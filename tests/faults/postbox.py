"""A mail server for the fault runs: told what to answer, when to wait and whom to kill.

It tells each word of a conversation to `at` before it answers, so that a run can kill, freeze or
delay at exactly that word, and keeps who got which Message-ID at the final dot.
"""

import random
import re
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.accounts.digest.smtp_server import DEFAULTS, HANG_UP, read_text

TO = re.compile(rb"^To: (.+?)\r?$", re.MULTILINE)
MESSAGE_ID = re.compile(rb"^Message-ID: (.+?)\r?$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mail:
    recipient: str
    message_id: str
    taken_at: float


@dataclass
class Postbox:
    """`answers` by phase, HANG_UP closes instead; `slowest_seconds` delays RCPT and the dot.

    `refuse` is given each RCPT line and returns the answer to it, b"" for that of the phase.
    """

    answers: dict[bytes, bytes] = field(default_factory=dict)
    slowest_seconds: float = 0.0
    at: Callable[[bytes], None] = lambda phase: None
    refuse: Callable[[bytes], bytes] = lambda line: b""
    tls: ssl.SSLContext | None = None
    mails: list[Mail] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _listener: socket.socket | None = None
    _chance: random.Random = field(default_factory=random.Random)

    def doubles(self) -> int:
        """How many mails came beside the first to the same reader, or under the same id."""
        recipients = Counter(mail.recipient for mail in self.mails)
        ids = Counter(mail.message_id for mail in self.mails)
        return max(len(self.mails) - len(recipients), len(self.mails) - len(ids))

    def forget(self) -> None:
        self.mails.clear()
        self.connections = 0

    def open(self) -> None:
        """Listen on loopback, on the port of before if there was one."""
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, args=[self._listener], daemon=True).start()

    def close(self) -> None:
        """Listen no more: who dials is refused."""
        assert self._listener is not None
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._listener = None

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            threading.Thread(target=self._receive, args=[client], daemon=True).start()

    def _receive(self, client: socket.socket) -> None:
        # A client that was killed ends its conversation in many ways; each is its own affair.
        with suppress(OSError, ValueError), client:
            if self._answer(client, b"BANNER"):
                self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        with client.makefile("rb") as lines:
            for line in lines:
                verb = line[:4].upper()
                refusal = self.refuse(line) if verb == b"RCPT" else b""
                if not self._answer(client, verb, refusal) or verb == b"QUIT":
                    return
                if verb == b"STAR" and self.tls is not None:
                    break
                if verb == b"DATA" and self._reply(verb).startswith(b"354"):
                    text = read_text(lines)
                    if text is None:
                        return
                    self._take(text)
                    if not self._answer(client, b"DOT"):
                        return
            else:
                return
        assert self.tls is not None
        with self.tls.wrap_socket(client, server_side=True) as guarded:
            self._talk(guarded)

    def _take(self, text: bytes) -> None:
        recipient, message_id = TO.search(text), MESSAGE_ID.search(text)
        assert recipient is not None
        assert message_id is not None
        self.mails.append(Mail(recipient[1].decode(), message_id[1].decode(), time.time()))

    def _reply(self, phase: bytes) -> bytes:
        default = DEFAULTS.get(phase, b"502 what")
        if phase == b"STAR" and self.tls is not None:
            default = b"220 go on"
        if phase == b"EHLO" and self.tls is not None:
            default = b"250-test\r\n250 STARTTLS"
        return self.answers.get(phase, default)

    def _answer(self, client: socket.socket, phase: bytes, instead: bytes = b"") -> bool:
        if phase in (b"RCPT", b"DOT") and self.slowest_seconds:
            time.sleep(self._chance.uniform(0.0, self.slowest_seconds))
        self.at(phase)
        reply = instead or self._reply(phase)
        if reply != HANG_UP:
            client.sendall(reply + b"\r\n")
        return reply != HANG_UP


@contextmanager
def open_postbox() -> Iterator[Postbox]:
    postbox = Postbox()
    postbox.open()
    try:
        yield postbox
    finally:
        postbox.close()
