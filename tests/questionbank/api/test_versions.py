"""Versions of questions over the API, and what is said about them."""

import pytest

from accounts.choices import Role
from questionbank.models import VersionComment
from tests.accounts.rest.test_reading import ids, problem
from tests.api import Api, signed_in
from tests.factories import UserFactory, VersionFactory, publish
from tests.questionbank.contents import author

pytestmark = pytest.mark.django_db


def stamp(moment):
    return moment.isoformat().replace("+00:00", "Z")


def test_what_a_version_looks_like():
    version = publish(VersionFactory())

    found = Api().get(f"question-versions/{version.pk}").json()

    assert found == {
        "id": str(version.pk),
        "question": str(version.question_id),
        "number": 1,
        "state": "published",
        "minutes": 15,
        "difficulty": 3,
        "lowest_seniority": str(version.lowest_seniority_id),
        "highest_seniority": str(version.highest_seniority_id),
        "roles": [str(version.role_families.get().pk)],
        "competencies": [{"competency": str(version.question.category.competency_id), "percent": 100}],
        "texts": [
            {
                "id": str(version.texts.get().pk),
                "language": "en",
                "title": f"Title of question {version.question.number}",
                "prompt": "What happens, and why?",
                "context": "",
                "reference_answer": "It depends on *two* things.",
                "probes": ["Which would you check first?"],
                "anchors": [f"What level {level} looks like." for level in range(1, 6)],
            }
        ],
        "rubric_is_generic": False,
        "author": str(version.author_id),
        "created_at": stamp(version.created_at),
        "published_at": stamp(version.published_at),
        "published_by": str(version.published_by_id),
        "updated_at": found["updated_at"],
    }


@pytest.mark.parametrize("size", [1, 3])
def test_queries_do_not_grow(size, django_assert_num_queries):
    api = Api()
    VersionFactory.create_batch(size)
    api.get("question-versions")

    with django_assert_num_queries(6):  # token, roles, versions, what belongs to them, texts, anchors
        assert len(ids(api.get("question-versions"))) == size


def test_filters():
    api = Api()
    old = publish(VersionFactory())
    new = VersionFactory(question=old.question, number=2)
    VersionFactory()

    assert ids(api.get(f"question-versions?question={old.question_id}")) == [str(old.pk), str(new.pk)]
    assert ids(api.get("question-versions?state=published")) == [str(old.pk)]
    assert ids(api.get(f"question-versions?author={new.author_id}")) == [str(new.pk)]


def test_versions_are_written_through_their_question_only():
    version = VersionFactory()

    assert problem(Api().post("question-versions", {})) == (405, "method_not_allowed")
    assert problem(Api().patch(f"question-versions/{version.pk}", {})) == (405, "method_not_allowed")


def test_comments_are_said_once_and_read_in_order():
    api, version = Api(), VersionFactory()
    path = f"question-versions/{version.pk}/comments"

    made = api.post(path, {"body": "Which cache?"})
    again = api.post(path, {"body": "Which cache?"})
    signed_in(author()).post(path, {"body": "Any."})

    assert made.status_code == 201
    assert made.json() == {
        "id": made.json()["id"],
        "version": str(version.pk),
        "author": str(api.user.pk),
        "body": "Which cache?",
        "sent_back": False,
        "created_at": made.json()["created_at"],
    }
    assert again.json() == made.json()
    found = api.get(path).json()["results"]
    assert [it["body"] for it in found] == ["Which cache?", "Any."]
    assert VersionComment.objects.count() == 2


def test_comments_without_words_are_refused():
    api, version = Api(), VersionFactory()
    path = f"question-versions/{version.pk}/comments"

    assert problem(api.post(path, {})) == (422, "invalid")
    assert problem(api.post(path, {"body": "\n"})) == (409, "no_words")


@pytest.mark.parametrize("role", [*Role.values, None])
def test_who_reads_and_who_comments(role):
    version = VersionFactory()
    asking = signed_in(UserFactory(roles=[role] if role else []))
    path = f"question-versions/{version.pk}"

    reads = role in {Role.ADMIN, Role.RECRUITER, Role.HIRING_MANAGER, Role.AUTHOR, Role.API_CLIENT}
    says = 201 if role in {Role.AUTHOR, Role.API_CLIENT} else 403
    assert asking.get(path).status_code == (200 if reads else 404)
    assert asking.get(f"{path}/comments").status_code == (200 if reads else 404)
    assert asking.post(f"{path}/comments", {"body": "Hm."}).status_code == (says if reads else 404)
