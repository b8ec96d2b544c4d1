"""What the answers to a question say: a part of the question's page, and a page of its own."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.requests import PersonRequest
from questionbank.models import Question
from scoring.measurement.drift import DRAWS, FLAG_LEVEL, Drift
from scoring.selectors.questions import FEWEST_SHOWN, question_figures


@login_required
@require_GET
@vary_on_headers("HX-Request")
def question_figures_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    """For readers of the bank: administrators, recruiters, hiring managers, authors. Interviewers are none of them."""
    question = get_object_or_404(Question.objects.visible_to(request.user), pk=pk)
    figures = question_figures(question=question, draws=DRAWS)
    context = {
        "question": question,
        "figures": figures,
        "drift": figures.drift if isinstance(figures.drift, Drift) else None,
        "too_few": None if isinstance(figures.drift, Drift) else figures.drift,
        "fewest_shown": FEWEST_SHOWN,
        "is_unusual": isinstance(figures.drift, Drift) and figures.drift.p <= FLAG_LEVEL,
    }
    part = "HX-Request" in request.headers
    return render(request, "scoring/_question_figures.html" if part else "scoring/question_figures.html", context)
