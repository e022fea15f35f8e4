"""The socket of a signed-in person: relays frames, answers `get_count` and `ping`."""

import asyncio
import json
import logging
import time
from collections import deque
from typing import Any, NoReturn

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from django.db.utils import Error as AnyDatabaseError

from delivery import frames, meters
from gstbillingapp.close_codes import FLOOD_SECONDS, FLOODED, NOT_SIGNED_IN, TOO_LARGE
from gstbillingapp.session_watch import watch
from gstbillingapp.snapshots import snapshots
from gstbillingapp.uvicorn_protocols import wire

logger = logging.getLogger(__name__)

MESSAGE_BYTES = 8 * 1024
RATE_ANSWERED = 60  # messages in FLOOD_SECONDS that are answered; the rest get `rate_limited`
RATE_CLOSED = 200  # past this many the socket is closed
# Open at once by one person on one process: far more than the tabs of all who share an account, and little
# enough that one session cannot take the memory of everybody else.
SOCKETS_A_PERSON = 10_000
# Seconds a frame may wait for a browser to read. One that does not is closed; it fetches what it missed when
# it is back.
SEND_SECONDS = 10.0


# Where a message keeps its frames as they go over the wire: no key that a message could have come with.
_ENCODED = object()


class NotificationConsumer(AsyncWebsocketConsumer):
    """One socket. It reads the inbox when it opens and when it is asked for the count."""

    groups = ()
    # When the latest messages came; made by the first one, which most pages send after half a minute.
    arrivals: deque[float] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one socket, and leave nothing of it behind however it ended.

        As Channels' own, without its two tasks a socket: one that waits for the browser is enough, since the
        channel layer calls (`take`) instead of being waited for.
        """
        self.scope, self.base_send = scope, send
        self.task = asyncio.current_task()
        self.is_ended = False
        self.closed_with: int | None = None
        self.catching_up: asyncio.Task[None] | None = None
        self.channel_name = await self.channel_layer.new_channel()
        meters.socket_opened()
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        except asyncio.CancelledError:
            if not self.is_ended:
                raise
        finally:
            meters.socket_closed(self.closed_with)
            watch.discard(self)
            if self.catching_up is not None:
                self.catching_up.cancel()
            await self.channel_layer.forget_channel(self.channel_name)

    @property
    def channel_layer(self) -> Any:
        return get_channel_layer(self.channel_layer_alias)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Call the handler of a message.

        As Channels' own, but for two things: it does not hop to a thread before every frame to look after
        database connections that a relay never uses, and a message of an unknown type (a newer producer's) is
        logged instead of killing the socket.
        """
        handler = self.HANDLERS.get(message["type"])
        if handler is None:
            logger.warning("no handler for a message of type %r", message["type"])
            return
        await handler(self, message)

    def take(self, message: dict[str, Any]) -> bool:
        """Pass a message of the channel layer on at once, where the server can and the browser reads.

        False leaves it in the mailbox, for a task that waits for the browser.
        """
        if self.is_ended:
            return True  # nobody is there to hear it
        if self.catching_up is None:
            if message["type"] == frames.RELAY and self.write_now(message):
                return True
            self.catching_up = asyncio.create_task(self.catch_up(), name="a socket that is behind")
        return False

    def write_now(self, message: dict[Any, Any]) -> bool:
        """Write a message's frames, which are encoded once for all sockets of this process."""
        write = self.scope["write_now"]
        if write is None:
            return False
        encoded = message.get(_ENCODED)
        if encoded is None:
            encoded = message[_ENCODED] = wire(message["frames"])
        if not write(encoded):
            return False
        meters.frames_relayed.inc(len(message["frames"]))
        return True

    async def catch_up(self) -> None:
        """Pass on what waits in the mailbox, one after another, until nothing does."""
        mailbox = self.channel_layer.mailbox(self.channel_name)
        try:
            while not self.is_ended and (message := mailbox.next()) is not None:
                await self.dispatch(message)
        except (OSError, RuntimeError) as error:  # RuntimeError: servers say so after a close
            logger.debug("a socket of user %s has gone: %r", self.user_id, error)
        finally:
            self.catching_up = None

    async def connect(self) -> None:
        """Join first, read second, send third: what is posted in between arrives twice, never not at all."""
        user, session_key = self.scope.pop("user"), self.scope.pop("session_key")
        await self.accept()
        if not user.is_authenticated or not user.is_active:
            await self.end(NOT_SIGNED_IN)
            return
        self.user_id: int = user.pk
        if watch.held_by(self.user_id) >= SOCKETS_A_PERSON:
            await self.end(FLOODED)
            return
        self.channel_layer.mailbox(self.channel_name).sink = self.take
        await self.channel_layer.group_add(frames.group_of(self.user_id), self.channel_name)
        watch.add(self, session_key, user)
        await self.send_count()

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """The browser has gone: `__call__` cleans up."""
        self.closed_with = self.closed_with or message.get("code")
        raise StopConsumer

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Answer one message of the browser, as PROTOCOL says."""
        if self.is_ended:
            return  # what was on its way when the socket was closed
        if len(text_data.encode() if text_data is not None else bytes_data or b"") > MESSAGE_BYTES:
            await self.end(TOO_LARGE)
        elif (rate := self.rate()) > RATE_CLOSED:
            await self.end(FLOODED)
        elif rate > RATE_ANSWERED:
            meters.rate_limited.labels("socket").inc()
            await self.send(frames.error("rate_limited", "Too many messages: at most 60 in 10 seconds."))
        else:
            await self.answer(text_data)

    async def answer(self, text: str | None) -> None:
        """Answer `get_count` or `ping`; say what is wrong with anything else."""
        try:
            message = json.loads(text or "", parse_constant=no_number)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            await self.send(frames.error("bad_json", "A message must be one JSON object."))
        elif message.get("type") == "get_count":
            await self.send_count()
        elif message.get("type") == "ping":
            await self.send(frames.PONG)
        else:
            await self.send(frames.error("unknown_type", "The type must be get_count or ping."))

    def rate(self) -> int:
        """How many messages came in the last ten seconds, this one included."""
        now = time.monotonic()
        if self.arrivals is None:
            self.arrivals = deque(maxlen=RATE_CLOSED + 1)
        self.arrivals.append(now)
        while self.arrivals[0] <= now - FLOOD_SECONDS:
            self.arrivals.popleft()
        return len(self.arrivals)

    async def send_count(self, _message: object = None) -> None:
        """Send the badge's number as the database has it now."""
        try:
            snapshot = await snapshots.of(self.user_id)
        except AnyDatabaseError as error:
            # No answer is better than no socket: thousands would come back at once to a database that has
            # only just started. The page asks again.
            logger.info("no count for user %s: %s", self.user_id, type(error).__name__)
            return
        await self.send(frames.unread_count(snapshot.unread_count, snapshot.revision))

    async def send(
        self, text_data: str | None = None, bytes_data: bytes | None = None, close: bool = False
    ) -> None:
        """Send one frame, but do not wait for ever for a browser that has stopped reading."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await super().send(text_data, bytes_data, close)
        except TimeoutError:
            logger.info("a socket of user %s does not read: closed", self.user_id)
            self.abort()

    async def relay(self, message: frames.Relay) -> None:
        """Pass on what was encoded once for all sockets of the user."""
        for frame in message["frames"]:
            await self.send(frame)
        meters.frames_relayed.inc(len(message["frames"]))

    async def end(self, code: int) -> None:
        """Close from this side, with one of the contract's codes."""
        self.is_ended = True
        self.closed_with = self.closed_with or code
        await self.close(code=code)

    def abort(self) -> None:
        """Drop a socket whose browser does not even read the close, and the memory that waits for it."""
        self.is_ended = True
        if drop := self.scope.get("drop"):
            drop()
        if self.task is not None:
            self.task.cancel()

    HANDLERS = {
        "websocket.connect": AsyncWebsocketConsumer.websocket_connect,
        "websocket.receive": AsyncWebsocketConsumer.websocket_receive,
        "websocket.disconnect": websocket_disconnect,
        frames.RELAY: relay,
        frames.LAYER_RESUMED: send_count,
    }


def no_number(word: str) -> NoReturn:
    """Python reads NaN and Infinity, which are not JSON (RFC 8259, section 6)."""
    raise ValueError(f"{word} is not JSON")
