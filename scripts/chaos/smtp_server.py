"""A mail server that never dies, writes every message down, and now and then fails its client."""

import asyncio
import email
import email.policy
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Self

LIMIT_BYTES = 10 * 1024 * 1024  # of a line
# After an absence the store's e-mails pause for half a minute: a few of them are enough for a day.
FAULTS = (*("busy", "full", "drop", "lose", "quota") * 5, "away")
FAULT_SHARE = 0.08  # of the messages
AWAY_SECONDS = 4.0
REFUSALS = {"away": "421 closed", "quota": "550 5.7.0 quota exceeded"}  # of the sender


class SmtpServer:
    """Take mail on a port of its own; the log gets a line of JSON for each message that is kept.

    Faults: `busy` refuses the recipient for now, `full` the message, and `quota` the sender, as if for good;
    `drop` breaks the connection in place of keeping the message, `lose` breaks it after that, so that the
    client has to send it again. `away` refuses whatever comes for some seconds.
    """

    def __init__(self, log: Path, random: Random) -> None:
        self.log = log
        self.url = ""  # known when it is entered
        self._random = random
        self._back_at = 0.0  # by time.monotonic()
        self._is_open = threading.Event()
        self._close: Callable[[], object]
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._run()), name="smtp server", daemon=True
        )
        self.log.touch()

    def __enter__(self) -> Self:
        self._thread.start()
        self._is_open.wait()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._close()
        self._thread.join()

    async def _run(self) -> None:
        closing, loop = asyncio.Event(), asyncio.get_running_loop()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LIMIT_BYTES)
        self.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._close = lambda: loop.call_soon_threadsafe(closing.set)
        self._is_open.set()
        await closing.wait()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _Session(self, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client was killed, or went away
        finally:
            writer.close()

    def next_fault(self) -> str:
        """Return what goes wrong with the present message; empty when nothing does."""
        if time.monotonic() < self._back_at:
            return "away"
        fault = self._random.choice(FAULTS) if self._random.random() < FAULT_SHARE else ""
        if fault == "away":
            self._back_at = time.monotonic() + AWAY_SECONDS
        return fault

    def keep(self, content: bytes, recipients: list[str], *, is_told: bool) -> None:
        """Write the message down, and whether its sender is told."""
        message: Any = email.message_from_bytes(content, policy=email.policy.default)
        line: dict[str, Any] = {
            "message_id": str(message["Message-ID"]),
            "subject": str(message["Subject"]),
            "text": message.get_body().get_content().replace("\r\n", "\n"),
            "recipients": recipients,
            "is_told": is_told,
        }
        with self.log.open("a") as file:
            file.write(json.dumps(line) + "\n")


class _Session:
    """One connection: what of RFC 5321 smtplib speaks."""

    def __init__(
        self, server: SmtpServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._recipients: list[str] = []
        self._fault = ""

    async def run(self) -> None:
        await self._say("220 smtp server")
        while line := (await self._reader.readline()).decode(errors="replace").strip():
            verb = line.split(":")[0].upper()
            if verb == "DATA":
                if not await self._take_data():
                    return
            elif verb == "QUIT":
                await self._say("221 bye")
                return
            else:
                await self._say(self._reply_to(verb, line))

    def _reply_to(self, verb: str, line: str) -> str:
        if verb == "MAIL FROM":
            self._recipients, self._fault = [], self._server.next_fault()
            if self._fault in REFUSALS:
                return REFUSALS[self._fault]
        elif verb == "RCPT TO":
            if self._fault == "busy":
                return "451 try again later"
            self._recipients.append(line.partition("<")[2].partition(">")[0])
        return "250 ok"

    async def _take_data(self) -> bool:
        """Read the message; return whether the connection is still there."""
        await self._say("354 go on")
        content = (await self._reader.readuntil(b"\r\n.\r\n"))[: -len(b".\r\n")]
        if self._fault == "full":
            await self._say("452 no room")
            return True
        is_told = not self._fault
        if self._fault != "drop":
            self._server.keep(content.replace(b"\r\n..", b"\r\n."), self._recipients, is_told=is_told)
        if not is_told:
            self._writer.transport.abort()
            return False
        await self._say("250 kept")
        return True

    async def _say(self, line: str) -> None:
        self._writer.write(line.encode() + b"\r\n")
        await self._writer.drain()
