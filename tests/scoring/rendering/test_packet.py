"""The packet as a document: one page of summary, right page numbers, bookmarks, tags, honest gaps."""

import io
import json
import re
from dataclasses import replace

import pikepdf
import pytest

from scoring.rendering.document import QuestionScore
from scoring.rendering.packet import packet_data, packet_html
from tests.scoring.packet_sample import packet_sample, with_candidate
from tests.scoring.rendering.conftest import page_texts

VARIANTS = {
    "plain": {},
    "long names": {"long_names": True},
    "no decision": {"decided": False},
    "no result": {"decided": False, "cards_missing": 1},
    "ten competencies, long names": {"competencies": 10, "long_names": True, "decided": False},
}


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
@pytest.mark.parametrize("page_size", ["A4", "Letter"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_summary_never_leaves_page_one(renderer, language, page_size, variant):
    """Only the summary is laid out here, to see all sizes of panel; the next test lays out whole packets."""
    for interviewers in range(2, 9) if not variant else (5, 8):
        document = packet_sample(
            language=language,
            page_size=page_size,
            interviewers=interviewers,
            rounds=2,
            questions_a_round=1,
            **variant,
        )
        html = packet_html(document)
        summary = html[: html.index("</section>")] + "</section></body></html>"

        packet = renderer.render(summary, identifier="ab", made_at=document.generated_at)

        assert packet.pages == 1, interviewers


@pytest.mark.parametrize(("page_size", "language"), [("A4", "zh-hans"), ("Letter", "en")])
def test_whole_packet_keeps_its_summary_on_page_one(drawn, page_size, language):
    document = packet_sample(
        language=language, page_size=page_size, interviewers=8, rounds=1, questions_a_round=2, long_names=True
    )

    texts = page_texts(drawn(document).pdf)

    assert document.verification_code in texts[0]
    assert document.inputs_hash[:8] in texts[0]
    assert document.inputs_hash[:8] not in texts[1]


def test_contents_name_the_page_of_every_question(drawn):
    document = packet_sample(interviewers=6, panel_size=4, rounds=2, questions_a_round=3, note_repeats=3)

    texts = page_texts(drawn(document).pdf)

    contents = next(text for text in texts if "How to read the evidence" in text)
    for question in document.questions:
        starts = next(
            number
            for number, text in enumerate(texts, start=1)
            if f"Q{question.number}. " in text and "Version asked" in text and f"{question.key}, version" in text
        )
        assert re.search(rf"\b{starts} Q{question.number}\. ", contents), (question.number, starts)
    decision = next(n for n, text in enumerate(texts, start=1) if "Votes before and after reading" in text)
    assert f"{decision} Decision record" in contents
    assert len(texts) > 11  # some evidence ran on, else this shows little


def test_summary_refers_to_the_page_of_a_disagreement(drawn):
    document = packet_sample(rounds=2, questions_a_round=2)
    question = document.disagreements[0].question

    texts = page_texts(drawn(document).pdf)

    starts = next(n for n, text in enumerate(texts, start=1) if f"Q{question}. " in text and "Version asked" in text)
    assert f"p. {starts}" in texts[0]


def test_every_page_says_which_of_how_many(drawn):
    packet = drawn(packet_sample(rounds=2, questions_a_round=2))

    texts = page_texts(packet.pdf)

    assert len(texts) == packet.pages
    for number, text in enumerate(texts, start=1):
        assert f"Page {number} of {packet.pages}" in text


def test_bookmarks_follow_the_parts(drawn):
    document = packet_sample(rounds=2, questions_a_round=2)

    with pikepdf.open(io.BytesIO(drawn(document).pdf)) as pdf, pdf.open_outline() as outline:
        titles = [(item.title, [child.title for child in item.children]) for item in outline.root]

    questions = [f"Q{question.number}. {question.title}" for question in document.questions]
    assert titles == [
        ("Summary", []),
        ("The result in pictures", []),
        ("Contents", []),
        ("Round 1. Architecture and fundamentals", questions[:2]),
        ("Round 2. Architecture and fundamentals", questions[2:]),
        ("Decision record", []),
        ("A1. Every level as given", []),
        ("A2. Policy used", []),
        ("A3. Glossary of statistics", []),
        ("A4. Editions and inputs", []),
    ]


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh-hans", "zh-Hans")])
def test_packet_is_tagged_and_titled_in_its_language(drawn, language, tag):
    document = packet_sample(language=language, rounds=2, questions_a_round=2)

    with pikepdf.open(io.BytesIO(drawn(document).pdf)) as pdf:
        assert str(pdf.Root.Lang) == tag
        assert pdf.Root.MarkInfo.Marked
        assert document.candidate.name in str(pdf.docinfo["/Title"])
        figures = [node for node in pdf.objects if _is_figure(node)]
        assert len(figures) > 8
        assert all(str(node.Alt) for node in figures)


def _is_figure(node: object) -> bool:
    return isinstance(node, pikepdf.Dictionary) and node.get("/S") == "/Figure"


def test_data_is_attached_with_fixed_dates(drawn):
    document = packet_sample(rounds=2, questions_a_round=2)

    with pikepdf.open(io.BytesIO(drawn(document).pdf)) as pdf:
        attached = pdf.attachments["packet.json"].get_file()
        data = json.loads(attached.read_bytes())

    assert data["verification_code"] == document.verification_code
    assert data["rounds"][0]["questions"][0]["scores"][0]["evidence"] == document.questions[0].scores[0].evidence
    assert attached.creation_date == attached.mod_date
    assert data == json.loads(packet_data(document))


def test_incomplete_packet_says_so_on_its_cover_and_prints_no_result(drawn):
    document = packet_sample(
        interviewers=5, rounds=1, panel_size=5, questions_a_round=2, decided=False, cards_missing=2
    )
    assert document.overall.mean is None

    texts = page_texts(drawn(document).pdf)

    assert "3 of 5 cards are in" in texts[0]
    assert "No result yet" in texts[0]
    assert "Open" in texts[0]
    assert not re.search(r"The result: \d", texts[0])
    assert any("Open. 3 of 5 cards are in." in text for text in texts[1:])


def test_numbers_agree_on_every_page(drawn):
    document = packet_sample(rounds=2, questions_a_round=2)

    texts = page_texts(drawn(document).pdf)

    for row in document.competencies:
        if row.mean is None:
            continue
        assert f"{row.mean:.2f}" in texts[0]
        assert f"{row.mean:.2f}" in texts[1]
    raw = texts[next(n for n, text in enumerate(texts) if "A dash is not assessed, or" in text)]
    for question in document.questions[:3]:
        assert raw.count(f"{question.key}, v{question.version}") == len(question.scores)


def test_not_assessed_is_a_dash_and_never_a_zero(drawn):
    document = packet_sample(rounds=2, questions_a_round=2)
    question = document.questions[1]
    assert any(score.not_assessed for score in question.scores)

    text = next(text for text in page_texts(drawn(document).pdf) if "Q2. " in text and "Version asked" in text)

    assert "Not assessed" in text
    assert not re.search(r"\b0 [A-Z]", text)


def test_hostile_text_stays_text():
    hostile = '<script>alert(1)</script>"}</style><img src=x onerror=y>'
    document = packet_sample(rounds=1, questions_a_round=1)
    question = document.questions[0]
    scores = (replace(question.scores[0], evidence=hostile), *question.scores[1:])
    changed = replace(question, title=hostile, scores=scores, substituted=hostile)
    document = with_candidate(document, hostile)
    document = replace(
        document,
        verification_code=hostile,
        members=tuple(replace(member, name=hostile, short_name=hostile, quote=hostile) for member in document.members),
        rounds=(replace(document.rounds[0], title=hostile, questions=(changed,)),),
    )

    html = packet_html(document)

    assert "<script>" not in html
    assert "<img" not in html
    assert html.count("</style>") == 1


def test_card_that_is_not_in_is_said_and_shows_nothing(drawn):
    document = packet_sample(interviewers=3, rounds=1, questions_a_round=1, decided=False, cards_missing=1)
    assert document.questions[0].scores[-1] == QuestionScore("m2", None)

    texts = page_texts(drawn(document).pdf)

    evidence = next(text for text in texts if "Version asked" in text)
    assert "Card not in" in evidence
    assert any("not in" in text and "A1. Every level" in text for text in texts)


def test_packet_of_one_interviewer_and_one_competency_is_plain(drawn):
    document = packet_sample(interviewers=1, competencies=1, rounds=1, questions_a_round=3)

    texts = page_texts(drawn(replace(document, disagreements=())).pdf)

    assert "A radar needs three to ten competencies" in texts[1]
    assert "Nothing of weight" in texts[0]
