"""The channel layers: channels-redis' pub/sub layer made to survive outages, and one for a single process.

What differs from the layers they stand on, each for a measured reason (docs/adr/0003-channel-layer.md):

* One subscription a group and process, none a socket; a message is unpacked once for all sockets of a group.
* Joining a group never fails because Redis is away: it is remembered and made good on reconnect.
* After a reconnect, and whenever a socket's queue overflowed, the socket gets `LAYER_RESUMED`: something may
  have been missed, so ask for the truth. The queue of a socket is bounded.
"""

import asyncio
import contextlib
import itertools
import logging
import random
import threading
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import msgpack
from channels.exceptions import ChannelFull
from channels_redis.pubsub import RedisPubSubChannelLayer
from channels_redis.utils import create_pool, decode_hosts
from redis import asyncio as aioredis
from redis.asyncio.connection import Connection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from delivery import meters, trail
from delivery.frames import LAYER_RESUMED

logger = logging.getLogger(__name__)

Message = dict[str, Any]

RESUMED: Message = {"type": LAYER_RESUMED}

# Messages a socket may fall behind by. A browser that is slower than this starts afresh from the database,
# and a socket's memory stays bounded.
MAILBOX_SIZE = 256
# Seconds one command to Redis may take before Redis counts as away.
COMMAND_TIMEOUT = 5.0
# Seconds of silence after which the subscriber asks whether Redis is still there; as long again without an
# answer, and the connection is dropped. Stays under the idle limits of proxies and firewalls.
SILENCE = 10.0
# Seconds between attempts to reconnect: an outage is to be over for sockets within a second or two.
RECONNECT_FIRST, RECONNECT_MOST = 0.1, 2.0
# Seconds that joining a group waits for Redis to confirm it. After that the socket opens all the same.
JOIN_TIMEOUT = 1.0


# Takes a message at once, from the event loop's own call, and says whether it has.
Sink = Callable[[Message], bool]


class Mailbox:
    """The messages waiting for one socket: bounded, and filled from its own event loop.

    With a sink, nothing waits that can be passed on at once: a socket whose peer reads costs one call a
    message, and no task that is woken for it.
    """

    __slots__ = ("_messages", "_waiter", "loop", "sink")

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.sink: Sink | None = None
        # Made when something has to wait, which with most sockets never happens.
        self._messages: deque[Message] | None = None
        self._waiter: asyncio.Future[None] | None = None

    def put(self, message: Message) -> None:
        """Pass a message on, or add it. Past the bound all become one `LAYER_RESUMED`: ask for the truth."""
        if not self._messages and self.sink is not None and self.sink(message):
            return
        if self._messages is None:
            self._messages = deque()
        if len(self._messages) >= MAILBOX_SIZE:
            self._messages.clear()
            message = RESUMED
        self._messages.append(message)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def next(self) -> Message | None:
        """The oldest message, if one waits."""
        return self._messages.popleft() if self._messages else None

    async def get(self) -> Message:
        """The oldest message, when there is one."""
        while (message := self.next()) is None:
            self._waiter = self.loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return message


class Mailboxes:
    """The sockets of one process and the groups they joined."""

    def __init__(self) -> None:
        self.channels: dict[str, Mailbox] = {}
        self.groups: dict[str, set[str]] = {}
        # The other way round: with thousands of groups, nobody can afford to search them for one socket.
        self._joined: dict[str, set[str]] = {}

    def open(self, channel: str) -> None:
        self.channels[channel] = Mailbox()

    def close(self, channel: str) -> list[str]:
        """Forget a socket. Returns the groups that nobody is left in."""
        self.channels.pop(channel, None)
        return [group for group in self._joined.pop(channel, set()) if self._remove(group, channel)]

    def join(self, group: str, channel: str) -> bool:
        """Whether the socket is the first of its group."""
        members = self.groups.setdefault(group, set())
        members.add(channel)
        self._joined.setdefault(channel, set()).add(group)
        return len(members) == 1

    def leave(self, group: str, channel: str) -> bool:
        """Whether the socket was the last of its group."""
        groups = self._joined.get(channel, set())
        if group not in groups:
            return False
        groups.discard(group)
        return self._remove(group, channel)

    def _remove(self, group: str, channel: str) -> bool:
        members = self.groups[group]
        members.discard(channel)
        if members:
            return False
        del self.groups[group]
        return True

    def members(self, group: str) -> list[Mailbox]:
        return [self.channels[name] for name in self.groups.get(group, ()) if name in self.channels]


class RedisLayer(RedisPubSubChannelLayer):
    """The layer between processes. `CONFIG` takes `hosts` and `prefix`, as channels-redis' own."""

    extensions = ["groups", "flush"]

    def _get_layer(self) -> "RedisLoopLayer":
        loop = asyncio.get_running_loop()
        layer = self._layers.get(loop)
        if layer is None:
            for closed in [known for known in self._layers if known.is_closed()]:
                del self._layers[closed]
            layer = self._layers[loop] = RedisLoopLayer(**self._kwargs, channel_layer=self)
        return layer


