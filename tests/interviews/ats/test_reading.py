import datetime as dt
import json
from copy import deepcopy

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviews.ats import generic, greenhouse
from interviews.ats.adapter import Malformed, Nothing, Person, StageReached
from interviews.ats.registry import ADAPTERS
from tests.interviews.ats.signing import message

GENERIC = json.loads(message("generic_stage_reached"))
GREENHOUSE = json.loads(message("greenhouse_stage_change"))


def changed(document, path, value):
    """A copy of the document with another value at ``path``; ``...`` takes the field away."""
    copy = deepcopy(document)
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    part = copy
    for key in parents:
        part = part[key]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return copy


def but(document, path, value):
    """The same as the bytes of a message."""
    return json.dumps(changed(document, path, value)).encode()


def refusal(adapter, body):
    with pytest.raises(Malformed) as caught:
        adapter.read(body)
    return caught.value.path, caught.value.problem


def test_the_generic_format_says_who_came_where():
    assert generic.read(message("generic_stage_reached")) == StageReached(
        candidate="C-77",
        application="A-1017",
        job="J-20",
        job_title="Backend engineer",
        stage="On-site",
        person=Person("Lin Mei", ("lin.mei@example.org",), "Asia/Shanghai", "zh-Hans"),
        occurred_at=dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC),
    )


def test_a_stage_change_of_greenhouse_says_the_same_and_prefers_the_address_at_home():
    assert greenhouse.read(message("greenhouse_stage_change")) == StageReached(
        candidate="880045",
        application="5400123",
        job="3200",
        job_title="Backend engineer",
        stage="Face to Face",
        person=Person("Zoë van den Berg", ("zoe@example.org", "zoe@work.example.org")),
        occurred_at=dt.datetime(2026, 11, 24, 9, 30, 0, 120_000, tzinfo=dt.UTC),
    )


@pytest.mark.parametrize("action", ["application_updated", "new_candidate_application"])
def test_greenhouse_tells_the_stage_in_other_events_too(action):
    found = greenhouse.read(but(GREENHOUSE, "action", action))
    assert (found.application, found.stage) == ("5400123", "Face to Face")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (message("greenhouse_ping"), Nothing("ping")),
        (message("greenhouse_deleted"), Nothing("other_event", {"event": "delete_candidate"})),
        (but(GREENHOUSE, "payload.application.prospect", True), Nothing("prospect")),
        (but(GREENHOUSE, "payload.application.status", "rejected"), Nothing("not_active", {"status": "rejected"})),
        (but(GREENHOUSE, "payload.application.current_stage", None), Nothing("no_stage")),
    ],
)
def test_other_messages_of_greenhouse_ask_nothing_of_us(body, expected):
    assert greenhouse.read(body) == expected


def test_other_types_of_the_generic_format_ask_nothing_of_us():
    assert generic.read(b'{"type": "ping"}') == Nothing("ping")
    assert generic.read(b'{"type": "job.closed", "data": 7}') == Nothing("other_event", {"event": "job.closed"})


