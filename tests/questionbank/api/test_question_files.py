"""Questions taken along as a file."""

import pytest

from accounts.choices import Role
from accounts.models import AuditEntry
from tests.accounts.rest.test_reading import problem
from tests.api import Api, signed_in
from tests.factories import (
    UserFactory,
)
from tests.questionbank.api.test_questions import whole_question

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("format", ["markdown", "json", "csv", "xlsx"])
def test_the_file_is_that_of_the_page(format, client):
    whole_question()
    reader = UserFactory(roles=[Role.RECRUITER])
    client.force_login(reader)
    page = client.post("/questions/export/", {"format": format})

    answer = signed_in(reader).get(f"questions/export?format={format}")

    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == page["Content-Type"]
    body = answer.getvalue()
    if format != "xlsx":  # archives name the time
        assert body == page.getvalue()
    assert AuditEntry.objects.filter(action="bank.exported").first().detail == {"format": format, "count": 2}


def test_the_file_holds_what_the_filters_find():
    api = Api()
    question, *_rest = whole_question()

    body = api.get("questions/export?format=csv&flag=leak").getvalue().decode()

    assert f"Q-{question.number:04d}" in body
    assert AuditEntry.objects.get(action="bank.exported").detail["count"] == 1


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [("", 400, "invalid_query"), ("?format=pdf", 400, "invalid_query"), ("?format=csv&limit=2", 400, "invalid_query")],
)
def test_a_file_of_no_kind_is_refused(query, status, code):
    assert problem(Api().get(f"questions/export{query}")) == (status, code)


def test_whoever_may_not_read_the_bank_takes_no_file():
    asking = signed_in(UserFactory(roles=[Role.INTERVIEWER]))

    assert problem(asking.get("questions/export?format=csv")) == (403, "not_allowed")
