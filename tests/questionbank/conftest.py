"""What the tests of the bank's pages share."""

import pytest

from questionbank.services.importing import Defaults
from tests.factories import RoleFamilyFactory, SeniorityFactory


@pytest.fixture
def sign_in(client):
    def as_person(person):
        client.force_login(person)
        return client

    return as_person


@pytest.fixture
def defaults():
    low, high = SeniorityFactory(), SeniorityFactory()
    return Defaults(role_families=(RoleFamilyFactory(),), lowest_seniority=low, highest_seniority=high)
