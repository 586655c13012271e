"""A name server on loopback that knows the TXT records it is given, by UDP and by TCP."""

import socketserver
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

# What an answer by UDP may hold without EDNS (RFC 1035, 4.2.1).
LONGEST_DATAGRAM = 512


@dataclass
class NameServer:
    """`texts` are records by name, each the strings it is made of.

    Names without texts are there and have none, others are not there; `rcode` stands in for every
    answer, and a silent server gives none. `asked` grows by each question, "tcp " before those.
    """

    texts: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    rcode: dns.rcode.Rcode = dns.rcode.NOERROR
    is_silent: bool = False
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def answer(self, wire: bytes, *, is_tcp: bool) -> bytes | None:
        request = dns.message.from_wire(wire)
        name = request.question[0].name
        asked = name.to_text(omit_final_dot=True)
        self.asked.append(f"tcp {asked}" if is_tcp else asked)
        if self.is_silent:
            return None
        response = dns.message.make_response(request)
        response.set_rcode(self.rcode if asked in self.texts else dns.rcode.NXDOMAIN)
        if self.rcode != dns.rcode.NOERROR:
            response.set_rcode(self.rcode)
        elif texts := self.texts.get(asked):
            quoted = [" ".join(f'"{part}"' for part in parts) for parts in texts]
            response.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *quoted))
        written = response.to_wire(max_size=65_535)
        if is_tcp or len(written) <= LONGEST_DATAGRAM:
            return written
        response.answer.clear()
        response.flags |= dns.flags.TC
        return response.to_wire()

    @contextmanager
    def running(self) -> Iterator["NameServer"]:
        with ExitStack() as stack:
            for kind, handler in ((socketserver.TCPServer, _Stream), (_Udp, _Datagram)):
                bound = type("Handler", (handler,), {"names": self})
                server: Any = stack.enter_context(kind(("127.0.0.1", self.port), bound))
                self.port = server.server_address[1]
                threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
                stack.callback(server.shutdown)
            yield self


class _Udp(socketserver.UDPServer):
    max_packet_size = 65_535


class _Datagram(socketserver.BaseRequestHandler):
    names: NameServer

    def handle(self) -> None:
        wire, socket = self.request
        if answer := self.names.answer(wire, is_tcp=False):
            socket.sendto(answer, self.client_address)


class _Stream(socketserver.StreamRequestHandler):
    names: NameServer

    def handle(self) -> None:
        length = int.from_bytes(self.rfile.read(2), "big")
        if answer := self.names.answer(self.rfile.read(length), is_tcp=True):
            self.wfile.write(len(answer).to_bytes(2, "big") + answer)
