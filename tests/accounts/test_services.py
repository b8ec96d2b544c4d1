import pytest
from django.core.exceptions import ValidationError

from accounts.choices import Role
from accounts.models import AuditEntry
from accounts.services.people import add_person, set_preferences
from accounts.services.trail import record
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_add_person_grants_roles_and_leaves_a_trace():
    actor = UserFactory()

    person = add_person(
        email=" Mei@Example.com ", display_name="林梅", roles=[Role.INTERVIEWER, Role.AUTHOR], actor=actor
    )

    assert person.email == "mei@example.com"
    assert person.roles == {Role.INTERVIEWER, Role.AUTHOR}
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.subject_id) == (actor, "person.added", person.pk)


def test_add_person_makes_administrators_of_the_site_only_with_the_role():
    assert add_person(email="a@example.com", display_name="A", roles=[Role.ADMIN]).is_superuser
    assert not add_person(email="b@example.com", display_name="B", roles=[Role.RECRUITER]).is_superuser


def test_add_person_refuses_a_second_account_for_an_address():
    UserFactory(email="mei@example.com")

    with pytest.raises(ValidationError) as caught:
        add_person(email="MEI@example.com", display_name="Mei", roles=[])

    assert caught.value.error_dict["__all__"][0].code == "email_taken"


def test_add_person_refuses_an_unknown_zone():
    with pytest.raises(ValidationError) as caught:
        add_person(email="mei@example.com", display_name="Mei", roles=[], time_zone="Mars/Base")

    assert caught.value.error_dict["time_zone"][0].code == "unknown_zone"
    assert not AuditEntry.objects.exists()


def test_person_without_a_password_cannot_sign_in_with_one(client):
    person = add_person(email="mei@example.com", display_name="Mei", roles=[])

    assert not client.login(email=person.email, password="")
    assert not person.has_usable_password()


def test_set_preferences_refuses_an_unknown_language():
    person = UserFactory()

    with pytest.raises(ValidationError):
        set_preferences(user=person, language="tlh")

    person.refresh_from_db()
    assert person.language == "en"


def test_audit_entries_are_for_administrators():
    admin, other = UserFactory(roles=[Role.ADMIN]), UserFactory(roles=[Role.RECRUITER])
    entry = record(actor=other, action="tested", subject=other)

    assert list(AuditEntry.objects.visible_to(admin)) == [entry]
    assert list(AuditEntry.objects.visible_to(other)) == []
