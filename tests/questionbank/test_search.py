"""The search: words in two languages, facets and their counts, and that nothing is ever old."""

import random

import pytest

from accounts.choices import Role
from questionbank.choices import VersionState
from questionbank.formats.facets import Facet, facet_key
from questionbank.models import Question, QuestionVersion, SearchBlock, SearchEntry, Tag
from questionbank.selectors import search as selectors
from questionbank.selectors.search import Search, Sort, find, read_bank
from questionbank.services import search as services
from questionbank.services import versions
from tests.factories import (
    CategoryFactory,
    CompetencyFactory,
    QuestionFactory,
    RoleFamilyFactory,
    SeniorityFactory,
    UserFactory,
    VersionFactory,
    publish,
)
from tests.questionbank.contents import author, content, wording

pytestmark = pytest.mark.django_db


def numbers(text="", **chosen):
    return find(Search(text=text, **chosen), read_bank()).numbers.tolist()


def add(number, title, prompt="?", answer="", language="en", **changes):
    version = VersionFactory(question__number=number, **changes)
    version.texts.update(title=title, prompt=prompt, reference_answer=answer, language=language, probes=[])
    services.index_questions([version.question_id])
    return version


# Words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("缓存", [12, 14]),
        ("失效", [12]),
        ("存一", [12]),
        ("缓", [12, 14]),
        ("致", [12]),
        ("缓存 训练", [14]),
        ("一 训练", []),
        ("训练", [14]),
        ("KV缓存", [14]),
        ("CACHE", [12, 13]),
        ("caches", [12, 13]),
        ("cach", [12, 13]),
        ("cached values", []),
        ("Q-0012", [12]),
        ("q-12", [12]),
        ("0012", [12]),
        ("12", [12]),
        ("0", []),
        ("Q-", []),
        ("1" * 30, []),
        ("C++", [13]),
        ("c#", []),
        ("kv-cache", [13]),
        ('"cache line"', [13]),
        ('"line cache"', []),
        ("line cache", [13]),
        ("what is a cache", [12, 13]),
        ("²", []),
        ("100%", []),
        ("_", []),
        ("nothing of the kind", []),
    ],
)
def test_words_find_questions(text, found):
    version = add(12, "A cache", "When?")
    version.texts.create(language="zh-hans", title="缓存一致性", prompt="何时失效？")
    services.index_questions([version.question_id])
    add(13, "False sharing in C++", "What is a cache line, and a KV-cache?")
    add(14, "训练中的KV缓存与缓存", language="zh-hans")

    assert sorted(numbers(text)) == found


def test_question_is_found_once_by_the_words_of_its_newest_version():
    question = QuestionFactory(number=7)
    publish(VersionFactory(question=question, number=1))
    VersionFactory(question=question, number=2)

    assert numbers("question 7") == [7]


def test_words_in_titles_come_before_words_in_answers():
    add(1, "Nothing", answer="paging")
    add(2, "Nothing", prompt="paging")
    add(3, "Paging")
    assert numbers("paging", sort=Sort.RELEVANCE) == [3, 2, 1]
    assert numbers("paging", sort=Sort.NUMBER) == [1, 2, 3]


def test_behind_many_titles_words_in_prompts_and_answers_stand_in_order_of_number(monkeypatch):
    add(1, "Nothing", answer="paging")
    add(2, "Nothing", prompt="paging")
    add(3, "Paging")
    monkeypatch.setattr(selectors, "MANY", 1)
    assert numbers("paging", sort=Sort.RELEVANCE) == [3, 1, 2]


def test_last_word_may_be_unfinished_unless_it_is_a_frequent_one(monkeypatch):
    add(1, "Post")
    add(2, "Postgres")
    assert numbers("post") == [1, 2]
    assert numbers("post ") == [1]
    monkeypatch.setattr(selectors, "MANY", 1)
    assert numbers("post") == [1]
    assert numbers("postg") == [2]


def test_category_and_tags_and_probes_are_found():
    version = add(5, "One", question__category=CategoryFactory(name_zh="数据库", name_en="Databases"))
    version.question.tags.add(Tag.objects.create(slug="raft", name="Raft"))
    version.texts.update(probes=["And under partition?"])
    services.index_questions([version.question_id])

    for text in ("数据库", "database", "raft", "partition"):
        assert numbers(text) == [5], text


