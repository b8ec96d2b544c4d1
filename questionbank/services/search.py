"""Keeping what the search of the bank knows. Whoever changes questions calls ``index_questions`` before they commit."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Count, F

from questionbank.choices import OPEN_STATES, VersionState
from questionbank.formats.facets import GENERIC_RUBRIC, Facet, facet_key, minutes_group
from questionbank.formats.packing import BLOCK_SIZE, Record, block_of
from questionbank.formats.terms import number_terms, terms_of
from questionbank.models import (
    Category,
    CompetencyWeight,
    Question,
    QuestionText,
    QuestionVersion,
    SearchBlock,
    SearchEntry,
    SeniorityLevel,
)

BATCH = 500
# So many changed questions of one block are read one by one; more are packed into it.
MOST_OUTSIDE = 128
# PostgreSQL refuses a tsvector of a mebibyte, with a few bytes for each term; what comes last is left out.
_MOST_BYTES = 600_000
_INSERT = {
    "sqlite": "INSERT OR REPLACE INTO questionbank_searchwords (rowid, title, main, rest) VALUES (%s, %s, %s, %s)",
    "postgresql": "INSERT INTO questionbank_searchwords (number, title, main, rest) VALUES (%s,"
    " array_to_tsvector(%s::text[]), array_to_tsvector(%s::text[]), array_to_tsvector(%s::text[]))"
    " ON CONFLICT (number) DO UPDATE SET title = excluded.title, main = excluded.main, rest = excluded.rest",
}


@dataclass(slots=True)
class _Words:
    """Terms of a question by where they stand."""

    title: set[str] = field(default_factory=set)
    main: set[str] = field(default_factory=set)
    rest: set[str] = field(default_factory=set)


@transaction.atomic
def index_questions(question_ids: Collection[UUID]) -> None:
    """Let the search know what these questions are now. Ten queries for every five hundred, however long their texts.

    Locks the questions, so that whoever indexes one last has seen what all others before wrote.
    """
    ids = sorted(set(question_ids))
    numbers: list[int] = []
    for start in range(0, len(ids), BATCH):
        numbers += _index(ids[start : start + BATCH])
    blocks = {number // BLOCK_SIZE for number in numbers}
    transaction.on_commit(lambda: pack_blocks(blocks), robust=True)


def index_category(category: Category) -> None:
    """Let the search know a category by its new name."""
    index_questions(list(category.questions.values_list("pk", flat=True)))


def reindex_all() -> int:
    """Make all that the search knows anew; returns of how many questions. Each five hundred is its own transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM questionbank_searchwords")
        SearchEntry.objects.all().delete()
        SearchBlock.objects.all().delete()
    return index_missing()


def index_missing() -> int:
    """Index the questions that the search does not know yet; returns how many."""
    count = 0
    missing = Question.objects.filter(search_entry=None, versions__isnull=False).order_by("number")
    while ids := list(missing.values_list("pk", flat=True).distinct()[:BATCH]):
        index_questions(ids)
        count += len(ids)
    pack_blocks(set(SearchEntry.objects.values_list(F("number") / BLOCK_SIZE, flat=True).distinct()), least=1)
    return count


def _index(ids: list[UUID]) -> list[int]:
    columns = ("pk", "number", "category_id", "category__name_en", "category__name_zh", "category__slug", "created_at")
    locked = Question.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True, of=("self",))
    questions = {row[0]: row for row in locked.values_list(*columns)}
    versions = _newest(ids)
    keys, words = _parts(questions, versions)
    entries, rows = [], []
    for pk, (_, number, *_, created_at) in questions.items():
        version = versions.get(pk)
        if version is None:
            continue
        changed = max(filter(None, (created_at, version["created_at"], version["published_at"])))
        record = Record(
            number, version["minutes"], version["difficulty"], int(changed.timestamp()), tuple(sorted(keys[pk]))
        )
        entries.append(SearchEntry(question_id=pk, number=number, record=record.packed()))
        rows.append((number, words[pk]))
    SearchEntry.objects.bulk_create(
        entries, update_conflicts=True, unique_fields=["question"], update_fields=["number", "record", "is_packed"]
    )
    _write_words(rows)
    return [entry.number for entry in entries]


