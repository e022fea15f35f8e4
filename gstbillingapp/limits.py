"""How often one may ask, and who is asking: a fixed window, counted in the cache."""

import ipaddress
import math
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from delivery import meters

WINDOW = 60  # seconds
# Requests in a window: ten a second for a whole minute. A page that polls makes two.
ALLOWED = 600
# Of those that search, compute, print or make a file: five a second. The editor asks for no more totals.
ALLOWED_COSTLY = 300
COSTLY = frozenset(
    {
        "ageing",
        "ageing_csv",
        "bill_list",
        "bill_preview",
        "bill_products",
        "customer_ledger",
        "customer_ledger_csv",
        "customer_list",
        "customer_lookup",
        "data_export",
        "data_export_later",
        "data_import",
        "expense_list",
        "gstr1",
        "gstr1_json",
        "gstr1_section",
        "gstr3b",
        "gstr3b_json",
        "hsn_summary",
        "invoice_issue",
        "invoice_list",
        "invoice_pdf",
        "invoice_preview",
        "invoice_print",
        "note_list",
        "note_pdf",
        "note_print",
        "note_totals",
        "product_list",
        "product_lookup",
        "quotation_list",
        "quotation_pdf",
        "quotation_preview",
        "quotation_print",
        "quotation_send",
        "receipt_list",
        "receipt_pdf",
        "receipt_print",
        "register_download",
        "return_list",
        "search",
        "search_lookup",
        "statement_pdf",
        "statement_pdf_status",
        "statement_print",
        "vendor_list",
        "vendor_lookup",
        "vendor_note_list",
        "vendor_note_totals",
    }
)
HOUR = 3600  # seconds
# Letters that one person sends in an hour: each to somebody whom we do not know.
ALLOWED_LETTERS = 60
# Accounts made in an hour from one address: a class of trainees, not a script.
ALLOWED_SIGN_UPS = 20
# Files that one sends or has made in an hour: each may take the worker half a minute.
ALLOWED_FILES = 60
# Whoever has one address of an IPv6 network has all of its 2^64.
IPV6_NETWORK_BITS = 64


def seconds_to_wait(name: str, allowed: int = ALLOWED, window: int = WINDOW) -> int:
    """Count one request; 0 if it may pass, else the whole seconds until the window ends."""
    now = time.time()
    start = math.floor(now / window)
    key = f"limit:{name}:{start}"
    cache.add(key, 0, timeout=2 * window)
    try:
        count = cache.incr(key)
    except ValueError:  # evicted between the two lines: counting begins afresh
        return 0
    if count <= allowed:
        return 0
    meters.rate_limited.labels("http").inc()
    return max(1, math.ceil((start + 1) * window - now))


def wait_for_page(request: HttpRequest) -> int:
    """Count a signed-in person's request for a page; 0 if it may pass, else the seconds to wait."""
    match = request.resolver_match
    if match is not None and match.url_name in COSTLY:
        wait = seconds_to_wait(f"costly:{request.user.pk}", ALLOWED_COSTLY)
        if wait:
            return wait
    return seconds_to_wait(f"pages:{request.user.pk}")


def wait_for_sign_up(request: HttpRequest) -> int:
    """Count an attempt to make an account; 0 if it may pass, else the seconds to wait."""
    return seconds_to_wait(f"sign-up:{client_address(request)}", ALLOWED_SIGN_UPS, HOUR)


def wait_for_letter(request: HttpRequest) -> int:
    """Count a letter that somebody sends; 0 if it may pass, else the seconds to wait."""
    return seconds_to_wait(f"letters:{request.user.pk}", ALLOWED_LETTERS, HOUR)


def wait_for_file(request: HttpRequest) -> int:
    """Count a file that is sent or asked for; 0 if it may pass, else the seconds to wait."""
    return seconds_to_wait(f"files:{request.user.pk}", ALLOWED_FILES, HOUR)


def client_address(request: HttpRequest) -> str | None:
    """Where a request comes from, as limits count it; None on a unix socket without a proxy.

    Each proxy adds the address it was called from to the end of `X-Forwarded-For`. What stands before the
    entries of our own proxies the client wrote itself: it is not read. An IPv6 address counts as its network.
    """
    address = _parsed(_forwarded_for(request)) or _parsed(request.META.get("REMOTE_ADDR"))
    if address is None:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, IPV6_NETWORK_BITS), strict=False).network_address)
    return str(address)


def _forwarded_for(request: HttpRequest) -> str | None:
    count = settings.PROXY_COUNT
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    return entries[-count] if 0 < count <= len(entries) else None


def _parsed(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address((text or "").strip())
    except ValueError:
        return None
