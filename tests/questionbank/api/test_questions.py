"""Questions over the API: what they look like, finding them, writing them."""

import pytest
from django.utils.dateparse import parse_datetime

from accounts.choices import Role
from accounts.models import AuditEntry, ExternalId
from accounts.scopes import PUBLISH, SCOPES
from accounts.services.external_ids import set_external_ids
from questionbank.choices import GENERIC_ANCHORS
from questionbank.models import Question, QuestionVersion
from questionbank.services.editing import set_tags
from questionbank.services.enemies import set_enemies
from questionbank.services.leaks import suspect
from questionbank.services.versions import submit_for_review
from tests.accounts.rest.test_reading import ids, problem
from tests.api import Api, signed_in
from tests.factories import (
    CategoryFactory,
    CompetencyFactory,
    RoleFamilyFactory,
    SeniorityFactory,
    UserFactory,
    VersionFactory,
    publish,
)
from tests.questionbank.contents import ANCHORS, author

pytestmark = pytest.mark.django_db

NOBODY = "0192f0c1-0000-7000-8000-000000000000"


def whole_question():
    """A published question with a next draft, an enemy, tags and a suspicion."""
    version = publish(VersionFactory())
    question = version.question
    draft = VersionFactory(question=question, number=2, lowest_seniority=version.lowest_seniority)
    writer = author()
    enemy = VersionFactory().question
    set_enemies(question=question, enemies={enemy: "Same figures"}, actor=writer)
    set_tags(question=question, tags=["Caching", "APIs"], actor=writer)
    suspect(question=question, actor=writer, reason="Seen on a forum")
    set_external_ids(resource="questions", object_id=question.pk, ids={"old": f"q{question.number}"})
    return question, version, draft, enemy


def body(**changes):
    level = SeniorityFactory()
    values = {
        "category": str(CategoryFactory().pk),
        "lowest_seniority": str(level.pk),
        "highest_seniority": str(level.pk),
        "roles": [str(RoleFamilyFactory().pk)],
        "texts": [{"language": "en", "title": "Why caches?", "prompt": "When does a cache hurt?"}],
    }
    return values | changes


def stamp(moment):
    return moment.isoformat().replace("+00:00", "Z")


def test_what_a_question_looks_like():
    question, version, draft, enemy = whole_question()

    answer = Api().get(f"questions/{question.pk}")

    found = answer.json()
    assert found == {
        "id": str(question.pk),
        "number": question.number,
        "category": str(question.category_id),
        "tags": ["APIs", "Caching"],
        "newest": {
            "id": str(draft.pk),
            "number": 2,
            "state": "draft",
            "minutes": 15,
            "difficulty": 3,
            "lowest_seniority": str(draft.lowest_seniority_id),
            "highest_seniority": str(draft.highest_seniority_id),
            "roles": [str(draft.role_families.get().pk)],
            "competencies": [{"competency": str(question.category.competency_id), "percent": 100}],
            "titles": {"en": f"Title of question {question.number}"},
            "rubric_is_generic": False,
            "author": str(draft.author_id),
            "created_at": stamp(draft.created_at),
            "published_at": None,
        },
        "published": {"id": str(version.pk), "number": 1, "published_at": stamp(version.published_at)},
        "enemies": [{"question": str(enemy.pk), "reason": "Same figures"}],
        "leak": "suspected",
        "external_ids": {"old": f"q{question.number}"},
        "created_at": stamp(question.created_at),
        "updated_at": found["updated_at"],
    }
    seen_by_enemy = Api().get(f"questions/{enemy.pk}").json()
    assert seen_by_enemy["enemies"] == [{"question": str(question.pk), "reason": "Same figures"}]
    assert (seen_by_enemy["published"], seen_by_enemy["leak"]) == (None, None)


