"""How much a question has been used: a part of the question's page, and a page of its own."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.requests import PersonRequest
from interviews.selectors.exposure import exposure_of
from questionbank.models import Question


@login_required
@require_GET
@vary_on_headers("HX-Request")
def question_exposure(request: PersonRequest, pk: UUID) -> HttpResponse:
    question = get_object_or_404(Question.objects.visible_to(request.user), pk=pk)
    part = "HX-Request" in request.headers
    template = "interviews/_question_exposure.html" if part else "interviews/question_exposure.html"
    return render(
        request, template, {"question": question, "exposure": exposure_of(question=question, user=request.user)}
    )
