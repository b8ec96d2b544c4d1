"""The bank that searches are measured on: made by chance from a fixed seed, the same everywhere.

Words are as frequent as in real texts (the n-th of them is n times as rare as the first); terms of the trade stand
among them. Four in ten questions are English, four Chinese, two have both.
"""

import random
import sys
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.choices import Role
from accounts.identifiers import new_id
from accounts.models import User
from accounts.services.people import add_person
from questionbank.choices import VersionState
from questionbank.models import (
    Category,
    Competency,
    CompetencyWeight,
    Question,
    QuestionText,
    QuestionVersion,
    RoleFamily,
    SeniorityLevel,
    Tag,
)
from questionbank.services.search import index_questions

BATCH = 2_000
_TRADE_EN = (
    "cache system model training data memory index query queue latency consistency transaction replica gradient"
    " attention inference kernel scheduler deadlock sharding throughput tokenizer embedding quantization pipeline"
    " checkpoint rollback migration observability backpressure idempotency compiler allocator vectorization C++"
    " KV-cache PostgreSQL Kubernetes Raft Paxos transformer"
)
_TRADE_ZH = (
    "系统 模型 训练 数据 缓存 内存 索引 查询 队列 延迟 一致 事务 副本 梯度 注意力 推理 调度 死锁 分片 吞吐 分词 嵌入"
    " 量化 流水线 检查点 回滚 迁移 可观测 背压 幂等 编译 分配器 并行 显存 蒸馏 微调 对齐 评测"
)
_PARTS = "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo ya zen tor mal pli stra gen"
ENGLISH, CHINESE, _SYLLABLES = _TRADE_EN.split(), _TRADE_ZH.split(), _PARTS.split()
_CHARACTERS = [chr(code) for code in range(0x4E00, 0x4E00 + 1_500)]
LEVELS = 4


class Words:
    """A vocabulary that is drawn from as texts draw from theirs."""

    def __init__(self, chance: random.Random, known: list[str], made: list[str], between: str) -> None:
        self.ranked = [*known, *made]
        chance.shuffle(self.ranked)
        self._weights = list(accumulate(1 / place for place in range(1, len(self.ranked) + 1)))
        self._between = between

    def text(self, chance: random.Random, least: int, most: int) -> str:
        words = chance.choices(self.ranked, cum_weights=self._weights, k=chance.randint(least, most))
        return self._between.join(words).capitalize() + ("?" if self._between else "？")


def _vocabularies() -> tuple[Words, Words]:
    chance = random.Random(9)  # noqa: S311 -- nothing secret
    english = Words(chance, ENGLISH, ["".join(chance.choices(_SYLLABLES, k=3)) for _ in range(8_000)], " ")
    return english, Words(chance, CHINESE, ["".join(chance.choices(_CHARACTERS, k=2)) for _ in range(8_000)], "")


def frequent_words(places: Iterable[int]) -> list[str]:
    """The words in these places of the most frequent ones, English and Chinese."""
    return [words.ranked[place - 1] for words in _vocabularies() for place in places]


def make_bank(size: int) -> User:
    """A bank of so many questions, added to what an earlier run made. Returns somebody who reads it."""
    english, chinese = _vocabularies()
    people, shelves = _people(), _shelves()
    last = Question.objects.order_by("-number").values_list("number", flat=True).first() or 0
    for first in range(last + 1, size + 1, BATCH):
        if sys.stderr.isatty() or first % 20_000 == 1:
            sys.stderr.write(f"making questions {first} to {first + BATCH - 1} of {size}\n")
        _write(range(first, min(first + BATCH, size + 1)), english, chinese, people, shelves)
    return people[0]


def _people() -> list[User]:
    emails = [f"author{number}@bench.invalid" for number in range(20)]
    for email in emails:
        if not User.objects.filter(email=email).exists():
            add_person(email=email, display_name=email.partition("@")[0].title(), roles=[Role.AUTHOR])
    return list(User.objects.filter(email__in=emails).order_by("email"))


