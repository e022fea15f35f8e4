"""The OpenAPI description of the JSON side, as it stands in `gstbillingapp/openapi.yaml`."""

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

DESCRIPTION = Path(__file__).parent.parent / "openapi.yaml"


@require_safe
def description(_request: HttpRequest) -> HttpResponse:
    """The file itself, for anybody: it says nothing that the README does not."""
    return HttpResponse(DESCRIPTION.read_bytes(), content_type="application/yaml")  # RFC 9512
