"""Changing many questions at once: what is shown is what is done, to all of them or to none."""

import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import close_old_connections, connection

from accounts.choices import Role
from accounts.models import AuditEntry
from questionbank.choices import VersionState
from questionbank.models import QuestionVersion, Tag
from questionbank.selectors.search import Search, find, read_bank
from questionbank.services import bulk, versions
from questionbank.services.changes import Changes, Step
from tests.factories import (
    CategoryFactory,
    CompetencyFactory,
    RoleFamilyFactory,
    SeniorityFactory,
    VersionFactory,
    publish,
)
from tests.questionbank.contents import author, content
from tests.questionbank.pages import said, url, with_role

pytestmark = pytest.mark.django_db


def ids(*made):
    return [version.question_id for version in made]


def do(made, changes, actor):
    plan = bulk.preview(question_ids=ids(*made), changes=changes, actor=actor)
    return bulk.apply(question_ids=ids(*made), changes=changes, actor=actor, token=plan.token)


def test_published_versions_stay_and_their_questions_get_a_next_draft(django_assert_num_queries):
    actor = author()
    frozen, own = publish(VersionFactory(minutes=10)), VersionFactory(author=actor, minutes=10)
    role, skill, level = RoleFamilyFactory(), CompetencyFactory(), SeniorityFactory()
    changes = Changes(
        minutes=25,
        difficulty=5,
        role_families=(role,),
        weights={skill: 100},
        lowest_seniority=level,
        highest_seniority=level,
    )

    plan = do([frozen, own], changes, actor)

    assert (len(plan.changed), plan.drafts, plan.refused) == (2, 1, [])
    frozen.refresh_from_db()
    assert (frozen.minutes, frozen.state) == (10, "published")
    for question in (frozen.question, own.question):
        newest = question.versions.order_by("-number")[0]
        assert (newest.state, newest.author, newest.minutes, newest.difficulty) == ("draft", actor, 25, 5)
        assert (newest.lowest_seniority, newest.highest_seniority) == (level, level)
        assert list(newest.role_families.all()) == [role]
        assert [(weight.competency, weight.percent) for weight in newest.weights.all()] == [(skill, 100)]
        text = newest.texts.get()
        assert text.reference_answer == "It depends on *two* things."
        assert [it.anchor for it in text.levels.all()] == [f"What level {level} looks like." for level in range(1, 6)]
        assert AuditEntry.objects.filter(action="version.written", subject_id=newest.pk).count() == 1
    assert find(Search(), read_bank()).counts[bytes([6]) + b"5".ljust(16, b"\0")] == 2


def test_drafts_of_others_are_left_out_and_what_is_so_already_stays():
    actor = author()
    theirs, done = VersionFactory(minutes=10), publish(VersionFactory(minutes=25))
    mine = VersionFactory(author=actor, minutes=10)

    plan = do([theirs, done, mine], Changes(minutes=25), actor)

    assert [line.refused for line in plan.refused] == ["open_draft"]
    assert [line.version for line in plan.unchanged] == [done]
    theirs.refresh_from_db()
    mine.refresh_from_db()
    assert (theirs.minutes, mine.minutes) == (10, 25)
    assert done.question.versions.count() == 1


def test_category_and_tags_change_without_a_draft():
    actor, shelf = author(), CategoryFactory()
    old = Tag.objects.create(slug="old", name="Old")
    made = [publish(VersionFactory()), VersionFactory()]
    made[0].question.tags.add(old)

    plan = do(made, Changes(category=shelf, add_tags=("New one", "new ONE"), remove_tags=(old,)), actor)

    assert plan.drafts == 0
    for version in made:
        question = version.question
        question.refresh_from_db()
        assert question.category == shelf
        assert [tag.slug for tag in question.tags.all()] == ["new-one"]
        assert question.versions.count() == 1
    assert find(Search(text="new one"), read_bank()).total == 2


