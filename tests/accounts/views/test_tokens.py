"""The pages of API tokens: who sees them, the secret that is shown once, changing over, taking back."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import ApiToken, User
from accounts.services.tokens import create_token, find_token, revoke_token, rotate_token
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

SECRET = re.compile(r"lw_[\w-]{40,}")


def url(name, *args):
    return reverse(f"accounts:token-{name}", args=args)


@pytest.fixture
def admin(client):
    admin = UserFactory(roles=[Role.ADMIN], time_zone="Asia/Shanghai")
    client.force_login(admin)
    return admin


def make(admin, **changes):
    return create_token(actor=admin, **{"name": "Sync", "scopes": {"jobs:read"}} | changes)[0]


def sent(**changes):
    fields = {"name": "Sync", "client": "", "expires_at": "2031-02-28", "requests_per_minute": "60"}
    return fields | {"scopes": ["candidates:read", "candidates:write"]} | changes


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_others_find_no_such_pages(client, admin, role):
    token = make(admin)
    client.force_login(UserFactory(roles=[role]))

    assert [client.get(url(*it)).status_code for it in (("list",), ("create",), ("detail", token.pk))] == [404] * 3
    assert [client.post(url(it, token.pk)).status_code for it in ("rotate", "revoke")] == [404] * 2
    assert client.post(url("create"), sent()).status_code == 404
    assert ApiToken.objects.live(timezone.now()).get() == token


def test_visitors_are_asked_to_sign_in(client):
    assert client.get(url("list")).url == f"{reverse('account_login')}?next={url('list')}"


def test_secret_is_shown_once_and_not_kept_by_browsers(client, admin):
    made = client.post(url("create"), sent())
    first, again = client.get(made.url), client.get(made.url)

    token = ApiToken.objects.get()
    secret = SECRET.search(first.content.decode())[0]
    assert made.url == url("detail", token.pk)
    assert find_token(secret) == token
    assert "no-store" in first["Cache-Control"]
    assert SECRET.search(again.content.decode()) is None


def test_secret_of_one_token_is_not_shown_on_the_page_of_another(client, admin):
    other = make(admin)
    made = client.post(url("create"), sent())

    assert SECRET.search(client.get(url("detail", other.pk)).content.decode()) is None
    assert SECRET.search(client.get(made.url).content.decode())


def test_session_does_not_hold_the_secret_in_clear(client, admin):
    client.post(url("create"), sent())

    assert "lw_" not in str(dict(client.session))


def test_token_ends_with_the_day_of_whoever_makes_it(client, admin):
    client.post(url("create"), sent())

    token = ApiToken.objects.get()
    assert token.expires_at == dt.datetime(2031, 2, 28, 15, 59, 59, 999999, tzinfo=dt.UTC)
    assert (token.scopes, token.requests_per_minute) == (["candidates:read", "candidates:write"], 60)
    assert (token.user.display_name, token.user.roles, token.created_by) == ("Sync", {Role.API_CLIENT}, admin)


def test_token_without_an_end_for_a_client_that_is_there(client, admin):
    first = make(admin)

    client.post(url("create"), sent(name="Second", client=str(first.user_id), expires_at=""))

    second = ApiToken.objects.get(name="Second")
    assert (second.user, second.expires_at) == (first.user, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("scopes", []),
        ("scopes", ["jobs:erase"]),
        ("expires_at", "2020-01-01"),
        ("requests_per_minute", "0"),
        ("client", "person"),
    ],
)
def test_refused_token_says_at_which_field(client, admin, field, value):
    answer = client.post(url("create"), sent(**{field: str(admin.pk) if value == "person" else value}))

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not ApiToken.objects.exists()


def test_refused_form_keeps_what_was_ticked(client, admin):
    page = client.post(url("create"), sent(name="", scopes=["audit:read", "act:as"])).content.decode()

    ticked = re.findall(r'value="([^"]+)"[^>]* checked', page)
    assert ticked == ["audit:read", "act:as"]


def test_third_live_token_of_a_client_is_refused(client, admin):
    token = make(admin)
    rotate_token(token=token, actor=admin)

    answer = client.post(url("create"), sent(client=str(token.user_id)))

    assert answer.status_code == 422
    assert "This client has two live tokens already." in answer.content.decode()


def test_rotating_leads_to_the_successor_with_its_secret(client, admin):
    token = make(admin)

    answer = client.post(url("rotate", token.pk))
    page = client.get(answer.url).content.decode()

    successor = ApiToken.objects.exclude(pk=token.pk).get()
    token.refresh_from_db()
    assert answer.url == url("detail", successor.pk)
    assert find_token(SECRET.search(page)[0]) == successor
    assert url("detail", token.pk) in page  # the one that ends is named there
    assert dt.timedelta(days=6) < token.expires_at - timezone.now() <= dt.timedelta(days=7)


def test_rotating_what_has_ended_says_why_not(client, admin):
    token = make(admin)
    revoke_token(token=token, actor=admin)

    answer = client.post(url("rotate", token.pk))

    assert answer.status_code == 422
    assert "This token has ended." in answer.content.decode()


def test_revoked_token_opens_nothing_and_is_in_the_list_of_all(client, admin):
    token = make(admin)

    page = client.post(url("revoke", token.pk), follow=True).content.decode()

    token.refresh_from_db()
    assert token.revoked_at is not None
    assert url("revoke", token.pk) not in page
    assert url("detail", token.pk) not in client.get(url("list")).content.decode()
    assert url("detail", token.pk) in client.get(f"{url('list')}?show=all").content.decode()


def test_states(client, admin):
    now = timezone.now()
    _live, soon, revoked, off = (make(admin, name=name) for name in ("live", "ending", "revoked", "off"))
    ended = make(admin, name="ended", expires_at=now + dt.timedelta(hours=1))
    ApiToken.objects.filter(pk=soon.pk).update(expires_at=now + dt.timedelta(days=13))
    ApiToken.objects.filter(pk=ended.pk).update(expires_at=now - dt.timedelta(hours=1))
    ApiToken.objects.filter(pk=revoked.pk).update(revoked_at=now)
    User.objects.filter(pk=off.user_id).update(is_active=False)

    every, live_ones = client.get(f"{url('list')}?show=all"), client.get(url("list"))

    states = {row.token.name: row.state for row in every.context["rows"]}
    assert states == {name: name for name in ("live", "ending", "revoked", "off", "ended")}
    assert [row.token.name for row in live_ones.context["rows"]] == ["ending", "live"]


@pytest.mark.parametrize("size", [1, 4])
@pytest.mark.parametrize(("name", "queries"), [("list", 5), ("create", 4), ("detail", 5)])
def test_query_counts_are_constant(client, admin, size, name, queries, django_assert_num_queries):
    tokens = [make(admin) for _number in range(size)]

    with django_assert_num_queries(queries):
        client.get(url(name, *([tokens[0].pk] if name == "detail" else [])))


def test_list_is_paged(client, admin):
    for _number in range(26):
        make(admin)

    page = client.get(f"{url('list')}?page=2").context["page"]

    assert (page.number, len(page.object_list), page.paginator.count) == (2, 1, 26)
