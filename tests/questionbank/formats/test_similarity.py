"""What counts as nearly the same, and how much of it is found."""

import random

import pytest

from questionbank.formats.similarity import similar_pairs, similarity

_THINGS = (
    "index transaction replica shard cache queue lock thread process kernel socket packet router token tensor"
    " gradient optimizer embedding attention scheduler compiler parser closure iterator garbage collector"
    " migration schema partition checksum certificate signature cluster container volume snapshot pipeline broker"
    " consumer offset watermark bitmap histogram sampling quantisation pruning distillation retrieval ranking"
    " evaluation benchmark latency throughput"
)
THINGS = _THINGS.split()
_MATTERS = "consistency isolation ordering durability fairness starvation skew backpressure recovery eviction"
MATTERS = _MATTERS.split()
MOULDS = (
    "How does a {} with {} keep its {} under load?",
    "Describe how {} and {} affect {} in production.",
    "What would you measure when {} slows down {} and hurts {}?",
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("What is the difference between a process and a thread?", "Explain how processes differ from threads."),
        ("How does a B-tree index speed up range queries?", "How do range queries get faster with a B-tree index?"),
        ("WHAT IS EVENTUAL CONSISTENCY", "What is *eventual consistency*?"),
        ("Describe the isolation levels of a transaction.", "Describe the isolaton levels of a transaction"),
        ("解释一下什么是数据库事务的隔离级别？", "数据库事务有哪些隔离级别？"),
        ("什么是KV缓存？", "如何实现 KV 缓存"),
    ],
)
def test_same_matter_in_other_words_is_similar(first, second):
    assert similarity(first, second) >= 0.6
    assert [pair[:2] for pair in similar_pairs([("b", second)], [("a", first)])] == [("b", "a")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("What is a mutex?", "What is a monad?"),
        ("How would you design a rate limiter?", "How would you design a search engine?"),
        ("Explain gradient clipping.", "Explain gradient descent with momentum."),
        ("什么是死锁？", "什么是缓存？"),
        ("", "?"),
    ],
)
def test_other_matter_in_the_same_words_is_not_similar(first, second):
    assert similarity(first, second) < 0.6
    assert similar_pairs([("b", second)], [("a", first)]) == []


def test_same_words_are_one():
    assert similarity("Why caches?", "why, CACHES") == 1.0


def test_new_texts_are_compared_with_those_before():
    texts = [(1, "Why do database indexes help?"), (2, "Something else entirely"), (3, "Why do database indices help")]

    assert [pair[:2] for pair in similar_pairs(texts)] == [(3, 1)]


def test_best_come_first_and_are_few():
    known = [(at, "one replicated log with snapshots " + "x" * at) for at in range(10)]

    found = similar_pairs([("new", "one replicated log with snapshots")], known, most=2)
    assert len(found) == 2
    assert found[0].other == 0
    assert found[0].similarity >= found[1].similarity


def _altered(question, chance):
    words = question.rstrip("?.").split()
    kind = chance.randrange(4)
    if kind == 0:  # a typing error in one word
        at = chance.choice([at for at, word in enumerate(words) if len(word) > 5])
        cut = chance.randrange(1, len(words[at]) - 1)
        words[at] = words[at][:cut] + words[at][cut + 1 :]
    elif kind == 1:
        chance.shuffle(words)
    elif kind == 2:
        words = ["Please", "explain:", *words]
    else:
        words = [word.upper() for word in words if len(word) > 2]
    return " ".join(words)


def test_precision_and_recall_on_generated_pairs():
    chance = random.Random(3)
    questions = [
        chance.choice(MOULDS).format(" ".join(chance.sample(THINGS, 3)), " ".join(chance.sample(THINGS, 2)), matter)
        for _ in range(100)
        for matter in MATTERS
    ]
    altered = {at: _altered(questions[at], chance) for at in range(0, len(questions), 3)}

    found = similar_pairs(list(altered.items()), enumerate(questions), most=1)

    right = sum(pair.key == pair.other for pair in found)
    assert right / len(altered) >= 0.97  # recall
    assert right / len(found) >= 0.97  # precision


def test_few_are_missed_by_the_search():
    chance = random.Random(4)
    texts = [(at, chance.choice(MOULDS).format(*chance.sample(THINGS, 2), chance.choice(MATTERS))) for at in range(400)]

    found = {frozenset(pair[:2]) for pair in similar_pairs(texts, most=400)}

    everything = {
        frozenset((one, other))
        for one, first in texts
        for other, second in texts[:one]
        if similarity(first, second) >= 0.8
    }
    assert len(everything) > 30
    assert len(found & everything) >= 0.85 * len(everything)
