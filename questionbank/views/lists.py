"""Finding questions, keeping searches, and publishing many at once."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import PersonRequest
from questionbank import policies
from questionbank.forms.lists import SavedSearchForm, SeenManyForm
from questionbank.models import SavedSearch
from questionbank.selectors import lists
from questionbank.selectors.facets import SORTS, kept_query
from questionbank.selectors.search import WAITING, Sort
from questionbank.services import saved, versions
from questionbank.services.bulk import MOST_AT_ONCE


@login_required
@require_GET
def question_list(request: PersonRequest) -> HttpResponse:
    if not policies.may_read(request.user):
        raise PermissionDenied
    listing = lists.question_list(user=request.user, query=request.GET)
    may_write = policies.may_write(request.user)
    context = {
        "listing": listing,
        "page": listing.page,
        "rows": listing.page.rows,
        "sorts": [sort for sort in SORTS.items() if listing.search.text or sort[0] != Sort.RELEVANCE],
        "saved": list(SavedSearch.objects.visible_to(request.user)),
        "may_write": may_write,
        "may_publish_all": may_write and request.GET.getlist("state") == [WAITING],
        "most_at_once": MOST_AT_ONCE,
        "export_url": _export_url(),
    }
    return render(request, "questionbank/question_list.html", context)


def _export_url() -> str:
    try:
        return reverse("questionbank:question-export")
    except NoReverseMatch:
        return ""


@login_required
@require_POST
def version_publish_many(request: PersonRequest) -> HttpResponse:
    if not policies.may_write(request.user):
        raise PermissionDenied
    form = SeenManyForm(request.POST)
    if form.is_valid():
        try:
            count = versions.publish_seen(seen=form.cleaned_data["seen"], actor=request.user)
        except ValidationError as error:
            messages.error(request, _("Nothing was published. %(why)s") % {"why": " ".join(error.messages)})
        else:
            done = ngettext("%(count)s question is published.", "%(count)s questions are published.", count)
            messages.success(request, done % {"count": count})
    else:
        messages.error(request, " ".join(map(str, form.errors["seen"])))
    return redirect(reverse("questionbank:question-list") + f"?state={WAITING}")


@login_required
@require_POST
def search_save(request: PersonRequest) -> HttpResponse:
    if not policies.may_read(request.user):
        raise PermissionDenied
    form = SavedSearchForm(request.POST)
    query = kept_query(QueryDict(request.POST.get("query", "")[:1_000])).urlencode()
    if not form.is_valid():
        messages.error(request, _("Give the search a name of at most 80 characters."))
        return _to_list(query)
    try:
        saved.save_search(user=request.user, name=form.cleaned_data["name"], query=query)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The search is saved."))
    return _to_list(query)


@login_required
@require_POST
def search_rename(request: PersonRequest, pk: UUID) -> HttpResponse:
    search = get_object_or_404(SavedSearch.objects.visible_to(request.user), pk=pk)
    form = SavedSearchForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the search a name of at most 80 characters."))
        return _to_list(search.query)
    try:
        saved.rename_search(search=search, name=form.cleaned_data["name"])
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return _to_list(search.query)


@login_required
@require_POST
def search_delete(request: PersonRequest, pk: UUID) -> HttpResponse:
    search = get_object_or_404(SavedSearch.objects.visible_to(request.user), pk=pk)
    saved.delete_search(search=search)
    messages.success(request, _("The search is deleted."))
    return _to_list("")


def _to_list(query: str) -> HttpResponseRedirect:
    address = reverse("questionbank:question-list")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)
