"""What every answer tells the browser besides what Django's own middleware does."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

# Nothing here asks a device for anything; neither may what somebody would smuggle in.
PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()"


class Private(MiddlewareMixin):
    """Keeps a business's pages out of every cache: behind a counter, the next person presses Back."""

    def process_response(self, _request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Say so, unless the view has said something stricter."""
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response
