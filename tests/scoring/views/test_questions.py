"""Figures of a question: for readers of the bank, without names, above a least number."""

import pytest
from django.urls import reverse

from accounts.choices import Role
from scoring.selectors.questions import question_figures
from tests.factories import UserFactory, VersionFactory, publish
from tests.scoring.answers import STEP, answered_world, leaked_world

pytestmark = pytest.mark.django_db


def open_page(client, question, role=Role.AUTHOR, **headers):
    client.force_login(UserFactory(roles=[role]))
    return client.get(reverse("scoring:question-figures", args=[question.pk]), headers=headers)


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.AUTHOR, 200), (Role.ADMIN, 200), (Role.RECRUITER, 200), (Role.HIRING_MANAGER, 200), (Role.INTERVIEWER, 404)],
)
def test_who_sees_the_figures(client, role, status):
    world = leaked_world()

    assert open_page(client, world.question, role).status_code == status


def test_figures_and_drift_are_shown_without_names(client):
    world = leaked_world()

    page = open_page(client, world.question).content.decode()

    assert "30 candidates" in page
    assert "More than chance explains." in page
    assert "95 % interval" in page
    assert "Candidate 1" not in page
    assert str(world.interviewers[0].user) not in page


def test_too_few_answers_say_so_instead_of_a_number(client):
    world = answered_world()
    for level in (5, 1, 4):
        world.answer([level, 3, 3])

    page = open_page(client, world.question).content.decode()

    assert "figures are shown from 5 candidates on" in page
    assert "Too few answers to say: 3 of at least 20." in page
    assert "Mean level" not in page


def test_a_part_for_htmx_and_a_whole_page_for_a_link(client):
    question = publish(VersionFactory()).question

    part = open_page(client, question, HX_Request="true")
    page = open_page(client, question)

    assert part.content.decode().lstrip().startswith("<section")
    assert "<html" in page.content.decode()
    assert "No answers yet." in part.content.decode()
    assert "HX-Request" in part.headers["Vary"]


@pytest.mark.parametrize("size", [3, 30])
def test_query_count_is_constant(size, django_assert_num_queries):
    question = leaked_world(STEP[:size]).question

    with django_assert_num_queries(3):
        figures = question_figures(question=question, draws=199)

    assert figures.versions[0].candidates == size
