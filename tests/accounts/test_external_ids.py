import pytest
from django.core.exceptions import ValidationError

from accounts.identifiers import new_id
from accounts.models import ExternalId
from accounts.services.external_ids import external_ids_of, object_of, set_external_ids
from tests.factories import CandidateFactory

pytestmark = pytest.mark.django_db


def test_a_thing_is_found_by_what_a_system_calls_it():
    candidate = new_id()
    set_external_ids(resource="candidates", object_id=candidate, ids={"greenhouse": "17", "sap": "A-9"})

    assert object_of(resource="candidates", system="sap", external_id="A-9") == candidate
    assert object_of(resource="candidates", system="greenhouse", external_id="A-9") is None
    assert object_of(resource="jobs", system="sap", external_id="A-9") is None


def test_only_the_systems_that_are_named_change():
    candidate = new_id()
    set_external_ids(resource="candidates", object_id=candidate, ids={"greenhouse": "17", "sap": "A-9", "lever": "x"})

    set_external_ids(resource="candidates", object_id=candidate, ids={"greenhouse": "18", "lever": ""})

    found = external_ids_of(resource="candidates", object_ids=[candidate])
    assert found == {candidate: {"greenhouse": "18", "sap": "A-9"}}


def test_the_same_id_again_changes_nothing():
    candidate = new_id()
    for _time in range(2):
        set_external_ids(resource="candidates", object_id=candidate, ids={"sap": "A-9"})

    assert ExternalId.objects.count() == 1


def test_an_id_belongs_to_one_thing_alone():
    first, second = new_id(), new_id()
    set_external_ids(resource="candidates", object_id=first, ids={"sap": "A-9"})

    with pytest.raises(ValidationError) as caught:
        set_external_ids(resource="candidates", object_id=second, ids={"lever": "x", "sap": "A-9"})

    assert caught.value.code == "external_id_taken"
    assert external_ids_of(resource="candidates", object_ids=[first, second]) == {first: {"sap": "A-9"}}
    set_external_ids(resource="jobs", object_id=second, ids={"sap": "A-9"})
    assert object_of(resource="jobs", system="sap", external_id="A-9") == second


def test_what_is_too_long_is_refused_by_field():
    with pytest.raises(ValidationError) as caught:
        set_external_ids(resource="candidates", object_id=new_id(), ids={"sap": "x" * 201})

    assert list(caught.value.error_dict) == ["external_id"]


def test_the_ids_of_many_things_cost_one_query(django_assert_num_queries):
    for count in (1, 20):
        things = [new_id() for _ in range(count)]
        for thing in things:
            set_external_ids(resource="candidates", object_id=thing, ids={"sap": str(thing)})
        with django_assert_num_queries(1):
            found = external_ids_of(resource="candidates", object_ids=things)
        assert found == {thing: {"sap": str(thing)} for thing in things}


def test_a_deleted_thing_takes_its_ids_with_it():
    candidate = CandidateFactory()
    job = candidate.pk  # the same id among things of another kind stays
    set_external_ids(resource="candidates", object_id=candidate.pk, ids={"sap": "A-9"})
    set_external_ids(resource="jobs", object_id=job, ids={"sap": "A-9"})

    candidate.delete()

    assert object_of(resource="candidates", system="sap", external_id="A-9") is None
    assert object_of(resource="jobs", system="sap", external_id="A-9") == job
