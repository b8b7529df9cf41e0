"""Redis as it stands elsewhere: with a password, with TLS, or as a master and a replica under a Sentinel."""

import os
import shutil
import socket
import ssl
import subprocess
from typing import ClassVar

from tests.support.servers import HOST, RedisServer, Server

PASSWORD = "p@ss:word/1"
QUOTED = "p%40ss%3Aword%2F1"
CERTIFICATE = (
    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=store -addext subjectAltName=IP:127.0.0.1"
)


class PasswordRedis(RedisServer):
    """Redis that wants a password."""

    url_form = f"redis://:{QUOTED}@{HOST}:{{port}}/0"
    answer = b"-NOAUTH"

    def _command(self) -> list[str]:
        return [*super()._command(), "--requirepass", PASSWORD]


class TlsRedis(PasswordRedis):
    """Redis that speaks TLS only, and wants a password; `certificate` is the path of its own authority."""

    def __init__(self) -> None:
        super().__init__()
        self.certificate, key = self.directory / "cert.pem", self.directory / "key.pem"
        command = [*CERTIFICATE.split(), "-keyout", str(key), "-out", str(self.certificate)]
        subprocess.run(command, check=True, capture_output=True)
        key.chmod(0o644)  # the server is another account's
        self._tls = ["--tls-cert-file", str(self.certificate), "--tls-key-file", str(key)]
        where = f"rediss://:{QUOTED}@{HOST}:{self.port}/0"
        self.url = f"{where}?ssl_cert_reqs=required&ssl_ca_certs={self.certificate}"
        self.unchecked_url = f"{where}?ssl_cert_reqs=none"
        self.unknown_url = f"{where}?ssl_cert_reqs=required"

    def _command(self) -> list[str]:
        only_tls = ["--port", "0", "--tls-port", str(self.port), "--tls-auth-clients", "no"]
        return [*super()._command(), *only_tls, *self._tls]

    def _answers(self) -> bool:
        context = ssl.create_default_context(cafile=str(self.certificate))
        try:
            with (
                socket.create_connection((HOST, self.port), timeout=1) as plain,
                context.wrap_socket(plain, server_hostname=HOST) as connection,
            ):
                connection.sendall(self.question)
                return connection.recv(64).startswith(self.answer)
        except OSError:
            return False


class ReplicaRedis(RedisServer):
    """A copy of another Redis."""

    def __init__(self, master: RedisServer) -> None:
        super().__init__()
        self._master = master

    def _command(self) -> list[str]:
        return [*super()._command(), "--replicaof", HOST, str(self._master.port)]


class SentinelServer(Server):
    """A Sentinel that by itself decides that the master is gone, after a second."""

    title = "Redis Sentinel"
    programs = ("redis-server",)
    url_form = f"sentinel://{HOST}:{{port}}"
    question, answer = b"PING\r\n", b"+PONG"
    MASTER: ClassVar[str] = "store-master"

    def __init__(self, master: RedisServer) -> None:
        super().__init__()
        self._file = self.directory / "sentinel.conf"
        self._file.write_text(
            f"bind {HOST}\nport {self.port}\ndir {self.directory}\n"
            f"sentinel monitor {self.MASTER} {HOST} {master.port} 1\n"
            f"sentinel down-after-milliseconds {self.MASTER} 1000\n"
            f"sentinel failover-timeout {self.MASTER} 5000\n"
        )
        if os.geteuid() == 0:
            shutil.chown(self._file, self.account)  # it writes into the file what it learns

    def _command(self) -> list[str]:
        return [str(self.program), str(self._file), "--sentinel"]
