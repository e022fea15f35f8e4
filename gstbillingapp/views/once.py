"""Forms that do something once: a double click, or a form that is sent again, makes no second payment.

A form that moves money or makes a document has three things to it:

- `{% form_key %}` beside `{% csrf_token %}` in its template: a key of its own, in a hidden field;
- `answers_again` on its view, below `member_required`: a form that has done its deed is answered as it was;
- its deed done by `once`, which makes an `Answer` of it, and `answered`, which gives that.

A form without a key, such as a script's, does its deed as often as it is sent.
"""

import re
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from json import dumps

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from gstbillingapp.access import MemberRequest, View
from gstbillingapp.actions import form_keys
from gstbillingapp.actions.form_keys import Answer, PostedForm
from gstbillingapp.models.form_key import KEY_LENGTH, new_form_key

FIELD = "form_key"
KEY = re.compile(rf"[\w-]{{1,{KEY_LENGTH}}}", re.ASCII)
# Not typed; and which button was pressed says where to go from here, not what is recorded.
NOT_TYPED = ("csrfmiddlewaretoken", FIELD, "do")


def answers_again(view: View) -> View:
    """Answer a form that has done its deed as it was then, before the view looks what may be done."""

    @wraps(view)
    def guarded(request: MemberRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        posted = _posted(request)
        if posted is not None:
            earlier = form_keys.earlier_answer(posted)
            if earlier is not None:
                return answered(request, earlier)
            request.form_key = posted.key  # shown again, it is the same form
        return view(request, *args, **kwargs)

    return guarded


def once(request: MemberRequest, deed: Callable[[], Answer]) -> Answer:
    """Do what a posted form is for, unless it has done so: then it is the answer of then.

    Raises ValidationError as the deed, and where the form was sent before with something else typed into it;
    shown again, it is another form.
    """
    posted = _posted(request)
    if posted is None:
        return deed()
    try:
        return form_keys.once(posted, deed)
    except form_keys.UsedError:
        request.form_key = new_form_key()
        raise


def answered(request: HttpRequest, answer: Answer) -> HttpResponseRedirect:
    """Lead to the page of an answer and say there what is to be said."""
    if answer.said:
        messages.success(request, answer.said)
    return HttpResponseRedirect(answer.url)


def _posted(request: MemberRequest) -> PostedForm | None:
    key = request.POST.get(FIELD, "")
    has_version = bool(request.POST.get("version"))
    return PostedForm(request.business, key, _digest(request), has_version) if KEY.fullmatch(key) else None


def _digest(request: HttpRequest) -> str:
    typed = sorted((name, values) for name, values in request.POST.lists() if name not in NOT_TYPED)
    return sha256(dumps([request.get_full_path(), typed]).encode()).hexdigest()
