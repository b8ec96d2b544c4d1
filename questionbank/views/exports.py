"""Taking questions along as a file."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from questionbank import policies
from questionbank.formats.writing import SUFFIXES, TYPES
from questionbank.forms.exports import ExportForm
from questionbank.models import Question
from questionbank.selectors import lists
from questionbank.selectors.facets import kept_query
from questionbank.services import exporting


@login_required
@require_http_methods(["GET", "POST"])
def question_export(request: PersonRequest) -> HttpResponseBase:
    """Choose a format, and get the file: the whole bank, or what the search in the address finds."""
    if not policies.may_read(request.user):
        raise PermissionDenied
    given = QueryDict(request.POST.get("query", "")[:2_000]) if request.method == "POST" else request.GET
    query = kept_query(given)
    questions = Question.objects.visible_to(request.user)
    numbers = lists.found_numbers(user=request.user, query=query) if query else None
    count = questions.count() if numbers is None else len(numbers)
    form = ExportForm(request.POST) if request.method == "POST" else ExportForm(initial={"query": query.urlencode()})
    if request.method == "GET" or not form.is_valid():
        context = {"form": form, "count": count, "query": query.urlencode()}
        return render(request, "questionbank/export.html", context, status=422 if form.errors else 200)
    chosen = form.cleaned_data["format"]
    exporting.record_export(actor=request.user, format=chosen, count=count)
    pieces = exporting.export_questions(questions=questions, format=chosen, numbers=numbers)
    answer = StreamingHttpResponse(pieces, content_type=TYPES[chosen])
    day = timezone.localdate().isoformat()
    answer["Content-Disposition"] = f'attachment; filename="questions-{day}{SUFFIXES[chosen]}"'
    return answer
