from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import UserFactory
from tests.scoring.worlds import panel_world, submit

pytestmark = pytest.mark.django_db


def test_loop_page_loads_who_is_done_without_what_they_said(client):
    world = panel_world(panel=(2,))
    ahead = timezone.now() + timedelta(hours=2)
    world.loop.rounds.update(starts_at=ahead, ends_at=ahead + timedelta(hours=1))
    first, second = world.all_seats
    submit(first, words="Secret words")
    client.force_login(world.recruiter)
    address = reverse("scoring:card-progress", args=[world.loop.pk])

    page = client.get(reverse("interviews:loop-detail", args=[world.loop.pk])).content.decode()
    part = client.get(address).content.decode()

    assert f'hx-get="{address}"' in page
    assert "1 of 2 cards are in" in part
    assert "to come" in part
    assert "missing" not in part
    assert str(first.interviewer) in part
    assert str(second.interviewer) in part
    assert "Secret words" not in part


@pytest.mark.parametrize("who", ["an interviewer who owes a card", "somebody else"])
def test_progress_is_unknown_to_others(client, who):
    world = panel_world(panel=(2,))
    user = world.all_seats[0].interviewer.user if who == "an interviewer who owes a card" else UserFactory()
    client.force_login(user)

    assert client.get(reverse("scoring:card-progress", args=[world.loop.pk])).status_code == 404


def test_card_of_a_round_that_is_over_is_missing(client):
    world = panel_world(panel=(1,))
    past = timezone.now() - timedelta(hours=2)
    world.loop.rounds.update(starts_at=past, ends_at=past + timedelta(hours=1))
    client.force_login(world.recruiter)

    part = client.get(reverse("scoring:card-progress", args=[world.loop.pk])).content.decode()

    assert "missing" in part
