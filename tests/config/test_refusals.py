"""Faults and refusals outside any view, for programs."""

import pytest

from accounts.api.users import Users
from tests.accounts.rest.test_reading import problem
from tests.api import Api

pytestmark = pytest.mark.django_db


def test_a_fault_of_ours_is_problem_json_without_a_word_of_what_it_was(monkeypatch):
    api = Api()
    monkeypatch.setattr(Users, "rows", lambda self: 1 / 0)

    answer = api.get("users")

    assert problem(answer) == (500, "fault")
    assert b"ZeroDivision" not in answer.content


def test_a_host_that_is_not_ours_is_refused_as_problem_json():
    assert problem(Api().get("users", Host="elsewhere.example")) == (400, "malformed")
