"""Redis, Memcached and nginx."""

import signal
from pathlib import Path

from tests.support.servers.server import HOST, Server, guarded_port

PROXY = Path(__file__).resolve().parents[3] / "deploy" / "proxy"


class RedisServer(Server):
    """Redis without snapshots; with `appendonly`, data survive stop() and kill()."""

    title = "Redis"
    programs = ("redis-server", "valkey-server")
    url_form = f"redis://{HOST}:{{port}}/0"
    question, answer = b"PING\r\n", b"+PONG"

    def __init__(self, *, appendonly: bool = False) -> None:
        super().__init__()
        self.appendonly = appendonly

    def _command(self) -> list[str]:
        storage = ["--save", "", "--appendonly", "yes" if self.appendonly else "no"]
        return [str(self.program), "--bind", HOST, "--port", str(self.port), *storage]


class MemcachedServer(Server):
    """Memcached, empty after every start."""

    title = "Memcached"
    programs = ("memcached",)
    url_form = f"{HOST}:{{port}}"
    question, answer = b"version\r\n", b"VERSION"
    stop_signal = signal.SIGKILL  # it has nothing to save, and takes a second to obey SIGTERM

    def _command(self) -> list[str]:
        return [str(self.program), "-l", HOST, "-p", str(self.port), "-U", "0"]


class NginxServer(Server):
    """nginx as deploy/proxy runs it, before a server on a port of this machine.

    `variables` are those of the service `proxy` in docker-compose.yml. The volume of pictures is `media`.
    """

    title = "nginx"
    programs = ("nginx", "/usr/sbin/nginx")  # Debian's is not in the PATH of everybody
    url_form = f"http://{HOST}:{{port}}"
    question, answer = b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", b"HTTP/1."
    stop_signal = signal.SIGQUIT
    orphan_signal = "TERM"  # after KILL its workers would work on

    def __init__(self, upstream_port: int, **variables: str) -> None:
        super().__init__()
        self.upstream_port, self.variables = upstream_port, variables
        self.media = self.directory / "media"
        self._health_guard, self._health_port = guarded_port()

    def close(self) -> None:
        super().close()
        self._health_guard.close()

    def _command(self) -> list[str]:
        # Docker's own places and names, in place of which there are those of this server.
        changes = {
            "/tmp/": f"{self.directory}/",
            "/etc/nginx/store.conf": f"{self.directory}/store.conf",
            "/dev/stdout": f"{self.directory}/access",
            "http://web:8000": f"http://{HOST}:{self.upstream_port}",
            "listen 8000;": f"listen {HOST}:{self.port};",
            "listen [::]:8000;": f"listen [::1]:{self.port};",
            f"listen {HOST}:8001;": f"listen {HOST}:{self._health_port};",
            "exec nginx": f"exec {self.program}",
            "root /var/lib/store;": f"root {self.directory};",
        }
        for source, name in (("nginx.conf", "store.conf"), ("start.sh", "start.sh")):
            text = (PROXY / source).read_text()
            for theirs, ours in changes.items():
                text = text.replace(theirs, ours)
            (self.directory / name).write_text(text)
        given = [f"{name}={value}" for name, value in self.variables.items()]
        return ["env", *given, "/bin/sh", str(self.directory / "start.sh")]
