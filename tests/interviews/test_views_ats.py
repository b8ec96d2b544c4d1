"""The pages of ATS connections: who sees them, the secret that is shown once, stages, known jobs, messages."""

import re

import pytest
from django.urls import reverse

from accounts.choices import Role
from accounts.sealing import unseal
from interviews.choices import AtsMessageState
from interviews.models import AtsConnection, Loop
from interviews.services import ats as services
from tests.factories import JobFactory, UserFactory
from tests.interviews.ats.worlds import JOBS, connected_world, work_through

pytestmark = pytest.mark.django_db

PAGES = ("detail", "edit", "jobs")
ACTIONS = ("unlink", "rotate", "switch")
SECRET = re.compile(r'id="secret" value="([^"]+)"')


def url(name, *args):
    return reverse(f"interviews:ats-{name}", args=args)


@pytest.fixture
def connected(client):
    connected = connected_world()
    client.force_login(connected.admin)
    return connected


@pytest.fixture
def admin(client):
    admin = UserFactory(roles=[Role.ADMIN])
    client.force_login(admin)
    return admin


def make(admin, number=1):
    return services.create_connection(actor=admin, name=f"ATS {number}", vendor="generic", system=f"ats{number}")[0]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_others_find_no_such_pages(client, admin, role):
    connection = make(admin)
    client.force_login(UserFactory(roles=[role]))

    read = [client.get(url("list")), client.get(url("create"))]
    read += [client.get(url(name, connection.pk)) for name in PAGES]
    done = [client.post(url(name, connection.pk)) for name in (*ACTIONS, "retry")]
    done.append(client.post(url("create"), {"name": "Other", "vendor": "generic", "system": "other"}))

    assert {answer.status_code for answer in read + done} == {404}
    assert AtsConnection.objects.get() == connection


@pytest.mark.parametrize("vendor", ["generic", "greenhouse"])
def test_new_connection_shows_address_and_secret_once(client, admin, settings, vendor):
    settings.SITE_URL = "https://hire.example.com"

    made = client.post(url("create"), {"name": "Our ATS", "vendor": vendor, "system": "our-ats"})
    first, again = client.get(made.url), client.get(made.url)

    connection = AtsConnection.objects.get()
    address = f"https://hire.example.com{reverse('api:inbound', args=[connection.pk])}"
    assert made.url == url("detail", connection.pk)
    assert SECRET.search(first.content.decode())[1] == unseal(connection.secret)
    assert "no-store" in first["Cache-Control"]
    assert SECRET.search(again.content.decode()) is None
    assert address in again.content.decode()
    assert (connection.name, connection.vendor, connection.system) == ("Our ATS", vendor, "our-ats")


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("vendor", "other"), ("system", "two words"), ("system", "ats1")]
)
def test_refused_connection_says_at_which_field(client, admin, field, value):
    make(admin)

    answer = client.post(url("create"), {"name": "Our ATS", "vendor": "generic", "system": "ours", field: value})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert AtsConnection.objects.count() == 1


def test_new_secret_is_shown_once(client, connected):
    old = unseal(connected.connection.secret)

    page = client.post(url("rotate", connected.connection.pk), follow=True).content.decode()

    connected.connection.refresh_from_db()
    assert SECRET.search(page)[1] == unseal(connected.connection.secret) != old
    assert SECRET.search(client.get(url("detail", connected.connection.pk)).content.decode()) is None


def test_out_of_use_and_back(client, connected):
    switch = url("switch", connected.connection.pk)

    client.post(switch, {"is_enabled": "0"})
    off = AtsConnection.objects.get().is_enabled
    client.post(switch, {"is_enabled": "1"})

    assert (off, AtsConnection.objects.get().is_enabled) == (False, True)


def test_stages_are_edited_as_rows(client, connected):
    job = JobFactory(title="Designer")
    fields = {"name": "Berlin", "stage_0": "Phone  screen", "job_0": "", "stage_1": "", "job_1": str(job.pk)}
    fields |= {"stage_2": "On-site", "job_2": str(job.pk), "stage_9": "Offer", "job_9": ""}

    answer = client.post(url("edit", connected.connection.pk), fields)
    shown = client.get(url("edit", connected.connection.pk)).context["form"]

    rules = [(rule.stage, rule.job) for rule in connected.connection.rules.all()]
    assert answer.status_code == 302
    assert rules == [("Offer", None), ("On-site", job), ("Phone screen", None)]
    assert AtsConnection.objects.get().name == "Berlin"
    assert [stage.value() for stage, _job in shown.rows] == ["Offer", "On-site", "Phone screen", "", "", ""]


