"""What belongs to a page of questions or versions, as plain rows: for programs that read many at once."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max
from django.db.models.functions import Coalesce

from questionbank.choices import STANDING_LEAKS, VersionState
from questionbank.models import QuestionText, QuestionVersion, RubricLevel

Row = dict[str, Any]
_SHOWN = (
    "lowest_seniority",
    "highest_seniority",
    "author",
    "created_at",
    "published_at",
    "number",
    "state",
    "minutes",
    "difficulty",
    "rubric_is_generic",
)
_VERSIONS = (
    "SELECT question_id, id, lowest_seniority_id, highest_seniority_id, author_id, created_at, published_at, number,"
    " state, minutes, difficulty, rubric_is_generic FROM questionbank_questionversion WHERE question_id"
)
_NONE = "CAST(NULL AS integer)"
_LEAKS = ", ".join(f"'{state.value}'" for state in STANDING_LEAKS)
# Owner, what it has, two words and a figure, of owners that are listed behind.
_OF_VERSIONS = {
    "competencies": "version_id, competency_id, '', '', percent FROM questionbank_competencyweight WHERE version_id",
    "roles": f"questionversion_id, rolefamily_id, '', '', {_NONE} FROM questionbank_questionversion_role_families"
    " WHERE questionversion_id",
    "titles": f"version_id, id, language, title, {_NONE} FROM questionbank_questiontext WHERE version_id",
}
_OF_QUESTIONS = {
    "tags": f"question_id, tag_id, slug, name, {_NONE} FROM questionbank_question_tags"
    " JOIN questionbank_tag ON questionbank_tag.id = tag_id WHERE question_id",
    "enemies": f"first_id, second_id, '', reason, {_NONE} FROM questionbank_enemypair WHERE first_id",
    "enemies_of": f"second_id, first_id, '', reason, {_NONE} FROM questionbank_enemypair WHERE second_id",
    "leak": f"question_id, id, '', state, {_NONE} FROM questionbank_leakflag WHERE state IN ({_LEAKS}) AND question_id",
}


@dataclass(frozen=True, slots=True)
class Related:
    """By owner: what versions and their questions have several of."""

    competencies: dict[UUID, list[Row]] = field(default_factory=dict)
    roles: dict[UUID, list[UUID | str]] = field(default_factory=dict)
    titles: dict[UUID, dict[str, str]] = field(default_factory=dict)
    tags: dict[UUID, list[str]] = field(default_factory=dict)
    enemies: dict[UUID, list[Row]] = field(default_factory=dict)
    leak: dict[UUID, str] = field(default_factory=dict)


def related_to(*, versions: Collection[UUID], questions: Collection[UUID] = ()) -> Related:
    """Competencies, roles and titles of versions; tags, enemies and standing leaks of questions. One query."""
    found = Related()
    for kind, owner, other, word, words, figure in _related_rows(versions, questions):
        match kind:
            case "competencies":
                found.competencies.setdefault(owner, []).append({"competency": other, "percent": figure})
            case "roles":
                found.roles.setdefault(owner, []).append(other)
            case "titles":
                found.titles.setdefault(owner, {})[word] = words
            case "tags":
                found.tags.setdefault(owner, []).append(words)
            case "leak":
                found.leak[owner] = words
            case _:
                found.enemies.setdefault(owner, []).append({"question": other, "reason": words})
    return found


def _related_rows(versions: Collection[UUID], questions: Collection[UUID]) -> Iterator[tuple[Any, ...]]:
    parts, values = list[str](), list[Any]()
    for branches, owners in ((_OF_VERSIONS, versions), (_OF_QUESTIONS, questions)):
        if not owners:
            continue
        among, keys = _among(owners)
        for kind, columns in branches.items():
            parts.append(f"SELECT '{kind}', {columns} {among}")
            values += keys
    if not parts:
        return
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts) + " ORDER BY 1, 6 DESC, 4, 3", values)
        rows = cursor.fetchall()
    if connection.features.has_native_uuid_field:
        yield from rows
        return
    by_digits = {owner.hex: owner for owner in (*versions, *questions)}
    yield from ((kind, by_digits[owner], _hyphened(other), *rest) for kind, owner, other, *rest in rows)


def newest_and_published(questions: Collection[UUID]) -> tuple[dict[UUID, Row], dict[UUID, Row]]:
    """Of each question its newest version, and the one that is asked. One query."""
    newest: dict[UUID, Row] = {}
    published: dict[UUID, Row] = {}
    for question, pk, *values in _version_rows(questions):
        newest[question] = version = {"id": pk} | dict(zip(_SHOWN, values, strict=True))
        if version["state"] == VersionState.PUBLISHED:
            published[question] = version
    return newest, published


def _version_rows(questions: Collection[UUID]) -> Iterator[tuple[Any, ...]]:
    if not questions:
        return
    among, keys = _among(questions)
    with connection.cursor() as cursor:
        cursor.execute(f"{_VERSIONS} {among} ORDER BY number", keys)
        rows = cursor.fetchall()
    if connection.features.has_native_uuid_field:
        yield from rows
        return
    by_digits = {question.hex: question for question in questions}
    for question, pk, lowest, highest, author, created, published, *rest in rows:
        ids = map(_hyphened, (lowest, highest, author))
        times = (_in_utc(created), published and _in_utc(published))
        yield by_digits[question], UUID(pk), *ids, *times, *rest


# A page has hundreds of ids that are only shown. PostgreSQL gives them as what they are; on SQLite, where they are
# texts, making an object of each only to write it out again would take as long as all else.


def _among(owners: Collection[UUID]) -> tuple[str, list[Any]]:
    if connection.features.has_native_uuid_field:
        return "= ANY(%s)", [list(owners)]
    return f"IN ({', '.join(['%s'] * len(owners))})", [owner.hex for owner in owners]


def _hyphened(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _in_utc(stored: datetime) -> datetime:
    """Django stores UTC without saying so."""
    return stored.replace(tzinfo=UTC)


def texts_of(versions: Collection[UUID]) -> Mapping[UUID, list[Row]]:
    """The words and rubric anchors of versions, by language. Two queries."""
    columns = ("id", "language", "title", "prompt", "context", "reference_answer", "probes")
    found: dict[UUID, list[Row]] = {}
    anchors: dict[UUID, list[str]] = {}
    rows = QuestionText.objects.filter(version__in=versions).order_by("language")
    for version, *values in rows.values_list("version_id", *columns):
        text = dict(zip(columns, values, strict=True))
        text["anchors"] = anchors[text["id"]] = []
        found.setdefault(version, []).append(text)
    levels = RubricLevel.objects.filter(text__version__in=versions).order_by("level")
    for text_id, anchor in levels.values_list("text_id", "anchor"):
        anchors[text_id].append(anchor)
    return found


def exposure_of(questions: Collection[UUID]) -> Mapping[UUID, Row]:
    """In how many loops each question was asked, in whatever version, and when last. One query."""
    last = Max(Coalesce("asked__round__starts_at", "asked__round__loop__created_at"))
    counted = (
        QuestionVersion.objects.filter(question__in=questions)
        .order_by()
        .values("question_id")
        .annotate(times=Count("asked__round__loop", distinct=True), last=last)
    )
    return {it["question_id"]: {"asked": it["times"], "last_asked_at": it["last"]} for it in counted}
