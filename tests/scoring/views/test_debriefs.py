import uuid

import pytest
from django.urls import reverse

from accounts.choices import Role
from interviews.models import PanelSeat
from scoring.models import Debrief, DebriefAccess, Decision
from scoring.services.debriefs import open_early
from tests.factories import InterviewerFactory, UserFactory
from tests.scoring.worlds import panel_world, submit, submit_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return panel_world(panel=(2, 1))


def get(client, user, world, name="debrief-detail"):
    client.force_login(user)
    return client.get(reverse(f"scoring:{name}", args=[world.loop.pk]))


def post(client, user, world, name, **data):
    client.force_login(user)
    return client.post(reverse(f"scoring:{name}", args=[world.loop.pk]), data)


def test_opened_debrief_shows_result_agreement_and_evidence(client, world):
    first, *others = world.all_seats
    submit(first, levels=(5, 2), words="Drew the whole cache")
    for seat in others:
        submit(seat, levels=(2, 2), recommendation="no", words="Left out the batch")

    page = get(client, world.manager, world).content.decode()

    for words in (
        "3 of 3 cards in",
        "Drew the whole cache, question 1",
        "Left out the batch, question 1",
        "3 levels apart",
    ):
        assert words in page
    assert page.index("3 levels apart") < page.index("all agree")
    assert 'class="lw-drawing lw-intervals"' in page
    assert "Record decision" in page
    assert "note of" in page
    assert f"note of {first.pk}" not in page


def test_private_notes_are_on_no_page_of_anybody_else(client, world):
    submit_all(world)

    for user in (world.manager, world.recruiter, world.seats[0][1].interviewer.user):
        assert f"note of {world.seats[0][0].pk}" not in get(client, user, world).content.decode()


@pytest.mark.parametrize("who", ["recruiter", "manager"])
def test_members_see_who_is_done_and_nothing_else_before(client, world, who):
    submit(world.seats[0][0], levels=(5, 5), recommendation="strong_yes", words="Secret words")

    page = get(client, getattr(world, who), world).content.decode()

    assert "1 of 3 cards are in" in page
    assert str(world.seats[0][0].interviewer) in page
    assert "Secret words" not in page
    assert "strong yes" not in page.lower()


def test_interviewer_with_an_open_card_is_sent_to_it_and_sees_no_count(client, world):
    open_early(loop=world.loop, actor=world.recruiter, reason="Offer")
    submit(world.seats[0][1])

    page = get(client, world.seats[0][0].interviewer.user, world).content.decode()

    assert "Your own card comes first." in page
    assert "of 3" not in page


def test_manager_on_the_panel_is_an_interviewer_first(client, world):
    interviewer = InterviewerFactory(user=world.manager)
    seat = PanelSeat.objects.create(round=world.seats[1][0].round, interviewer=interviewer, role="second")
    open_early(loop=world.loop, actor=world.recruiter, reason="Offer")
    submit(world.seats[0][0], words="Words of another")

    assert "Your own card comes first." in get(client, world.manager, world).content.decode()
    submit(seat)
    assert "Words of another" in get(client, world.manager, world).content.decode()


def test_early_opening_needs_a_reason_and_is_shown(client, world):
    submit(world.seats[0][0])

    refused = post(client, world.recruiter, world, "debrief-open", reason=" ")
    assert (refused.status_code, Debrief.objects.exists()) == (422, False)

    post(client, world.recruiter, world, "debrief-open", reason="Another offer until Friday")
    page = get(client, world.manager, world).content.decode()
    assert "Another offer until Friday" in page
    assert "1 of 3 cards in" in page
    assert "no result before all cards are in: 1 of 3" in page


