"""What stands in front of a server on the internet: it speaks TLS, and passes everything on."""

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Front:
    """Listens at `origin`, and passes on to the port that is set before somebody comes."""

    def __init__(self, folder: Path) -> None:
        self.port = 0
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(_certified(folder))
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.origin = f"https://localhost:{self._listening.getsockname()[1]}"

    @contextmanager
    def served(self) -> Iterator["Front"]:
        """As long as this lasts, it answers."""
        threading.Thread(target=self._serve, daemon=True).start()
        yield self
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                arrived, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=[arrived], daemon=True).start()

    def _pass_on(self, arrived: socket.socket) -> None:
        try:
            outer = self._context.wrap_socket(arrived, server_side=True)
        except OSError:
            arrived.close()
            return
        inner = socket.create_connection(("127.0.0.1", self.port))
        back = threading.Thread(target=_pump, args=[inner, outer], daemon=True)
        back.start()
        _pump(outer, inner)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            sink.sendall(data)
    except OSError:
        return
    finally:
        sink.close()


def _certified(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "front.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return file
