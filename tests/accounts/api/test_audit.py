"""The trail, and what was deleted."""

import pytest

from accounts.choices import Role
from accounts.services.trail import record
from tests.api import Api, signed_in
from tests.factories import CompetencyFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_administrators_read_the_trail():
    admin = UserFactory(roles=[Role.ADMIN])
    entry = record(actor=admin, action="tested", subject=admin, number=1)

    found = signed_in(admin).get(f"audit?action=tested&actor={admin.pk}").json()["results"]

    assert found == [
        {
            "id": str(entry.pk),
            "at": found[0]["at"],
            "actor": str(admin.pk),
            "action": "tested",
            "subject_type": "accounts.user",
            "subject_id": str(admin.pk),
            "detail": {"number": 1},
        }
    ]
    assert signed_in(UserFactory(roles=[Role.RECRUITER])).get("audit").json()["results"] == []


def test_what_was_deleted_is_told_to_programs():
    api = Api()
    gone = CompetencyFactory()
    pk = str(gone.pk)
    gone.delete()

    found = api.get("deletions?resource=competencies").json()["results"]

    assert [(it["resource"], it["object_id"]) for it in found] == [("competencies", pk)]
    assert api.get(f"deletions?deleted_after={found[0]['deleted_at']}").json()["results"] == []
    assert signed_in(UserFactory()).get("deletions").json()["results"] == []
