"""The wheel's programs reach a server that takes TLS alone, as the site does."""

import datetime
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection

from config.backup import database, programs

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.promise(42),
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the wheel speaks no TLS"),
]
# PostgreSQL manual, "Message Formats": SSLRequest.
TLS_REQUEST = (8).to_bytes(4) + (80877103).to_bytes(4)


def make_certificate(folder: Path) -> Path:
    """One of localhost, signed by itself, and its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, folder.name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    folder.mkdir()
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return folder / "certificate.pem"


@contextmanager
def tls_in_front(certificate: Path) -> Iterator[int]:
    """Yield the port of a relay that ends TLS before the server of the tests."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))

    def serve(listening: socket.socket) -> None:
        try:
            client, _address = listening.accept()
            with client:
                assert client.recv(8) == TLS_REQUEST
                client.sendall(b"S")
                with context.wrap_socket(client, server_side=True) as inside, dial() as server:
                    back = threading.Thread(target=relay, args=(server, inside), daemon=True)
                    back.start()
                    relay(inside, server)
        except OSError:
            return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(10)


def dial() -> socket.socket:
    given = connection.get_connection_params()
    host, port = str(given["host"]), int(given.get("port") or 5432)
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    server = socket.socket(socket.AF_UNIX)
    server.connect(f"{host}/.s.PGSQL.{port}")
    return server


def relay(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        return


def dump(program: programs.Found, port: int, root: Path) -> "subprocess.CompletedProcess[str]":
    tls = {"PGHOST": "localhost", "PGHOSTADDR": "127.0.0.1", "PGPORT": str(port)}
    tls |= {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(root), "PGGSSENCMODE": "disable"}
    return subprocess.run(
        [program.path, "--schema-only", "--table=papers_paper"],
        env=database.environment() | program.environment | tls,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> programs.Found:
    monkeypatch.setattr(programs, "_system_folders", lambda: iter(()))
    return programs.find_program("pg_dump", least_major=15, private=False, tls=True)


def test_the_wheels_pg_dump_reads_by_tls(program: programs.Found, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path / "own")
    with tls_in_front(certificate) as port:
        done = dump(program, port, certificate)
    assert done.returncode == 0, done.stderr
    assert "CREATE TABLE public.papers_paper" in done.stdout


def test_a_certificate_of_another_authority_is_refused(
    program: programs.Found, tmp_path: Path
) -> None:
    other = make_certificate(tmp_path / "other")
    with tls_in_front(make_certificate(tmp_path / "own")) as port:
        done = dump(program, port, other)
    assert "certificate verify failed" in done.stderr
