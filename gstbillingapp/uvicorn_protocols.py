"""uvicorn's protocols, with bounds on what one peer can make the whole process do.

uvicorn takes them by name (`--http`, `--ws`) before Django is set up, so nothing here may import models.
Daphne's are in `servers`; what stands before them, Twisted bounds by itself.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode

from gstbillingapp.close_codes import FAREWELL_SECONDS, FLOOD_SECONDS, FLOODED, FRAMES_CLOSED

# Seconds from the opening of a connection, or the first byte of a request, to the end of its headers.
HEADERS_SECONDS = 20.0
# Bytes of a request's line and headers together. Twisted takes 16 KiB a line, nginx 32 KiB in all.
HEADERS_BYTES = 64 * 1024
# What is parsed in one go: 4 KiB hold 680 of the smallest frames, which is some 15 ms of everybody's time.
PIECE_BYTES = 4 * 1024
NOT_UTF8 = 1007


class Requests(HttpToolsProtocol):
    """Closes connections that hold a place and never finish asking."""

    _deadline: asyncio.TimerHandle | None = None
    _header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._wait_for_headers()  # one more request on the same connection
        self._header_bytes += len(data)
        super().data_received(data)
        if self._deadline is not None and self._header_bytes > HEADERS_BYTES:
            self._stop_waiting()
            self.send_400_response("The headers are too long.")

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        self._stop_waiting()
        super().handle_websocket_upgrade()

    def _wait_for_headers(self) -> None:
        self._header_bytes = 0
        self._deadline = self.loop.call_later(HEADERS_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class Sockets(WebSocketsSansIOProtocol):
    """Closes a peer that sends more frames than anybody has a use for, whatever kind they are."""

    _frames = 0
    _counted_from = 0.0
    is_cut_off = False

    def data_received(self, data: bytes) -> None:
        """In small pieces: the parser would not stop before the end of what it was given."""
        for start in range(0, len(data), PIECE_BYTES):
            if self.is_cut_off or self.transport.is_closing():
                return
            super().data_received(data[start : start + PIECE_BYTES])

    def handle_events(self) -> None:
        now = self.loop.time()
        if now - self._counted_from >= FLOOD_SECONDS:
            self._frames, self._counted_from = 0, now
        self._frames += len(self.conn.events)
        if self._frames > FRAMES_CLOSED:
            self._cut_off()
        else:
            super().handle_events()

    def send_receive_event_to_app(self) -> None:
        """What is no UTF-8 is the peer's fault, not an error to log with its traceback."""
        if self.curr_msg_data_type == "text" and not _is_utf8(b"".join(self.frames)):
            self.frames = []
            if not self.close_sent:
                self.conn.send_close(NOT_UTF8)
                self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        """The peer broke the protocol, which closes the socket."""
        self.is_cut_off = True
        super().handle_parser_exception()

    def write_now(self, wire: bytes) -> bool:
        """Write what `wire` has encoded, where the peer is there and reads; False where `send` has to wait.

        One call instead of the application's task, an event and the parser, which a frame that is the same
        for all sockets of a person needs once and not once each.
        """
        if not self.writable.is_set() or self.close_sent or self.is_cut_off or self.transport.is_closing():
            return False
        self.transport.write(wire)
        return True

    async def send(self, message: Any) -> None:
        """To the application a peer that was cut off has gone; uvicorn would call its sending a mistake."""
        if self.is_cut_off:
            raise ClientDisconnected
        await super().send(message)

    def _cut_off(self) -> None:
        """Say why and read no further; closing at once would take the reason from under the peer's eyes."""
        self.is_cut_off = True
        if self.handshake_complete and not self.close_sent:
            self.conn.send_close(FLOODED)
            self.close_sent = True
            self.queue.put_nowait({"type": "websocket.disconnect", "code": FLOODED})
            self.transport.write(b"".join(self.conn.data_to_send()))
        if self.close_timer is not None:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(FAREWELL_SECONDS, self.transport.abort)
        self.transport.pause_reading()


def wire(texts: Iterable[str]) -> bytes:
    """These texts as the protocol's frames: whole, and unmasked as a server's are (RFC 6455, section 5)."""
    return b"".join(Frame(Opcode.TEXT, text.encode()).serialize(mask=False) for text in texts)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
