"""How the pipeline stands, in numbers and in words."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from delivery import health, pulse
from delivery.dashboard import words
from delivery.letters import CONSOLE
from delivery.models import UNDER_WAY, Alarm, Deed, DeedState, DeliveryState

# Deeds that are spoken of at once; the list has all of them.
MOST_DEEDS = 3
# Alarms likewise: many ways of failing at once are one thing to look into.
MOST_ALARMS = 3
URGENCY = ("danger", "warning", "info")


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence about what is going on. Its `key` stays while only its numbers change."""

    key: str
    tone: str
    text: str
    link: str = ""
    link_text: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One key number."""

    key: str
    label: str
    value: str
    note: str
    link: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the system, and whether it is there."""

    name: str
    state: str
    tone: str


def lines(now: health.Now) -> list[Line]:
    """What is going on, the worst first; one line that all is well where nothing else is to be said."""
    said = [*_away(now), *_rows(now), *_letters(now.letters), *_deeds(), *_alarms(now)]
    said.sort(key=lambda line: URGENCY.index(line.tone))
    return said or [Line("well", "success", "Everything due has been sent.")]


def _away(now: health.Now) -> list[Line]:
    if not now.database:
        return [Line("database", "danger", "The database cannot be reached: nothing is known of the queue.")]
    if settings.REDIS_URL is None:
        return []
    if not now.redis:
        text = "Redis cannot be reached. What is due waits, and no attempt is counted meanwhile."
        return [Line("redis", "danger", text)]
    said = []
    if not any(sign.is_alive for sign in now.workers):
        said.append(Line("workers", "danger", "No worker is alive: nothing is sent until one starts."))
    if not any(sign.is_alive for sign in now.beats):
        text = "Beat is silent: what failed is not tried again, and no reminder is posted, until it is back."
        said.append(Line("beat", "danger", text))
    return said


def _rows(now: health.Now) -> list[Line]:
    said = []
    if now.dead:
        verb = "is" if now.dead == 1 else "are"
        text = f"{words.figure(now.dead)} {verb} dead: somebody has to decide."
        link = words.address(reverse("pipeline:deliveries"), state=DeliveryState.DEAD)
        said.append(Line("dead", "danger", text, link, "Look at them"))
    if now.parked:
        verb = "is" if now.parked == 1 else "are"
        text = f"{words.figure(now.parked)} {verb} waiting out an outage of Redis."
        said.append(Line("parked", "warning", text))
    if now.oldest_due_seconds >= health.LONGEST_WAIT:
        text = f"The oldest delivery has been due for {words.span(now.oldest_due_seconds)}."
        said.append(Line("late", "danger", text))
    if now.waiting:
        text = f"{words.figure(now.waiting)} failed, and will be tried again by themselves."
        if now.waiting == 1:
            text = "1 failed, and will be tried again by itself."
        said.append(Line("waiting", "info", text))
    if on_their_way := now.pending - now.parked + now.claimed:
        verb = "is" if on_their_way == 1 else "are"
        said.append(Line("pending", "info", f"{words.figure(on_their_way)} {verb} on the way."))
    return said


def _letters(letters: health.Letters) -> list[Line]:
    said = []
    if letters.dead:
        verb = "was" if letters.dead == 1 else "were"
        text = f"{words.letters(letters.dead)} {verb} not delivered: somebody has to decide."
        link = words.address(reverse("pipeline:letters"), state=DeliveryState.DEAD)
        said.append(Line("letters-dead", "danger", text, link, "Look at them"))
    if letters.away_seconds is not None:
        away = f"The mail server has been away for {words.span(letters.away_seconds)} ({letters.away_error})"
        said.append(Line("mail-server", "warning", f"{away}. Letters wait, and no attempt is counted."))
    if on_their_way := letters.pending + letters.claimed:
        verb = "is" if on_their_way == 1 else "are"
        text = f"{words.letters(on_their_way)} {verb} to be sent."
        link = words.address(reverse("pipeline:letters"), state=DeliveryState.PENDING)
        said.append(Line("letters-pending", "info", text, link, "List them"))
    return said


def _deeds() -> list[Line]:
    """Deeds that go on, or wait for a person."""
    latest = Deed.objects.defer("ids").filter(state__in=(DeedState.STOPPED, *UNDER_WAY)).order_by("-pk")
    return [_deed(deed) for deed in latest[:MOST_DEEDS]]