def test_refused_stages_change_nothing(client, connected):
    before = list(connected.connection.rules.values_list("stage", "job"))
    fields = {"name": "Berlin", "stage_0": "Offer", "job_0": "", "stage_1": "OFFER ", "job_1": ""}

    answer = client.post(url("edit", connected.connection.pk), fields)

    assert answer.status_code == 422
    assert "The same stage stands there twice for the same job." in answer.content.decode()
    assert list(connected.connection.rules.values_list("stage", "job")) == before
    assert AtsConnection.objects.get().name == "Our ATS"


def test_unknown_job_becomes_known_and_the_message_is_tried_again(client, connected):
    connection = connected.connection
    services.link_job(connection=connection, actor=connected.admin, job=connected.world.job, external_id="")
    message = connected.use()

    log = client.get(url("detail", connection.pk)).content.decode()
    asked = re.search(r'href="([^"]+external_id=[^"]+)"', log)[1]
    form = client.get(asked).context["form"]
    client.post(url("jobs", connection.pk), {"external_id": form["external_id"].value(), "job": connected.world.job.pk})
    answer = client.post(url("retry", message.pk))
    work_through(message)

    assert f"Nobody has said which job it calls {JOBS['generic']}" in log
    assert answer.url == url("detail", connection.pk)
    assert message.state == AtsMessageState.DONE
    assert "The loop was built." in client.get(url("detail", connection.pk)).content.decode()
    assert Loop.objects.count() == 1


def test_id_that_another_job_has_is_refused(client, connected):
    other = JobFactory()

    answer = client.post(url("jobs", connected.connection.pk), {"external_id": JOBS["generic"], "job": str(other.pk)})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["external_id"])


def test_id_is_forgotten(client, connected):
    client.post(url("unlink", connected.connection.pk), {"job": str(connected.world.job.pk)})

    assert client.get(url("jobs", connected.connection.pk)).context["page"].paginator.count == 0


def test_message_that_did_not_fail_is_not_tried_again(client, connected):
    message = connected.use()

    answer = client.post(url("retry", message.pk))

    assert answer.status_code == 422
    assert "Only a message that could not be used can be tried again." in answer.content.decode()


def test_log_is_filtered_by_state_and_paged(client, connected):
    connected.use()
    for _number in range(26):
        connected.use(connected.body(type="candidate.renamed"))
    address = url("detail", connected.connection.pk)

    page = client.get(f"{address}?state=ignored&page=2")

    assert [row["outcome"] for row in page.context["rows"]] == ["Tells of something else: candidate.renamed."]
    assert client.get(f"{address}?state=done").context["page"].paginator.count == 1
    assert client.get(f"{address}?state=nonsense").context["page"].paginator.count == 27


def test_list_counts_stages_and_what_could_not_be_used(client, connected):
    make(connected.admin)
    connected.use(connected.body(data__job__id="unknown"))

    page = client.get(url("list")).context["page"]

    assert [(it.name, it.rule_count, it.failed) for it in page] == [("ATS 1", 0, 0), ("Our ATS", 1, 1)]


@pytest.mark.parametrize("size", [1, 4])
@pytest.mark.parametrize(("name", "queries"), [("list", 5), ("detail", 8), ("edit", 6), ("jobs", 7)])
def test_query_counts_are_constant(client, connected, size, name, queries, django_assert_num_queries):
    jobs = [JobFactory() for _number in range(size)]
    services.set_stage_rules(
        connection=connected.connection, actor=connected.admin, rules=[("On-site", job) for job in (None, *jobs)]
    )
    for number, job in enumerate(jobs):
        make(connected.admin, number)
        services.link_job(connection=connected.connection, actor=connected.admin, job=job, external_id=f"J-{number}")
        connected.use(connected.body(data__application__id=f"A-{number}"))

    with django_assert_num_queries(queries):
        client.get(url(name, *([] if name == "list" else [connected.connection.pk])))
