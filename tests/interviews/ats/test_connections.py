import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.choices import Role
from accounts.models import AuditEntry
from accounts.sealing import unseal
from accounts.services.external_ids import object_of
from interviews.ats.adapter import BadSignature
from interviews.models import AtsConnection, AtsMessage
from interviews.services import ats
from tests.factories import JobFactory, UserFactory
from tests.interviews.ats.signing import generic_headers, message

pytestmark = pytest.mark.django_db
BODY = message("generic_stage_reached")


@pytest.fixture
def admin():
    return UserFactory(roles=[Role.ADMIN])


def connected(admin, **fields):
    return ats.create_connection(actor=admin, **({"name": "Our ATS", "vendor": "generic", "system": "ats"} | fields))


def receive(connection, secret, at):
    return ats.receive(
        connection=AtsConnection.objects.get(pk=connection.pk),
        headers=generic_headers(BODY, secret, at=at),
        body=BODY,
        now=at,
    )


def test_a_connection_has_an_account_of_its_own_and_keeps_its_secret_sealed(admin):
    connection, secret = connected(admin, name="  Our ATS ")

    kept = AtsConnection.objects.get()
    assert (kept, kept.name, kept.is_enabled) == (connection, "Our ATS", True)
    assert secret not in kept.secret
    assert unseal(kept.secret) == secret
    assert (kept.user.display_name, kept.user.roles) == ("Our ATS", {Role.API_CLIENT})
    assert not kept.user.has_usable_password()
    actions = AuditEntry.objects.filter(actor=admin).values_list("action", flat=True)
    assert set(actions) == {"person.added", "ats_connection.created"}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"vendor": "other"}, "vendor"),
        ({"system": "a b"}, "system"),
        ({"system": ""}, "system"),
    ],
)
def test_a_connection_that_cannot_be_is_refused_by_field(admin, fields, wrong):
    with pytest.raises(ValidationError) as caught:
        connected(admin, **fields)
    assert list(caught.value.error_dict) == [wrong]


def test_the_ids_of_two_systems_cannot_share_a_name(admin):
    connected(admin)
    with pytest.raises(ValidationError) as caught:
        connected(admin)
    assert list(caught.value.error_dict) == ["system"]


def test_administrators_alone_have_to_do_with_connections(admin):
    connection, _secret = connected(admin)
    recruiter = UserFactory(roles=[Role.RECRUITER])
    for refused in (
        lambda: connected(recruiter, system="other"),
        lambda: ats.change_connection(connection=connection, actor=recruiter, is_enabled=False),
        lambda: ats.rotate_connection_secret(connection=connection, actor=recruiter),
        lambda: ats.set_stage_rules(connection=connection, actor=recruiter, rules=[]),
        lambda: ats.link_job(connection=connection, actor=recruiter, job=JobFactory(), external_id="7"),
        lambda: ats.retry_message(message=AtsMessage(), actor=recruiter),
    ):
        with pytest.raises(PermissionDenied):
            refused()


def test_a_connection_is_renamed_with_its_account_and_taken_out_of_use(admin):
    connection, _secret = connected(admin)

    ats.change_connection(connection=connection, actor=admin, name="Other", is_enabled=False)

    connection = AtsConnection.objects.get()
    assert (connection.name, connection.user.display_name, connection.is_enabled) == ("Other", "Other", False)
    ats.change_connection(connection=connection, actor=admin, is_enabled=True)
    assert AtsConnection.objects.get().name == "Other"
    with pytest.raises(ValidationError) as caught:
        ats.change_connection(connection=connection, actor=admin, name=" ")
    assert list(caught.value.error_dict) == ["name"]


def test_the_secret_before_is_good_for_a_day_and_the_one_before_that_no_more(admin):
    connection, first = connected(admin)
    second = ats.rotate_connection_secret(connection=connection, actor=admin)
    now = timezone.now()
    assert receive(connection, first, now) == receive(connection, second, now)
    with pytest.raises(BadSignature):
        receive(connection, first, now + dt.timedelta(hours=24, minutes=1))

    ats.rotate_connection_secret(connection=connection, actor=admin)

    assert receive(connection, second, now)
    with pytest.raises(BadSignature):
        receive(connection, first, now)
    assert AuditEntry.objects.filter(action="ats_connection.secret_changed").count() == 2


def test_a_connection_whose_secret_nobody_can_read_takes_nothing_in(admin):
    connection, secret = connected(admin)
    AtsConnection.objects.update(secret="")
    with pytest.raises(BadSignature):
        receive(connection, secret, timezone.now())


def test_rules_are_replaced_as_a_whole(admin):
    connection, _secret = connected(admin)
    job = JobFactory()
    ats.set_stage_rules(connection=connection, actor=admin, rules=[("On-site", None), (" On-site  2", job)])
    ats.set_stage_rules(connection=connection, actor=admin, rules=[("On-site", job), ("on-site 2", None)])

    assert set(connection.rules.values_list("stage", "job")) == {("On-site", job.pk), ("on-site 2", None)}


def test_a_rule_stands_there_once(admin):
    connection, _secret = connected(admin)
    ats.set_stage_rules(connection=connection, actor=admin, rules=[("On-site", None)])
    with pytest.raises(ValidationError) as caught:
        ats.set_stage_rules(connection=connection, actor=admin, rules=[("Final", None), ("FINAL ", None)])
    assert caught.value.code == "rule_twice"
    with pytest.raises(ValidationError):
        ats.set_stage_rules(connection=connection, actor=admin, rules=[(" ", None)])
    assert [rule.stage for rule in connection.rules.all()] == ["On-site"]


def test_a_job_is_linked_to_one_of_the_other_system(admin):
    connection, _secret = connected(admin)
    first, second = JobFactory(), JobFactory()

    ats.link_job(connection=connection, actor=admin, job=first, external_id=" J-20 ")

    assert object_of(resource="jobs", system="ats", external_id="J-20") == first.pk
    with pytest.raises(ValidationError) as caught:
        ats.link_job(connection=connection, actor=admin, job=second, external_id="J-20")
    assert caught.value.code == "external_id_taken"
    ats.link_job(connection=connection, actor=admin, job=first, external_id="")
    ats.link_job(connection=connection, actor=admin, job=second, external_id="J-20")
    assert object_of(resource="jobs", system="ats", external_id="J-20") == second.pk
