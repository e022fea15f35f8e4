"""The watch over sessions: whom one look may close, and whom not."""

import pytest

from gstbillingapp import session_watch
from gstbillingapp.session_watch import NOT_SIGNED_IN, SessionWatch, Ticket

HERS, HIS = Ticket("hers", 1, "hash"), Ticket("his", 2, "hash")


class Socket:
    """As much of a consumer as the watch sees."""

    def __init__(self) -> None:
        self.codes: list[int] = []

    async def end(self, code: int) -> None:
        self.codes.append(code)


@pytest.mark.asyncio
async def test_a_socket_that_opens_during_a_look_is_not_taken_for_signed_out(monkeypatch):
    watch, ended, opening = SessionWatch(), Socket(), Socket()
    watch.sockets[ended] = HERS

    def look(tickets):
        watch.sockets[opening] = HIS
        return tickets - {HERS}

    monkeypatch.setattr(session_watch, "entitled_tickets", look)
    await watch._look()
    assert ended.codes == [NOT_SIGNED_IN]
    assert opening.codes == []