class RedisLoopLayer:
    """The layer's part on one event loop: a pool to publish with and one connection that listens."""

    def __init__(self, hosts: list[Any], prefix: str = "asgi", *, channel_layer: RedisLayer) -> None:
        self.prefix = prefix
        self._codec = channel_layer
        self._host = {
            "socket_timeout": COMMAND_TIMEOUT,
            "socket_connect_timeout": COMMAND_TIMEOUT,
            "max_connections": 100,
            **decode_hosts(hosts)[0],
        }
        self._boxes = Mailboxes()
        self._names = itertools.count()
        self._process = uuid.uuid4().hex
        self._publisher: aioredis.Redis | None = None
        self._subscriber = Subscriber(self._host, self._receive, self._resumed)

    async def new_channel(self, prefix: str = "specific.") -> str:
        channel = f"{prefix}{self._process}!{next(self._names)}"
        self._boxes.open(channel)
        return channel

    async def receive(self, channel: str) -> Message:
        return await self._boxes.channels[channel].get()

    def mailbox(self, channel: str) -> Mailbox:
        """Where the messages for a channel of this process go."""
        return self._boxes.channels[channel]

    async def forget_channel(self, channel: str) -> None:
        """Drop a channel whose consumer has ended, and its place in every group."""
        for group in self._boxes.close(channel):
            await self._subscriber.unsubscribe(self._name(group))

    async def send(self, channel: str, message: Message) -> None:
        """To one socket of this process; groups are what reaches across processes."""
        if channel not in self._boxes.channels:
            raise ChannelFull(f"{channel} is not a channel of this process")
        self._boxes.channels[channel].put(message)

    async def group_add(self, group: str, channel: str) -> None:
        if self._boxes.join(group, channel):
            await self._subscriber.subscribe(self._name(group))
        else:
            await self._subscriber.joined(self._name(group))

    async def group_discard(self, group: str, channel: str) -> None:
        if self._boxes.leave(group, channel):
            await self._subscriber.unsubscribe(self._name(group))

    async def group_send(self, group: str, message: Message) -> None:
        """Publish to the group, on every process. Raises a RedisError where Redis is away."""
        if self._publisher is None:
            self._publisher = aioredis.Redis(connection_pool=create_pool(self._host))
        await self._publisher.publish(self._name(group), self._codec.serialize(message))

    async def flush(self) -> None:
        """Forget everything and close the connections; they are made again when needed."""
        self._boxes = Mailboxes()
        await self._subscriber.close()
        if self._publisher is not None:
            await self._publisher.aclose(close_connection_pool=True)
            self._publisher = None

    def _name(self, group: str) -> str:
        return f"{self.prefix}__group__{group}"

    def _receive(self, name: str, data: bytes) -> None:
        try:
            message = self._codec.deserialize(data)
        except (ValueError, msgpack.UnpackException) as error:
            # Somebody else publishes here. It must not end the listening of a whole process.
            logger.error("a message on %s could not be unpacked: %r", name, error)  # noqa: TRY400
            return
        members = self._boxes.members(name.removeprefix(f"{self.prefix}__group__"))
        for mailbox in members:
            mailbox.put(message)
        _heard(message, len(members))

    def _resumed(self, name: str) -> None:
        for mailbox in self._boxes.members(name.removeprefix(f"{self.prefix}__group__")):
            mailbox.put(RESUMED)


