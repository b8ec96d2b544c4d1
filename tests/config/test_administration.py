"""The page behind "Administration", and Django's administration site behind it."""

import datetime as dt

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import ApiToken, User
from accounts.services.people import add_person
from accounts.services.tokens import create_token, revoke_token
from delivery.models import DurableJob
from delivery.services.webhooks import change_endpoint, create_endpoint
from interviews.models import AtsMessage
from interviews.services.ats import create_connection
from tests.factories import PASSWORD, InterviewerFactory, LoopTemplateFactory, PoolFactory, UserFactory, VersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return add_person(email="root@example.com", display_name="Root", roles=[Role.ADMIN])


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model._meta.label_lower)
def test_every_list_of_the_administration_opens(client, administrator, model):
    VersionFactory()
    InterviewerFactory(pools=[PoolFactory()])
    LoopTemplateFactory()
    client.force_login(administrator)

    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")

    assert client.get(address).status_code == 200


def test_administration_is_closed_to_others(client):
    client.force_login(UserFactory(roles=[Role.RECRUITER]))

    assert client.get(reverse("admin:index")).status_code == 302


def test_administrator_adds_a_person_with_a_role(client, administrator):
    client.force_login(administrator)
    form = {
        "email": "mei@example.com",
        "display_name": "林梅",
        "time_zone": "Asia/Shanghai",
        "language": "zh-hans",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "role_grants-TOTAL_FORMS": "1",
        "role_grants-INITIAL_FORMS": "0",
        "role_grants-0-role": Role.AUTHOR,
    }

    response = client.post(reverse("admin:accounts_user_add"), form)

    assert response.status_code == 302, response.content.decode()
    person = User.objects.get(email="mei@example.com")
    assert person.check_password(PASSWORD)
    assert person.roles == {Role.AUTHOR}


def test_overview_is_for_administrators_alone(client, administrator):
    for role in Role:
        client.force_login(UserFactory(roles=[role]))
        assert client.get(reverse("settings")).status_code == (200 if role == Role.ADMIN else 404)


def test_menu_leads_administrators_to_the_overview(client, administrator):
    client.force_login(administrator)
    menu = client.get(reverse("settings")).context["navigation"]
    client.force_login(UserFactory(roles=[Role.RECRUITER]))
    other = client.get(reverse("home")).context["navigation"]

    assert [item["current"] for item in menu if item["url"] == "/settings/"] == [True]
    assert "/settings/" not in [item["url"] for item in other]


def attention(client):
    groups = client.get(reverse("settings")).context["groups"]
    return {area.icon: area.attention for _title, areas in groups for area in areas if area.attention}


def test_overview_is_quiet_where_nothing_needs_anybody(client, administrator):
    create_token(actor=administrator, name="Sync", scopes={"jobs:read"})
    create_endpoint(owner=administrator, actor=administrator, url="https://hooks.example.com/in")
    client.force_login(administrator)

    assert attention(client) == {}


@pytest.mark.parametrize("size", [1, 3])
def test_overview_says_what_needs_attention(client, administrator, size, django_assert_num_queries):
    now = timezone.now()
    connection = create_connection(actor=administrator, name="ATS", vendor="generic", system="ats")[0]
    old = AtsMessage.objects.create(connection=connection, message_id="old", state="failed")
    AtsMessage.objects.filter(pk=old.pk).update(received_at=now - dt.timedelta(days=8))
    for number in range(size):
        ends = now + dt.timedelta(days=13)
        create_token(actor=administrator, name="Sync", scopes={"jobs:read"}, expires_at=ends)
        revoked, _secret = create_token(actor=administrator, name="Old", scopes={"jobs:read"}, expires_at=ends)
        revoke_token(token=revoked, actor=administrator)
        hook, _secret = create_endpoint(owner=administrator, actor=administrator, url="https://hooks.example.com/in")
        change_endpoint(endpoint=hook, actor=administrator, is_enabled=False)
        AtsMessage.objects.create(connection=connection, message_id=f"m{number}", state="failed")
        DurableJob.objects.create(kind="packet", key=f"packet:{number}", state="dead", finished_at=now)
    client.force_login(administrator)

    with django_assert_num_queries(7):
        found = attention(client)

    assert ApiToken.objects.count() == 2 * size
    assert {icon: int(text.split()[0]) for icon, text in found.items()} == dict.fromkeys(
        ["key", "broadcast", "plug", "hourglass-split"], size
    )
