"""Every list of the API asks the database as often for three companies as for one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.choices import Role
from config.api import RESOURCES
from tests.api import Api, signed_in
from tests.factories import UserFactory
from tests.matrix.asking import ROUTES, address
from tests.matrix.companies import common, company
from tests.matrix.table import READERS

pytestmark = pytest.mark.django_db

# A list of 50 stays below this, whatever it shows; the token and the page of rows among them.
MOST = 12


def test_queries_do_not_grow_with_rows(subtests):
    admin = UserFactory(roles=[Role.ADMIN])
    first = company("Ada", admin)
    things = first.things | common(admin, first)
    asking = {"program": Api(), "admin": signed_in(admin), "author": signed_in(first.author)}
    before = counted(asking, things)
    for name in ("Bo", "Cleo"):
        company(name, admin)

    after = counted(asking, things)

    for noun, (rows, queries) in before.items():
        with subtests.test(noun=noun):
            assert rows, "nothing was listed"
            assert after[noun][1] == queries <= MOST


def counted(asking, things):
    """Noun → (rows, queries), with everything that can be asked for, by somebody who reads it."""
    found = {}
    for resource in RESOURCES:
        noun = resource.noun
        readers = READERS.get(noun, "").split()
        who = next((it for it in ("program", "admin", "author") if it in readers), None)
        if who is None or (f"{noun}-list", "get") not in ROUTES:
            continue
        include = f"&include={','.join(sorted(resource.on_request))}" if resource.on_request else ""
        path = f"{address(f'{noun}-list', 'get', things)}?limit=200{include}"
        asking[who].get(path)
        with CaptureQueriesContext(
            connection,
        ) as context:
            answer = asking[who].get(path)
        assert answer.status_code == 200, answer.content
        found[noun] = len(answer.json()["results"]), len(context)
    return found
