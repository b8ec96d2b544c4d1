"""Several editors of one template at once, on real connections: one is saved, the others are told."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from interviews.models import LoopTemplate
from interviews.selectors.templates import rules_of
from interviews.services.templates import save_template, start_template
from tests.factories import RoleFamilyFactory
from tests.interviews.test_templates import plan_on
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db(transaction=True)
EDITORS = 6


def race(attempt) -> Counter:
    together = threading.Barrier(EDITORS)

    def one(number):
        together.wait(30)
        try:
            attempt(number)
        except ValidationError as refusal:
            found = getattr(refusal, "error_dict", None)
            return found["__all__"][0].code if found else refusal.code
        else:
            return "saved"
        finally:
            connection.close()

    with ThreadPoolExecutor(EDITORS) as pool:
        return Counter(pool.map(one, range(EDITORS)))


@pytest.mark.parametrize("has_plans", [True, False])
def test_of_many_editors_one_is_saved(has_plans):
    world = small_world()
    if has_plans:
        plan_on(world, world.template)
    seen = rules_of(world.template)

    met = race(
        lambda number: save_template(
            template=world.template, rules=replace(seen, rest_days=number), seen=seen.fingerprint, actor=world.recruiter
        )
    )

    assert met == {"saved": 1, "stale_template": EDITORS - 1}
    assert LoopTemplate.objects.current().count() == 1
    assert LoopTemplate.objects.count() == 1 + has_plans


def test_of_many_who_start_one_the_others_are_told():
    world = small_world()
    role, rules = RoleFamilyFactory(), rules_of(world.template)

    met = race(
        lambda _number: start_template(
            role_family=role, seniority=world.job.seniority, rules=rules, actor=world.recruiter
        )
    )

    assert met == {"saved": 1, "template_exists": EDITORS - 1}
