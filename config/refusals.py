"""What Django itself refuses, before or outside any view: a page for people, problem+json for programs."""

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.views import defaults

from accounts.rest import problems

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith(API):
        return defaults.bad_request(request, exception)
    refused = exception if isinstance(exception, SuspiciousOperation) else SuspiciousOperation()
    problem = problems.problem_of(refused)
    assert problem is not None  # noqa: S101 -- for the type checker
    return problems.answer(problem, problems.new_request_id())


def server_error(request: HttpRequest) -> HttpResponse:
    return problems.server_error(request) if request.path.startswith(API) else defaults.server_error(request)
