"""Suspicions stay until a person decides; decisions stay."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.choices import Role
from accounts.models import AuditEntry
from questionbank.choices import LeakState
from questionbank.models import LeakFlag
from questionbank.services.leaks import clear, confirm, suspect
from tests.factories import QuestionFactory, UserFactory

pytestmark = pytest.mark.django_db
FIGURES = {"p": 0.002, "shift": 0.9}


@pytest.fixture
def author():
    return UserFactory(roles=[Role.AUTHOR])


def test_suspecting_twice_is_one_flag_with_the_newer_figures():
    question = QuestionFactory()

    first = suspect(question=question, drift=FIGURES)
    second = suspect(question=question, drift={"p": 0.001})

    assert second.pk == first.pk
    assert LeakFlag.objects.get().drift == {"p": 0.001}
    assert AuditEntry.objects.filter(action="leak.suspected").count() == 1


def test_figures_never_touch_what_a_person_raised_or_decided(author):
    by_person = suspect(question=QuestionFactory(), actor=author, reason="Seen in a forum")
    confirmed = confirm(flag=suspect(question=QuestionFactory(), drift=FIGURES), actor=author, reason="It is public")

    for flag in (by_person, confirmed):
        suspect(question=flag.question, drift={"p": 0.5})
        before = (flag.state, flag.drift, flag.reason)
        flag.refresh_from_db()
        assert (flag.state, flag.drift, flag.reason) == before


def test_cleared_question_can_be_suspected_anew(author):
    question = QuestionFactory()
    first = clear(flag=suspect(question=question, drift=FIGURES), actor=author, reason="A stronger cohort")

    second = suspect(question=question, drift=FIGURES)

    assert first.state == LeakState.CLEARED
    assert first.decided_by == author
    assert second.pk != first.pk
    assert list(LeakFlag.objects.standing()) == [second]


def test_confirmed_leak_can_be_cleared_but_not_the_other_way_round(author):
    flag = confirm(flag=suspect(question=QuestionFactory(), drift=FIGURES), actor=author, reason="It is public")

    cleared = clear(flag=flag, actor=author, reason="Reworded")
    with pytest.raises(ValidationError) as refused:
        confirm(flag=cleared, actor=author, reason="Again")

    assert refused.value.code == "already_decided"


def test_second_decision_of_the_same_kind_is_refused(author):
    flag = confirm(flag=suspect(question=QuestionFactory(), drift=FIGURES), actor=author, reason="It is public")

    with pytest.raises(ValidationError) as refused:
        confirm(flag=flag, actor=author, reason="Again")

    assert refused.value.code == "already_decided"


@pytest.mark.parametrize("decide", [confirm, clear])
@pytest.mark.parametrize("role", [Role.RECRUITER, Role.HIRING_MANAGER, Role.INTERVIEWER])
def test_only_authors_and_administrators_decide(decide, role):
    flag = suspect(question=QuestionFactory(), drift=FIGURES)

    with pytest.raises(PermissionDenied):
        decide(flag=flag, actor=UserFactory(roles=[role]), reason="Because")

    decide(flag=flag, actor=UserFactory(roles=[Role.ADMIN]), reason="Because")


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_a_person_gives_a_reason(author, reason):
    flag = suspect(question=QuestionFactory(), drift=FIGURES)

    for act in (
        lambda: confirm(flag=flag, actor=author, reason=reason),
        lambda: clear(flag=flag, actor=author, reason=reason),
        lambda: suspect(question=QuestionFactory(), actor=author, reason=reason),
    ):
        with pytest.raises(ValidationError) as refused:
            act()
        assert refused.value.code == "reason"


def test_interviewers_do_not_raise_suspicions():
    with pytest.raises(PermissionDenied):
        suspect(question=QuestionFactory(), actor=UserFactory(roles=[Role.INTERVIEWER]), reason="I think so")