def test_publishing_keeps_the_rules_of_publishing():
    actor = author()
    theirs, mine, frozen = VersionFactory(), VersionFactory(author=actor), publish(VersionFactory())
    second = VersionFactory(question=frozen.question, number=2)

    plan = do([theirs, mine, second], Changes(step=Step.PUBLISH), actor)

    assert [line.refused for line in plan.refused] == ["own_version"]
    states = {version: QuestionVersion.objects.get(pk=version.pk).state for version in (theirs, mine, frozen, second)}
    assert states == {theirs: "published", mine: "draft", frozen: "retired", second: "published"}
    assert QuestionVersion.objects.get(pk=theirs.pk).published_by == actor


def test_review_and_retiring():
    actor = author()
    draft, asked = VersionFactory(), publish(VersionFactory())

    sent = do([draft, asked], Changes(step=Step.SUBMIT), actor)
    retired = do([draft, asked], Changes(step=Step.RETIRE), actor)

    assert [line.refused for line in sent.refused] == ["not_a_draft"]
    assert [line.refused for line in retired.refused] == ["not_published"]
    assert QuestionVersion.objects.get(pk=draft.pk).state == VersionState.IN_REVIEW
    assert QuestionVersion.objects.get(pk=asked.pk).state == VersionState.RETIRED


@pytest.mark.parametrize("what", ["words", "category", "state", "again"])
def test_nothing_is_done_that_nobody_looked_at(what):
    actor, other = author(), author()
    made = [publish(VersionFactory(minutes=10)) for _ in range(2)]
    changes = Changes(minutes=25)
    plan = bulk.preview(question_ids=ids(*made), changes=changes, actor=actor)
    if what == "words":
        versions.write_draft(question=made[0].question, author=actor, content=content())
    elif what == "category":
        made[0].question.category = CategoryFactory()
        made[0].question.save()
    elif what == "state":
        versions.retire(question=made[0].question, actor=other)
    else:
        bulk.apply(question_ids=ids(*made), changes=changes, actor=actor, token=plan.token)
    before = QuestionVersion.objects.count()

    with pytest.raises(ValidationError) as refused:
        bulk.apply(question_ids=ids(*made), changes=changes, actor=actor, token=plan.token)

    assert refused.value.code == "changed_since"
    assert QuestionVersion.objects.count() == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (lambda: Changes(), "nothing"),
        (lambda: Changes(minutes=3, step=Step.RETIRE), "either"),
        (lambda: Changes(weights={CompetencyFactory(): 60}), "weights"),
        (lambda: Changes(minutes=0), "minutes"),
        (lambda: Changes(difficulty=6), "difficulty"),
    ],
)
def test_what_makes_no_sense_is_refused(changes, code):
    with pytest.raises(ValidationError) as refused:
        bulk.preview(question_ids=ids(VersionFactory()), changes=changes(), actor=author())
    assert refused.value.code == code


def test_too_many_and_none_are_refused(monkeypatch):
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 1)
    for made, code in (([], "no_questions"), ([VersionFactory(), VersionFactory()], "too_many")):
        with pytest.raises(ValidationError) as refused:
            bulk.preview(question_ids=ids(*made), changes=Changes(minutes=3), actor=author())
        assert refused.value.code == code


def test_seniority_range_is_not_turned_upside_down():
    low, middle, high = (SeniorityFactory() for _ in range(3))
    version = VersionFactory(author=(actor := author()), lowest_seniority=low, highest_seniority=middle)
    plan = bulk.preview(question_ids=ids(version), changes=Changes(lowest_seniority=high), actor=actor)
    assert [line.refused for line in plan.refused] == ["seniority_range"]


def test_only_authors_change_the_bank():
    for role in (Role.RECRUITER, Role.ADMIN, Role.INTERVIEWER):
        with pytest.raises(PermissionDenied):
            bulk.preview(question_ids=ids(VersionFactory()), changes=Changes(minutes=3), actor=with_role(role))


@pytest.mark.parametrize("size", [1, 3])
def test_costs_the_same_at_any_size(size, django_assert_num_queries):
    actor = author()
    made = [publish(VersionFactory(minutes=10)) for _ in range(size)]
    changes = Changes(minutes=25, category=CategoryFactory())
    with django_assert_num_queries(8):
        plan = bulk.preview(question_ids=ids(*made), changes=changes, actor=actor)
    with django_assert_num_queries(30):
        bulk.apply(question_ids=ids(*made), changes=changes, actor=actor, token=plan.token)