def _newest(ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """The newest version of each question; ``states`` are its own, and that an older one is asked."""
    rows = QuestionVersion.objects.filter(question__in=ids).order_by("number")
    columns = ("pk", "question_id", "state", "minutes", "difficulty", "author_id", "created_at", "published_at")
    found: dict[UUID, dict[str, Any]] = {}
    for row in rows.values(*columns, "rubric_is_generic", "lowest_seniority__rank", "highest_seniority__rank"):
        older = found.get(row["question_id"])
        row["states"] = {row["state"]}
        if older and row["state"] in OPEN_STATES and VersionState.PUBLISHED in older["states"]:
            row["states"].add(VersionState.PUBLISHED.value)
        found[row["question_id"]] = row
    return found


def _parts(
    questions: dict[UUID, Any], versions: dict[UUID, dict[str, Any]]
) -> tuple[dict[UUID, set[bytes]], dict[UUID, _Words]]:
    keys: dict[UUID, set[bytes]] = defaultdict(set)
    words: dict[UUID, _Words] = defaultdict(_Words)
    by_version = {version["pk"]: pk for pk, version in versions.items()}
    ranks = list(SeniorityLevel.objects.values_list("rank", "pk"))
    for pk, (_, number, category, *names, _) in questions.items():
        if pk in versions:
            keys[pk].update(_version_keys(versions[pk], ranks))
            keys[pk].add(facet_key(Facet.CATEGORY, category))
            words[pk].main |= number_terms(number) | terms_of(names)
    tags = Question.tags.through.objects.filter(question__in=questions)
    for pk, tag, name in tags.values_list("question_id", "tag_id", "tag__name"):
        keys[pk].add(facet_key(Facet.TAG, tag))
        words[pk].main |= terms_of([name])
    weights = CompetencyWeight.objects.filter(version__in=by_version).order_by()
    for version, competency in weights.values_list("version_id", "competency_id"):
        keys[by_version[version]].add(facet_key(Facet.COMPETENCY, competency))
    roles = QuestionVersion.role_families.through.objects.filter(questionversion__in=by_version)
    for version, role in roles.values_list("questionversion_id", "rolefamily_id"):
        keys[by_version[version]].add(facet_key(Facet.ROLE, role))
    texts = QuestionText.objects.filter(version__in=by_version).order_by()
    columns = ("version_id", "language", "title", "prompt", "probes", "reference_answer", "context")
    for version, language, title, prompt, probes, answer, context in texts.values_list(*columns):
        pk = by_version[version]
        keys[pk].add(facet_key(Facet.LANGUAGE, language))
        words[pk].title |= terms_of([title])
        words[pk].main |= terms_of([prompt, *map(str, probes)])
        words[pk].rest |= terms_of([answer, context])
    return keys, words


def _version_keys(version: dict[str, Any], ranks: list[tuple[int, UUID]]) -> Iterator[bytes]:
    for state in version["states"]:
        yield facet_key(Facet.STATE, state)
    for rank, level in ranks:
        if version["lowest_seniority__rank"] <= rank <= version["highest_seniority__rank"]:
            yield facet_key(Facet.SENIORITY, level)
    yield facet_key(Facet.DIFFICULTY, version["difficulty"])
    yield facet_key(Facet.MINUTES, minutes_group(version["minutes"]))
    yield facet_key(Facet.AUTHOR, version["author_id"])
    if version["rubric_is_generic"]:
        yield facet_key(Facet.FLAG, GENERIC_RUBRIC)


def _write_words(rows: list[tuple[int, _Words]]) -> None:
    values: list[tuple[Any, ...]] = []
    for number, words in rows:
        main = words.main - words.title
        rest = _fitting(words.rest - words.main - words.title)
        if connection.vendor == "postgresql":
            # Each column with those before it: then an index alone answers, whatever column a word stands in.
            columns: list[Any] = [sorted(words.title), sorted(words.title | main), sorted({*words.title, *main, *rest})]
        else:
            columns = [" ".join(words.title), " ".join(main), " ".join(rest)]
        values.append((number, *columns))
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT[connection.vendor], values)


def _fitting(terms: Collection[str]) -> Collection[str]:
    """As many of the terms as a column takes: all of them but for texts of a hundred thousand characters."""
    if 4 * (len(terms) + sum(map(len, terms))) <= _MOST_BYTES:
        return terms
    found, size = list[str](), 0
    for term in sorted(terms):
        size += 4 + len(term.encode())
        if size > _MOST_BYTES:
            break
        found.append(term)
    return found


def pack_blocks(blocks: Collection[int], *, least: int = MOST_OUTSIDE) -> None:
    """Pack those of the blocks that have at least so many entries outside. Its own short transactions."""
    outside = SearchEntry.objects.filter(is_packed=False).annotate(block=F("number") / BLOCK_SIZE).order_by()
    full = outside.values("block").annotate(count=Count("pk")).filter(count__gte=least)
    for block in sorted(set(blocks) & set(full.values_list("block", flat=True))):
        _pack(block)


@transaction.atomic
def _pack(block: int) -> None:
    """Write a block anew.

    What somebody else is writing just now is skipped and stays outside: it counts there, whatever the block says.
    """
    SearchBlock.objects.bulk_create([SearchBlock(id=block)], ignore_conflicts=True)
    if not SearchBlock.objects.select_for_update(skip_locked=True).filter(pk=block).exists():
        return
    entries = SearchEntry.objects.filter(number__gte=block * BLOCK_SIZE, number__lt=(block + 1) * BLOCK_SIZE)
    outside = entries.filter(is_packed=False).select_for_update(skip_locked=True)
    added = list(outside.values_list("pk", flat=True))
    records = entries.order_by("number").values_list("record", flat=True)
    content = block_of(map(bytes, records)).packed()
    SearchBlock.objects.filter(pk=block).update(content=content, stamp=uuid4())
    SearchEntry.objects.filter(pk__in=added).update(is_packed=True)
