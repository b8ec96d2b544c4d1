"""The pages of the API's document: all of it, for everybody, without a query."""

import json
import re

import pytest
from django.urls import reverse
from jsonschema import Draft202012Validator

from config.curl import body_of
from config.document import document
from config.fields import Fields
from config.reference import Reference

SITE = "http://testserver"


@pytest.fixture(scope="module")
def made():
    return json.loads(document(SITE)[0])


@pytest.fixture
def read(client):
    return lambda name, *args: client.get(reverse(name, args=args)).content.decode()


def operations(made):
    return [it for methods in made["paths"].values() for it in methods.values()]


def test_every_operation_stands_on_the_page_of_its_noun(made, read):
    for tag in made["tags"]:
        page = read("api:docs-noun", tag["name"])
        wanted = {it["operationId"] for it in operations(made) if it["tags"] == [tag["name"]]}

        assert set(re.findall(r'<section class="card reference-operation" id="([^"]+)"', page)) == wanted
        assert page.count("<h1") == 1


def test_every_noun_stands_in_the_menu_once(made):
    names = [entry.name for _title, entries in Reference(made).groups() for entry in entries]

    assert sorted(names) == sorted(tag["name"] for tag in made["tags"])


@pytest.mark.parametrize(("name", "args"), [("api:docs", []), ("api:docs-noun", ["questions"])])
def test_pages_are_open_to_everybody_and_cost_no_query(client, db, django_assert_num_queries, name, args):
    document(SITE)
    with django_assert_num_queries(0):
        response = client.get(reverse(name, args=args))

    assert response.status_code == 200


def test_a_noun_that_is_not_there_is_404(client, db):
    assert client.get(reverse("api:docs-noun", args=["nothing"])).status_code == 404


def test_fields_of_a_noun_go_down_to_the_last_part(made):
    rows = Reference(made).noun("loop-plans").fields
    found = {row.under + row.name: (row.kind, row.note) for row in rows}

    assert found["state"] == ("text", "")
    assert found["built_from"] == ("id or null", "")
    assert found["rounds"] == ("list of objects", "on request")
    assert found["rounds[].questions[].version"] == ("id", "")


def test_an_operation_says_all_that_one_needs_to_call_it(made):
    [found] = [it for it in Reference(made).noun("packets").operations if it.id == "packets_create"]

    assert (found.method, found.path, found.scope) == ("POST", "/api/v1/packets", "packets:write")
    assert [(it.name, it.is_required) for it in found.parameters] == [
        ("Idempotency-Key", True),
        ("On-Behalf-Of", False),
    ]
    assert [(it.name, it.values, it.is_required) for it in found.bodies["application/json"]] == [
        ("loop", [], True),
        ("language", ["en", "zh-hans"], True),
    ]
    assert [(it.status, it.gives, it.headers) for it in found.answers] == [
        ("202", "The fields above.", ("Location", "ETag"))
    ]
    assert {"401", "404", "409", "422"} <= {it.status for it in found.refusals}
    assert found.example.splitlines() == [
        'curl -X POST "http://testserver/api/v1/packets" \\',
        '  -H "Authorization: Bearer $TOKEN" \\',
        '  -H "Idempotency-Key: $(uuidgen)" \\',
        '  -H "Content-Type: application/json" \\',
        "  -d '{",
        '  "loop": "00000000-0000-7000-8000-000000000000",',
        '  "language": "en"',
        "}'",
    ]


@pytest.mark.parametrize(
    ("noun", "operation", "lines"),
    [
        ("events", "events_retrieve", [
            'curl "http://testserver/api/v1/events/$ID" \\',
            '  -H "Authorization: Bearer $TOKEN"',
        ]),
        ("questions", "questions_export", [
            'curl "http://testserver/api/v1/questions/export?format=markdown" \\',
            '  -H "Authorization: Bearer $TOKEN" \\',
            "  -OJ",
        ]),
    ],
)  # fmt: skip
def test_example_of_what_only_reads(made, noun, operation, lines):
    [found] = [it for it in Reference(made).noun(noun).operations if it.id == operation]

    assert found.example.splitlines() == lines


def test_body_of_every_example_is_as_the_document_wants_it(made):
    plain = Fields(made["components"]).plain
    checked = Draft202012Validator.FORMAT_CHECKER
    for operation in operations(made):
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            validator = Draft202012Validator(made | schema, format_checker=checked)
            assert [it.message for it in validator.iter_errors(body_of(operation, plain))] == [], operation[
                "operationId"
            ]


@pytest.mark.parametrize(
    ("schema", "kind", "limits"),
    [
        ({"type": "string", "minLength": 1, "maxLength": 80, "pattern": r"\S"}, "text", ["1 to 80 characters"]),
        ({"type": ["integer", "null"], "minimum": 1, "default": 3}, "whole number or null",
         ["at least 1", "3 unless given"]),
        ({"oneOf": [{"type": "string", "format": "uuid"}, {"type": "null"}]}, "id or null", []),
        ({"type": "array", "items": {"type": "string", "maxLength": 9}, "maxItems": 2}, "list of texts",
         ["at most 2 entries", "each at most 9 characters"]),
        ({"type": "array", "items": {"type": "array", "items": {"type": "number"}}}, "list of lists of numbers", []),
        ({"type": "object", "additionalProperties": {"type": "boolean"}}, "names, each with: true or false", []),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "whole number or text", []),
        ({}, "any JSON", []),
    ],
)  # fmt: skip
def test_types_are_worded_plainly(schema, kind, limits):
    row = Fields({}).row("it", schema)

    assert (row.kind, row.limits) == (kind, limits)


def test_text_of_the_document_is_text():
    assert Fields({}).row("it", {"type": "string", "description": "`a` <b>"}).text == "<code>a</code> &lt;b&gt;"
