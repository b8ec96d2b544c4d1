import pytest
from django.urls import reverse

from accounts.choices import Role
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def test_sign_in_by_email(client):
    person = UserFactory(email="mei@example.com")
    person.set_password(PASSWORD)
    person.save()

    response = client.post(reverse("account_login"), {"login": "Mei@example.com", "password": PASSWORD})

    assert (response.status_code, response.url) == (302, reverse("home"))
    assert client.session["_auth_user_id"] == str(person.pk)


def test_nobody_signs_up_alone(client):
    response = client.post(
        reverse("account_signup"), {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    )

    assert "_auth_user_id" not in client.session
    assert response.templates[0].name == "account/signup_closed.html"


def test_language_is_kept_for_the_person_and_the_browser(client):
    person = UserFactory()
    client.force_login(person)

    response = client.post(reverse("set_language"), {"language": "zh-hans", "next": reverse("accounts:profile")})

    person.refresh_from_db()
    assert person.language == "zh-hans"
    assert response.url == reverse("accounts:profile")
    assert client.cookies["django_language"].value == "zh-hans"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_language_never_leads_to_another_site(client, target):
    response = client.post(reverse("set_language"), {"language": "en", "next": target})

    assert response.url == "/"


def test_theme_is_kept_and_shown(client):
    client.force_login(UserFactory())

    client.post(reverse("accounts:theme"), {"theme": "dark"})

    assert b'data-bs-theme="dark"' in client.get(reverse("accounts:profile")).content


def test_theme_refuses_other_words(client):
    client.post(reverse("accounts:theme"), {"theme": "<script>"})

    assert "theme" not in client.cookies


def test_profile_shows_times_in_the_persons_zone(client):
    person = UserFactory(time_zone="Asia/Kathmandu")
    client.force_login(person)

    response = client.post(reverse("accounts:profile"), {"language": "en", "time_zone": "Asia/Dubai"})

    person.refresh_from_db()
    assert (response.status_code, person.time_zone) == (302, "Asia/Dubai")


def test_profile_keeps_what_was_typed_when_it_is_wrong(client):
    client.force_login(UserFactory())

    response = client.post(reverse("accounts:profile"), {"language": "en", "time_zone": "Mars/Base"})

    assert response.status_code == 422
    assert b"Mars/Base is not a known time zone" in response.content


def test_demo_sign_in_does_not_exist_outside_a_demonstration(client, settings):
    settings.DEMO = False
    person = UserFactory(email="nora@demo.example")

    assert client.post(reverse("accounts:demo-login", args=[person.pk])).status_code == 404


def test_demo_sign_in_is_for_sample_people_alone(client, settings):
    settings.DEMO = True
    sample, real = UserFactory(email="nora@demo.example"), UserFactory()

    assert client.post(reverse("accounts:demo-login", args=[real.pk])).status_code == 404
    assert client.post(reverse("accounts:demo-login", args=[sample.pk])).status_code == 302


def test_demo_offers_one_person_a_role(client, settings):
    settings.DEMO = True
    UserFactory(email="nora@demo.example", display_name="Nora", roles=[Role.RECRUITER])
    UserFactory(email="second@demo.example", display_name="Second", roles=[Role.RECRUITER])

    offered = client.get(reverse("account_login")).context["demo_people"]

    assert [(person["name"], person["role"]) for person in offered] == [("Nora", "Recruiter")]
