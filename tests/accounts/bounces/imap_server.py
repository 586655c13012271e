"""A mailbox over IMAP as far as bounces are read from one: login, select, search, fetch, flag."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class ImapServer:
    """`mails` by number; `seen`: those flagged; `port` once it listens."""

    mails: dict[int, bytes]
    password: str = "secret"
    folder: str = "INBOX"
    seen: set[int] = field(default_factory=set)
    port: int = 0

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=[client], daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as lines:
            client.sendall(b"* OK ready\r\n")
            for line in lines:
                tag, _, command = line.strip().partition(b" ")
                client.sendall(self._answer(command.decode()).replace(b"TAG", tag))
                if command.startswith(b"LOGOUT"):
                    return

    def _answer(self, command: str) -> bytes:
        if command.startswith("CAPABILITY"):
            return b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"
        if command.startswith("LOGIN"):
            right = command.endswith(f'"{self.password}"')
            return b"TAG OK in\r\n" if right else b"TAG NO wrong password\r\n"
        if command.startswith("SELECT"):
            right = command == f'SELECT "{self.folder}"'
            return b"* 1 EXISTS\r\nTAG OK open\r\n" if right else b"TAG NO no such folder\r\n"
        if command.startswith("UID SEARCH UNSEEN"):
            unseen = " ".join(str(uid) for uid in self.mails if uid not in self.seen)
            return f"* SEARCH {unseen}\r\nTAG OK done\r\n".encode()
        return self._answer_of_one(command)

    def _answer_of_one(self, command: str) -> bytes:
        if fetch := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", command):
            raw = self.mails[int(fetch[1])][: int(fetch[2])]
            head = f"* 1 FETCH (UID {fetch[1]} BODY[]<0> {{{len(raw)}}}\r\n".encode()
            return head + raw + b")\r\nTAG OK done\r\n"
        if store := re.fullmatch(r"UID STORE (\d+) \+FLAGS\.SILENT \(\\Seen\)", command):
            self.seen.add(int(store[1]))
            return b"TAG OK done\r\n"
        return b"* BYE\r\nTAG OK bye\r\n" if command == "LOGOUT" else b"TAG BAD what\r\n"


@contextmanager
def imap_server(server: ImapServer) -> Iterator[ImapServer]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        threading.Thread(target=server.serve, args=[listener], daemon=True).start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
