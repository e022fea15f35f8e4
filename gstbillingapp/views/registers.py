"""Registers of any days, as files for an accountant."""

import datetime
from collections.abc import AsyncIterator, Callable, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.forms.returns import RegisterForm
from gstbillingapp.gst.returns import months_before
from gstbillingapp.models import Business
from gstbillingapp.models.fields import today
from gstbillingapp.returns.purchase_register import purchase_register
from gstbillingapp.returns.registers import sales_register
from gstbillingapp.returns.sheets import Row, csv_chunks, xlsx_file

Register = Callable[[Business, datetime.date, datetime.date], Iterator[Row]]
REGISTERS: dict[str, Register] = {"sales": sales_register, "purchases": purchase_register}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@member_required
def index(request: MemberRequest) -> HttpResponse:
    """Which register, of which days."""
    return _page(request, RegisterForm(initial=_last_month()))


@require_safe
@member_required
def download(request: MemberRequest) -> HttpResponseBase:
    """The file; the page with what is wrong where the days cannot be."""
    form = RegisterForm(request.GET)
    if not form.is_valid():
        return _page(request, form)
    chosen = form.cleaned_data
    rows = REGISTERS[chosen["kind"]](request.business, chosen["since"], chosen["until"])
    name = f"{chosen['kind']}_{chosen['since']}_{chosen['until']}.{chosen['file']}"
    if chosen["file"] == "csv":
        return _streamed(request, csv_chunks(rows), name)
    return HttpResponse(
        xlsx_file(chosen["kind"].title(), rows),
        content_type=XLSX,
        headers=_kept_as(name),
    )


def _page(request: MemberRequest, form: RegisterForm) -> HttpResponse:
    return render(request, "returns/registers.html", {"form": form})


def _last_month() -> dict[str, object]:
    this_month = today().replace(day=1)
    return {
        "kind": "sales",
        "since": months_before(this_month, 1),
        "until": this_month - datetime.timedelta(days=1),
        "file": "xlsx",
    }


def _kept_as(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _streamed(request: HttpRequest, chunks: Iterator[str], name: str) -> StreamingHttpResponse:
    """A file that is sent while it is read, by either kind of server."""
    served = in_turns(chunks) if isinstance(request, ASGIRequest) else chunks
    return StreamingHttpResponse(served, content_type="text/csv; charset=utf-8", headers=_kept_as(name))


async def in_turns(chunks: Iterator[str]) -> AsyncIterator[str]:
    """The same for an event loop: each chunk is made on the thread that the request's database is on."""
    following = sync_to_async(lambda: next(chunks, None))
    while (chunk := await following()) is not None:
        yield chunk
