"""``candidates``: people who apply, and when they can come."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.decorators import action

from accounts.choices import Language
from accounts.rest.bulk import BulkAnswer, bulk_of, upsert
from accounts.rest.fields import Choice, Email, ExternalIds, Input, Moment, Output, Text
from accounts.rest.lists import ListQuery
from accounts.rest.problems import about
from accounts.rest.resources import Ids, Resource, writes
from interviews import policies
from interviews.models import Candidate, CandidateWindow
from interviews.services.jobs import add_candidate, change_candidate, set_candidate_windows

MOST_WINDOWS = 100


class WindowOutput(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class WindowInput(Input):
    starts_at = Moment()
    ends_at = Moment()


class CandidateOutput(Output):
    name = Text()
    native_name = Text(help_text="The name in the person's own script; may be empty.")
    email = Email()
    time_zone = Text(help_text="An IANA zone.")
    language = Choice(choices=Language.choices, help_text="Of mails to the person.")
    windows = WindowOutput(many=True, help_text="When the person can come; none means office hours.")
    external_ids = ExternalIds()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class CandidateChange(Input):
    name = Text(max_length=120, required=False)
    native_name = Text(max_length=120, required=False, allow_blank=True)
    email = Email(max_length=254, required=False)
    time_zone = Text(max_length=64, required=False, help_text="An IANA zone.")
    language = Choice(choices=Language.choices, required=False)
    windows = serializers.ListField(
        child=WindowInput(), max_length=MOST_WINDOWS, required=False, help_text="All of them: they replace what was."
    )
    external_ids = ExternalIds(required=False)


class CandidateInput(CandidateChange):
    name = Text(max_length=120)
    email = Email(max_length=254)
    time_zone = Text(max_length=64, help_text="An IANA zone.")


class CandidateQuery(ListQuery):
    email = serializers.CharField(required=False, max_length=254, source="email__iexact")


class Candidates(Resource):
    """People who apply. They have no account.

    Administrators, recruiters and hiring managers of a job see who applied for it; recruiters also who has applied
    for nothing yet. Recruiters change what is known of them.
    """

    noun = "candidates"
    scope = "candidates"
    output = CandidateOutput
    query = CandidateQuery
    orderings = {"name": "name"}

    def rows(self) -> QuerySet[Candidate]:
        return Candidate.objects.of_members(self.user)

    def part_windows(self, ids: Ids) -> Mapping[UUID, list[dict[str, Any]]]:
        found = defaultdict(list)
        rows = CandidateWindow.objects.filter(candidate__in=ids).order_by("starts_at")
        for candidate, starts_at, ends_at in rows.values_list("candidate", "starts_at", "ends_at"):
            found[candidate].append({"starts_at": starts_at, "ends_at": ends_at})
        return found

    @writes(CandidateInput, status=201)
    def create(self, data: dict[str, Any]) -> UUID:
        """Add a person who may apply."""
        ids = data.pop("external_ids", {})
        pk = self._add(data)
        self.name_outside(pk, ids)
        return pk

    @writes(CandidateChange)
    def partial_update(self, candidate: Candidate, data: dict[str, Any]) -> UUID:
        """Change what is known of a person. What is not sent stays; windows are replaced as a whole."""
        ids = data.pop("external_ids", {})
        self._change(candidate, data)
        self.name_outside(candidate.pk, ids)
        return candidate.pk

    @action(detail=False, methods=["post"])
    @writes(bulk_of(CandidateInput), gives=BulkAnswer, also=(207,))
    def bulk(self, data: dict[str, Any]) -> HttpResponse:
        """Add people, or change those whom one of the ``external_ids`` names."""
        return upsert(self, data, takes=CandidateInput, create=self._add, change=self._change)

    def _add(self, data: dict[str, Any]) -> UUID:
        if not policies.may_open_jobs(self.user):
            raise PermissionDenied
        windows = data.pop("windows", [])
        candidate = add_candidate(actor=self.user, **data)
        if windows:
            self._set_windows(candidate, windows)
        return candidate.pk

    def _change(self, candidate: Candidate, data: dict[str, Any]) -> bool:
        if not policies.may_run_candidate(self.user, candidate):
            raise PermissionDenied
        windows = data.pop("windows", None)
        is_changed = change_candidate(actor=self.user, candidate=candidate, **data)
        return (windows is not None and self._set_windows(candidate, windows)) or is_changed

    def _set_windows(self, candidate: Candidate, windows: list[dict[str, Any]]) -> bool:
        wanted = [(it["starts_at"], it["ends_at"]) for it in windows]
        if sorted(wanted) == list(candidate.windows.values_list("starts_at", "ends_at")):
            return False
        with about("windows"):
            set_candidate_windows(actor=self.user, candidate=candidate, windows=wanted)
        return True
