"""What many sockets ask the database at once, asked for all of them together.

When Redis or the web process comes back, thousands of sockets open and want their count in the same moment.
Those that ask while a query is under way share the next one.
"""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from gstbillingapp.socket_database import in_database

# Keys in one query: what others on the sockets' thread then wait for stays within some tens of milliseconds.
AT_ONCE = 500

Key = TypeVar("Key")
Answer = TypeVar("Answer")


class Together(Generic[Key, Answer]):
    """One question about many keys: which keys the next query asks about, and the query."""

    def __init__(self, ask: Callable[[set[Key]], dict[Key, Answer]]) -> None:
        self._ask = ask
        self._keys: set[Key] | None = None
        self._query: asyncio.Task[dict[Key, Answer]] | None = None

    async def of(self, key: Key) -> Answer | None:
        """The answer as it was at the time of this call, or later; None where there is none for that key."""
        if self._query is not None and self._query.get_loop() is not asyncio.get_running_loop():
            self._keys = self._query = None
        if self._keys is None or len(self._keys) >= AT_ONCE:
            self._keys = set()
            self._query = asyncio.create_task(self._next(self._keys, self._query), name="asked together")
        assert self._query is not None
        self._keys.add(key)
        # Shielded: one of those that wait may be gone before the answer comes.
        return (await asyncio.shield(self._query)).get(key)

    async def _next(
        self, keys: set[Key], before: "asyncio.Task[dict[Key, Answer]] | None"
    ) -> dict[Key, Answer]:
        if before is not None:
            await asyncio.wait([before])
        if self._keys is keys:
            self._keys = None  # who asks from now on must not get what was read before
        return await in_database(self._ask, keys)
