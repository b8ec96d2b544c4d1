import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.choices import Role
from interviews.choices import LoopState, SeatState
from scoring.models import Debrief, QuestionScore, Scorecard, ScorecardRevision
from scoring.services.scorecards import StaleCard, open_card, save_card, submit_card
from tests.factories import UserFactory
from tests.scoring.worlds import asked_of, fill, panel_world, submit, submit_all, whole_card

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat():
    return panel_world(panel=(2,)).seats[0][0]


@pytest.fixture
def card(seat):
    return open_card(seat=seat, user=seat.interviewer.user)


def save(card, changes, *, version=None, key=None, user=None):
    version = card.version if version is None else version
    user = user or card.seat.interviewer.user
    return save_card(card=card, user=user, version=version, changes=changes, request_key=key or f"k{version}")


def codes(error):
    return {name: [item.code for item in items] for name, items in error.value.error_dict.items()}


def test_open_card_makes_one_card_and_finds_it_again(seat):
    first = open_card(seat=seat, user=seat.interviewer.user)

    assert open_card(seat=seat, user=seat.interviewer.user) == first
    assert (first.version, first.state) == (0, "draft")


@pytest.mark.parametrize("who", ["colleague", "recruiter", "admin", "released"])
def test_only_the_interviewer_of_the_seat_opens_or_saves(who):
    world = panel_world(panel=(2,))
    seat = world.seats[0][0]
    card = open_card(seat=seat, user=seat.interviewer.user)
    if who == "released":
        seat.state = SeatState.RELEASED
        seat.save()
    user = {
        "colleague": world.seats[0][1].interviewer.user,
        "recruiter": world.recruiter,
        "admin": UserFactory(roles=[Role.ADMIN]),
        "released": seat.interviewer.user,
    }[who]

    with pytest.raises(PermissionDenied):
        open_card(seat=seat, user=user)
    with pytest.raises(PermissionDenied):
        save(card, {"summary": "Mine now"}, user=user)
    with pytest.raises(PermissionDenied):
        submit_card(card=card, user=user, version=0)
    assert ScorecardRevision.objects.count() == 0


def test_save_card_writes_scores_and_the_whole_card_as_a_revision(card, seat):
    first, second = asked_of(seat)

    saved = save(card, {"scores": {str(first.pk): {"level": 4, "evidence": "Drew it.\r\nThen counted."}}})
    again = save(card, {"recommendation": "yes", "scores": {str(second.pk): {"not_assessed": True}}}, version=1)

    card.refresh_from_db()
    assert (saved.version, again.version, card.version, card.saved_at) == (1, 2, 2, again.saved_at)
    assert list(card.scores.values_list("level", "not_assessed", "evidence")) == [
        (4, False, "Drew it.\nThen counted."),
        (None, True, ""),
    ]
    assert list(card.revisions.values_list("number", flat=True)) == [1, 2]
    assert card.revisions.last().payload == {
        "state": "draft",
        "recommendation": "yes",
        "summary": "",
        "scores": {
            str(first.pk): {
                "level": 4,
                "not_assessed": False,
                "evidence": "Drew it.\nThen counted.",
                "private_note": "",
            },
            str(second.pk): {"level": None, "not_assessed": True, "evidence": "", "private_note": ""},
        },
    }


def test_a_level_takes_back_not_assessed_and_the_other_way_round(card, seat):
    asked = str(asked_of(seat)[0].pk)
    save(card, {"scores": {asked: {"not_assessed": True}}})
    save(card, {"scores": {asked: {"level": 2}}}, version=1)
    assert QuestionScore.objects.values_list("level", "not_assessed").get() == (2, False)

    save(card, {"scores": {asked: {"not_assessed": True}}}, version=2)
    assert QuestionScore.objects.values_list("level", "not_assessed").get() == (None, True)


def test_repeated_request_gets_the_same_answer_and_no_second_revision(card):
    first = save(card, {"summary": "One"}, key="same")
    save(card, {"summary": "Two"}, version=1, key="other")

    assert save(card, {"summary": "One"}, version=0, key="same") == first
    assert card.revisions.count() == 2
    assert Scorecard.objects.get().summary == "Two"


