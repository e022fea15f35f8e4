"""How an error is told to a script: in one shape, wherever in the stack it arises."""

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.deprecation import MiddlewareMixin

# What is said of an error that Django itself found, by its status.
WORDS = {
    400: ("bad_request", "The request could not be read."),
    403: ("forbidden", "You may not do this."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not answer to that method."),
    413: ("too_large", "The request is too large."),
    500: ("internal", "Something failed here. It is not your request."),
}
INBOX = "/notifications/"  # a page; below it whoever does not ask for one is a script


def problem(status: int, code: str, message: str) -> JsonResponse:
    """An error as the contract shapes it."""
    return JsonResponse({"error": {"code": code, "message": message}}, status=status)


def refusal(errors: ErrorDict) -> JsonResponse:
    """What a form refused: the contract's error with the first message, and every message by its field."""
    field, messages = next(iter(errors.items()))
    words = messages[0] if field == NON_FIELD_ERRORS else f"{field}: {messages[0]}"
    error = {"code": "refused", "message": words}
    return JsonResponse({"error": error, "errors": errors}, status=400)


def wants_page(request: HttpRequest) -> bool:
    """Whether a browser asks for something that a person reads."""
    return "text/html" in request.headers.get("Accept", "")


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks, and says so or could not ask for anything else."""
    if wants_page(request):
        return False
    asks = "application/json" in request.headers.get("Accept", "")
    return asks or (request.path.startswith(INBOX) and request.path != INBOX)


class JsonProblems(MiddlewareMixin):
    """Gives scripts JSON where Django would give a page: an unknown address, a wrong method, a bad body."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The same status, and the methods that are allowed, with the contract's body."""
        if response.status_code not in WORDS or not wants_json(request):
            return response
        if response.headers.get("Content-Type") == "application/json":
            return response
        if settings.DEBUG and response.status_code == 500:
            return response  # a developer reads the traceback
        told = problem(response.status_code, *WORDS[response.status_code])
        if "Allow" in response.headers:
            told["Allow"] = response.headers["Allow"]
        return told