def test_texts_and_exposure_come_on_request():
    question, _version, draft, _enemy = whole_question()

    found = Api().get(f"questions/{question.pk}?include=texts,exposure").json()

    assert found["texts"] == [
        {
            "id": str(draft.texts.get().pk),
            "language": "en",
            "title": f"Title of question {question.number}",
            "prompt": "What happens, and why?",
            "context": "",
            "reference_answer": "It depends on *two* things.",
            "probes": ["Which would you check first?"],
            "anchors": [f"What level {level} looks like." for level in range(1, 6)],
        }
    ]
    assert found["exposure"] == {"asked": 0, "last_asked_at": None}


@pytest.mark.parametrize("size", [1, 3])
def test_queries_do_not_grow(size, django_assert_num_queries):
    api = Api()
    for _n in range(size):
        whole_question()
    api.get("questions")

    with django_assert_num_queries(6):  # token, roles, questions, versions, what belongs to them, outside ids
        assert len(ids(api.get("questions"))) == 2 * size
    with django_assert_num_queries(9):  # texts, their anchors, exposure
        assert len(ids(api.get("questions?include=texts,exposure"))) == 2 * size
    with django_assert_num_queries(3):
        assert len(api.get("questions?fields=number").json()["results"]) == 2 * size


@pytest.mark.parametrize("role", [*Role.values, None])
def test_whoever_may_not_read_the_bank_finds_nothing(role):
    version = VersionFactory()
    asking = signed_in(UserFactory(roles=[role] if role else []))

    reads = role in {Role.ADMIN, Role.RECRUITER, Role.HIRING_MANAGER, Role.AUTHOR, Role.API_CLIENT}
    assert ids(asking.get("questions?include=texts")) == ([str(version.question_id)] if reads else [])
    assert ids(asking.get("questions?q=title")) == ([str(version.question_id)] if reads else [])
    assert asking.get(f"questions/{version.question_id}").status_code == (200 if reads else 404)


def test_filters():
    api = Api()
    question, version, draft, enemy = whole_question()
    role, competency = draft.role_families.get(), question.category.competency
    tag = question.tags.get(slug="caching")
    mine, both = [str(question.pk)], [str(question.pk), str(enemy.pk)]

    for query in (
        "state=published",
        f"category={question.category_id}",
        f"category={question.category.slug}",
        f"competency={competency.pk}",
        f"competency={competency.slug}&state=draft",
        f"role={role.slug}",
        f"seniority={version.lowest_seniority.slug}",
        f"tag={tag.slug}",
        f"tag={tag.pk}",
        "flag=leak",
        f"external_id=old:q{question.number}",
        "q=caching",
        f"q=Q-{question.number:04d}",
    ):
        assert ids(api.get(f"questions?{query}")) == mine, query
    for query in ("language=en", "difficulty=3", "state=draft", "q=what happens"):
        assert ids(api.get(f"questions?{query}")) == both, query
    for query in ("category=none", "language=zh-hans", "difficulty=5", "flag=generic", f"role={NOBODY}", "q=elephant"):
        assert ids(api.get(f"questions?{query}")) == [], query
    assert ids(api.get("questions?ordering=-number")) == both[::-1]


def test_found_questions_are_paged_too():
    api = Api()
    wanted = sorted(str(VersionFactory().question_id) for _n in range(5))

    first = api.get("questions?q=title&limit=3").json()
    second = api.get(f"questions?q=title&limit=3&cursor={first['next']}")

    assert [it["id"] for it in first["results"]] + ids(second) == wanted
    assert second.json()["next"] is None


def test_a_change_of_anything_is_news():
    api = Api()
    question, _version, _draft, enemy = whole_question()
    changes = [
        lambda: set_tags(question=question, tags=[], actor=author()),
        lambda: set_enemies(question=enemy, enemies={question: "Other figures"}, actor=author()),
        lambda: question.leak_flags.all().delete(),
        lambda: submit_for_review(version=question.versions.get(number=2), actor=author()),
    ]
    for change in changes:
        since = max(it["updated_at"] for it in api.get("questions").json()["results"])
        change()
        assert str(question.pk) in ids(api.get(f"questions?updated_after={since}"))


# Writing --------------------------------------------------------------------------------------------