@pytest.mark.django_db(transaction=True)
def test_one_of_two_at_once_wins_and_the_other_is_told():
    first, second = author(), author()
    made = [publish(VersionFactory(minutes=10)) for _ in range(8)]
    plans = {
        actor: bulk.preview(question_ids=ids(*made), changes=Changes(minutes=minutes), actor=actor).token
        for actor, minutes in ((first, 20), (second, 30))
    }
    outcomes = []
    start = threading.Barrier(2)

    def change(actor, minutes, question_ids):
        try:
            start.wait()
            changes = Changes(minutes=minutes)
            bulk.apply(question_ids=question_ids, changes=changes, actor=actor, token=plans[actor])
            outcomes.append("done")
        except ValidationError as error:
            outcomes.append(error.code)
        finally:
            close_old_connections()
            connection.close()

    threads = [
        threading.Thread(target=change, args=(first, 20, ids(*made))),
        threading.Thread(target=change, args=(second, 30, ids(*reversed(made)))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(outcomes) == ["changed_since", "done"]
    assert QuestionVersion.objects.filter(number=2).count() == 8
    assert QuestionVersion.objects.filter(number=2).values("minutes", "author").distinct().count() == 1


# The page -----------------------------------------------------------------------------------------------


def test_page_previews_what_it_then_does(sign_in):
    reader = author()
    made = [publish(VersionFactory(minutes=10)) for _ in range(2)]
    other = VersionFactory(minutes=10)
    client = sign_in(reader)

    chosen = client.post(url("bulk"), {"seen": [it.texts.get().pk for it in [*made, other]], "scope": "chosen"})
    numbers = chosen.context["numbers"]
    shown = client.post(url("bulk"), {"numbers": numbers, "minutes": "25", "do": "preview"})
    text = shown.content.decode()

    assert numbers == ",".join(str(it.question.number) for it in [*made, other])
    assert "<del>10</del>" in text
    assert "<ins>25</ins>" in text
    assert "Somebody else has an open draft of it." in text
    assert QuestionVersion.objects.count() == 3
    token = shown.context["plan"].token
    values = {"numbers": numbers, "minutes": "25", "do": "apply", "token": token, "query": "state=published"}
    done = client.post(url("bulk"), values)
    assert done.url == "/questions/?state=published"
    assert said(done) == ["2 questions are changed."]
    again = client.post(url("bulk"), values)
    assert again.status_code == 422
    assert "Nothing was done" in again.content.decode()
    assert QuestionVersion.objects.count() == 5


def test_all_that_is_found_can_be_chosen(sign_in):
    made = [VersionFactory(difficulty=4) for _ in range(2)]
    VersionFactory(difficulty=1)

    page = sign_in(author()).post(url("bulk"), {"scope": "all", "query": "difficulty=4"})

    assert page.context["numbers"] == ",".join(str(it.question.number) for it in made)


@pytest.mark.parametrize("values", [{}, {"numbers": "x"}, {"seen": "x"}, {"scope": "all", "query": "text=zzz"}])
def test_choosing_nothing_goes_back_to_the_list(values, sign_in):
    VersionFactory()
    response = sign_in(author()).post(url("bulk"), values)
    assert response.status_code == 302
    assert said(response) == ["Choose 1 to 2000 questions."]


def test_page_is_for_authors(sign_in):
    assert sign_in(with_role(Role.RECRUITER)).post(url("bulk"), {"numbers": "1"}).status_code == 403
    assert sign_in(author()).get(url("bulk")).status_code == 405


@pytest.mark.parametrize(
    "values", [{"minutes": "x"}, {"percent_1": "50"}, {"add_tags": ",".join("abcdefghijklmnopqrstuvwxyz")}, {}]
)
def test_refused_changes_say_why(values, sign_in):
    version = VersionFactory()
    response = sign_in(author()).post(url("bulk"), {"numbers": version.question.number, "do": "preview"} | values)
    assert response.status_code == 422
    assert response.context["form"].errors
