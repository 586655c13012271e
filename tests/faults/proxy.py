"""A network between a site and its Postgres or Valkey that can be cut: TCP before a Unix socket.

Cut, what is open stays open and carries nothing, and what is new is taken and not answered either,
as where a firewall drops everything. Afterwards new connections work and the old ones stay dumb:
the other side has forgotten them, and nobody says so.
"""

import socket
import threading
from contextlib import suppress
from pathlib import Path

CHUNK_BYTES = 65_536


class Proxy:
    def __init__(self, target: Path) -> None:
        self._target = target
        self._is_cut = False
        self._dumb: list[socket.socket] = []
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        self._is_cut = True
        # First: whoever carries closes the client of a pair that ends while it stands there.
        pairs, self._pairs = self._pairs, []
        self._dumb += [client for client, _server in pairs]
        for _client, server in pairs:
            # The server sees them end, as it does when their machine is gone for good.
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._is_cut = False

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                self._dumb.append(client)
                continue
            self._join(client)

    def _join(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(str(self._target))
        except OSError:
            client.close()
            return
        pair = (client, server)
        self._pairs.append(pair)
        for one, other in (pair, pair[::-1]):
            threading.Thread(target=self._carry, args=(one, other, pair), daemon=True).start()

    def _carry(
        self,
        source: socket.socket,
        target: socket.socket,
        pair: tuple[socket.socket, socket.socket],
    ) -> None:
        with suppress(OSError):
            while (chunk := source.recv(CHUNK_BYTES)) and pair in self._pairs:
                target.sendall(chunk)
        if pair in self._pairs:  # else its client is to hear nothing any more
            with suppress(ValueError):
                self._pairs.remove(pair)
            for end in pair:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