def test_a_question_is_written():
    api = Api()
    enemy = VersionFactory().question
    one, other = CompetencyFactory(), CompetencyFactory()
    given = body(
        minutes=20,
        difficulty=4,
        competencies=[
            {"competency": str(one.pk), "percent": 60},
            {"competency": str(other.pk), "percent": 40},
        ],
        tags=["Caching"],
        enemies=[{"question": str(enemy.pk), "reason": "Same figures"}],
        external_ids={"old": "q7"},
        texts=[
            {
                "language": "en",
                "title": "Why caches?",
                "prompt": "When does a cache hurt?",
                "context": "Draw it.",
                "reference_answer": "When it is stale.",
                "probes": ["And when not?"],
                "anchors": list(ANCHORS),
            }
        ],
    )

    made = api.post("questions", given)

    assert made.status_code == 201, made.content
    found = api.get(f"questions/{made.json()['id']}?include=texts").json()
    text = found.pop("texts")[0]
    assert found == made.json()
    assert {name: text[name] for name in given["texts"][0]} == given["texts"][0]
    newest = found["newest"]
    assert {name: newest[name] for name in ("minutes", "difficulty", "roles", "competencies", "state")} == {
        "minutes": 20,
        "difficulty": 4,
        "roles": given["roles"],
        "competencies": given["competencies"],
        "state": "draft",
    }
    assert newest["author"] == str(api.user.pk)
    assert {name: found[name] for name in ("category", "tags", "enemies", "external_ids")} == {
        name: given[name] for name in ("category", "tags", "enemies", "external_ids")
    }
    assert ids(api.get("questions?q=stale&state=draft")) == [found["id"]]


def test_what_is_left_out_comes_from_the_house():
    given = body()

    made = Api().post("questions", given).json()

    category = Question.objects.get(pk=made["id"]).category
    assert made["newest"]["competencies"] == [{"competency": str(category.competency_id), "percent": 100}]
    assert (made["newest"]["minutes"], made["newest"]["difficulty"]) == (15, 3)
    assert made["newest"]["rubric_is_generic"] is True
    version = QuestionVersion.objects.get(pk=made["newest"]["id"])
    assert [it.anchor for it in version.texts.get().levels.all()] == list(GENERIC_ANCHORS["en"])


def test_other_words_make_the_next_draft_and_keep_what_is_not_named():
    api = Api()
    version = publish(VersionFactory())
    path = f"questions/{version.question_id}"
    text = {"language": "en", "title": "New title", "prompt": "New prompt?"}

    changed = api.patch(path, {"texts": [text], "minutes": 30}, If_Match=api.get(path)["ETag"])

    assert changed.status_code == 200, changed.content
    found = api.get(f"{path}?include=texts")
    assert found["ETag"] == changed["ETag"]
    assert found.json()["published"]["id"] == str(version.pk)
    newest = found.json()["newest"]
    assert (newest["number"], newest["minutes"], newest["difficulty"]) == (2, 30, 3)
    assert newest["titles"] == {"en": "New title"}
    assert found.json()["texts"][0]["anchors"][0] == "What level 1 looks like."


def test_tags_and_category_belong_to_no_version():
    api = Api()
    version = publish(VersionFactory())
    path, category = f"questions/{version.question_id}", CategoryFactory()

    changed = api.patch(
        path, {"tags": ["Caching"], "category": str(category.pk), "minutes": 15}, If_Match=api.get(path)["ETag"]
    ).json()

    assert (changed["tags"], changed["category"]) == (["Caching"], str(category.pk))
    assert changed["newest"]["id"] == str(version.pk)
    assert ids(api.get(f"questions?category={category.slug}")) == [changed["id"]]
    assert AuditEntry.objects.filter(action="question.sorted", subject_id=version.question_id).exists()