@pytest.mark.parametrize(
    "text",
    [
        '"', "'", '"" ""', "NEAR(a b)", "title:cache", "a AND OR NOT b", "* * *", "(", "{title}: x", "\\'", "a:* & !b",
        "\0cache", "😀", "cache 😀", "é", "ﬁ", "ß" * 300, "x" * 100_000, "%", "_", "a_b", "--", ";drop table", "²",
        "cache\u200b", "\ud7a3", "‘’“”", "+" * 50, "c" + "+" * 50, "#", "<->", "!!", "a" * 60 + "-" + "b" * 60,
    ],
)  # fmt: skip
def test_hostile_queries_answer(text):
    add(1, "Cache")
    numbers(text)


def test_lone_surrogates_answer():
    numbers("a\ud800b")


# What is known is what is there ------------------------------------------------------------------------


def test_search_follows_every_step_of_a_version():
    writer, other = author(), author()
    version = versions.create_question(author=writer, category=CategoryFactory(), content=content())
    question = version.question

    def states():
        services.pack_blocks({0}, least=1)
        return {key[1:].rstrip(b"\0").decode() for key in find(Search(), read_bank()).counts if key[0] == Facet.STATE}

    assert states() == {"draft"}
    versions.submit_for_review(version=version, actor=writer)
    assert states() == {"in_review"}
    versions.publish(version=version, actor=other)
    assert states() == {"published"}
    versions.write_draft(question=question, author=writer, content=content(wordings=(wording(title="Why queues?"),)))
    assert states() == {"draft", "published"}
    assert numbers("queues") == [question.number]
    assert numbers("caches", sort=Sort.RELEVANCE) == [question.number]  # still in the prompt
    versions.publish(version=question.versions.get(number=2), actor=other)
    versions.retire(question=question, actor=writer)
    assert states() == {"retired"}


def test_what_was_packed_counts_once_however_often_it_changes():
    made = [add(number, f"Word {number}") for number in range(1, 6)]
    services.pack_blocks({0}, least=1)
    assert SearchEntry.objects.filter(is_packed=True).count() == 5
    stamp = SearchBlock.objects.get().stamp

    made[0].texts.update(title="Other")
    services.index_questions([made[0].question_id])

    assert sorted(numbers("word")) == [2, 3, 4, 5]
    assert sorted(numbers()) == [1, 2, 3, 4, 5]
    assert SearchBlock.objects.get().stamp == stamp
    services.pack_blocks({0}, least=1)
    assert SearchBlock.objects.get().stamp != stamp
    assert sorted(numbers()) == [1, 2, 3, 4, 5]


def test_many_changes_are_packed_by_themselves(django_capture_on_commit_callbacks, monkeypatch):
    monkeypatch.setattr(services, "MOST_OUTSIDE", 3)
    monkeypatch.setattr(services.pack_blocks, "__kwdefaults__", {"least": 3})
    with django_capture_on_commit_callbacks(execute=True):
        for number in (1, 2, services.BLOCK_SIZE):
            add(number, "One")
    assert not SearchBlock.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        add(3, "One")
    assert list(SearchBlock.objects.values_list("pk", flat=True)) == [0]
    assert sorted(numbers()) == [1, 2, 3, services.BLOCK_SIZE]


def test_search_is_made_anew_from_the_questions():
    add(1, "Kept")
    SearchEntry.objects.all().delete()
    assert numbers() == []
    assert services.index_missing() == 1
    assert numbers("kept") == [1]
    Question.objects.filter(number=1).update(number=9)
    assert services.reindex_all() == 1
    assert numbers("kept") == [9]


# Counts ------------------------------------------------------------------------------------------------


