"""Lists and single things, on the example of users."""

import pytest

from accounts.choices import Role
from accounts.models import User
from accounts.rest.lists import MOST
from accounts.services.external_ids import set_external_ids
from tests.api import Api, Asking, signed_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def ids(response):
    assert response.status_code == 200, response.content
    return [it["id"] for it in response.json()["results"]]


def problem(response):
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    assert body["request_id"] == response["X-Request-Id"]
    return response.status_code, body["code"]


@pytest.mark.parametrize("ordering", ["id", "-id", "updated_at", "-updated_at", "display_name", "-display_name"])
def test_pages_give_every_row_once(ordering):
    api = Api()
    for name in ["Bea", "Ada", "Ada", "Cy", "Ada"]:
        UserFactory(display_name=name)
    column = ordering.replace("id", "pk") if ordering.endswith("id") else ordering
    wanted = [str(it.pk) for it in User.objects.order_by(column, "-pk" if ordering.startswith("-") else "pk")]

    seen, cursor = [], None
    while True:
        page = api.get(f"users?limit=2&ordering={ordering}" + (f"&cursor={cursor}" if cursor else ""))
        seen += ids(page)
        cursor = page.json()["next"]
        if cursor is None:
            break
        assert f"cursor={cursor}" in page["Link"].replace("%3D", "=")

    assert seen == wanted


def test_rows_added_between_two_pages_neither_double_nor_hide_any():
    api = Api()
    UserFactory.create_batch(3)
    first = api.get("users?limit=2")

    UserFactory.create_batch(2)
    rest = ids(api.get(f"users?cursor={first.json()['next']}"))

    assert ids(first) + rest == [str(pk) for pk in User.objects.order_by("pk").values_list("pk", flat=True)]


def test_a_thing_looks_the_same_alone_and_in_the_list():
    api = Api()
    person = UserFactory(roles=[Role.RECRUITER, Role.AUTHOR])
    set_external_ids(resource="users", object_id=person.pk, ids={"hris": "7"})

    alone = api.get(f"users/{person.pk}")

    assert alone.json() == {
        "id": str(person.pk),
        "email": person.email,
        "display_name": person.display_name,
        "time_zone": "Europe/Berlin",
        "language": "en",
        "roles": ["author", "recruiter"],
        "external_ids": {"hris": "7"},
        "created_at": alone.json()["created_at"],
        "updated_at": alone.json()["updated_at"],
    }
    assert alone.json()["created_at"].endswith("Z")
    assert [it for it in api.get("users").json()["results"] if it["id"] == str(person.pk)] == [alone.json()]


@pytest.mark.parametrize("size", [1, 3])
def test_queries_do_not_grow(size, django_assert_num_queries):
    api = Api()
    UserFactory.create_batch(size, roles=[Role.AUTHOR])
    api.get("users")

    with django_assert_num_queries(4):  # token, people, their roles, their outside ids
        assert len(ids(api.get("users"))) == size + 2


def test_fields_filters_and_outside_ids():
    api = Api()
    person = UserFactory(email="ada@example.org", roles=[Role.AUTHOR])
    set_external_ids(resource="users", object_id=person.pk, ids={"hris": "7:x"})

    assert api.get("users?fields=display_name,id&email=ADA@example.org").json()["results"] == [
        {"id": str(person.pk), "display_name": person.display_name}
    ]
    assert ids(api.get("users?external_id=hris:7:x")) == [str(person.pk)]
    assert ids(api.get("users?external_id=hris:8")) == []
    assert ids(api.get("users?role=author")) == [str(person.pk)]


def test_updated_after_gives_what_has_changed_by_whatever_way():
    api = Api()
    person, _other = UserFactory.create_batch(2)
    since = max(it["updated_at"] for it in api.get("users").json()["results"])

    User.objects.filter(pk=person.pk).update(display_name="Changed")

    assert ids(api.get(f"users?updated_after={since}")) == [str(person.pk)]


def test_etag_answers_unchanged():
    api = Api()
    first = api.get(f"users/{api.user.pk}")

    again = api.get(f"users/{api.user.pk}", If_None_Match=first["ETag"])
    User.objects.filter(pk=api.user.pk).update(display_name="Changed")

    assert (again.status_code, again.content) == (304, b"")
    assert api.get(f"users/{api.user.pk}", If_None_Match=first["ETag"]).status_code == 200


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("limit=0", "/limit", "min_value"),
        (f"limit={MOST + 1}", "/limit", "max_value"),
        ("limit=x", "/limit", "invalid"),
        ("cursor=x", "/cursor", "invalid_cursor"),
        ("cursor=%00", "", "not_text"),
        ("ordering=email", "/ordering", "unknown_ordering"),
        ("fields=password", "/fields", "unknown_field"),
        ("include=roles", "/include", "unknown_parameter"),
        ("nonsense=1", "/nonsense", "unknown_parameter"),
        ("limit=1&limit=2", "/limit", "repeated"),
        ("updated_after=yesterday", "/updated_after", "invalid"),
        ("role=king", "/role", "invalid_choice"),
    ],
)
def test_a_parameter_that_cannot_be_taken_is_named(query, pointer, code):
    answer = Api().get(f"users?{query}")

    assert problem(answer) == (400, "invalid_query")
    assert [(it["pointer"], it["code"]) for it in answer.json()["errors"]] == [(pointer, code)]


def test_a_cursor_of_another_order_is_refused():
    api = Api()
    UserFactory.create_batch(2)
    cursor = api.get("users?limit=1").json()["next"]

    assert problem(api.get(f"users?ordering=-id&cursor={cursor}")) == (400, "invalid_query")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("users/00000000-0000-0000-0000-000000000000", 404, "not_found"),
        ("users/seven", 404, "not_found"),
        ("users/", 404, "not_found"),
        ("nothing", 404, "not_found"),
    ],
)
def test_what_is_not_there_is_a_problem_too(path, status, code):
    assert problem(Api().get(path)) == (status, code)


def test_methods_that_are_not_there_are_a_problem_too():
    api = Api()

    assert problem(api.delete(f"users/{api.user.pk}")) == (405, "method_not_allowed")
    assert problem(Api(["audit:read"]).post("audit", {})) == (405, "method_not_allowed")


def test_people_in_a_browser_need_no_token_and_strangers_get_nothing():
    person = UserFactory()

    assert ids(signed_in(person).get("users?limit=1"))
    stranger = Asking(None).get("users")
    assert problem(stranger) == (401, "not_signed_in")
    assert stranger["WWW-Authenticate"] == 'Bearer realm="Loopwright"'


def test_a_cursor_of_another_list_is_refused():
    api = Api()
    UserFactory.create_batch(2)
    cursor = api.get("users?limit=1").json()["next"]

    assert problem(api.get(f"tokens?cursor={cursor}")) == (400, "invalid_query")


def test_an_outside_id_without_its_system_is_refused():
    assert problem(Api().get("users?external_id=7")) == (400, "invalid_query")
