"""A mail server that answers as a test says, a word at a time, and keeps what it took."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

from pytest_django import Settings

HANG_UP = b""
DEFAULTS = {
    b"BANNER": b"220 test",
    b"EHLO": b"250 test",
    b"MAIL": b"250 ok",
    b"RCPT": b"250 ok",
    b"DATA": b"354 go on",
    b"DOT": b"250 taken",
    b"RSET": b"250 ok",
    b"QUIT": b"221 bye",
}


@dataclass
class ScriptedServer:
    """`answers` by phase; HANG_UP closes instead. `taken`: messages that got the final dot;
    `envelopes`: every MAIL and RCPT line."""

    answers: dict[bytes, bytes] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    envelopes: list[bytes] = field(default_factory=list)
    connections: int = 0
    refuse_recipient: bytes = b""
    refusal: bytes = b"550 no such person"

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=[client], daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as lines:
            if not self._answer(client, b"BANNER"):
                return
            is_open = False
            for line in lines:
                verb = line[:4].upper()
                if verb == b"MAIL" and is_open:  # as Postfix has it
                    client.sendall(b"503 nested MAIL command\r\n")
                    continue
                if verb in (b"MAIL", b"RCPT"):
                    self.envelopes.append(line.strip())
                is_open = verb in (b"MAIL", b"RCPT", b"DATA")
                if verb == b"RCPT" and self.refuse_recipient and self.refuse_recipient in line:
                    client.sendall(self.refusal + b"\r\n")
                    continue
                wants_text = verb == b"DATA" and self._reply(verb).startswith(b"354")
                if not self._answer(client, verb) or verb == b"QUIT":
                    return
                if wants_text:
                    text = read_text(lines)
                    if text is None:
                        return
                    self.taken.append(text)
                    is_open = False
                    if not self._answer(client, b"DOT"):
                        return

    def _reply(self, phase: bytes) -> bytes:
        return self.answers.get(phase, DEFAULTS.get(phase, b"502 what"))

    def _answer(self, client: socket.socket, phase: bytes) -> bool:
        reply = self._reply(phase)
        if reply != HANG_UP:
            client.sendall(reply + b"\r\n")
        return reply != HANG_UP


def read_text(lines: BinaryIO) -> bytes | None:
    """Return the text up to the final dot; None when the connection ended without one."""
    text = b""
    while line := lines.readline():
        if line == b".\r\n":
            return text
        text += line
    return None


@contextmanager
def scripted_server(settings: Settings, **answers: bytes) -> Iterator[ScriptedServer]:
    """Serve on loopback, with `settings` pointing the site's mail there."""
    server = ScriptedServer({phase.upper().encode(): reply for phase, reply in answers.items()})
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=server.serve, args=[listener], daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = listener.getsockname()
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = 5
        yield server
        listener.shutdown(socket.SHUT_RDWR)