def _by_hand(search, reader):
    """What a search finds and counts, one question after another."""
    rows = []
    for version in QuestionVersion.objects.newest().select_related("question", "lowest_seniority", "highest_seniority"):
        states = {version.state}
        if version.question.versions.filter(state=VersionState.PUBLISHED).exists():
            states.add("published")
        keys = {facet_key(Facet.STATE, state) for state in states}
        keys |= {facet_key(Facet.CATEGORY, version.question.category_id), facet_key(Facet.AUTHOR, version.author_id)}
        keys |= {facet_key(Facet.COMPETENCY, weight.competency_id) for weight in version.weights.all()}
        keys |= {facet_key(Facet.ROLE, role.pk) for role in version.role_families.all()}
        keys |= {facet_key(Facet.TAG, tag.pk) for tag in version.question.tags.all()}
        keys.add(facet_key(Facet.DIFFICULTY, version.difficulty))
        waits = version.state in {"draft", "in_review"} and version.author_id != reader.pk
        rows.append((version.question.number, keys, waits))

    def fits(row, left_out=None):
        for facet in search.facets:
            wanted = search.chosen.get(facet, frozenset())
            hit = bool(row[1] & wanted) or (facet == Facet.STATE and search.waiting and row[2])
            if facet != left_out and not hit:
                return False
        return True

    counts = {}
    for row in rows:
        for key in row[1]:
            if fits(row, Facet(key[0])):
                counts[key] = counts.get(key, 0) + 1
    waiting = sum(row[2] and fits(row, Facet.STATE) for row in rows)
    return sorted(row[0] for row in rows if fits(row)), counts, waiting


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_those_made_by_hand(seed):
    chance = random.Random(seed)
    shelves, skills = CategoryFactory.create_batch(3), CompetencyFactory.create_batch(3)
    roles, levels = RoleFamilyFactory.create_batch(2), SeniorityFactory.create_batch(2)
    writers = [UserFactory(roles=[Role.AUTHOR]) for _ in range(2)]
    tags = [Tag.objects.create(slug=f"tag-{n}", name=f"Tag {n}") for n in range(3)]
    for _ in range(25):
        question = QuestionFactory(category=chance.choice(shelves))
        question.tags.set(chance.sample(tags, chance.randint(0, 3)))
        for number in range(1, chance.randint(1, 2) + 1):
            version = VersionFactory(
                question=question,
                number=number,
                author=chance.choice(writers),
                difficulty=chance.randint(1, 5),
                lowest_seniority=chance.choice(levels),
                competencies=chance.sample(skills, chance.randint(1, 2)),
                roles=chance.sample(roles, chance.randint(1, 2)),
            )
            if number == 1 and chance.random() < 0.7:
                publish(version)
            elif number == 1:
                break
        services.index_questions([question.pk])
        if chance.random() < 0.2:
            services.pack_blocks({question.number // services.BLOCK_SIZE}, least=1)
    keys = sorted(read_bank().keys)
    for _ in range(15):
        chosen = {}
        for key in chance.sample(keys, chance.randint(0, 3)):
            if key[0] not in {Facet.SENIORITY, Facet.MINUTES, Facet.LANGUAGE, Facet.FLAG}:
                chosen.setdefault(Facet(key[0]), set()).add(key)
        reader = chance.choice(writers)
        search = Search(
            chosen={facet: frozenset(found) for facet, found in chosen.items()},
            reader=reader.pk,
            waiting=chance.random() < 0.3,
        )
        found = find(search, read_bank())
        expected, counts, waiting = _by_hand(search, reader)
        assert sorted(found.numbers.tolist()) == expected
        assert found.waiting == waiting
        shown = {key: count for key, count in found.counts.items() if key[0] not in {5, 7, 8, 11}}
        assert shown == counts


def test_block_in_memory_is_never_an_old_one(monkeypatch):
    add(1, "One")
    services.pack_blocks({0}, least=1)
    assert numbers() == [1]
    add(2, "Two")
    services.pack_blocks({0}, least=1)
    assert sorted(numbers()) == [1, 2]
    SearchEntry.objects.all().delete()
    SearchBlock.objects.all().delete()
    assert numbers() == []
    assert selectors.read_bank().keys == set()


def test_renaming_what_questions_are_sorted_by_reaches_the_search():
    version = add(1, "One")
    category = version.question.category
    category.name_en = "Observability"
    category.save()
    services.index_category(category)
    assert numbers("observability") == [1]