def test_administrator_reads_with_a_recorded_reason_only(client, world):
    admin = UserFactory(roles=[Role.ADMIN])
    assert "not open yet" in get(client, admin, world).content.decode()
    submit_all(world, words="Words of the panel")

    assert "Words of the panel" not in get(client, admin, world).content.decode()
    assert post(client, admin, world, "debrief-access", reason="").status_code == 422
    post(client, admin, world, "debrief-access", reason="Complaint")

    assert "Words of the panel" in get(client, admin, world).content.decode()
    assert DebriefAccess.objects.get().reason == "Complaint"


def test_decision_is_recorded_once_and_shown(client, world):
    submit_all(world)

    refused = post(client, world.manager, world, "decision-create", outcome="hire", rationale="")
    post(client, world.manager, world, "decision-create", outcome="no_hire", rationale="Not yet <b>there</b>")
    again = post(client, world.manager, world, "decision-create", outcome="hire", rationale="Yes")

    page = get(client, world.recruiter, world).content.decode()
    assert (refused.status_code, again.status_code) == (422, 422)
    assert Decision.objects.get().outcome == "no_hire"
    assert "Not yet &lt;b&gt;there&lt;/b&gt;" in page
    assert "Record decision" not in page


@pytest.mark.parametrize("name", ["debrief-open", "debrief-access", "decision-create"])
@pytest.mark.parametrize("who", ["interviewer", "author", "outside"])
def test_nobody_else_records_anything(client, world, name, who):
    submit_all(world)
    user = {
        "interviewer": world.seats[0][0].interviewer.user,
        "author": UserFactory(roles=[Role.AUTHOR]),
        "outside": panel_world().recruiter,
    }[who]

    response = post(client, user, world, name, reason="Curious", outcome="hire", rationale="Mine")

    assert response.status_code == 404
    assert not Decision.objects.exists()
    assert not DebriefAccess.objects.exists()


@pytest.mark.parametrize("who", ["author", "outside", "unknown"])
def test_page_of_a_loop_one_has_no_part_in_is_not_found(client, world, who):
    submit_all(world)
    client.force_login(panel_world().recruiter if who != "author" else UserFactory(roles=[Role.AUTHOR]))

    loop = uuid.uuid4() if who == "unknown" else world.loop.pk
    assert client.get(reverse("scoring:debrief-detail", args=[loop])).status_code == 404


def test_list_says_what_each_may_know(client, world):
    submit(world.seats[0][0])
    url = reverse("scoring:debrief-list")

    def page_of(user):
        client.force_login(user)
        return client.get(url).content.decode()

    assert "1 of 3 cards in" in page_of(world.recruiter)
    assert "Submit your card first" in page_of(world.seats[0][1].interviewer.user)
    assert "Not open yet" in page_of(world.seats[0][0].interviewer.user)
    assert "Wei Zhang" not in page_of(panel_world(candidate_name="Another").recruiter)


def test_chinese_page_keeps_evidence_as_it_was_written(client, world):
    submit_all(world, words="先估算，再减半")
    world.manager.language = "zh-hans"
    world.manager.save()

    page = get(client, world.manager, world).content.decode()

    assert '<html lang="zh-Hans"' in page
    assert "先估算，再减半" in page


@pytest.mark.parametrize("rounds", [1, 3])
def test_page_costs_the_same_number_of_queries_at_any_size(client, rounds, django_assert_max_num_queries):
    world = panel_world(panel=(2,) * rounds)
    submit_all(world)
    client.force_login(world.manager)

    with django_assert_max_num_queries(20):
        client.get(reverse("scoring:debrief-detail", args=[world.loop.pk]))


@pytest.mark.parametrize("loops", [1, 4])
def test_list_costs_the_same_number_of_queries_at_any_size(client, loops, django_assert_num_queries):
    manager = UserFactory(roles=[Role.HIRING_MANAGER])
    for number in range(loops):
        world = panel_world(panel=(1,), manager=manager)
        if number % 2:
            submit_all(world)
    client.force_login(manager)

    # session, person, roles for the menu, count of the pages, rows
    with django_assert_num_queries(5):
        client.get(reverse("scoring:debrief-list"))