def test_request_key_cannot_carry_something_else(card, seat):
    asked = str(asked_of(seat)[0].pk)
    save(card, {"scores": {asked: {"level": 2}}}, key="same")

    with pytest.raises(ValidationError) as error:
        save(card, {"scores": {asked: {"level": 5}}}, version=1, key="same")

    assert error.value.code == "key_reused"


@pytest.mark.parametrize("key", ["", "x" * 65, "ключ", "a\nb"])
def test_request_key_must_be_short_and_printable(card, key):
    with pytest.raises(ValidationError) as error:
        save_card(card=card, user=card.seat.interviewer.user, version=0, changes={}, request_key=key)

    assert error.value.code == "invalid_key"


@pytest.mark.parametrize("version", [0, 2, 10**30])
def test_stale_version_is_refused_with_the_card_as_it_is(card, version):
    save(card, {"summary": "Newer"})

    with pytest.raises(StaleCard) as error:
        save(card, {"summary": "Older"}, version=version, key="late")

    assert (error.value.code, error.value.card.version, error.value.card.summary) == ("stale_version", 1, "Newer")
    assert card.revisions.count() == 1


LONG = "x" * 10_001


@pytest.mark.parametrize(
    ("fields", "where", "code"),
    [
        ({"level": 0}, "level", "level_out_of_range"),
        ({"level": 6}, "level", "level_out_of_range"),
        ({"level": 10**400}, "level", "level_out_of_range"),
        ({"level": True}, "level", "invalid_type"),
        ({"level": "4"}, "level", "invalid_type"),
        ({"level": 4.0}, "level", "invalid_type"),
        ({"not_assessed": 1}, "not_assessed", "invalid_type"),
        ({"level": 3, "not_assessed": True}, "level", "level_or_not_assessed"),
        ({"evidence": LONG}, "evidence", "too_long"),
        ({"private_note": LONG}, "private_note", "too_long"),
        ({"evidence": None}, "evidence", "invalid_type"),
        ({"evidence": ["a"]}, "evidence", "invalid_type"),
        ({"evidence": "a\x00b"}, "evidence", "not_text"),
        ({"evidence": "bell\x07"}, "evidence", "not_text"),
        ({"evidence": "half \ud83d"}, "evidence", "not_text"),
        ({"grade": 4}, "grade", "unknown_field"),
        ({"scorecard": "x"}, "scorecard", "unknown_field"),
    ],
)
def test_bad_fields_of_a_score_are_refused_and_nothing_is_half_saved(card, seat, fields, where, code):
    asked = asked_of(seat)[0].pk

    with pytest.raises(ValidationError) as error:
        save(card, {"summary": "Not this either", "scores": {str(asked): fields}})

    assert codes(error) == {f"scores.{asked}.{where}": [code]}
    card.refresh_from_db()
    assert (card.version, card.summary, card.scores.count()) == (0, "", 0)


@pytest.mark.parametrize(
    ("changes", "where", "code"),
    [
        ([], "", "invalid_type"),
        (None, "", "invalid_type"),
        ({"recommendation": "maybe"}, "recommendation", "unknown_recommendation"),
        ({"recommendation": ["yes"]}, "recommendation", "unknown_recommendation"),
        ({"summary": 7}, "summary", "invalid_type"),
        ({"summary": "x" * 501}, "summary", "too_long"),
        ({"state": "submitted"}, "state", "unknown_field"),
        ({"version": 9}, "version", "unknown_field"),
        ({"scores": []}, "scores", "invalid_type"),
        ({"scores": {"not-an-id": {}}}, "scores.not-an-id", "unknown_question"),
    ],
)
def test_bad_changes_are_refused(card, changes, where, code):
    with pytest.raises(ValidationError) as error:
        save(card, changes)

    assert codes(error) == {where: [code]}


def test_question_of_another_round_is_refused(card):
    foreign = asked_of(panel_world().seats[1][0])[0]

    with pytest.raises(ValidationError) as error:
        save(card, {"scores": {str(foreign.pk): {"level": 3}}})

    assert codes(error) == {f"scores.{foreign.pk}": ["unknown_question"]}


