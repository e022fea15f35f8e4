"""What a web server has to be taught before it can keep the contract."""

import asyncio
import gc
import logging
import resource
import time
from typing import Any

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from django.db import connections

from gstbillingapp.close_codes import FLOOD_SECONDS, FLOODED, FRAMES_CLOSED, TOO_LARGE

logger = logging.getLogger(__name__)

# Each socket is an open file, and shells and systemd start processes with a soft limit of 1,024. This is more
# than one process can serve.
OPEN_FILES = 65_536
# Collections of the middle generation between two of everything; Python has 10. With 5,000 sockets, one of
# everything stops the process for half a second and finds a few hundred objects, and while sockets opened it
# took a tenth of the CPU. Not more than 30: daphne leaves cycles behind, some 20 KiB a socket, which wait
# for it.
FULL_COLLECTION_EVERY = 30
# PostgreSQL's connections, which the requests of this process take turns with: a new one costs some 15 ms,
# most of it the server's. At most so many; seconds that a request waits for one, that an idle one is kept,
# and that any is, so that the memory it has gathered is given back.
POOL = {"min_size": 1, "max_size": 20, "timeout": 3.0, "max_idle": 60.0, "max_lifetime": 1800.0}


def pool_connections() -> None:
    """Let requests share connections to PostgreSQL. Each is asked whether it lives before it is lent.

    Under ASGI the thread of a request ends with it, and its connection would as well.
    """
    default = connections.settings["default"]
    if default["ENGINE"] == "django.db.backends.postgresql":
        default["OPTIONS"]["pool"] = POOL
        default["CONN_HEALTH_CHECKS"] = True


def ways_around(send: Any) -> tuple[Any, dict[str, Any]]:
    """What ASGI has no word for, by the server behind `send`; and what to send with.

    `drop` aborts a connection whose peer reads nothing, not even a close. `write_now` writes frames that are
    encoded already, and is None where the server cannot. Where daphne is the server, sending also waits for
    the peer to read, which it does by itself under uvicorn.
    """
    protocol = behind(send)
    if isinstance(protocol, DaphneProtocol):
        send = protocol.waiting_for_the_peer(send)
    return send, {"drop": way_to_drop(protocol), "write_now": getattr(protocol, "write_now", None)}


def behind(send: Any) -> Any:
    """What sends: `send` is a method of it under uvicorn, and bound to it as an argument under daphne."""
    return getattr(send, "__self__", None) or next(iter(getattr(send, "args", ())), None)


def way_to_drop(protocol: Any) -> Any:
    """How to abort the protocol's connection, in asyncio's words or in Twisted's."""
    transport = getattr(protocol, "transport", None)
    return getattr(transport, "abort", None) or getattr(transport, "abortConnection", None)


class DaphneProtocol(WebSocketProtocol):
    """Daphne's, with three things it lacks.

    It can close with 1009 (RFC 6455, section 7.4.1): Autobahn lets applications use 1000 and the codes from
    3000 on only. And it knows when the peer has stopped reading (daphne#170): Twisted tells the producer of
    the connection, which otherwise would be the HTTP part that is no longer concerned.
    And it closes a peer that sends frames without end: the application hears of whole messages only.
    """

    _frames = 0
    _counted_from = 0.0

    def onConnect(self, request: Any) -> Any:  # noqa: N802 - Autobahn's name
        self.writable = asyncio.Event()
        self.writable.set()
        self.unregisterProducer()
        self.registerProducer(self, True)
        return super().onConnect(request)

    def waiting_for_the_peer(self, send: Any) -> Any:
        """`send`, which waits for as long as the buffer of the connection is full."""

        async def send_when_writable(message: dict[str, Any]) -> None:
            await self.writable.wait()
            await send(message)

        return send_when_writable

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.writable.clear()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.writable.set()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.writable.set()

    def onFrameBegin(self) -> None:  # noqa: N802 - Autobahn's name
        now = time.monotonic()
        if now - self._counted_from >= FLOOD_SECONDS:
            self._frames, self._counted_from = 0, now
        self._frames += 1
        if self._frames == FRAMES_CLOSED + 1:
            self.sendCloseFrame(code=FLOODED, isReply=False)
            self.transport.pauseProducing()  # Autobahn drops the connection a second later
        super().onFrameBegin()

    def serverSend(self, content: Any, binary: bool = False) -> None:  # noqa: N802 - Daphne's name
        """Nothing where the peer has just gone: Autobahn raises, and Daphne writes a traceback for each."""
        if self.state in (self.STATE_CONNECTING, self.STATE_OPEN):
            super().serverSend(content, binary)

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802 - Daphne's name
        if code == TOO_LARGE:
            self.sendCloseFrame(code=code, isReply=False)
        else:
            super().serverClose(code)


def teach_daphne() -> None:
    """Have Daphne, if it is what serves this process, use the protocol above."""
    WebSocketFactory.protocol = DaphneProtocol


def collect_less() -> None:
    """Have Python look for garbage less often, and never among what is loaded by now and stays for good."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], FULL_COLLECTION_EVERY)


def raise_file_limit() -> None:
    """Let this process open as many sockets as the system allows it, whatever the shell's soft limit is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError) as error:
        logger.warning("this process can have no more than %d open files: %s", soft, error)