def _deed(deed: Deed) -> Line:
    what = f"{deed.get_kind_display().lower()} {words.deliveries(deed.matching)}"
    link = reverse("pipeline:deed", args=[deed.pk])
    if deed.state == DeedState.STOPPED:
        text = f"An action has stopped at its first delivery: {what}."
        return Line(f"deed-{deed.pk}-stopped", "danger", text, link, "Decide")
    return Line(f"deed-{deed.pk}", "info", f"An action is under way: {what}.", link, "Follow it")


def _alarms(now: health.Now) -> list[Line]:
    """Alarms that are open: since when, for whoever sees them here first."""
    if not now.database:
        return []
    latest = Alarm.objects.filter(cleared_at=None).order_by("-pk")[:MOST_ALARMS]
    return [
        Line(f"alarm-{alarm.pk}", "info", f"Alarm since {words.moment(alarm.raised_at)}: {alarm.detail}")
        for alarm in latest
    ]


def figures(now: health.Now) -> list[Figure]:
    """The key numbers, in the order in which a delivery comes by them."""
    listed = reverse("pipeline:deliveries")

    def count(state: str, label: str, value: int, note: str, tone: str = "") -> Figure:
        link = words.address(listed, state=state)
        return Figure(state, label, words.figure(value), note, link, tone if value else "")

    late = now.oldest_due_seconds >= health.LONGEST_WAIT
    oldest = words.span(now.oldest_due_seconds) if now.oldest_due_seconds else "none"
    return [
        count(DeliveryState.PENDING, "Pending", now.pending, "due, not sent yet"),
        count(DeliveryState.CLAIMED, "In flight", now.claimed, "held by a worker"),
        count(DeliveryState.WAITING, "Waiting for retry", now.waiting, "failed, due again later"),
        count(DeliveryState.DEAD, "Dead", now.dead, "out of attempts", "danger"),
        Figure("parked", "Parked", words.figure(now.parked), "in an outage, of those pending", "",
               "warning" if now.parked else ""),
        Figure("oldest", "Oldest due", oldest, "waiting to be sent", "", "danger" if late else ""),
        count(DeliveryState.DISCARDED, "Discarded", now.discarded, "by a person"),
        count(DeliveryState.SUPERSEDED, "Superseded", now.superseded, "nothing left to tell"),
        *_letter_figures(now.letters),
    ]  # fmt: skip


def _letter_figures(letters: health.Letters) -> list[Figure]:
    """Of e-mail: what is to be sent, and what was not delivered."""
    listed = reverse("pipeline:letters")
    due, dead = letters.pending + letters.claimed, letters.dead
    waiting = f"{words.figure(letters.waiting)} wait for their time"
    return [
        Figure("letters", "Letters", words.figure(due), f"to be sent; {waiting}", listed),
        Figure("letters-dead", "Dead letters", words.figure(dead), "not delivered",
               words.address(listed, state=DeliveryState.DEAD), "danger" if dead else ""),
    ]  # fmt: skip


def parts(now: health.Now) -> list[Part]:
    """Database, Redis, and each worker and beat with its last sign of life."""
    here = [_part("Database", now.database), *_mail_server(now.letters)]
    if settings.REDIS_URL is None:
        return [*here, Part("Worker and beat", "in this process", "success")]
    here.append(_part("Redis", now.redis))
    if now.redis:
        here += _signs("Worker", now.workers) + _signs("Beat", now.beats)
    return here


def _mail_server(letters: health.Letters) -> list[Part]:
    """The mail server, where there is one: as it was when it was last asked."""
    if settings.EMAIL_BACKEND == CONSOLE:
        return [Part("Mail server", "none: mail is written to the log", "quiet")]
    if letters.away_seconds is not None:
        return [Part("Mail server", f"away for {words.span(letters.away_seconds)}", "danger")]
    return [Part("Mail server", "answered when last asked", "success")]


def _part(name: str, is_there: bool) -> Part:
    return Part(name, "answers" if is_there else "cannot be reached", "success" if is_there else "danger")


def _signs(kind: str, signs: list[pulse.Sign]) -> list[Part]:
    """Who has left signs; one that has gone silent is red only where no other of its kind lives."""
    if not signs:
        return [Part(kind, "none has been heard of for an hour", "danger")]
    others_live = any(sign.is_alive for sign in signs)
    silent = "quiet" if others_live else "danger"
    return [
        Part(
            f"{kind} {sign.name}",
            f"heard {words.span(sign.seconds)} ago" + ("" if sign.is_alive else ", silent since"),
            "success" if sign.is_alive else silent,
        )
        for sign in signs
    ]