def test_greenhouse_may_leave_out_job_time_and_addresses():
    bare = changed(GREENHOUSE, "payload.application.jobs", [])
    bare = changed(bare, "payload.application.last_activity_at", None)
    found = greenhouse.read(but(bare, "payload.application.candidate.email_addresses", ...))
    assert (found.job, found.occurred_at, found.person.emails) == ("", None, ())


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("type", ..., "missing"),
        ("type", 7, "not_text"),
        ("timestamp", ..., "missing"),
        ("timestamp", "yesterday", "not_a_time"),
        ("timestamp", "2026-11-24T09:30:00", "not_a_time"),
        ("timestamp", "0001-01-01T00:00:00+14:00", "not_a_time"),
        ("timestamp", "9999-12-31T23:59:59-14:00", "not_a_time"),
        ("data", [], "not_an_object"),
        ("data.stage", "", "missing"),
        ("data.stage", "x" * 121, "too_long"),
        ("data.application", ..., "missing"),
        ("data.application.id", None, "missing"),
        ("data.application.id", True, "not_text"),
        ("data.application.id", -1, "not_text"),
        ("data.application.id", 1.5, "not_text"),
        ("data.job.id", {}, "not_text"),
        ("data.job.id", "x" * 201, "too_long"),
        ("data.candidate.name", "Lin\u0000Mei", "not_text"),
        ("data.candidate.name", "\u202e\u200f", "missing"),
        ("data.candidate.email", ["lin@example.org"], "not_text"),
        ("data.candidate.time_zone", "Mars/Olympus", "not_a_zone"),
        ("data.candidate.time_zone", "../../etc/passwd", "not_a_zone"),
    ],
)
def test_the_generic_format_is_strict_and_says_where_it_was_left(path, value, problem):
    assert refusal(generic, but(GENERIC, path, value)) == (path, problem)


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("action", ..., "missing"),
        ("payload", None, "missing"),
        ("payload.application", "x", "not_an_object"),
        ("payload.application.current_stage", [], "not_an_object"),
        ("payload.application.current_stage.name", ..., "missing"),
        ("payload.application.jobs", {}, "not_a_list"),
        ("payload.application.candidate", ..., "missing"),
        ("payload.application.candidate.id", ..., "missing"),
        ("payload.application.candidate.email_addresses", "zoe@example.org", "not_a_list"),
        ("payload.application.last_activity_at", 1764000000, "not_text"),
    ],
)
def test_what_greenhouse_would_never_send_is_refused_by_place(path, value, problem):
    assert refusal(greenhouse, but(GREENHOUSE, path, value)) == (path, problem)


def test_a_refusal_inside_a_list_says_which_part():
    body = but(GREENHOUSE, "payload.application.candidate.email_addresses", [{"value": "a@example.org"}, 7])
    assert refusal(greenhouse, body) == ("payload.application.candidate.email_addresses[1]", "not_an_object")


def test_unknown_fields_do_not_matter():
    body = but(GENERIC, "data.candidate.shoe_size", {"left": 41})
    assert generic.read(body) == generic.read(message("generic_stage_reached"))


def test_text_is_one_composed_line_that_cannot_turn_around():
    body = but(GENERIC, "data.candidate.name", " Zoe\u0308\n\tvan\u202e Berg ")
    assert generic.read(body).person.name == "Zo\u00eb van Berg"


@pytest.mark.parametrize("adapter", ADAPTERS.values())
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"NaN",
        b"{",
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b'{"type": "\\ud800"}',
        b'{"action": ' + b"9" * 1_000_000 + b"}",
        b'{"type": 1e999}',
        b"\x00" * 100,
    ],
    ids=range(12),
)
def test_what_is_no_message_at_all_is_refused(adapter, body):
    refusal(adapter, body)


@pytest.mark.parametrize("digits", [20, 300])
def test_a_number_that_no_computer_counts_to_is_no_id(digits):
    body = message("generic_stage_reached").replace(b'"J-20"', b"9" * digits)
    assert refusal(generic, body) == ("data.job.id", "not_text")


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["2026-11-24T09:30:00Z", "a\u0000b", "x" * 300]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def places(document, before=""):
    for key, value in document.items() if isinstance(document, dict) else enumerate(document):
        yield f"{before}{key}"
        if isinstance(value, dict | list):
            yield from places(value, f"{before}{key}.")


READABLE = {"generic": GENERIC, "greenhouse": GREENHOUSE}


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_a_message_with_anything_anywhere_is_read_or_refused(data):
    vendor = data.draw(st.sampled_from(sorted(READABLE)))
    document = READABLE[vendor]
    path = data.draw(st.sampled_from(sorted(places(document))))
    body = orjson.dumps(changed(document, path, data.draw(anything)))
    try:
        found = ADAPTERS[vendor].read(body)
    except Malformed:
        return
    if isinstance(found, StageReached):
        assert all((found.candidate, found.application, found.stage, found.person.name))
        texts = [found.candidate, found.application, found.job, found.stage, found.person.name, *found.person.emails]
        assert not any("\x00" in text for text in texts)
        assert max(map(len, texts)) <= 254


@given(st.binary(max_size=200) | anything.map(lambda it: json.dumps(it).encode()))
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_read_or_refused(body):
    for adapter in ADAPTERS.values():
        try:
            assert isinstance(adapter.read(body), StageReached | Nothing)
        except Malformed:
            continue
