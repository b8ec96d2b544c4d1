"""``interviewers``, ``pools``, ``availabilities`` and ``busy-periods``."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.choices import Role
from accounts.models import AuditEntry, Deletion, User
from interviews.models import BusyPeriod, Interviewer, Pool
from tests.accounts.rest.test_reading import ids, problem
from tests.api import Api, signed_in
from tests.factories import InterviewerFactory, PoolFactory, UserFactory

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-7000-8000-000000000000"
MORNING = {"weekday": "tuesday", "starts": "09:00", "ends": "12:30"}
SPAN = {"starts_at": "2035-01-03T09:00:00Z", "ends_at": "2035-01-03T12:00:00Z"}
PERSON = {"email": "ada@example.org", "display_name": "Ada", "time_zone": "Asia/Dubai"}


def errors(response):
    return [(it["pointer"], it["code"]) for it in response.json()["errors"]]


def test_an_interviewer_is_made_with_an_account_and_looks_so():
    api, pool = Api(), PoolFactory()

    made = api.post(
        "interviewers",
        PERSON
        | {"title": "Engineer", "hours": [MORNING], "most_per_day": 3, "pools": [str(pool.pk)]}
        | {"external_ids": {"hris": "7"}},
    )

    assert made.status_code == 201, made.content
    shown = made.json()
    user = User.objects.get(email="ada@example.org")
    assert shown == PERSON | {
        "id": shown["id"],
        "user": str(user.pk),
        "title": "Engineer",
        "team": "",
        "is_active": True,
        "notice_hours": 24,
        "buffer_minutes": 10,
        "most_per_day": 3,
        "hours": [MORNING],
        "pools": [str(pool.pk)],
        "external_ids": {"hris": "7"},
        "updated_at": shown["updated_at"],
    }
    assert user.roles == {Role.INTERVIEWER}
    InterviewerFactory()
    for query in (f"user={user.pk}", "email=ADA@example.org", f"pool={pool.pk}", "external_id=hris:7"):
        assert api.get(f"interviewers?{query}").json()["results"] == [shown]


def test_somebody_with_an_account_is_named_by_id_or_address():
    api = Api()
    first, second = UserFactory(), UserFactory(email="bea@example.org")

    assert api.post("interviewers", {"user": str(first.pk)}).json()["user"] == str(first.pk)
    made = api.post("interviewers", {"email": "BEA@example.org"}).json()
    assert (made["user"], len(made["hours"])) == (str(second.pk), 5)
    assert User.objects.get(pk=second.pk).roles == {Role.INTERVIEWER}
    assert problem(api.post("interviewers", {"user": str(first.pk)})) == (422, "invalid")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ("/user", "required")),
        ({"user": NOBODY}, ("/user", "does_not_exist")),
        ({"email": "new@example.org"}, ("/display_name", "required")),
        (PERSON | {"time_zone": "Mars/Base"}, ("/time_zone", "unknown_zone")),
        (PERSON | {"pools": [NOBODY]}, ("/pools/0", "does_not_exist")),
        (PERSON | {"most_per_day": 13}, ("/most_per_day", "max_value")),
        (PERSON | {"notice_hours": "1"}, ("/notice_hours", "invalid")),
        (PERSON | {"hours": [MORNING | {"weekday": 1}]}, ("/hours/0/weekday", "invalid_choice")),
        (PERSON | {"hours": [MORNING | {"starts": "9:00"}]}, ("/hours/0/starts", "invalid")),
        (PERSON | {"hours": [MORNING, MORNING]}, ("/hours", "hours_overlap")),
    ],
)
def test_what_cannot_be_taken_is_pointed_at(body, expected):
    refused = Api().post("interviewers", body)

    assert problem(refused) == (422, "invalid")
    assert errors(refused) == [expected]
    assert not User.objects.filter(email=PERSON["email"]).exists()


def test_a_program_is_no_interviewer():
    api = Api()

    assert errors(api.post("interviewers", {"user": str(api.user.pk)})) == [("/user", "does_not_exist")]


@pytest.mark.parametrize("noun", ["interviewers", "availabilities"])
@pytest.mark.parametrize("size", [1, 3])
def test_queries_do_not_grow(noun, size, django_assert_num_queries):
    api = Api()
    InterviewerFactory.create_batch(size, pools=[PoolFactory()])
    api.get(noun)

    # Token, roles, interviewers, hours, and pools and outside ids or busy periods.
    with django_assert_num_queries(6 if noun == "interviewers" else 5):
        assert len(ids(api.get(noun))) == size


def test_what_is_sent_changes_and_the_rest_stays():
    api, pool = Api(), PoolFactory()
    interviewer = InterviewerFactory(team="Core")

    changed = api.patch(
        f"interviewers/{interviewer.pk}", {"title": "Lead", "is_active": False, "pools": [str(pool.pk)]}
    ).json()

    assert [changed[name] for name in ("title", "team", "is_active", "notice_hours", "pools")] == [
        "Lead",
        "Core",
        False,
        0,
        [str(pool.pk)],
    ]
    assert len(changed["hours"]) == 5
    entries = AuditEntry.objects.count()
    api.patch(f"interviewers/{interviewer.pk}", {"title": "Lead", "is_active": False, "hours": changed["hours"]})
    assert AuditEntry.objects.count() == entries


def test_who_sees_and_changes_what():
    interviewer = InterviewerFactory()
    people = {
        "admin": UserFactory(roles=[Role.ADMIN]),
        "recruiter": UserFactory(roles=[Role.RECRUITER]),
        "manager": UserFactory(roles=[Role.HIRING_MANAGER]),
        "self": interviewer.user,
        "other": InterviewerFactory().user,
    }

    def tried(user):
        asking, path = signed_in(user), f"interviewers/{interviewer.pk}"
        answers = (
            asking.get(path),
            asking.patch(path, {"notice_hours": 3}),
            asking.patch(path, {"title": "Chief"}),
            asking.patch(f"availabilities/{interviewer.pk}", {"hours": [MORNING]}),
        )
        return [it.status_code for it in answers]

    assert {name: tried(user) for name, user in people.items()} == {
        "admin": [200] * 4,
        "recruiter": [200] * 4,
        "manager": [404] * 4,
        "self": [200, 200, 403, 200],
        "other": [404] * 4,
    }


def test_who_adds():
    person = UserFactory()

    def bring(role):
        body = PERSON | {"email": f"{role}@example.org"}
        return signed_in(UserFactory(roles=[role])).post("interviewers", body).status_code

    assert {role for role in Role if bring(role) == 201} == {Role.ADMIN, Role.API_CLIENT}
    recruiter = signed_in(UserFactory(roles=[Role.RECRUITER]))
    assert recruiter.post("interviewers", {"user": str(person.pk)}).status_code == 201


def bulk(api, *items, **more):
    return api.post("interviewers/bulk", {"items": list(items)} | more)


def test_bulk_adds_and_changes():
    api = Api()
    item = PERSON | {"external_ids": {"hris": "7"}, "hours": [MORNING]}

    answers = [bulk(api, item), bulk(api, item), bulk(api, item | {"most_per_day": 4, "display_name": "Other"})]

    assert [it.json()["results"][0]["status"] for it in answers] == ["created", "unchanged", "updated"]
    interviewer = Interviewer.objects.get()
    assert (interviewer.most_per_day, interviewer.user.display_name) == (4, "Ada")
    assert problem(bulk(signed_in(interviewer.user), item)) == (403, "not_allowed")


def test_availability_shows_hours_and_what_is_ahead():
    api, interviewer = Api(), InterviewerFactory()
    past = timezone.now() - dt.timedelta(days=2)
    BusyPeriod.objects.create(interviewer=interviewer, starts_at=past, ends_at=past + dt.timedelta(hours=1))
    since = api.get(f"availabilities/{interviewer.pk}").json()["updated_at"]

    busy = api.post("busy-periods", SPAN | {"interviewer": str(interviewer.pk), "what": "Conference"}).json()

    api.patch(f"availabilities/{interviewer.pk}", {"hours": [MORNING]})
    assert api.get(f"availabilities?updated_after={since}").json()["results"] == [
        {
            "id": str(interviewer.pk),
            "time_zone": "Europe/Berlin",
            "is_active": True,
            "notice_hours": 0,
            "buffer_minutes": 10,
            "most_per_day": 2,
            "hours": [MORNING],
            "busy": [{"id": busy["id"], **SPAN}],
            "updated_at": api.get(f"availabilities/{interviewer.pk}").json()["updated_at"],
        }
    ]


def test_busy_periods_come_and_go():
    api, interviewer = Api(), InterviewerFactory()
    body = SPAN | {"interviewer": str(interviewer.pk)}

    made = api.post("busy-periods", body)

    assert made.status_code == 201, made.content
    assert made.json() == body | {"id": made.json()["id"], "what": ""}
    path = f"busy-periods/{made.json()['id']}"
    for query, found in (
        (f"interviewer={interviewer.pk}", 1),
        ("after=2035-01-03T11:59:00Z&before=2035-01-03T09:01:00Z", 1),
        ("after=2035-01-03T12:00:00Z", 0),
        ("before=2035-01-03T09:00:00Z", 0),
    ):
        assert len(ids(api.get(f"busy-periods?{query}"))) == found
    assert problem(signed_in(InterviewerFactory().user).delete(path)) == (404, "not_found")
    assert signed_in(interviewer.user).delete(path).status_code == 204
    assert problem(api.get(path)) == (404, "not_found")
    assert Deletion.objects.filter(resource="busy-periods", object_id=made.json()["id"]).exists()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"interviewer": NOBODY}, ("/interviewer", "does_not_exist")),
        ({"ends_at": "2035-01-03T09:00:00Z"}, ("/ends_at", "ends_first")),
        ({"starts_at": "2035-01-03T09:00:00"}, ("/starts_at", "no_offset")),
        ({"what": "x" * 121}, ("/what", "max_length")),
    ],
)
def test_a_busy_period_that_cannot_be(change, expected):
    refused = Api().post("busy-periods", SPAN | {"interviewer": str(InterviewerFactory().pk)} | change)

    assert problem(refused) == (422, "invalid")
    assert errors(refused) == [expected]


def test_a_pool_is_made_and_changed():
    api, first, second = Api(), InterviewerFactory(), InterviewerFactory()

    made = api.post("pools", {"slug": "coding", "name_en": "Coding", "members": [str(first.pk)]})

    assert made.status_code == 201, made.content
    assert made.json() == {
        "id": made.json()["id"],
        "slug": "coding",
        "name_en": "Coding",
        "name_zh": "",
        "members": [str(first.pk)],
        "external_ids": {},
        "updated_at": made.json()["updated_at"],
    }
    path, since = f"pools/{made.json()['id']}", made.json()["updated_at"]
    changed = api.patch(path, {"name_zh": "编码", "members": [str(second.pk), str(first.pk)]}).json()
    assert (changed["name_en"], changed["name_zh"]) == ("Coding", "编码")
    assert changed["members"] == sorted([str(first.pk), str(second.pk)])
    assert ids(api.get(f"pools?updated_after={since}")) == [made.json()["id"]]
    assert ids(api.get(f"pools?member={second.pk}&slug=coding")) == [made.json()["id"]]
    assert ids(api.get(f"interviewers?updated_after={since}")) == [str(second.pk)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ("/slug", "required")),
        ({"slug": "taken"}, ("/slug", "unique")),
        ({"slug": "a b"}, ("/slug", "invalid")),
        ({"slug": "new", "members": [NOBODY]}, ("/members/0", "does_not_exist")),
    ],
)
def test_a_pool_that_cannot_be(body, expected):
    PoolFactory(slug="taken")

    refused = Api().post("pools", body)

    assert problem(refused) == (422, "invalid")
    assert errors(refused) == [expected]
    assert Pool.objects.count() == 1


def test_who_sees_and_changes_pools(django_assert_num_queries):
    member = InterviewerFactory(pools=[PoolFactory()]).user
    path = f"pools/{Pool.objects.get().pk}"
    people = {
        "admin": UserFactory(roles=[Role.ADMIN]),
        "recruiter": UserFactory(roles=[Role.RECRUITER]),
        "manager": UserFactory(roles=[Role.HIRING_MANAGER]),
        "member": member,
        "other": InterviewerFactory().user,
    }
    assert {
        name: [signed_in(user).get(path).status_code, signed_in(user).patch(path, {"name_en": name}).status_code]
        for name, user in people.items()
    } == {
        "admin": [200, 200],
        "recruiter": [200, 200],
        "manager": [200, 403],
        "member": [200, 403],
        "other": [404, 404],
    }
    api = Api()
    api.get("pools")
    PoolFactory.create_batch(2)
    with django_assert_num_queries(5):  # token, roles, pools, members, outside ids
        assert len(ids(api.get("pools"))) == 3
