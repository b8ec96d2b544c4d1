"""Competencies, categories, roles, the ladder, tags over the API."""

import pytest

from accounts.choices import Role
from accounts.models import AuditEntry
from questionbank.models import Category, Tag
from tests.accounts.rest.test_reading import ids, problem
from tests.api import Api, signed_in
from tests.factories import (
    CategoryFactory,
    CompetencyFactory,
    RoleFamilyFactory,
    SeniorityFactory,
    UserFactory,
    VersionFactory,
)

pytestmark = pytest.mark.django_db

FACTORIES = {
    "competencies": CompetencyFactory,
    "categories": CategoryFactory,
    "roles": RoleFamilyFactory,
    "seniorities": SeniorityFactory,
}


@pytest.fixture
def author():
    return signed_in(UserFactory(roles=[Role.AUTHOR]))


@pytest.fixture
def admin():
    return signed_in(UserFactory(roles=[Role.ADMIN]))


def test_a_category_is_made_and_read():
    api, competency = Api(), CompetencyFactory()
    body = {"slug": "caches", "name_en": "Caches", "competency": str(competency.pk), "external_ids": {"hris": "c7"}}

    made = api.post("categories", body)

    assert made.status_code == 201
    assert made.json() == {
        "id": made.json()["id"],
        "slug": "caches",
        "name_en": "Caches",
        "name_zh": "",
        "external_ids": {"hris": "c7"},
        "updated_at": made.json()["updated_at"],
        "competency": str(competency.pk),
    }
    assert made["Location"].endswith(f"/api/v1/categories/{made.json()['id']}")
    assert api.get(f"categories/{made.json()['id']}").json() == made.json()
    entry = AuditEntry.objects.get(action="word.added")
    assert (entry.actor, entry.subject_id) == (api.user, Category.objects.get().pk)


@pytest.mark.parametrize("noun", FACTORIES)
@pytest.mark.parametrize("size", [1, 3])
def test_queries_do_not_grow(noun, size, django_assert_num_queries):
    api = Api()
    FACTORIES[noun].create_batch(size)
    api.get(noun)

    with django_assert_num_queries(3):  # token, words, their outside ids
        assert len(ids(api.get(noun))) == size


def test_filters_and_orders():
    api = Api()
    low, high = SeniorityFactory(rank=2), SeniorityFactory(rank=1)
    category, _other = CategoryFactory(), CategoryFactory()

    assert ids(api.get("seniorities?ordering=rank")) == [str(high.pk), str(low.pk)]
    assert ids(api.get(f"seniorities?slug={low.slug}")) == [str(low.pk)]
    assert ids(api.get(f"categories?competency={category.competency_id}")) == [str(category.pk)]


def test_a_changed_category_is_found_by_its_new_name(author):
    api = Api()
    version = VersionFactory()
    category = version.question.category

    assert author.patch(f"categories/{category.pk}", {"name_en": "Distributed locks"}).status_code == 200

    assert ids(api.get(f"categories?slug={category.slug}")) == [str(category.pk)]
    category.refresh_from_db()
    assert category.name_en == "Distributed locks"
    assert AuditEntry.objects.get(action="word.changed").subject_id == category.pk


def test_saying_the_same_again_changes_nothing(author):
    word = CompetencyFactory()

    assert author.patch(f"competencies/{word.pk}", {"name_en": word.name_en}).status_code == 200

    assert not AuditEntry.objects.filter(action="word.changed").exists()


@pytest.mark.parametrize("role", [*Role.values, None])
def test_everybody_reads_and_some_write(role):
    person = UserFactory(roles=[role] if role else [])
    asking, word = signed_in(person), CompetencyFactory()
    step = SeniorityFactory()

    assert ids(asking.get("competencies")) == [str(word.pk)]
    new = asking.post("competencies", {"slug": "new"}).status_code
    changed = asking.patch(f"competencies/{word.pk}", {"name_en": "New"}).status_code
    ladder = asking.post("seniorities", {"slug": "new", "rank": step.rank + 1}).status_code
    writes = role in {Role.ADMIN, Role.AUTHOR, Role.API_CLIENT}
    assert (new, changed, ladder) == (
        201 if writes else 403,
        200 if writes else 403,
        201 if role == Role.ADMIN else 403,
    )


@pytest.mark.parametrize(
    ("noun", "body", "pointer", "code"),
    [
        ("competencies", {}, "/slug", "required"),
        ("competencies", {"slug": "taken"}, "/slug", "unique"),
        ("competencies", {"slug": "a b"}, "/slug", "invalid"),
        ("competencies", {"slug": "x", "rank": 1}, "/rank", "unknown_field"),
        ("categories", {"slug": "x"}, "/competency", "required"),
        (
            "categories",
            {"slug": "x", "competency": "0192f0c1-0000-7000-8000-000000000000"},
            "/competency",
            "does_not_exist",
        ),
        ("seniorities", {"slug": "x", "rank": 1}, "/rank", "unique"),
        ("seniorities", {"slug": "x", "rank": 99_999}, "/rank", "max_value"),
        ("seniorities", {"slug": "x", "rank": "1"}, "/rank", "invalid"),
    ],
)
def test_what_cannot_be_taken_is_named(admin, noun, body, pointer, code):
    CompetencyFactory(slug="taken")
    SeniorityFactory(rank=1)

    answer = admin.post(noun, body)

    assert problem(answer) == (422, "invalid")
    assert [(it["pointer"], it["code"]) for it in answer.json()["errors"]] == [(pointer, code)]


def test_asked_twice_is_made_once(author):
    first = author.post("roles", {"slug": "sre"}, Idempotency_Key="one")
    again = author.post("roles", {"slug": "sre"}, Idempotency_Key="one")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content


def test_tags_are_read():
    tag = Tag.objects.create(slug="caching", name="Caching")

    assert Api().get("tags").json()["results"] == [{"id": str(tag.pk), "slug": "caching", "name": "Caching"}]
    assert problem(Api().post("tags", {"slug": "x"})) == (405, "method_not_allowed")
