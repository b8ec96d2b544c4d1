"""Changing many questions at once: choose, say what changes, look at it, do it."""

import re
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.requests import PersonRequest
from questionbank import policies
from questionbank.forms.bulk import LABELS, REFUSALS, BulkForm
from questionbank.forms.lists import SeenManyForm
from questionbank.models import Tag
from questionbank.selectors import lists
from questionbank.selectors.facets import kept_query
from questionbank.selectors.questions import text_in
from questionbank.services import bulk
from questionbank.services.changes import Changes

PAGE_SIZE = 50
_NUMBER = re.compile(r"[0-9]{1,9}\Z")


@login_required
@require_POST
def bulk_change(request: PersonRequest) -> HttpResponse:
    """The form, the preview under it, or the deed, as the pressed button says."""
    if not policies.may_write(request.user):
        raise PermissionDenied
    query = kept_query(QueryDict(request.POST.get("query", "")[:2_000]))
    numbers = _numbers(request, query)
    if not numbers or len(numbers) > bulk.MOST_AT_ONCE:
        messages.error(request, _("Choose 1 to %(limit)s questions.") % {"limit": bulk.MOST_AT_ONCE})
        return _to_list(query)
    ids = lists.question_ids(user=request.user, numbers=numbers)
    tags = Tag.objects.filter(questions__in=ids).distinct()
    context = {"numbers": ",".join(map(str, numbers)), "count": len(ids), "query": query.urlencode()}
    if "do" not in request.POST and "page" not in request.POST:
        return render(request, "questionbank/bulk.html", context | {"form": BulkForm(tags=tags)})
    form = BulkForm(request.POST, tags=tags)
    if not form.is_valid():
        return render(request, "questionbank/bulk.html", context | {"form": form}, status=422)
    try:
        if request.POST.get("do") == "apply":
            return _apply(request, ids, form.changes(), query)
        plan = bulk.preview(question_ids=ids, changes=form.changes(), actor=request.user)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return render(request, "questionbank/bulk.html", context | {"form": form}, status=422)
    return render(request, "questionbank/bulk.html", context | {"form": form} | _shown(plan, request))


def _apply(request: PersonRequest, ids: list[Any], changes: Changes, query: QueryDict) -> HttpResponse:
    token = request.POST.get("token", "")[:64]
    plan = bulk.apply(question_ids=ids, changes=changes, actor=request.user, token=token)
    count = len(plan.changed)
    done = ngettext("%(count)s question is changed.", "%(count)s questions are changed.", count)
    messages.success(request, done % {"count": count})
    return _to_list(query)


def _shown(plan: bulk.Plan, request: PersonRequest) -> dict[str, Any]:
    """One page of the preview: first what changes, then what cannot."""
    page = Paginator(plan.changed + plan.refused, PAGE_SIZE).get_page(request.POST.get("page"))
    rows = [
        {
            "line": line,
            "title": text_in(line.version),
            "refused": REFUSALS.get(line.refused, ""),
            "differences": [(LABELS[it.name], it.old, it.new) for it in line.differences],
        }
        for line in page
    ]
    return {"plan": plan, "page": page, "rows": rows}


def _numbers(request: PersonRequest, query: QueryDict) -> list[int]:
    """Which questions: those of the form, all that the search finds, or those whose texts were chosen."""
    if given := request.POST.get("numbers", ""):
        return [int(part) for part in given.split(",") if _NUMBER.match(part)]
    if request.POST.get("scope") == "all":
        return lists.found_numbers(user=request.user, query=query)
    form = SeenManyForm(request.POST)
    return lists.numbers_of_texts(user=request.user, texts=form.cleaned_data["seen"]) if form.is_valid() else []


def _to_list(query: QueryDict) -> HttpResponseRedirect:
    address = reverse("questionbank:question-list")
    return HttpResponseRedirect(f"{address}?{query.urlencode()}" if query else address)
