"""The watch over sessions: whom one look may close, and whom not."""

import asyncio

import pytest

from gstbillingapp import session_watch
from gstbillingapp.session_watch import NOT_SIGNED_IN, SessionWatch, Ticket
from tests.support.swarm import visitors

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
    await asyncio.gather(*watch._endings)
    assert ended.codes == [NOT_SIGNED_IN]
    assert opening.codes == []


class DeafSocket(Socket):
    """One whose peer does not read: closing it takes until somebody gives up."""

    def __init__(self) -> None:
        super().__init__()
        self.is_read = asyncio.Event()

    async def end(self, code: int) -> None:
        await self.is_read.wait()
        await super().end(code)


@pytest.mark.asyncio
async def test_a_peer_that_does_not_read_its_close_holds_up_nobody(monkeypatch):
    watch, deaf, other = SessionWatch(), DeafSocket(), Socket()
    monkeypatch.setattr(session_watch, "entitled_tickets", lambda tickets: set())
    watch.sockets[deaf] = HERS
    await watch._look()
    watch.sockets[other] = HIS
    await watch._look()
    await asyncio.wait(watch._endings, return_when=asyncio.FIRST_COMPLETED)
    assert (deaf.codes, other.codes) == ([], [NOT_SIGNED_IN])
    deaf.is_read.set()
    await asyncio.gather(*watch._endings)
    assert (deaf.codes, other.codes, watch.sockets) == ([NOT_SIGNED_IN], [NOT_SIGNED_IN], {})


@pytest.mark.django_db
def test_a_look_takes_two_queries_however_many_sockets_are_open(django_assert_num_queries):
    people = visitors(2, "asha")
    living = {Ticket(person.cookie.partition("=")[2], person.user_id, "!") for person in people}
    ended = {Ticket(f"session-{number}", number, "!") for number in range(5000)}
    with django_assert_num_queries(2):
        assert session_watch.entitled_tickets(living | ended) == living
