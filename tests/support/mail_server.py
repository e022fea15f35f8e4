"""A real mail server on loopback, that keeps what it is sent."""

import asyncio
import email
import select
import socket
from email.message import Message
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller

from tests.support.processes import free_port


class MailServer:
    """Started and stopped at one and the same port, as one that is away for a while.

    `answers` has what it says instead of 250: to "MAIL", "DATA", or to a recipient's address.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.answers: dict[str, str] = {}
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.messages: list[Message] = []
        self.recipients: list[list[str]] = []
        self._controller: Controller | None = None

    async def handle_MAIL(  # aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if answer := self.answers.get("MAIL"):
            return answer
        envelope.mail_from, envelope.mail_options = address, options
        return "250 OK"

    async def handle_RCPT(  # aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # aiosmtpd's name
        if answer := self.answers.get("DATA"):
            return answer
        self.messages.append(email.message_from_bytes(envelope.content))
        self.recipients.append(envelope.rcpt_tos)
        return "250 Message accepted"

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.messages]

    def start(self) -> None:
        self._controller = Controller(self, "127.0.0.1", self.port, loop=asyncio.new_event_loop())
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> "MailServer":
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()


class SilentServer:
    """Takes connections, and says nothing on any: a mail server that is stalled."""

    def __init__(self, port: int = 0) -> None:
        self.port = port

    def __enter__(self) -> "SilentServer":
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = int(self._listener.getsockname()[1])
        return self

    def is_called(self) -> bool:
        """Whether somebody has connected, and waits."""
        return bool(select.select([self._listener], [], [], 0)[0])

    def __exit__(self, *_: object) -> None:
        self._listener.close()
