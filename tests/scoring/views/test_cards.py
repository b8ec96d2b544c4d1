import uuid

import pytest
from django.urls import reverse

from scoring.models import QuestionScore, Scorecard, ScorecardRevision
from scoring.services.scorecards import open_card, save_card
from tests.scoring.worlds import asked_of, fill, panel_world, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat():
    return panel_world(panel=(2,)).seats[0][0]


@pytest.fixture
def client(client, seat):
    client.force_login(seat.interviewer.user)
    return client


def detail(seat, part=1):
    return reverse("scoring:card-detail", args=[seat.pk]) + f"?part={part}"


def form_of(seat, *, version=0, go="2", **changes):
    """What the page sends when nothing was written yet, with ``changes`` by name of control."""
    form = {"version": version, "request_key": str(uuid.uuid4()), "part": "1", "go": go, "summary": ""}
    for asked in asked_of(seat):
        form |= {f"evidence-{asked.pk}": "", f"note-{asked.pk}": ""}
    return form | changes


def whole_form(seat, **more):
    filled = {"recommendation": "yes", "summary": "Good."}
    for asked in asked_of(seat):
        filled |= {f"level-{asked.pk}": "4", f"evidence-{asked.pk}": "Said so."}
    return form_of(seat, **filled) | more


def test_page_shows_question_rubric_and_both_zones_and_reads_only(client, seat):
    response = client.get(detail(seat))

    page = response.content.decode()
    title = asked_of(seat)[0].version.texts.get().title
    assert response.status_code == 200
    for words in (
        title,
        "What level 3 looks like.",
        "It depends on <em>two</em> things.",
        "Which would you check first?",
    ):
        assert words in page
    assert "13:15–14:15 Berlin" in page
    assert "16:15–17:15 Dubai" in page
    assert "You see only your own card until you submit." in page
    assert not Scorecard.objects.exists()


def test_page_without_a_script_saves_and_goes_on(client, seat):
    first, second = asked_of(seat)
    form = form_of(
        seat, **{f"level-{first.pk}": "4", f"evidence-{first.pk}": "One\r\nTwo", f"level-{second.pk}": "none"}
    )

    response = client.post(detail(seat), form)

    assert (response.status_code, response["Location"]) == (302, detail(seat, 2))
    assert list(QuestionScore.objects.values_list("level", "not_assessed", "evidence")) == [
        (4, False, "One\nTwo"),
        (None, True, ""),
    ]
    assert 'value="4" checked' in client.get(response["Location"]).content.decode()


def test_going_on_without_a_change_writes_nothing(client, seat):
    response = client.post(detail(seat), form_of(seat, go="0"))

    assert response["Location"] == detail(seat, 0)
    assert not ScorecardRevision.objects.exists()


def test_same_form_sent_twice_is_one_revision(client, seat):
    form = form_of(seat, summary="Once")

    client.post(detail(seat), form)
    client.post(detail(seat), form)

    assert ScorecardRevision.objects.count() == 1


def test_stale_form_gets_both_texts_and_overwrites_nothing(client, seat):
    asked = asked_of(seat)[0].pk
    user = seat.interviewer.user
    changes = {"scores": {str(asked): {"level": 5, "evidence": "Text of the other tab"}}}
    save_card(card=open_card(seat=seat, user=user), user=user, version=0, changes=changes, request_key="other")

    response = client.post(
        detail(seat), form_of(seat, **{f"level-{asked}": "2", f"evidence-{asked}": "Text of this tab"})
    )

    page = response.content.decode()
    assert response.status_code == 412
    assert "Text of the other tab" in page
    assert "Text of this tab</textarea>" in page
    assert 'name="version" value="1"' in page
    assert QuestionScore.objects.get().evidence == "Text of the other tab"


@pytest.mark.parametrize(
    ("control", "value"),
    [("level", "9"), ("level", "x"), ("level", "9" * 5000), ("evidence", "a\x00b"), ("note", "x" * 10_001)],
)
def test_refused_form_keeps_what_was_typed(client, seat, control, value):
    asked = asked_of(seat)[0].pk

    response = client.post(detail(seat), form_of(seat, **{"summary": "Typed words", f"{control}-{asked}": value}))

    assert response.status_code == 422
    assert "Typed words</textarea>" in response.content.decode()
    assert "Not saved" in response.content.decode()
    assert not ScorecardRevision.objects.exists()


