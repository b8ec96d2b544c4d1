"""Whatever is sent as a cursor is a place in the list or refused; nothing else."""

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api import Api

pytestmark = pytest.mark.django_db

ORDERINGS = {"users": ["id", "-updated_at", "display_name"], "questions": ["number"], "events": ["sequence"]}
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.uuids().map(str),
    st.datetimes().map(str),
)


@st.composite
def made_up(draw):
    """Mostly what decodes: the place where a cursor's parts are used is reached."""
    noun = draw(st.sampled_from(sorted(ORDERINGS)))
    ordering = draw(st.sampled_from(ORDERINGS[noun]))
    if draw(st.booleans()):
        return noun, ordering, draw(st.text(min_size=1, max_size=60))
    parts = json.dumps([ordering, draw(_VALUES), draw(_VALUES)]).encode()
    return noun, ordering, base64.urlsafe_b64encode(parts).rstrip(b"=").decode()


@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sent=made_up())
def test_any_cursor_is_followed_or_refused(api, sent):
    noun, ordering, cursor = sent

    answer = api.client.get(f"/api/v1/{noun}", {"ordering": ordering, "cursor": cursor}, headers=api.headers)

    assert answer.status_code in {200, 400}, (sent, answer.content)
    if answer.status_code == 400:
        assert [it["pointer"] for it in answer.json()["errors"]] in (["/cursor"], [""])


@pytest.fixture
def api():
    return Api(requests_per_minute=100_000)
