"""The API's document: the same bytes for everybody, true of every route."""

import json

import pytest
from django.urls import reverse

from config.api import RESOURCES
from config.document import document

pytestmark = pytest.mark.django_db


def read(client, **headers):
    return client.get(reverse("api:openapi"), headers=headers)


def test_document_is_open_to_everybody_and_costs_no_query(client, django_assert_num_queries):
    document.cache_clear()
    with django_assert_num_queries(0):
        response = read(client)

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert response.json()["openapi"] == "3.1.0"
    assert response.json()["servers"] == [{"url": "http://testserver"}]


def test_document_is_made_once_and_answered_unchanged_by_its_etag(client):
    document.cache_clear()
    first = read(client)
    again = read(client, **{"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert document.cache_info().misses == 1


def test_document_is_the_same_in_every_language(client):
    assert read(client, **{"Accept-Language": "zh-hans"}).content == read(client).content


def test_document_holds_every_noun_and_no_more(client):
    body = read(client).json()

    assert {tag["name"] for tag in body["tags"]} == {it.noun for it in RESOURCES}
    assert all(tag["description"] for tag in body["tags"])
    assert {path.split("/")[3] for path in body["paths"]} == {(it.path or it.noun).split("/")[0] for it in RESOURCES}


def test_every_operation_says_its_scope_and_its_refusals(client):
    for operations in read(client).json()["paths"].values():
        for operation in operations.values():
            [token, basic] = operation["security"]
            assert token["token"] == basic["basic"]
            assert len(token["token"]) == 1
            assert operation["summary"]
            assert {"401", "403", "429"} <= operation["responses"].keys()


def test_document_is_valid_and_made_without_a_warning(capsys):
    from django.core.management import call_command

    call_command("spectacular", "--format", "openapi-json", "--validate", "--fail-on-warn")

    assert json.loads(capsys.readouterr().out)["info"]["title"] == "Loopwright"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_document_cannot_be_written(client, method):
    response = getattr(client, method)(reverse("api:openapi"))

    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")
