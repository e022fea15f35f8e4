"""The badge's pairs for sockets, read for many of them at once."""

from delivery import reading
from gstbillingapp.together import Together


class Snapshots(Together[int, reading.Snapshot]):
    """The pair of each person, as it was when it was asked for, or later."""

    def __init__(self) -> None:
        super().__init__(lambda people: reading.snapshots(people))

    async def of(self, user_id: int) -> reading.Snapshot:
        """An inbox that nothing was ever posted to is at revision 0."""
        return await super().of(user_id) or reading.Snapshot(0, 0)


snapshots = Snapshots()