def test_a_change_names_the_version_it_has_read():
    api, version = Api(), VersionFactory()
    path = f"questions/{version.question_id}"
    read = api.get(f"{path}?include=texts")["ETag"]

    assert problem(api.patch(path, {"minutes": 30})) == (428, "if_match_required")
    assert api.patch(path, {"minutes": 30}, If_Match=read).status_code == 200
    stale = api.patch(path, {"minutes": 40}, If_Match=read)
    assert problem(stale) == (412, "stale_version")
    assert stale.json()["current"]["newest"]["minutes"] == 30


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"category": NOBODY}, "/category", "does_not_exist"),
        ({"roles": [NOBODY]}, "/roles/0", "does_not_exist"),
        ({"roles": []}, "/roles", "min_length"),
        ({"enemies": [{"question": NOBODY}]}, "/enemies/0/question", "does_not_exist"),
        ({"competencies": [{"competency": NOBODY, "percent": 100}]}, "/competencies/0/competency", "does_not_exist"),
        ({"competencies": [{"competency": NOBODY, "percent": 99}]}, "/competencies", "weights"),
        ({"lowest_seniority": "highest"}, "/lowest_seniority", "invalid"),
        ({"minutes": 241}, "/minutes", "max_value"),
        ({"minutes": "15"}, "/minutes", "invalid"),
        ({"texts": []}, "/texts", "min_length"),
        ({"texts": [{"language": "fr", "title": "x", "prompt": "x"}]}, "/texts/0/language", "invalid_choice"),
        ({"texts": [{"language": "en", "title": " ", "prompt": "x"}]}, "/texts/0/title", "blank"),
        (
            {"texts": [{"language": "en", "title": "x", "prompt": "x", "anchors": ["1"]}]},
            "/texts/0/anchors",
            "min_length",
        ),
        ({"texts": [{"language": "en", "title": "x", "prompt": "x"}] * 2}, "/texts", "twice"),
        ({"tags": ["x" * 81]}, "/tags/0", "max_length"),
        ({"state": "published"}, "/state", "unknown_field"),
    ],
)
def test_what_cannot_be_taken_is_named(changes, pointer, code):
    answer = Api().post("questions", body(**changes))

    assert problem(answer) == (422, "invalid")
    assert [(it["pointer"], it["code"]) for it in answer.json()["errors"]] == [(pointer, code)]


def test_an_upside_down_range_is_named():
    high, low = SeniorityFactory(rank=9), SeniorityFactory(rank=1)
    answer = Api().post("questions", body(lowest_seniority=str(high.pk), highest_seniority=str(low.pk)))

    assert problem(answer) == (422, "invalid")
    assert [(it["pointer"], it["code"]) for it in answer.json()["errors"]] == [
        ("/highest_seniority", "seniority_range")
    ]


def test_a_question_is_nobodys_enemy_but_anothers():
    api, question = Api(), VersionFactory().question
    path = f"questions/{question.pk}"

    answer = api.patch(path, {"enemies": [{"question": str(question.pk)}]}, If_Match="*")

    assert problem(answer) == (409, "own_enemy")


def test_asked_twice_is_written_once():
    api, given = Api(), body()

    first = api.post("questions", given, Idempotency_Key="one")
    again = api.post("questions", given, Idempotency_Key="one")

    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert Question.objects.count() == 1


# The way of a version ------------------------------------------------------------------------------


def test_a_draft_is_reviewed_and_published_by_a_second_person():
    api, reviewer = Api(), signed_in(author())
    path = f"questions/{api.post('questions', body()).json()['id']}"

    assert api.post(f"{path}/submit").json()["newest"]["state"] == "in_review"
    assert api.post(f"{path}/withdraw").json()["newest"]["state"] == "draft"
    api.post(f"{path}/submit")
    sent_back = reviewer.post(f"{path}/send-back", {"comment": "Too vague"})
    assert sent_back.json()["newest"]["state"] == "draft"
    api.post(f"{path}/submit")
    own = api.post(f"{path}/publish", If_Match=api.get(path)["ETag"])
    assert problem(own) == (409, "own_version")
    assert problem(reviewer.post(f"{path}/publish")) == (428, "if_match_required")
    published = reviewer.post(f"{path}/publish", If_Match=reviewer.get(path)["ETag"])

    assert published.status_code == 200, published.content
    assert published.json()["newest"]["state"] == "published"
    assert published.json()["published"]["id"] == published.json()["newest"]["id"]
    assert parse_datetime(published.json()["published"]["published_at"])
    retired = reviewer.post(f"{path}/retire")
    assert (retired.json()["published"], retired.json()["newest"]["state"]) == (None, "retired")


