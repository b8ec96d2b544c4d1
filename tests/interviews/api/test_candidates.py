"""``candidates``: reading, writing, in bulk, and who may."""

import threading

import pytest
from django.db import connection

from accounts.choices import Role
from accounts.models import AuditEntry
from accounts.services.external_ids import set_external_ids
from interviews.models import Candidate
from tests.accounts.rest.test_reading import ids, problem
from tests.api import Api, Asking, signed_in
from tests.factories import ApplicationFactory, CandidateFactory, InterviewerFactory, JobFactory, UserFactory
from tests.scoring.worlds import panel_world

pytestmark = pytest.mark.django_db

BODY = {"name": "Ada", "email": "ada@example.org", "time_zone": "Europe/Berlin"}
WINDOWS = [
    {"starts_at": "2030-01-03T09:00:00Z", "ends_at": "2030-01-03T12:00:00Z"},
    {"starts_at": "2030-01-02T09:00:00Z", "ends_at": "2030-01-02T12:00:00Z"},
]


def errors(response):
    return [(it["pointer"], it["code"]) for it in response.json()["errors"]]


def test_a_candidate_is_made_and_looks_so():
    api = Api()

    made = api.post(
        "candidates",
        BODY | {"native_name": "艾达", "language": "zh-hans", "windows": WINDOWS, "external_ids": {"ats": "7"}},
    )

    assert made.status_code == 201, made.content
    shown = made.json()
    assert shown == {
        "id": shown["id"],
        "name": "Ada",
        "native_name": "艾达",
        "email": "ada@example.org",
        "time_zone": "Europe/Berlin",
        "language": "zh-hans",
        "windows": list(reversed(WINDOWS)),
        "external_ids": {"ats": "7"},
        "created_at": shown["created_at"],
        "updated_at": shown["updated_at"],
    }
    assert api.get(f"candidates/{shown['id']}").json() == shown
    assert api.get("candidates?external_id=ats:7").json()["results"] == [shown]
    assert ids(api.get("candidates?email=ADA@example.org")) == [shown["id"]]


@pytest.mark.parametrize("size", [1, 3])
def test_queries_do_not_grow(size, django_assert_num_queries):
    api = Api()
    CandidateFactory.create_batch(size)
    api.get("candidates")

    with django_assert_num_queries(5):  # token, roles, candidates, windows, outside ids
        assert len(ids(api.get("candidates"))) == size


def test_what_is_sent_changes_and_the_rest_stays():
    api = Api()
    candidate = CandidateFactory(name="Before")

    changed = api.patch(f"candidates/{candidate.pk}", {"native_name": " 艾达 ", "windows": WINDOWS})

    assert changed.status_code == 200, changed.content
    assert (changed.json()["name"], changed.json()["native_name"]) == ("Before", "艾达")
    assert len(changed.json()["windows"]) == 2
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))[-2:] == [
        "candidate.changed",
        "candidate.windows_set",
    ]


def test_a_change_of_windows_is_a_change_of_the_candidate():
    api = Api()
    candidate = CandidateFactory()
    since = api.get(f"candidates/{candidate.pk}").json()["updated_at"]

    api.patch(f"candidates/{candidate.pk}", {"windows": WINDOWS})

    assert ids(api.get(f"candidates?updated_after={since}")) == [str(candidate.pk)]


