"""Where applicant tracking systems send their messages to. No token: each vendor signs in its own way."""

from uuid import UUID

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.rest.bodies import json_answer
from accounts.rest.problems import Problem, answer, new_request_id, problem_of
from interviews.ats.adapter import BadSignature, Malformed
from interviews.models import AtsConnection
from interviews.services.ats import receive

MOST_BYTES = 2**20


@csrf_exempt
def inbound(request: HttpRequest, pk: UUID) -> HttpResponse:
    """202 with the message's id once it is kept, a copy included; 401 unless it is signed, whatever is wrong with it.

    A connection that is not there or not in use is 404, more than ``MOST_BYTES`` 413.
    """
    try:
        return _received(request, pk)
    except (Problem, Http404, OperationalError) as error:
        problem = problem_of(error)
        if problem is None:
            raise
        return answer(problem, new_request_id())


def _received(request: HttpRequest, pk: UUID) -> HttpResponse:
    if request.method != "POST":
        raise Problem(405, "method_not_allowed", _("Messages are sent here with POST."), headers={"Allow": "POST"})
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise Problem(413, "too_large", _("A message has one megabyte at most."))
    connection = AtsConnection.objects.select_related("user").filter(pk=pk, is_enabled=True).first()
    if connection is None:
        raise Http404
    try:
        message = receive(connection=connection, headers=request.headers, body=body, now=timezone.now())
    except BadSignature:
        raise Problem(401, "not_genuine", _("The message is not signed as agreed.")) from None
    except Malformed:
        raise Problem(400, "malformed", _("Nothing in the message tells it from others.")) from None
    return json_answer({"id": message.pk}, 202)
