import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.choices import Role
from accounts.models import User
from accounts.services.people import add_person
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
