"""Which deliveries somebody means: read from an address, kept with a deed, turned into rows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from delivery import tenants
from delivery.models import Attempt, DeedRow, Delivery, DeliveryState, NotificationType

# Hours that `window` may be: those of the dashboard's table of errors.
WINDOWS = (1, 6, 24, 168)
# The longest text that is looked for, and the most ids that are named one by one.
TEXT_LENGTH, IDS = 200, 1_000
LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Criteria:
    """What deliveries have to match; what is empty asks for nothing."""

    ids: tuple[int, ...] = ()
    state: str = ""
    q: str = ""  # in the title, the message or the error
    user: str = ""  # the exact name they sign in with
    tenant: int | None = None
    type: str = ""
    error: str = ""  # a fingerprint
    error_since: datetime | None = None  # an attempt that failed so since then
    task: str = ""  # the id of a Celery task that held it
    deed: int | None = None  # touched by that deed
    since: datetime | None = None  # posted from then on
    until: datetime | None = None  # posted before then

    @classmethod
    def read(cls, parameters: Mapping[str, str]) -> "Criteria":
        """From the parameters of an address, named as the fields are, and `window`: the last so many hours.

        With `error`, the window is of its attempts; without, of when something was posted. Raises ValueError
        that names the parameter and what is allowed.
        """
        values: dict[str, Any] = {
            "ids": _ids(parameters.get("ids", "")),
            "state": _choice("state", parameters, DeliveryState.values),
            "type": _choice("type", parameters, NotificationType.values),
            "tenant": _number("tenant", parameters),
            "deed": _number("deed", parameters),
            "since": _moment("since", parameters),
            "until": _moment("until", parameters),
            "error_since": _moment("error_since", parameters),
            **{name: _text(name, parameters) for name in ("q", "user", "error", "task")},
        }
        if window := _number("window", parameters):
            if window not in WINDOWS:
                raise ValueError(f"window: must be one of {', '.join(map(str, WINDOWS))} (hours).")
            values["error_since" if values["error"] else "since"] = timezone.now() - timedelta(hours=window)
        return cls(**values)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Criteria":
        """What `stored` kept."""
        return cls.read({key: str(value) for key, value in stored.items()})

    def stored(self) -> dict[str, str]:
        """As text by name, for an address or to be kept; what is empty is left out."""
        return {key: _written(value) for key, value in asdict(self).items() if value not in ("", None, ())}

    query = stored

    def rows(self) -> QuerySet[Delivery]:
        """The deliveries that match now."""
        return Delivery.objects.filter(*self._conditions())

    def _conditions(self) -> list[Q]:
        asked: dict[str, Q] = {
            "ids": Q(pk__in=self.ids),
            "state": Q(state=self.state),
            "user": Q(user__username=self.user),
            "type": Q(notification__notification_type=self.type),
            "since": Q(created_at__gte=self.since),
            "until": Q(created_at__lt=self.until),
            "q": Q(notification__title__icontains=self.q)
            | Q(notification__message__icontains=self.q)
            | Q(last_error__icontains=self.q),
            "error": self._failed_so(),
            "task": Q(task_id=self.task) | Q(pk__in=_attempted(task_id=self.task)),
            "deed": Q(pk__in=DeedRow.objects.filter(deed=self.deed).values("delivery")),
        }
        conditions = [
            condition for name, condition in asked.items() if getattr(self, name) not in ("", None, ())
        ]
        known = tenants.current()
        if self.tenant is not None and known is not None:
            conditions.append(Q(user__in=known.members(self.tenant)))
        return conditions

    def _failed_so(self) -> Q:
        if self.error_since is None:
            return Q(fingerprint=self.error)
        return Q(pk__in=_attempted(fingerprint=self.error, ended_at__gte=self.error_since))


def _attempted(**conditions: Any) -> Any:
    """The ids of the deliveries with such an attempt: few, and found by an index, not row by row."""
    return Attempt.objects.filter(**conditions).values("delivery")


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return ",".join(map(str, value))
    return str(value)


def _text(name: str, parameters: Mapping[str, str]) -> str:
    text = parameters.get(name, "").strip()
    if len(text) > TEXT_LENGTH:
        raise ValueError(f"{name}: must have at most {TEXT_LENGTH} characters.")
    if "\0" in text:
        raise ValueError(f"{name}: must be text.")
    return text


def _choice(name: str, parameters: Mapping[str, str], allowed: list[str]) -> str:
    text = parameters.get(name, "")
    if text and text not in allowed:
        raise ValueError(f"{name}: must be one of {', '.join(allowed)}.")
    return text


def _number(name: str, parameters: Mapping[str, str]) -> int | None:
    text = parameters.get(name, "").strip()
    return _whole(name, text) if text else None


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= LARGEST):
        raise ValueError(f"{name}: must be a whole number above 0.")
    return int(text)


def _ids(text: str) -> tuple[int, ...]:
    ids = tuple(dict.fromkeys(_whole("ids", part.strip()) for part in text.split(",") if part.strip()))
    if len(ids) > IDS:
        raise ValueError(f"ids: must be at most {IDS:,}.")
    return ids


def _moment(name: str, parameters: Mapping[str, str]) -> datetime | None:
    """A moment; without an offset it is India's, as browsers send what is typed into a field."""
    text = parameters.get(name, "").strip()
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise ValueError(f"{name}: must be a date and time such as 2026-11-22T15:04.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
