"""Small servers on real sockets that say what a test tells them to, and keep what they hear."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

HOST = "127.0.0.1"
PATIENCE_SECONDS = 10


class RawServer:
    """Accept connections one by one and hand each to the script, with its number."""

    def __init__(self, script: Callable[[socket.socket, int], None]) -> None:
        self._script = script
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self.over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, suppress(OSError):  # a client may hang up at any time
                connection.settimeout(PATIENCE_SECONDS)
                self._script(connection, self.connections)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self._listener.close()
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()


@contextmanager
def serving(script: Callable[[socket.socket, int], None]) -> Iterator[RawServer]:
    server = RawServer(script)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class Mailbox:
    """A mail server: `answers` replaces its reply to a verb, `messages` holds what it took."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.messages: list[str] = []
        self.recipients: list[str] = []

    def talk(self, connection: socket.socket, _number: int) -> None:
        with connection.makefile("rwb") as wire:
            self._say(wire, self.answers.get("GREETING", "220 ready"))
            for line in wire:
                verb = line[:4].decode(errors="replace").upper().strip()
                if verb == "RCPT":
                    self.recipients.append(line.decode().partition("<")[2].partition(">")[0])
                if not self._say(wire, self.answers.get(verb, self._usual(verb))):
                    return
                if verb == "DATA" and not self._take(wire):
                    return
                if verb == "QUIT":
                    return

    def _usual(self, verb: str) -> str:
        return {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 ok")

    def _take(self, wire) -> bool:
        lines: list[bytes] = []
        if not self.answers.get("DATA", "354").startswith("354"):
            return True
        for line in wire:
            if line == b".\r\n":
                break
            lines.append(line)
        answer = self.answers.get("MESSAGE", "250 taken")
        if answer.startswith("250"):
            self.messages.append(b"".join(lines).decode())
        return self._say(wire, answer)

    def _say(self, wire, answer: str) -> bool:
        if answer == "hang up":
            return False
        wire.write(f"{answer}\r\n".encode())
        wire.flush()
        return True
