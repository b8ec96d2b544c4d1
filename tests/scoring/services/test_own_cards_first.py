"""An administrator on a panel gets no archive of everybody's cards before their own are in."""

import pytest
from django.core.exceptions import ValidationError

from accounts.choices import Role
from accounts.models import RoleGrant
from delivery.models import CompanyExport
from delivery.services.company_exports import request_export
from tests.api import signed_in
from tests.scoring.worlds import panel_world, submit_all

pytestmark = pytest.mark.django_db


def test_an_archive_waits_for_the_own_cards():
    world = panel_world()
    writer = world.all_seats[0].interviewer.user
    RoleGrant.objects.create(user=writer, role=Role.ADMIN)

    with pytest.raises(ValidationError) as refused:
        request_export(actor=writer)
    assert refused.value.code == "own_card_first"
    answer = signed_in(writer).post("exports")
    assert (answer.status_code, answer.json()["code"]) == (409, "own_card_first")
    page = signed_in(writer).client.post("/settings/export/create/", follow=True)
    assert not CompanyExport.objects.exists(), page.redirect_chain

    submit_all(world)
    del writer.roles
    assert request_export(actor=writer).requested_by == writer