def test_all_levels_texts_and_languages_are_kept_as_written(card, seat):
    asked = str(asked_of(seat)[0].pk)
    text = "先估算，再减半 “引号” 👩‍💻\n\tTab & <b>not bold</b> \u202eabc"

    save(card, {"scores": {asked: {"evidence": text, "level": 1}}})

    assert QuestionScore.objects.get().evidence == text


def test_submit_lists_everything_that_is_missing(card, seat):
    first, second = asked_of(seat)
    save(card, {"scores": {str(first.pk): {"level": 4, "evidence": "  \n"}}})

    with pytest.raises(ValidationError) as error:
        submit_card(card=card, user=seat.interviewer.user, version=1)

    assert codes(error) == {
        f"scores.{first.pk}.evidence": ["incomplete"],
        f"scores.{second.pk}.level": ["incomplete"],
        "recommendation": ["incomplete"],
    }
    card.refresh_from_db()
    assert (card.state, card.version) == ("draft", 1)


def test_submit_needs_the_version_that_was_read(seat):
    fill(seat)

    with pytest.raises(StaleCard):
        submit_card(card=seat.scorecard, user=seat.interviewer.user, version=0)


def test_not_assessed_needs_no_evidence(card, seat):
    scores = {str(asked.pk): {"not_assessed": True} for asked in asked_of(seat)}
    save(card, {"recommendation": "no", "scores": scores})

    assert submit_card(card=card, user=seat.interviewer.user, version=1).state == "submitted"


def test_submitted_card_is_final_whoever_asks(seat):
    card = submit(seat)

    with pytest.raises(ValidationError) as saving:
        save(card, {"summary": "Second thoughts"})
    with pytest.raises(ValidationError) as submitting:
        submit_card(card=card, user=seat.interviewer.user, version=card.version)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuestionScore.objects.filter(scorecard=card).update(level=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        Scorecard.objects.filter(pk=card.pk).update(summary="Forged")
    with pytest.raises(IntegrityError), transaction.atomic():
        card.revisions.all().delete()

    assert (saving.value.code, submitting.value.code) == ("already_submitted", "already_submitted")
    assert list(card.revisions.values_list("number", flat=True)) == [1, 2]
    assert card.revisions.last().payload["state"] == "submitted"


def test_last_card_opens_the_debrief_and_no_earlier_one():
    world = panel_world(panel=(2, 1))
    first, second, third = world.all_seats

    submit(first)
    submit(second)
    assert not Debrief.objects.exists()
    submit(third)

    debrief = Debrief.objects.get(loop=world.loop)
    world.loop.refresh_from_db()
    assert (debrief.opened_by, debrief.opening_reason, debrief.policy.version) == (None, "", 1)
    assert world.loop.state == LoopState.DEBRIEF


def test_released_seat_is_not_waited_for_but_an_empty_round_is():
    world = panel_world(panel=(2, 1))
    world.seats[0][1].state = SeatState.RELEASED
    world.seats[0][1].save()
    submit(world.seats[0][0])
    submit(world.seats[1][0])
    assert Debrief.objects.filter(loop=world.loop).exists()

    other = panel_world(panel=(1, 1), candidate_name="Another")
    other.seats[1][0].state = SeatState.RELEASED
    other.seats[1][0].save()
    submit(other.seats[0][0])
    assert not Debrief.objects.filter(loop=other.loop).exists()


@pytest.mark.parametrize("questions", [1, 6])
def test_save_costs_the_same_number_of_queries_at_any_size(questions, django_assert_num_queries):
    seat = panel_world(panel=(1,), questions=questions).seats[0][0]
    user = seat.interviewer.user
    card = open_card(seat=seat, user=user)
    changes = whole_card(seat, levels=(3,) * questions)

    # savepoint, questions of the own seat, replay, claim, scores, upsert, card, revision, release
    with django_assert_num_queries(9):
        save_card(card=card, user=user, version=0, changes=changes, request_key="k")


def test_whole_loop_can_be_submitted_through_the_services():
    world = panel_world(panel=(2, 2))

    submit_all(world)

    assert world.loop.state == LoopState.DEBRIEF
    assert ScorecardRevision.objects.count() == 8