def test_a_change_that_changes_nothing_leaves_no_trace():
    api = Api()
    candidate = CandidateFactory(name="Ada")
    api.patch(f"candidates/{candidate.pk}", {"windows": WINDOWS})
    entries = AuditEntry.objects.count()

    api.patch(f"candidates/{candidate.pk}", {"name": "Ada", "windows": WINDOWS})

    assert AuditEntry.objects.count() == entries


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": ""}, ("/name", "blank")),
        ({"email": "x"}, ("/email", "invalid")),
        ({"time_zone": "Mars/Base"}, ("/time_zone", "unknown_zone")),
        ({"language": "xx"}, ("/language", "invalid_choice")),
        ({"windows": [{"starts_at": "2030-01-03", "ends_at": "x"}]}, ("/windows/0/starts_at", "no_offset")),
        ({"windows": [WINDOWS[0] | {"ends_at": "2030-01-03T09:00:00Z"}]}, ("/windows", "window_ends_first")),
        ({"windows": [WINDOWS[0], WINDOWS[0]]}, ("/windows", "windows_overlap")),
        ({"age": 7}, ("/age", "unknown_field")),
    ],
)
def test_what_cannot_be_taken_is_pointed_at(change, expected):
    api = Api()

    refused = api.post("candidates", BODY | change)
    candidate = CandidateFactory()
    unchanged = api.patch(f"candidates/{candidate.pk}", change)

    assert problem(refused) == problem(unchanged) == (422, "invalid")
    assert errors(refused)[0] == errors(unchanged)[0] == expected
    assert Candidate.objects.count() == 1


def test_who_sees_and_changes_whom():
    world = panel_world()
    candidate = world.loop.application.candidate
    unapplied = CandidateFactory()
    seated = world.loop.rounds.first().seats.first().interviewer.user
    job = world.loop.application.job
    people = {
        "admin": UserFactory(roles=[Role.ADMIN]),
        "recruiter": job.members.get(role="recruiter").user,
        "manager": job.members.get(role="hiring_manager").user,
        "other recruiter": UserFactory(roles=[Role.RECRUITER]),
        "interviewer": seated,
        "nobody": UserFactory(),
    }
    seen = {
        name: {it["id"] for it in signed_in(user).get("candidates").json()["results"]} for name, user in people.items()
    }
    both = {str(candidate.pk), str(unapplied.pk)}
    assert seen == {
        "admin": both,
        "recruiter": both,
        "manager": {str(candidate.pk)},
        "other recruiter": {str(unapplied.pk)},
        "interviewer": set(),
        "nobody": set(),
    }
    changed = {
        name: [
            signed_in(user).patch(f"candidates/{it.pk}", {"name": "New"}).status_code for it in (candidate, unapplied)
        ]
        for name, user in people.items()
    }
    assert changed == {
        "admin": [403, 403],
        "recruiter": [200, 200],
        "manager": [403, 404],
        "other recruiter": [404, 200],
        "interviewer": [404, 404],
        "nobody": [404, 404],
    }


@pytest.mark.parametrize(
    ("role", "status"), [(Role.RECRUITER, 201), (Role.HIRING_MANAGER, 403), (Role.ADMIN, 403), (Role.AUTHOR, 403)]
)
def test_who_adds(role, status):
    assert signed_in(UserFactory(roles=[role])).post("candidates", BODY).status_code == status


def test_scopes():
    candidate = CandidateFactory()
    reader = Api(["candidates:read"])

    assert reader.get(f"candidates/{candidate.pk}").status_code == 200
    assert problem(reader.patch(f"candidates/{candidate.pk}", {"name": "B"})) == (403, "insufficient_scope")
    assert problem(Api(["jobs:read"]).get("candidates")) == (403, "insufficient_scope")


def bulk(api, items, **more):
    return api.post("candidates/bulk", {"items": items} | more)


def item(number, **more):
    return BODY | {"external_ids": {"ats": str(number)}, "email": f"c{number}@example.org"} | more


def statuses(response):
    return [it["status"] for it in response.json()["results"]]


def test_bulk_makes_changes_and_leaves_alone():
    api = Api()
    first = bulk(api, [item(1), item(2, windows=WINDOWS)])
    again = bulk(api, [item(1), item(2, name="Changed"), item(3), item(3, native_name="三")])

    assert (first.status_code, statuses(first)) == (200, ["created", "created"])
    assert (again.status_code, statuses(again)) == (200, ["unchanged", "updated", "created", "updated"])
    assert [it["id"] for it in again.json()["results"]][:2] == [it["id"] for it in first.json()["results"]]
    assert list(Candidate.objects.order_by("email").values_list("name", "native_name")) == [
        ("Ada", ""),
        ("Changed", ""),
        ("Ada", "三"),
    ]