def _shelves() -> dict[str, list[Any]]:
    if not Category.objects.filter(slug="bench-0").exists():
        skills = [Competency(slug=f"bench-{n}", name_en=f"Skill {n}") for n in range(24)]
        Competency.objects.bulk_create(skills)
        Category.objects.bulk_create(
            Category(slug=f"bench-{n}", name_en=f"Shelf {n}", competency=skills[n % 24]) for n in range(60)
        )
        RoleFamily.objects.bulk_create(RoleFamily(slug=f"bench-{n}", name_en=f"Trade {n}") for n in range(8))
        SeniorityLevel.objects.bulk_create(
            SeniorityLevel(slug=f"bench-{n}", name_en=f"Level {n}", rank=900 + n) for n in range(LEVELS)
        )
        Tag.objects.bulk_create(Tag(slug=f"bench-{n}", name=f"tag {n}") for n in range(300))
    return {
        "categories": list(Category.objects.filter(slug__startswith="bench-")),
        "skills": list(Competency.objects.filter(slug__startswith="bench-")),
        "roles": list(RoleFamily.objects.filter(slug__startswith="bench-")),
        "levels": list(SeniorityLevel.objects.filter(slug__startswith="bench-")),
        "tags": list(Tag.objects.filter(slug__startswith="bench-")),
    }


@transaction.atomic
def _write(numbers: range, english: Words, chinese: Words, people: list[User], shelves: dict[str, list[Any]]) -> None:
    chance = random.Random(numbers.start)  # noqa: S311 -- nothing secret
    questions = [Question(number=number, category=chance.choice(shelves["categories"])) for number in numbers]
    Question.objects.bulk_create(questions)
    versions = [_version(chance, question, people, shelves["levels"]) for question in questions]
    QuestionVersion.objects.bulk_create(versions)
    texts, weights, roles, tags = [], [], [], []
    for question, version in zip(questions, versions, strict=True):
        kind = chance.random()
        texts += [_text(chance, version, english, "en")] if kind < 0.6 else []
        texts += [_text(chance, version, chinese, "zh-hans")] if kind > 0.4 else []
        skills = chance.sample(shelves["skills"], chance.choice((1, 1, 2)))
        weights += [CompetencyWeight(version=version, competency=it, percent=100 // len(skills)) for it in skills]
        for role in chance.sample(shelves["roles"], chance.choice((1, 1, 2, 3))):
            roles.append(QuestionVersion.role_families.through(questionversion=version, rolefamily=role))
        for tag in {shelves["tags"][int(len(shelves["tags"]) * chance.random() ** 3)] for _ in range(2)}:
            tags.append(Question.tags.through(question=question, tag=tag))
    QuestionText.objects.bulk_create(texts)
    CompetencyWeight.objects.bulk_create(weights)
    QuestionVersion.role_families.through.objects.bulk_create(roles)
    Question.tags.through.objects.bulk_create(tags)
    _publish(versions, people)
    index_questions([question.pk for question in questions])


def _version(
    chance: random.Random, question: Question, people: list[User], levels: list[SeniorityLevel]
) -> QuestionVersion:
    lowest = chance.randrange(LEVELS)
    return QuestionVersion(
        id=new_id(),
        question=question,
        number=1,
        minutes=chance.choice((5, 10, 15, 20, 30, 45, 60)),
        difficulty=chance.randint(1, 5),
        lowest_seniority=levels[lowest],
        highest_seniority=levels[chance.randint(lowest, LEVELS - 1)],
        rubric_is_generic=chance.random() < 0.3,
        author=people[int(19 * chance.random() ** 2)],
        state=chance.choice((VersionState.DRAFT, VersionState.DRAFT, VersionState.IN_REVIEW)),
    )


def _text(chance: random.Random, version: QuestionVersion, words: Words, language: str) -> QuestionText:
    return QuestionText(
        version=version,
        language=language,
        title=words.text(chance, 4, 9)[:200],
        prompt=words.text(chance, 15, 40),
        reference_answer=words.text(chance, 40, 120),
        probes=[words.text(chance, 5, 10)],
    )


def _publish(versions: list[QuestionVersion], people: list[User]) -> None:
    """Three of four are published, by the one author who writes nothing."""
    chosen = [version.pk for place, version in enumerate(versions) if place % 4]
    QuestionVersion.objects.filter(pk__in=chosen).update(
        state=VersionState.PUBLISHED, published_at=timezone.now(), published_by=people[19]
    )