def test_what_its_state_forbids_is_a_conflict():
    api, reviewer = Api(), signed_in(author())
    path = f"questions/{api.post('questions', body()).json()['id']}"

    assert problem(api.post(f"{path}/retire")) == (409, "not_published")
    assert problem(api.post(f"{path}/withdraw")) == (409, "not_in_review")
    assert problem(reviewer.post(f"{path}/send-back", {"comment": "No"})) == (409, "not_in_review")
    assert problem(reviewer.post(f"{path}/withdraw")) == (403, "not_allowed")
    api.post(f"{path}/submit")
    assert problem(api.post(f"{path}/submit")) == (409, "not_a_draft")


def test_words_changed_since_they_were_read_are_not_published():
    api, reviewer = Api(), signed_in(author())
    path = f"questions/{api.post('questions', body()).json()['id']}"
    read = reviewer.get(path)["ETag"]
    api.patch(path, {"minutes": 40}, If_Match="*")

    assert problem(reviewer.post(f"{path}/publish", If_Match=read)) == (412, "stale_version")


def test_publishing_has_its_own_scope():
    version = VersionFactory()
    api = Api(SCOPES - {PUBLISH, "act:as"})

    refused = api.post(f"questions/{version.question_id}/publish", If_Match="*")

    assert problem(refused) == (403, "insufficient_scope")
    assert refused.json()["scope"] == PUBLISH


@pytest.mark.parametrize("role", [Role.ADMIN, Role.RECRUITER, Role.HIRING_MANAGER, Role.INTERVIEWER])
def test_readers_do_not_write(role):
    person, version = signed_in(UserFactory(roles=[role])), VersionFactory()
    path = f"questions/{version.question_id}"
    refused = (404, "not_found") if role == Role.INTERVIEWER else (403, "not_allowed")

    assert problem(person.post("questions", body())) == (403, "not_allowed")
    for verb, given in (("submit", {}), ("send-back", {"comment": "No"}), ("withdraw", {}), ("retire", {})):
        assert problem(person.post(f"{path}/{verb}", given)) == refused
    assert problem(person.patch(path, {"minutes": 30}, If_Match="*")) == refused
    assert problem(person.post(f"{path}/publish", If_Match="*")) == refused


# Many at once --------------------------------------------------------------------------------------


def test_bulk_finds_by_outside_ids_or_makes():
    api = Api()
    there = VersionFactory().question
    set_external_ids(resource="questions", object_id=there.pk, ids={"old": "1"})
    first, second = body(external_ids={"old": "1"}), body(external_ids={"old": "2"})
    wrong = body(external_ids={"old": "3"}, minutes=0)

    answer = api.post("questions/bulk", {"items": [first, second, wrong]})

    assert answer.status_code == 207
    results = answer.json()["results"]
    assert [it["status"] for it in results] == ["updated", "created", "failed"]
    assert results[0]["id"] == str(there.pk)
    assert [(it["pointer"], it["code"]) for it in results[2]["errors"]] == [("/items/2/minutes", "min_value")]
    again = api.post("questions/bulk", {"items": [first, second]})
    assert (again.status_code, [it["status"] for it in again.json()["results"]]) == (200, ["unchanged", "unchanged"])
    assert (Question.objects.count(), ExternalId.objects.count()) == (2, 2)


def test_bulk_writes_all_or_nothing_on_request():
    items = [body(external_ids={"old": "1"}), body(external_ids={"old": "2"}, roles=[NOBODY])]

    refused = Api().post("questions/bulk", {"items": items, "all_or_nothing": True})

    assert problem(refused) == (422, "bulk_failed")
    assert not Question.objects.exists()


# As a file -----------------------------------------------------------------------------------------