def test_bulk_names_what_cannot_be_taken_and_does_the_rest():
    api = Api()

    answer = bulk(api, [item(1), item(2, email="x"), {}, 7, item(4, external_ids={})])

    assert (answer.status_code, statuses(answer)) == (207, ["created", *["failed"] * 4])
    found = [[(it["pointer"], it["code"]) for it in result["errors"]] for result in answer.json()["results"]]
    assert found == [
        [],
        [("/items/1/email", "invalid")],
        [(f"/items/2/{name}", "required") for name in ("name", "email", "time_zone")],
        [("/items/3", "invalid")],
        [("/items/4/external_ids", "external_id_required")],
    ]
    assert Candidate.objects.count() == 1


def test_bulk_writes_nothing_where_all_were_wanted():
    api = Api()

    answer = bulk(api, [item(1), item(2, time_zone="Mars/Base")], all_or_nothing=True)

    assert problem(answer) == (422, "bulk_failed")
    assert errors(answer) == [("/items/1/time_zone", "unknown_zone")]
    assert statuses(answer) == ["created", "failed"]
    assert not Candidate.objects.exists()


def test_bulk_adds_an_id_of_another_system_and_refuses_two_that_differ():
    api = Api()
    first, _second = (it["id"] for it in bulk(api, [item(1), item(2)]).json()["results"])

    added = bulk(api, [item(1, external_ids={"ats": "1", "hris": "x"})])
    differ = bulk(api, [item(1, external_ids={"ats": "2", "hris": "x"})])

    assert statuses(added) == ["updated"]
    assert api.get(f"candidates/{first}").json()["external_ids"] == {"ats": "1", "hris": "x"}
    assert statuses(differ) == ["failed"]
    assert differ.json()["results"][0]["errors"][0]["code"] == "external_ids_differ"


def test_bulk_does_not_touch_what_one_may_not_see():
    hidden = ApplicationFactory(job=JobFactory()).candidate
    set_external_ids(resource="candidates", object_id=hidden.pk, ids={"ats": "1"})

    answer = bulk(signed_in(UserFactory(roles=[Role.RECRUITER])), [item(1)])

    assert answer.json()["results"][0]["errors"][0]["code"] == "external_id_taken"
    assert Candidate.objects.get().name == hidden.name


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"items": []}, ("/items", "min_length")),
        ({"items": [{}] * 501}, ("/items", "max_length")),
        ({"items": {}}, ("/items", "not_a_list")),
        ({}, ("/items", "required")),
        ({"items": [{}], "all_or_nothing": 1}, ("/all_or_nothing", "invalid")),
    ],
)
def test_bulk_bodies(body, expected):
    refused = Api().post("candidates/bulk", body)

    assert problem(refused) == (422, "invalid")
    assert errors(refused) == [expected]


def test_bulk_repeated_is_answered_as_before():
    api = Api()
    first = api.post("candidates/bulk", {"items": [item(1)]}, Idempotency_Key="k")
    again = api.post("candidates/bulk", {"items": [item(1)]}, Idempotency_Key="k")

    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("size", [1, 3])
def test_bulk_finds_all_items_at_once(size, django_assert_num_queries):
    api = Api()
    items = [item(number) for number in range(size)]
    bulk(api, items)

    with django_assert_num_queries(11 + 5 * size):  # of each item: two savepoints, and may one change it?
        assert statuses(bulk(api, items)) == ["unchanged"] * size


def test_an_interviewer_has_no_use_for_addresses():
    interviewer = InterviewerFactory().user

    assert ids(signed_in(interviewer).get("candidates")) == []


@pytest.mark.django_db(transaction=True)
def test_the_same_things_in_several_requests_at_once_are_made_once():
    headers, answers = Api().headers, []

    def ask():
        try:
            answers.append(bulk(Asking(None, **headers), [item(number) for number in range(5)]))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [it.status_code for it in answers] == [200] * 8
    assert Candidate.objects.count() == 5
    assert sorted(statuses(it) for it in answers) == [["created"] * 5] + [["unchanged"] * 5] * 7