class Subscriber:
    """One connection that listens to the groups of a process, and comes back by itself.

    It speaks to redis-py's connection directly: its `PubSub` reconnects and resubscribes behind one's back,
    and what was missed meanwhile would go unnoticed.
    """

    def __init__(
        self,
        host: dict[str, Any],
        on_message: Callable[[str, bytes], None],
        on_resumed: Callable[[str], None],
    ) -> None:
        # The older protocol, in which a message is a plain list; and no retry, which would hide a loss.
        self._host = {**host, "protocol": 2, "retry": Retry(NoBackoff(), 0)}
        self._on_message = on_message
        self._on_resumed = on_resumed
        self._confirmed: dict[str, asyncio.Event] = {}  # what is listened to, and whether Redis knows
        self._missed: set[str] = set()  # waited for in vain, or listened to before the connection was lost
        self._connection: Connection | None = None
        self._writing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def subscribe(self, name: str) -> None:
        """Listen to a name; returns when Redis has confirmed it, or is away: then later, by itself."""
        self._confirmed[name] = asyncio.Event()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="channel layer subscriber")
        await self._command("SUBSCRIBE", name)
        await self.joined(name)

    async def joined(self, name: str) -> None:
        """Wait until Redis has confirmed the name, but not longer than a socket may take to open."""
        event = self._confirmed[name]
        try:
            async with asyncio.timeout(JOIN_TIMEOUT):
                await event.wait()
        except TimeoutError:
            self._missed.add(name)

    async def unsubscribe(self, name: str) -> None:
        """Stop listening to a name."""
        self._confirmed.pop(name, None)
        self._missed.discard(name)
        await self._command("UNSUBSCRIBE", name)

    async def close(self) -> None:
        """Stop listening to everything."""
        self._confirmed.clear()
        self._missed.clear()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _command(self, *words: str) -> None:
        """Write a command if there is a connection; if not, the next one begins with what is wanted then."""
        async with self._writing:
            if self._connection is None:
                return
            try:
                await self._connection.send_command(*words)
            except (RedisError, OSError) as error:
                # The listener sees the same loss and connects anew, with everything that is wanted.
                logger.debug("writing to a lost connection: %s", error)

    async def _run(self) -> None:
        wait = RECONNECT_FIRST
        while True:
            try:
                async with self._connected() as connection:
                    wait = RECONNECT_FIRST
                    await self._listen(connection)
            except (RedisError, OSError) as error:
                logger.warning("channel layer lost Redis (%s); trying again in %.1f s", error, wait)
            self._mark_missed()
            await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311 - spreads load, guards nothing
            wait = min(wait * 2, RECONNECT_MOST)

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[Connection]:
        connection = create_pool(self._host).make_connection()
        try:
            async with asyncio.timeout(COMMAND_TIMEOUT):
                await connection.connect()
            async with self._writing:
                self._connection = connection
                for names in _chunks(list(self._confirmed)):
                    await connection.send_command("SUBSCRIBE", *names)
            yield connection
        finally:
            self._connection = None
            with contextlib.suppress(RedisError, OSError):
                await connection.disconnect(nowait=True)

    async def _listen(self, connection: Connection) -> None:
        asked = False
        while True:
            try:
                answer = await connection.read_response(timeout=SILENCE, disconnect_on_error=False)
            except RedisTimeoutError:
                answer = None
            if answer is None:
                if asked:
                    raise RedisConnectionError(f"no sign of life for {2 * SILENCE:.0f} s")
                asked = True
                await self._command("PING")
                continue
            asked = False
            self._handle(answer)

    def _handle(self, answer: list[Any] | bytes) -> None:
        if isinstance(answer, bytes):
            return  # a plain PONG: while nothing is subscribed to, Redis answers as to anybody
        kind, name = answer[0], answer[1].decode()
        if kind == b"message":
            self._on_message(name, answer[2])
        elif kind == b"subscribe" and name in self._confirmed:
            self._confirmed[name].set()
            if name in self._missed:
                self._missed.discard(name)
                self._on_resumed(name)

    def _mark_missed(self) -> None:
        self._missed.update(self._confirmed)
        for event in self._confirmed.values():
            event.clear()


def _chunks(names: list[str]) -> Iterator[list[str]]:
    # Bounds one command's length where thousands of groups come back at once.
    return (names[start : start + 500] for start in range(0, len(names), 500))


class OneProcessLayer:
    """The layer inside one process, for `manage.py runserver` alone.

    Channels' own in-memory layer belongs to the event loop that uses it; this one may be sent to from any
    thread, which is what a task that runs inline does.
    """

    extensions = ["groups", "flush"]

    def __init__(self, **_config: Any) -> None:
        self._boxes = Mailboxes()
        self._names = itertools.count()
        self._lock = threading.Lock()

    @property
    def is_listening(self) -> bool:
        """Whether any socket of this process has joined a group."""
        return bool(self._boxes.groups)

    async def new_channel(self, prefix: str = "specific.") -> str:
        channel = f"{prefix}one!{next(self._names)}"
        with self._lock:
            self._boxes.open(channel)
        return channel

    async def receive(self, channel: str) -> Message:
        return await self._boxes.channels[channel].get()

    def mailbox(self, channel: str) -> Mailbox:
        """Where the messages for a channel of this process go."""
        return self._boxes.channels[channel]

    async def forget_channel(self, channel: str) -> None:
        """Drop a channel whose consumer has ended, and its place in every group."""
        with self._lock:
            self._boxes.close(channel)

    async def send(self, channel: str, message: Message) -> None:
        mailbox = self._boxes.channels.get(channel)
        if mailbox is None:
            raise ChannelFull(f"{channel} is not a channel of this process")
        _deliver(mailbox, message)

    async def group_add(self, group: str, channel: str) -> None:
        with self._lock:
            self._boxes.join(group, channel)

    async def group_discard(self, group: str, channel: str) -> None:
        with self._lock:
            self._boxes.leave(group, channel)

    async def group_send(self, group: str, message: Message) -> None:
        with self._lock:
            members = self._boxes.members(group)
        for mailbox in members:
            _deliver(mailbox, message)
        _heard(message, len(members))

    async def flush(self) -> None:
        with self._lock:
            self._boxes = Mailboxes()


def _heard(message: Message, sockets: int) -> None:
    """Note that a message came, once a process, however many sockets it is for."""
    meters.messages_heard.inc()
    ids = message.get("deliveries") if isinstance(message, dict) else None
    if isinstance(ids, list):  # anybody may publish here
        trail.relayed(ids, sockets)


def _deliver(mailbox: Mailbox, message: Message) -> None:
    # A closed loop has no socket left that could be told.
    if not mailbox.loop.is_closed():
        mailbox.loop.call_soon_threadsafe(mailbox.put, message)
