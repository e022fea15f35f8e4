"""The badge's pairs for sockets, read for many of them at once.

When Redis or the web process comes back, thousands of sockets want their count in the same moment. Those
that ask while a query is under way share the next one.
"""

import asyncio

from delivery import reading
from gstbillingapp.socket_database import in_database

# People in one query: what others on the sockets' thread then wait for stays within a few milliseconds.
AT_ONCE = 500

Found = dict[int, reading.Snapshot]


class Snapshots:
    """Whom the next query asks for, and the query."""

    def __init__(self) -> None:
        self._people: set[int] | None = None
        self._query: asyncio.Task[Found] | None = None

    async def of(self, user_id: int) -> reading.Snapshot:
        """The pair as it was at the time of this call, or later."""
        if self._query is not None and self._query.get_loop() is not asyncio.get_running_loop():
            self._people = self._query = None
        if self._people is None or len(self._people) >= AT_ONCE:
            self._people = set()
            self._query = asyncio.create_task(self._ask(self._people, self._query), name="snapshots")
        assert self._query is not None
        self._people.add(user_id)
        # Shielded: one of those that wait may be gone before the answer comes.
        found = await asyncio.shield(self._query)
        return found.get(user_id, reading.Snapshot(0, 0))

    async def _ask(self, people: set[int], before: "asyncio.Task[Found] | None") -> Found:
        if before is not None:
            await asyncio.wait([before])
        if self._people is people:
            self._people = None  # who asks from now on must not get what was read before
        return await in_database(reading.snapshots, people)


snapshots = Snapshots()