@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 30, "²"])
def test_version_that_is_none_counts_as_stale(client, seat, version):
    assert client.post(detail(seat), form_of(seat, version=version, summary="Words")).status_code == 412


def test_submit_saves_what_the_form_holds_and_makes_it_final(client, seat):
    response = client.post(reverse("scoring:card-submit", args=[seat.pk]), whole_form(seat))

    card = Scorecard.objects.get()
    assert response.status_code == 302
    assert (card.state, card.recommendation, card.summary) == ("submitted", "yes", "Good.")
    page = client.get(response["Location"]).content.decode()
    assert "This card is submitted and final." in page
    assert "scorecard.js" not in page


def test_submit_says_what_is_missing_and_keeps_the_card_a_draft(client, seat):
    asked = asked_of(seat)[0].pk
    form = whole_form(seat, **{f"evidence-{asked}": ""}, part="0")
    del form["recommendation"]

    response = client.post(reverse("scoring:card-submit", args=[seat.pk]), form)

    page = response.content.decode()
    assert response.status_code == 422
    assert "Write down what the level rests on." in page
    assert "Say what you recommend." in page
    assert Scorecard.objects.get().state == "draft"


def test_form_for_a_submitted_card_leads_back_to_it(client, seat):
    submit(seat)

    response = client.post(detail(seat), form_of(seat, version=1, summary="More"), follow=True)

    assert "This card was submitted and is final." in response.content.decode()
    assert Scorecard.objects.get().summary == "Said it aloud, on the whole."


def test_texts_of_the_card_are_shown_as_text(client, seat):
    fill(seat, words="<script>alert(1)</script> & <b>bold</b>")

    page = client.get(detail(seat)).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;bold&lt;/b&gt;" in page


def test_chinese_reader_gets_the_chinese_question_where_there_is_one(client, seat):
    user = seat.interviewer.user
    user.language = "zh-hans"
    user.save()

    page = client.get(detail(seat)).content.decode()

    assert '<html lang="zh-Hans"' in page
    assert asked_of(seat)[0].version.texts.get().title in page
    assert "编码与系统1" in page


@pytest.mark.parametrize("part", ["", "0", "7", "-1", "x", "²", "9" * 40])
def test_any_part_has_a_page(client, seat, part):
    assert client.get(reverse("scoring:card-detail", args=[seat.pk]), {"part": part}).status_code == 200


@pytest.mark.parametrize("who", ["second", "recruiter", "manager"])
def test_card_of_somebody_else_is_not_found(client, seat, who):
    world = panel_world(panel=(2,))
    user = {
        "second": world.seats[0][1].interviewer.user,
        "recruiter": world.recruiter,
        "manager": world.manager,
    }[who]
    client.force_login(user)

    for url in ("card-detail", "card-submit"):
        address = reverse(f"scoring:{url}", args=[world.seats[0][0].pk])
        assert client.post(address, {}).status_code == 404


def test_visitor_is_sent_to_sign_in(client, seat):
    client.logout()

    for url in (detail(seat), reverse("scoring:card-list")):
        assert client.get(url)["Location"].startswith("/accounts/login/")


def test_list_shows_open_cards_before_submitted_ones(client, seat):
    submit(seat)
    other = panel_world(panel=(1,), candidate_name="Noor Haddad").seats[0][0]
    other.interviewer = seat.interviewer
    other.save()

    page = client.get(reverse("scoring:card-list")).content.decode()

    assert page.index("Noor Haddad") < page.index("Wei Zhang")
    assert "Submitted" in page


@pytest.mark.parametrize("questions", [1, 5])
def test_page_costs_the_same_number_of_queries_at_any_size(client, questions, django_assert_num_queries):
    seat = panel_world(panel=(1,), questions=questions).seats[0][0]
    fill(seat, levels=(3,) * questions)
    client.force_login(seat.interviewer.user)

    # session, person, roles for the menu; seat with its card, scores, questions, competencies, texts, levels
    with django_assert_num_queries(9):
        client.get(detail(seat))


@pytest.mark.parametrize("cards", [1, 4])
def test_list_costs_the_same_number_of_queries_at_any_size(client, seat, cards, django_assert_num_queries):
    for _number in range(cards - 1):
        other = panel_world(panel=(1,)).seats[0][0]
        other.interviewer = seat.interviewer
        other.save()

    # session, person, roles for the menu, seats, cards
    with django_assert_num_queries(5):
        client.get(reverse("scoring:card-list"))
