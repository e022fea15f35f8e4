"""The only `group_send`: one message a user, on one long-lived event loop.

`async_to_sync` would make a new loop and a new connection for every call (1.6 ms against 0.2 ms); a worker
keeps one loop in a thread of its own instead, made after the fork, because neither loops nor sockets survive
one (channels_redis#125, #332).
"""

import asyncio
import os
import threading
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from channels.layers import get_channel_layer

from delivery import frames

# Sends under way at once: under redis-py's cap of 100 connections a pool, past which it raises.
CONCURRENT_SENDS = 50
# Seconds for all sends of a batch together, after which Redis counts as stalled: well within a lease.
SEND_TIMEOUT = 5.0

T = TypeVar("T")


class LoopThread:
    """An event loop that lives as long as its process."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="channel sends", daemon=True).start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()


_lock = threading.Lock()
_thread: LoopThread | None = None


def _loop_thread() -> LoopThread:
    global _thread
    with _lock:
        if _thread is None or _thread.pid != os.getpid():
            _thread = LoopThread()
        return _thread


def send(
    messages: Mapping[int, list[str]], deliveries: Mapping[int, list[int]] | None = None
) -> dict[int, BaseException]:
    """Send each user's encoded frames to the user's group. Returns what went wrong, by user.

    `deliveries` are the ids that each message is about: the logs of whoever relays it name them.

    That a send succeeded says that Redis took it, not that a browser has it: browsers find out by revision.
    """
    if not messages:
        return {}
    return _loop_thread().run(_send_all(messages, deliveries or {}))


async def _send_all(
    messages: Mapping[int, list[str]], deliveries: Mapping[int, list[int]]
) -> dict[int, BaseException]:
    places = asyncio.Semaphore(CONCURRENT_SENDS)
    deadline = asyncio.get_running_loop().time() + SEND_TIMEOUT
    layer = get_channel_layer()

    async def send_one(user_id: int, encoded: list[str]) -> None:
        async with asyncio.timeout_at(deadline), places:
            message = frames.relay(encoded, deliveries.get(user_id, []))
            await layer.group_send(frames.group_of(user_id), message)

    results = await asyncio.gather(*(send_one(*item) for item in messages.items()), return_exceptions=True)
    return {user: result for user, result in zip(messages, results, strict=True) if result is not None}
