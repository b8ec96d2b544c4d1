"""What was named in If-Match counts everywhere; a changed outside id is a change."""

import pytest

from accounts.choices import Role
from tests.accounts.rest.test_reading import problem
from tests.api import Api
from tests.factories import JobFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_version_that_nobody_has_to_name_is_heeded_when_named():
    api = Api()
    job = JobFactory(recruiter=UserFactory(roles=[Role.RECRUITER]))
    read = api.get(f"jobs/{job.pk}")

    assert problem(api.patch(f"jobs/{job.pk}", {"team": "A"}, If_Match='"old"')) == (412, "stale_version")
    assert api.patch(f"jobs/{job.pk}", {"team": "A"}, If_Match=read["ETag"]).status_code == 200
    assert api.patch(f"jobs/{job.pk}", {"team": "B"}).status_code == 200


def test_outside_ids_come_and_go_and_are_changes():
    api = Api()
    job = JobFactory(recruiter=UserFactory(roles=[Role.RECRUITER]))
    read = api.get(f"jobs/{job.pk}").json()

    named = api.patch(f"jobs/{job.pk}", {"external_ids": {"hris": "7"}}).json()
    assert named["external_ids"] == {"hris": "7"}
    assert named["updated_at"] > read["updated_at"]
    assert api.patch(f"jobs/{job.pk}", {"external_ids": {"hris": ""}}).json()["external_ids"] == {}
