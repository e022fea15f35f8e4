"""What this process has done since it began, counted where it does it. Nothing here asks anybody anything.

What the pipeline as a whole has done is in the database (`delivery.tally`): these are the things that only a
process knows of itself, its sockets above all. `delivery.metrics` shows both.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, disable_created_metrics

disable_created_metrics()  # a series beside each counter that says when it began, which nobody asks for
registry = CollectorRegistry()
ProcessCollector(registry=registry)

# Whatever a peer closes with, there are no more kinds than these: it could name 60,000 codes.
CLOSE_CODES = (1000, 1001, 1005, 1006, 1009, 1011, 1012, 4401, 4429)

sockets = Gauge("gstbilling_sockets", "WebSockets that are open in this process.", registry=registry)
opened = Counter("gstbilling_sockets_opened", "WebSockets that were opened here.", registry=registry)
closed = Counter(
    "gstbilling_sockets_closed",
    "WebSockets that were closed here, by close code.",
    ["code"],
    registry=registry,
)
frames_relayed = Counter(
    "gstbilling_frames_relayed", "Frames that were sent on to sockets of this process.", registry=registry
)
messages_heard = Counter(
    "gstbilling_messages_heard",
    "Messages of the channel layer that came for sockets of this process.",
    registry=registry,
)
catch_ups = Counter(
    "gstbilling_catch_ups",
    "Requests of browsers for what has changed since a revision.",
    registry=registry,
)
resets = Counter(
    "gstbilling_catch_up_resets",
    "Catch-ups that were answered with a fresh start: that revision was not in history, or too much changed.",
    registry=registry,
)
rate_limited = Counter(
    "gstbilling_rate_limited",
    "Requests and socket messages that were turned away because they came too often.",
    ["where"],
    registry=registry,
)
wake_ups = Counter(
    "gstbilling_wakeups_published",
    "Wake-ups of the drain that this process has sent to the broker.",
    registry=registry,
)
rings = Counter(
    "gstbilling_bell_rings",
    "Rings of this process for a drain that stays, each instead of a wake-up through the broker.",
    registry=registry,
)
wake_ups_failed = Counter(
    "gstbilling_wakeups_failed",
    "Attempts to send a wake-up that the broker did not take; each is tried again.",
    registry=registry,
)
for where in ("http", "socket"):
    rate_limited.labels(where)  # shown as 0 before the first, so that a rate has something to begin with


def socket_opened() -> None:
    """A handshake has come."""
    opened.inc()
    sockets.inc()


def socket_closed(code: int | None) -> None:
    """A socket has ended; without a code, nobody said why (RFC 6455: 1006)."""
    sockets.dec()
    closed.labels(str(code or 1006) if (code or 1006) in CLOSE_CODES else "other").inc()
